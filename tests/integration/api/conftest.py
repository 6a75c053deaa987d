"""What the tests of the REST interface start from."""

from collections.abc import Iterator
from typing import Any

import pytest
from rest_framework.test import APIClient

from orchestration.services import desired
from rbac.models import User


class Api:
    """Calls of one person, without the prefix of every address."""

    def __init__(self, user: User | None) -> None:
        self.client: Any = APIClient()
        if user is not None:
            self.client.force_authenticate(user)

    def get(self, path: str, **query: Any) -> Any:
        return self.client.get(f"/api/v1/{path}", query)

    def post(self, path: str, body: Any = None, **headers: str) -> Any:
        return self.client.post(
            f"/api/v1/{path}", body or {}, format="json", headers=_said(headers)
        )

    def put(self, path: str, body: Any, **headers: str) -> Any:
        return self.client.put(f"/api/v1/{path}", body, format="json", headers=_said(headers))

    def patch(self, path: str, body: Any, **headers: str) -> Any:
        return self.client.patch(f"/api/v1/{path}", body, format="json", headers=_said(headers))

    def delete(self, path: str, **headers: str) -> Any:
        return self.client.delete(f"/api/v1/{path}", headers=_said(headers))


def _said(headers: dict[str, str]) -> dict[str, str]:
    """Headers from names that Python takes: ``if_match`` is ``If-Match``."""
    return {name.replace("_", "-"): value for name, value in headers.items()}


def said(answer: Any) -> tuple[int, str]:
    """Status and code of a problem document, checked for its form."""
    assert answer.headers["Content-Type"] == "application/problem+json", answer.content
    document = answer.json()
    assert document["status"] == answer.status_code
    assert document["detail"]
    return answer.status_code, document["code"]


def keys(answer: Any) -> list[str]:
    """The keys that a problem document complains of."""
    return sorted(problem["key"] for problem in answer.json()["problems"])


@pytest.fixture(autouse=True)
def forget_signed() -> Iterator[None]:
    """Ids come again in each test, and with them (agent, epoch, seq)."""
    yield
    desired._signed.cache_clear()
