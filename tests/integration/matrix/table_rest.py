"""Reading over REST: what each address needs, written by hand from the roles' description."""

from tests.integration.matrix.oracle import PERMS
from tests.integration.matrix.rows import SUPERUSER, Id, Row, get, in_context, may, sees

V1 = "api/v1/"
PLACES = ("view_hierarchy",)
CATALOG = ("view_solutions",)
VALUES = ("view_values",)
INSTALLED = ("view_deployments", "view_values")
DEPLOYMENTS = ("view_deployments",)
AGENTS = ("view_deployments", "manage_agents")
COPY = "copy:line-a:solution"
REVISION = "revision:line-a:solution:2"
ATTEMPT = "deployment:line-a:solution:1"
ROLLOUT = "rollout:line-a:solution:1"

# address, kind of what it lists, rights, and a thing of that kind
# address, kind of what it lists, rights, and a thing of that kind
NOUNS: tuple[tuple[str, str, tuple[str, ...], str], ...] = (
    ("nodes", "node", PLACES, "factory-a"),
    ("targets", "target", PLACES, "target:line-a"),
    ("agents", "agent", AGENTS, "agent:factory-a"),
    ("enrolment-tokens", "token", ("manage_agents",), "token:factory-a"),
    ("schemas", "schema", CATALOG, "schema:solution"),
    ("schema-versions", "schema-version", CATALOG, "schema-version:solution"),
    ("solutions", "solution", CATALOG, "solution"),
    ("solution-versions", "solution-version", CATALOG, "version:solution"),
    ("config-templates", "config-template", CATALOG, "config"),
    ("config-template-versions", "config-template-version", CATALOG, "version:config"),
    ("instances", "instance", INSTALLED, COPY),
    ("revisions", "revision", INSTALLED, REVISION),
    ("rollouts", "rollout", DEPLOYMENTS, ROLLOUT),
    ("deployments", "deployment", DEPLOYMENTS, ATTEMPT),
    ("events", "event", DEPLOYMENTS, "event"),
    ("role-assignments", "assignment", ("manage_access",), "assignment:factory-a"),
)

ROWS: list[Row] = [
    *(get(f"{V1}{noun}/", lists=kind, listed=perms) for noun, kind, perms, _ in NOUNS),
    *(
        get(f"{V1}{noun}/<int:pk>/", sees(thing, *perms), args={"pk": thing})
        for noun, _, perms, thing in NOUNS
    ),
    get(V1 + "contexts/", lists="context", listed=tuple(PERMS)),
    get(V1 + "contexts/<int:pk>/", in_context("context"), args={"pk": "context"}),
    get(V1 + "contexts/<int:pk>/capabilities/", in_context("context"), args={"pk": "context"}),
    get(
        V1 + "contexts/<int:pk>/capabilities/<int:capability>/",
        in_context("context"),
        args={"pk": "context", "capability": "sparecapability"},
    ),
    get(V1 + "nodes/tree/", lists="node", listed=PLACES),
    get(
        V1 + "schema-versions/<int:pk>/json-schema/",
        sees("schema-version:solution", *CATALOG),
        args={"pk": "schema-version:solution"},
    ),
    get(
        V1 + "config-template-versions/<int:pk>/json-schema/",
        sees("version:config", *CATALOG),
        args={"pk": "version:config"},
    ),
    get(
        V1 + "solution-versions/<int:pk>/json-schema/",
        sees("version:solution", *CATALOG),
        args={"pk": "version:solution"},
    ),
    get(
        V1 + "revisions/<int:pk>/compare/",
        sees(REVISION, *INSTALLED),
        args={"pk": REVISION},
        query={"with": "running"},
    ),
    get(
        V1 + "revisions/<int:pk>/compare/",
        sees(REVISION, *INSTALLED),
        sees("revision:line-b:solution:1", *INSTALLED),
        args={"pk": REVISION},
        query={"with": Id("revision:line-b:solution:1")},
    ),
    get(V1 + "nodes/<int:node>/links/", sees("factory-a", *VALUES), args={"node": "factory-a"}),
    get(V1 + "nodes/<int:node>/secrets/", sees("factory-a", *PLACES), args={"node": "factory-a"}),
    get(
        V1 + "nodes/<int:node>/links/<int:link>/",
        sees("factory-a", *VALUES),
        args={"node": "factory-a", "link": "link:config"},
    ),
    get(
        V1 + "nodes/<int:node>/secrets/<str:name>/",
        sees("factory-a", *PLACES),
        sees("secret-name:factory-a", *VALUES),
        args={"node": "factory-a", "name": "secret-name:factory-a"},
    ),
    *(
        get(
            f"{V1}configurations/<int:node>/<int:solution>/{page}",
            sees("line-a", *PLACES),
            sees("solution", *CATALOG),
            may("line-a", *VALUES),
            args={"node": "line-a", "solution": "solution"},
        )
        for page in ("", "history/")
    ),
    get(
        V1 + "configurations/<int:node>/<int:solution>/",
        sees("factory-a", *PLACES),
        may("factory-a", *VALUES),
        args={"node": "factory-a", "solution": "config"},
    ),
    get(V1 + "users/", SUPERUSER),
    get(V1 + "users/<int:pk>/", SUPERUSER, args={"pk": "holder:factory-a"}),
    get(V1 + "me/"),
    get(V1 + "auth/tokens/"),
    get(V1 + "schema/", public=True),
    get(V1 + "docs/", public=True),
]
