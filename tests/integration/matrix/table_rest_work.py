"""Work on lines over REST: review, publish, deploy and what follows; what each call needs."""

from tests.integration.matrix.rows import (
    Id,
    Row,
    delete,
    knows,
    may,
    post,
    sees,
)
from tests.integration.matrix.table_rest import (
    CATALOG,
    DEPLOYMENTS,
    INSTALLED,
    PLACES,
    V1,
)
from tests.integration.matrix.table_rest_writes import COPY, NEWEST

_BOTH = {"version": Id("version:solution"), "targets": [Id("target:line-a"), Id("target:line-b")]}
_KNOWN = (
    knows("version:solution", *CATALOG),
    knows("target:line-a", *PLACES),
    knows("target:line-b", *PLACES),
)
REVISIONS = [
    *(
        post(f"{V1}{what}/", *_KNOWN, may("line-a", right), may("line-b", right), body=_BOTH)
        for what, right in (
            ("review", "review"),
            ("dependency-candidates", "review"),
            ("publish", "publish"),
        )
    ),
    delete(
        V1 + "revisions/<int:pk>/",
        sees(NEWEST, *INSTALLED),
        may(NEWEST, "publish"),
        args={"pk": NEWEST},
    ),
]


def _rollout(verb: str, key: str, rights: tuple[str, ...], right: str, *things: str) -> Row:
    known = (knows(thing, *rights) for thing in things)
    allowed = (may(thing, right) for thing in things)
    body = {key: [Id(thing) for thing in things]}
    return post(f"{V1}rollouts/{verb}/", *known, *allowed, body=body, ok=201)


ROLLOUTS = [
    _rollout("deploy", "revisions", INSTALLED, "deploy", NEWEST),
    _rollout("deploy", "revisions", INSTALLED, "deploy", NEWEST, "revision:line-b:solution:3"),
    _rollout("roll-back", "revisions", INSTALLED, "deploy", "revision:line-a:solution:1"),
    _rollout("retry", "deployments", DEPLOYMENTS, "deploy", "deployment:failed"),
    _rollout("uninstall", "instances", INSTALLED, "uninstall", COPY),
    _rollout("uninstall", "instances", INSTALLED, "uninstall", COPY, "copy:line-b:solution"),
    *(
        post(
            f"{V1}deployments/<int:pk>/{verb}/",
            sees(thing, *DEPLOYMENTS),
            may(thing, "deploy"),
            args={"pk": thing},
            ok=ok,
        )
        for verb, thing, ok in (
            ("cancel", "deployment:waiting", 200),
            ("retry", "deployment:failed", 201),
        )
    ),
]

ROWS: list[Row] = [*REVISIONS, *ROLLOUTS]
