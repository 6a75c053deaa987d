from http import HTTPStatus

import pytest
from django.contrib.auth.models import AnonymousUser
from django.http import HttpResponse
from django.test import Client, RequestFactory
from django_htmx.middleware import HtmxMiddleware

from orchestration.services.errors import Invalid, Refused, Stale
from portal.web.errors import SayWhy
from rbac.access import Denied, Verdict

ANSWERS = [
    (Denied(Verdict(ok=False, code="signed-out")), HTTPStatus.FORBIDDEN, "Sign in first."),
    (Refused("nothing-chosen"), HTTPStatus.CONFLICT, "Choose at least one line."),
    (Stale("moved-meanwhile", state="Failed"), HTTPStatus.CONFLICT, "Failed"),
    (Invalid("name-empty"), HTTPStatus.UNPROCESSABLE_ENTITY, "Give it a name."),
]


def raising(error: Exception, **headers: str) -> HttpResponse | None:
    request = RequestFactory().post("/deploy/", headers=headers)
    request.user = AnonymousUser()
    HtmxMiddleware(lambda _request: HttpResponse())(request)
    return SayWhy(lambda _request: HttpResponse()).process_exception(request, error)


@pytest.mark.parametrize(("error", "status", "why"), ANSWERS)
def test_a_page_says_why_not(error: Exception, status: int, why: str) -> None:
    answer = raising(error)
    assert answer is not None
    assert answer.status_code == status
    assert why in answer.content.decode()
    assert "<html" in answer.content.decode()


@pytest.mark.parametrize(("error", "status", "why"), ANSWERS)
def test_htmx_gets_the_bare_sentence(error: Exception, status: int, why: str) -> None:
    answer = raising(error, HX_Request="true")
    assert answer is not None
    assert answer.status_code == status
    assert answer.headers["Content-Type"] == "text/plain; charset=utf-8"
    assert why in answer.content.decode()


def test_other_errors_stay_errors() -> None:
    assert raising(ValueError("broken")) is None


@pytest.mark.django_db
def test_a_missing_page_is_said_in_our_own_words() -> None:
    answer = Client().get("/no-such-page/")
    assert answer.status_code == HTTPStatus.NOT_FOUND
    assert "There is no such page" in answer.content.decode()
