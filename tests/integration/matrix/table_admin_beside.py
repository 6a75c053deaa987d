"""The admin site beside the main nouns: webhooks, validations, sign-ins, tokens, withdrawing."""

from collections.abc import Iterator

from tests.integration.matrix.rows import NEVER, SUPERUSER, Need, Row, may, sees
from tests.integration.matrix.table_admin import (
    Noun,
    admin_row,
    both,
    briefly,
    deleting,
    elsewhere,
)
from tests.integration.matrix.table_rest import CATALOG, INSTALLED

ACCESS = ("manage_access",)
JUDGES = ("validate", *INSTALLED)
DONE = (200, 302)
# Asked of a form whose question anybody may read who sees the thing: the form says no.
SAYS_NO = 200

NOUNS = (
    Noun(
        "orchestration/webhook", "webhook:factory-a", ACCESS, ACCESS,
        "manage_access", "manage_access", "manage_access",
    ),
    Noun("orchestration/delivery", "delivery-row:factory-a", ACCESS, ACCESS),
    Noun("orchestration/validation", "validation-row:line-a", JUDGES, JUDGES),
)  # fmt: skip


def _administrators(address: str, thing: str) -> Iterator[Row]:
    """A noun that only who looks after the whole installation sees."""
    base, pk = f"admin/{address}/", {"object_id": thing}
    page = f"{base}<path:object_id>/"
    hidden = Need(frozenset(), "", 404, superuser=True)
    for method in ("GET", "POST"):
        yield briefly(admin_row(method, base, SUPERUSER, ok=DONE))
        yield briefly(admin_row(method, f"{base}add/", NEVER))
        yield briefly(admin_row(method, f"{page}history/", hidden, args=pk))
    yield admin_row("GET", f"{page}change/", hidden, args=pk)
    yield briefly(admin_row("POST", f"{page}change/", hidden, NEVER, args=pk))
    yield from deleting(page, pk, hidden)
    yield from elsewhere(page, pk)


def _asked(address: str, page: str, thing: str, seen: tuple[str, ...], right: str) -> Iterator[Row]:
    """A question about a thing, and the answer to it."""
    route = f"admin/orchestration/{address}/<path:object_id>/{page}/"
    args = {"object_id": thing}
    yield admin_row("GET", route, sees(thing, *seen), args=args, ok=(200, 302, 403))
    refused = Need(frozenset({right}), thing, SAYS_NO)
    yield admin_row("POST", route, sees(thing, *seen), refused, args=args, ok=DONE)


PAGES = [
    *_asked("delivery", "redeliver", "delivery-row:factory-a", ACCESS, "manage_access"),
    *_asked("webhook", "test", "webhook:factory-a", ACCESS, "manage_access"),
    *_asked("webhook", "renew_secret", "webhook:factory-a", ACCESS, "manage_access"),
    *_asked("validation", "call_off", "validation-row:line-a", JUDGES, "publish"),
    *_asked("validation", "ask_again", "validation-row:line-a", JUDGES, "publish"),
    *(
        row
        for page in ("withdraw", "reinstate", "validation")
        for row in both(
            f"admin/orchestration/solutiontemplate/<path:object_id>/{page}/",
            sees("solution", *CATALOG),
            may("solution", "author_solutions"),
            args={"object_id": "solution"},
            ok=DONE,
        )
    ),
    *(
        row
        for page in ("allow", "reset")
        for row in both(
            f"admin/rbac/user/<path:object_id>/{page}/",
            sees("holder:factory-a", *ACCESS),
            SUPERUSER,
            args={"object_id": "holder:factory-a"},
            ok=DONE,
        )
    ),
]

ROWS: list[Row] = [
    *(row for noun in NOUNS for row in noun.rows()),
    *_administrators("orchestration/signin", "somebodys-sign-in"),
    *_administrators("orchestration/apitoken", "api-token-row"),
    *PAGES,
]
