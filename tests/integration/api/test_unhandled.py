"""Whatever goes wrong below /api/ is said in a problem document, never in a page."""

import json

import pytest
from django.core.exceptions import PermissionDenied, SuspiciousOperation
from django.http import HttpRequest, HttpResponse
from django.test import Client
from django.urls import path
from pytest_django.fixtures import Settings
from rest_framework.request import Request
from rest_framework.views import APIView

from portal import urls
from tests.integration.api.conftest import said

FAILURES = {
    "500": ZeroDivisionError("the secret reason"),
    "403": PermissionDenied("the secret reason"),
    "400": SuspiciousOperation("the secret reason"),
}


def failing(request: HttpRequest, kind: str) -> HttpResponse:
    raise FAILURES[kind]


class Failing(APIView):
    permission_classes = ()
    authentication_classes = ()

    def get(self, request: Request) -> HttpResponse:
        raise ZeroDivisionError("the secret reason")


urlpatterns = [
    path("api/v1/failing/", Failing.as_view()),
    path("api/failing/<kind>/", failing),
    path("failing/<kind>/", failing),
]
handler400, handler403 = urls.handler400, urls.handler403
handler404, handler500 = urls.handler404, urls.handler500


@pytest.fixture
def client(settings: Settings) -> Client:
    settings.ROOT_URLCONF = __name__
    return Client(raise_request_exception=False)


@pytest.mark.parametrize(
    ("address", "expected"),
    [
        ("/api/v1/failing/", (500, "server-error")),
        ("/api/failing/500/", (500, "server-error")),
        ("/api/failing/403/", (403, "forbidden")),
        ("/api/failing/400/", (400, "bad-request")),
        ("/api/nothing", (404, "not-found")),
    ],
)
def test_below_api_it_is_a_problem_document(
    client: Client, address: str, expected: tuple[int, str]
) -> None:
    answer = client.get(address)
    assert said(answer) == expected
    assert "secret reason" not in answer.content.decode()
    assert answer["X-Request-ID"]


@pytest.mark.parametrize("kind", sorted(FAILURES))
def test_elsewhere_it_is_a_page(client: Client, kind: str) -> None:
    answer = client.get(f"/failing/{kind}/")
    assert answer.status_code == int(kind)
    assert answer["Content-Type"].startswith("text/html")


def test_a_body_of_several_megabytes_is_still_read(db: None) -> None:
    body = json.dumps({"template": "x" * (5 << 20)})
    answer = Client().post("/api/v1/check-template/", body, content_type="application/json")
    assert said(answer) == (401, "not-authenticated")


def test_a_body_beyond_all_limits_is_said_to_be(db: None) -> None:
    body = b"x" * ((8 << 20) + 1)
    answer = Client().post("/api/v1/auth/tokens/", body, content_type="application/json")
    assert said(answer) == (413, "too-large")
