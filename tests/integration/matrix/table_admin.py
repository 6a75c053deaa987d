"""The admin site: a line a noun, and from it a row for each of the noun's pages.

A new noun is one more `Noun`; a page of its own is one more row below.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace

from tests.integration.matrix.rows import (
    NEVER,
    SUPERUSER,
    Id,
    Need,
    Row,
    anywhere,
    get,
    in_context,
    may,
    post,
    sees,
    with_method,
)
from tests.integration.matrix.table_rest import AGENTS, CATALOG, DEPLOYMENTS, PLACES, VALUES

IT = (
    "edit_hierarchy", "edit_targets", "manage_agents", "manage_access", "author_solutions",
    "manage_context",
)  # fmt: skip
DOOR = anywhere(*IT)
AUTHORS = (*CATALOG, "author_solutions")


@dataclass(frozen=True)
class Noun:
    """``opens`` its list; ``sight`` shows a row, nothing: any right in the context.

    The rest is the right for each change.

    A change without a right is nobody's, with ``superuser`` that of whoever looks after all.
    """

    address: str
    thing: str
    opens: tuple[str, ...]
    sight: tuple[str, ...]
    add: str = ""
    change: str = ""
    delete: str = ""
    anywhere: bool = False  # the same at every place: no place of its own counts

    def rows(self) -> Iterator[Row]:
        """Its pages; what only shows a page that is also sent, and the other way round, briefly."""
        base, pk = f"admin/{self.address}/", {"object_id": self.thing}
        seen, opened = self._seen(), anywhere(*self.opens)
        at = "" if self.anywhere else self.thing
        adding, changing = _right(self.add, ""), _right(self.change, at)
        page = f"{base}<path:object_id>/"
        yield admin_row("GET", base, opened)
        yield briefly(admin_row("POST", base, opened, ok=(200, 302)))
        yield admin_row("GET", f"{base}add/", adding)
        yield briefly(admin_row("POST", f"{base}add/", adding))
        yield admin_row("GET", f"{page}history/", seen, opened, args=pk)
        yield briefly(admin_row("POST", f"{page}history/", seen, opened, args=pk))
        yield admin_row("GET", f"{page}change/", seen, opened, args=pk)
        yield admin_row("POST", f"{page}change/", seen, changing, args=pk, ok=(200, 302))
        yield from deleting(page, pk, seen, _right(self.delete, at))
        yield from elsewhere(page, pk)

    def _seen(self) -> Need:
        if self.anywhere:
            return Need(frozenset(self.sight), "", 404)
        return sees(self.thing, *self.sight) if self.sight else in_context("context")


def admin_row(method: str, route: str, *needs: Need, **more: object) -> Row:
    """A call that only who has some right of IT gets through the door with."""
    made = post(route, DOOR, *needs, **more)
    return with_method(method, replace(made, form=method in {"GET", "POST"}))


def deleting(page: str, pk: dict[str, str], *needs: Need) -> Iterator[Row]:
    """Being asked whether to delete something, and saying yes."""
    route = f"{page}delete/"
    yield briefly(admin_row("GET", route, *needs, args=pk))
    yield admin_row("POST", route, *needs, args=pk, ok=302, body={"post": "yes"})


def elsewhere(page: str, pk: dict[str, str]) -> Iterator[Row]:
    """The address of a thing leads on to its page, whatever is there."""
    for method in ("GET", "POST", "PUT", "PATCH", "DELETE"):
        yield briefly(admin_row(method, page, args=pk, ok=302))


def briefly(row: Row) -> Row:
    """For the most telling of those who ask, and no others."""
    return replace(row, brief=True)


def _right(perm: str, at: str) -> Need:
    if perm == "superuser":
        return SUPERUSER
    if not perm:
        return NEVER
    return may(at, perm) if at else anywhere(perm)


NOUNS = (
    Noun("orchestration/agent", "agent:factory-a", ("manage_agents",), AGENTS),
    Noun(
        "orchestration/capability", "sparecapability", IT, (),
        "manage_context", "manage_context", "manage_context",
    ),
    Noun("orchestration/configtemplate", "config", AUTHORS, CATALOG, "author_solutions"),
    Noun("orchestration/context", "context", IT, (), "superuser", "manage_context"),
    Noun("orchestration/deployment", "deployment:failed", DEPLOYMENTS, DEPLOYMENTS),
    Noun("orchestration/event", "event", (*IT, *DEPLOYMENTS), DEPLOYMENTS),
    Noun(
        "auth/group", "group:factory-a", ("manage_access",), ("manage_access",),
        "superuser", "superuser", "superuser",
    ),
    Noun(
        "orchestration/templatelink", "link:config", VALUES, VALUES,
        "edit_it_values", "edit_it_values", "edit_it_values",
    ),
    Noun(
        "rbac/user", "holder:factory-a", ("manage_access",), ("manage_access",),
        "superuser", "superuser",
    ),
    Noun(
        "orchestration/node", "spare-site", IT, PLACES,
        "edit_hierarchy", "edit_hierarchy", "edit_hierarchy",
    ),
    Noun(
        "rbac/roleassignment", "assignment:factory-a", ("manage_access",), ("manage_access",),
        "manage_access", "manage_access", "manage_access",
    ),
    Noun(
        "rbac/role", "own-role", ("manage_access",), ("manage_access",),
        "manage_access", "manage_access", "manage_access", anywhere=True,
    ),
    Noun("orchestration/schema", "schema:solution", AUTHORS, CATALOG, "author_solutions"),
    Noun(
        "orchestration/namedsecret", "secret:factory-a", ("edit_it_values",), VALUES,
        "edit_it_values", "edit_it_values", "edit_it_values",
    ),
    Noun("orchestration/solutiontemplate", "solution", AUTHORS, CATALOG, "author_solutions"),
    Noun(
        "orchestration/target", "target:spare-line", IT, PLACES,
        "edit_targets", "edit_targets", "edit_targets",
    ),
    Noun(
        "orchestration/enrolmenttoken", "token:factory-a", ("manage_agents",), ("manage_agents",),
        "manage_agents",
    ),
)  # fmt: skip


def both(route: str, *needs: Need, **more: object) -> Iterator[Row]:
    """A page that is opened and sent with the same right."""
    for method in ("GET", "POST"):
        yield admin_row(method, route, *needs, **more)


PAGES = [
    *both("admin/"),
    *both("admin/health/"),
    *both("admin/playground/", anywhere("author_solutions")),
    *both("admin/new-solution/", anywhere("author_solutions")),
    *both("admin/password_change/", ok=302),
    *both("admin/password_change/done/", ok=(200, 302, 405)),
    *both(
        "admin/r/<path:content_type_id>/<path:object_id>/",
        Need(frozenset(), "line-b", 404, never=True),
        args={"content_type_id": "kind-of-node", "object_id": "line-b"},
    ),
    *both("admin/jsi18n/", ok=(200, 405)),
    *both("admin/autocomplete/", ok=(403, 405)),
    *both("admin/<apps>", ok=302),
    *(
        row
        for verb in ("approve", "revoke")
        for row in both(
            f"admin/orchestration/agent/<path:object_id>/{verb}/",
            sees("knocking:factory-a", *AGENTS),
            may("knocking:factory-a", "manage_agents"),
            args={"object_id": "knocking:factory-a"},
            ok=(200, 302),
        )
    ),
    *both(
        "admin/orchestration/enrolmenttoken/<path:object_id>/cancel/",
        sees("token:factory-a", "manage_agents"),
        args={"object_id": "token:factory-a"},
        ok=(200, 302),
    ),
    *both(
        "admin/rbac/user/<path:object_id>/password/",
        sees("holder:factory-a", "manage_access"),
        SUPERUSER,
        args={"object_id": "holder:factory-a"},
    ),
    *both(
        "admin/rbac/user/<path:object_id>/access/",
        sees("holder:factory-a", "manage_access"),
        args={"object_id": "holder:factory-a"},
    ),
    *both(
        "admin/orchestration/node/add-factory/",
        anywhere("edit_hierarchy"),
        anywhere("edit_targets"),
    ),
    *both("admin/orchestration/event/export/", anywhere(*IT, *DEPLOYMENTS)),
    *both("admin/orchestration/node/tree/"),
    *both(
        "admin/orchestration/node/<path:object_id>/branch/",
        sees("line-a", *PLACES),
        args={"object_id": "line-a"},
        ok=302,
    ),
    *both(
        "admin/orchestration/node/<path:object_id>/move/",
        sees("spare-site", *PLACES),
        may("spare-site", "edit_hierarchy"),
        args={"object_id": "spare-site"},
        ok=(200, 302),
    ),
    *both(
        "admin/orchestration/node/<path:object_id>/access/",
        sees("line-a", "manage_access"),
        args={"object_id": "line-a"},
        tells=("doer", "holder", "groupholder"),  # also who has a role from further up
    ),
    get("admin/login/", public=True, ok=302),
    with_method("POST", get("admin/login/", public=True, ok=302)),
    get("admin/logout/", public=True, ok=(302, 403, 405)),
    with_method("POST", get("admin/logout/", public=True, ok=(200, 302, 403))),
]
CHOICES = [
    # What a form offers and a filter finds is what one may see there, and nothing else.
    *(
        replace(admin_row("GET", f"admin/orchestration/{noun}/add/", anywhere(right)), query=query)
        for noun, right, query in (
            ("node", "edit_hierarchy", {"parent": Id("factory-b")}),
            ("target", "edit_targets", {"parent": Id("factory-b")}),
            ("enrolmenttoken", "manage_agents", {"node": Id("factory-b")}),
            ("templatelink", "edit_it_values", {"at": Id("factory-b")}),
        )
    ),
]

ROWS: list[Row] = [*(row for noun in NOUNS for row in noun.rows()), *PAGES, *CHOICES]
