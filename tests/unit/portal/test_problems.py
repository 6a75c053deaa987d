import json
from http import HTTPStatus

import pytest
from django.http import Http404
from rest_framework.exceptions import ErrorDetail, NotAuthenticated, ValidationError

from orchestration.services.errors import Invalid, Refused, Stale
from portal.api.problems import MEDIA_TYPE, handler, problem
from rbac.access import Denied, Verdict


def test_a_missing_right_says_which_and_where() -> None:
    params = {"perm": "deploy", "node": 4, "place": "Alpha 1"}
    response = handler(Denied(Verdict(ok=False, code="right-missing", params=params)), {})
    assert response is not None
    assert response.status_code == HTTPStatus.FORBIDDEN
    assert response.content_type == MEDIA_TYPE
    assert response.data["code"] == "right-missing"
    assert "Alpha 1" in response.data["detail"]
    assert response.data["params"] == params


@pytest.mark.parametrize(
    ("error", "status"),
    [
        (Refused("not-deployable", revision="1.0.0.1"), HTTPStatus.CONFLICT),
        (Stale("values-changed", node=4), HTTPStatus.PRECONDITION_FAILED),
        (Invalid("nothing-chosen"), HTTPStatus.UNPROCESSABLE_ENTITY),
    ],
)
def test_what_a_service_says_is_passed_on(
    error: Refused | Stale | Invalid, status: HTTPStatus
) -> None:
    response = handler(error, {})
    assert response is not None
    assert response.status_code == response.data["status"] == status
    assert response.data["code"] == error.code
    assert response.data["detail"].endswith(".")


def test_every_problem_of_the_input_is_listed() -> None:
    found = [{"code": "type", "message": "Expected a number.", "key": "Speed"}]
    response = handler(Invalid("values-refused", found), {})
    assert response is not None
    assert response.data["problems"] == found


def test_fields_are_named_by_dotted_keys() -> None:
    error = ValidationError(
        {
            "lines": [{}, {"name": [ErrorDetail("Too long.", code="max_length")]}],
            "scope": ["Empty."],
        }
    )
    response = handler(error, {})
    assert response is not None
    assert response.data["problems"] == [
        {"key": "lines.1.name", "code": "max_length", "message": "Too long."},
        {"key": "scope", "code": "invalid", "message": "Empty."},
    ]


def test_what_is_absent_and_who_is_unknown() -> None:
    absent, unknown = handler(Http404(), {}), handler(NotAuthenticated(), {})
    assert absent is not None
    assert unknown is not None
    assert (absent.status_code, absent.data["code"]) == (HTTPStatus.NOT_FOUND, "not-found")
    assert unknown.data["code"] == "not-authenticated"


def test_what_nobody_foresaw_is_left_to_django() -> None:
    assert handler(RuntimeError("boom"), {}) is None


def test_plain_views_answer_in_the_same_form() -> None:
    response = problem(HTTPStatus.UNAUTHORIZED, "token-invalid", "Ask for a new token.")
    assert response["Content-Type"] == MEDIA_TYPE
    assert json.loads(response.content) == {
        "type": "about:blank",
        "title": "Unauthorized",
        "status": 401,
        "code": "token-invalid",
        "detail": "Ask for a new token.",
    }
