"""The matrix knows every address there is, with every method."""

import pytest
from django.test import Client

from rbac.models import User
from tests.integration.matrix.asking import BACKEND
from tests.integration.matrix.routes import routes
from tests.integration.matrix.tables import ELSEWHERE, NOWHERE, ROWS

KNOWN = {(row.method, row.route) for row in ROWS}
HOW = """
The matrix does not know {calls}.

Say in the table of its kind (table_rest, table_rest_writes, table_pages or table_admin in
tests/integration/matrix) what it needs, from what the roles are meant to allow, not from the code:

    {method}("{route}", sees("line-a", "view_hierarchy"), may("line-a", "deploy"),
        args={{"pk": "line-a"}})

`sees`: without it there is nothing there (404); `knows`: the same for an id in the body (400);
`may`: it is said which right is missing (403); `anywhere`: opens a page; `lists` and `listed`: the
list holds exactly what the right shows. Things are named in places, running and copies; plant a
new kind of thing there, with a word of its own that nobody may read who must not know of it. Then:

    SITEWRIGHT_MATRIX=quick pytest tests/integration/matrix -k "{end}"
"""


def test_there_is_something_to_know() -> None:
    assert len(list(routes())) > 200
    assert len(KNOWN) > 300


@pytest.mark.parametrize(
    ("route", "methods"), routes(), ids=[route or "/" for route, _ in routes()]
)
def test_every_address_is_in_a_table(route: str, methods: tuple[str, ...]) -> None:
    if route.startswith(ELSEWHERE) or route in NOWHERE:
        return
    known = {method for method in methods if (method, route) in KNOWN}
    wanted = set(methods) if _says(route) else set(methods) & known or {methods[0]}
    missing = sorted(wanted - known)
    told = HOW.format(
        calls=", ".join(f"{method} {route}" for method in missing),
        method=(missing or ["GET"])[0].lower(),
        route=route,
        end=route.rstrip("/").rpartition("/")[2],
    )
    assert missing == [], told


def _says(route: str) -> bool:
    """Whether a route says which methods it takes; a page's function is asked in another test."""
    return route.startswith(("api/", "admin/"))


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("method", "route"),
    [
        (method, route)
        for route, methods in routes()
        for method in methods
        if not _says(route) and (method, route) not in KNOWN
    ],
)
def test_a_page_does_not_take_what_no_table_names(method: str, route: str) -> None:
    browser = Client()
    browser.force_login(User.objects.create_superuser("root"), backend=BACKEND)
    address = "/" + "".join("7" if part.startswith("<") else part for part in _parts(route))
    answer = browser.generic(method, address)
    assert answer.status_code == 405, HOW.format(
        calls=f"{method} {route}", method=method.lower(), route=route, end=route
    )


def _parts(route: str) -> list[str]:
    return [piece for part in route.split("<") for piece in _split(part)]


def _split(part: str) -> list[str]:
    converter, closed, rest = part.partition(">")
    return [f"<{converter}", rest] if closed else [part]
