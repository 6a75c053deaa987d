"""Changing over REST, and the questions that are asked by POST: what each call needs."""

from tests.integration.matrix.rows import (
    SUPERUSER,
    Id,
    Need,
    Row,
    delete,
    in_context,
    knows,
    may,
    patch,
    post,
    put,
    sees,
)
from tests.integration.matrix.table_rest import (
    AGENTS,
    CATALOG,
    PLACES,
    V1,
    VALUES,
)

AUTHOR = "author_solutions"
NEWEST = "revision:line-a:solution:3"
COPY = "copy:line-a:solution"
KNOCKING = "knocking:factory-a"
SCHEMA = "rules:\n  configs:\n    Speed: {type: int}\n"
WEAK = "long enough, and 4 words"


CONTEXTS = [
    post(V1 + "contexts/", SUPERUSER, body={"name": "new", "levels": ["Line"]}, ok=201),
    patch(
        V1 + "contexts/<int:pk>/",
        in_context("context"),
        may("root", "manage_context"),
        args={"pk": "context"},
        body={"display_name": "New"},
    ),
    post(
        V1 + "contexts/<int:pk>/capabilities/",
        in_context("context"),
        may("root", "manage_context"),
        args={"pk": "context"},
        body={"name": "new"},
        ok=201,
    ),
    delete(
        V1 + "contexts/<int:pk>/capabilities/<int:capability>/",
        in_context("context"),
        may("root", "manage_context"),
        args={"pk": "context", "capability": "sparecapability"},
    ),
]
NODES = [
    post(
        V1 + "nodes/",
        knows("city-a", *PLACES),
        may("city-a", "edit_hierarchy"),
        body={"parent": Id("city-a"), "name": "new"},
        ok=201,
    ),
    patch(
        V1 + "nodes/<int:pk>/",
        sees("factory-a", *PLACES),
        may("factory-a", "edit_hierarchy"),
        args={"pk": "factory-a"},
        body={"display_name": "New"},
    ),
    post(
        V1 + "nodes/<int:pk>/move/",
        sees("line-b", *PLACES),
        knows("factory-b", *PLACES),
        may("line-b", "edit_targets"),
        may("factory-b", "edit_targets"),
        args={"pk": "line-b"},
        body={"parent": Id("factory-b")},
        ok=422,  # its agent stays behind
    ),
    delete(
        V1 + "nodes/<int:pk>/",
        sees("spare-site", *PLACES),
        may("spare-site", "edit_hierarchy"),
        args={"pk": "spare-site"},
    ),
    post(
        V1 + "targets/",
        knows("factory-a", *PLACES),
        may("factory-a", "edit_targets"),
        body={"parent": Id("factory-a"), "name": "new"},
        ok=201,
    ),
    patch(
        V1 + "targets/<int:pk>/",
        sees("target:line-a", *PLACES),
        may("target:line-a", "edit_targets"),
        args={"pk": "target:line-a"},
        body={"specification": {}},
    ),
    patch(
        V1 + "targets/<int:pk>/",
        sees("target:line-a", *PLACES),
        knows("agent:factory-a", *AGENTS),
        may("target:line-a", "edit_targets"),
        args={"pk": "target:line-a"},
        body={"agent": Id("agent:factory-a")},
    ),
    delete(
        V1 + "targets/<int:pk>/",
        sees("target:spare-line", *PLACES),
        may("target:spare-line", "edit_targets"),
        args={"pk": "target:spare-line"},
    ),
]
SITES = [
    post(
        V1 + "agents/<int:pk>/approve/",
        sees(KNOCKING, *AGENTS),
        may(KNOCKING, "manage_agents"),
        args={"pk": KNOCKING},
    ),
    post(
        V1 + "agents/<int:pk>/approve/",
        sees(KNOCKING, *AGENTS),
        knows("target:spare-line", *PLACES),
        may(KNOCKING, "manage_agents"),
        args={"pk": KNOCKING},
        body={"targets": [Id("target:spare-line")]},
    ),
    post(
        V1 + "agents/<int:pk>/revoke/",
        sees("agent:factory-a", *AGENTS),
        may("agent:factory-a", "manage_agents"),
        args={"pk": "agent:factory-a"},
    ),
    post(
        V1 + "enrolment-tokens/",
        knows("factory-a", *PLACES),
        knows("target:line-a", *PLACES),
        may("factory-a", "manage_agents"),
        body={"node": Id("factory-a"), "targets": [Id("target:line-a")]},
        ok=201,
    ),
    post(
        V1 + "enrolment-tokens/<int:pk>/cancel/",
        sees("token:factory-a", "manage_agents"),
        args={"pk": "token:factory-a"},
    ),
]
CATALOGS = [
    post(
        V1 + "schema-versions/",
        in_context("context", 400),
        may("catalog-root", AUTHOR),
        body={"context": Id("context"), "text": SCHEMA, "name": "new", "version": "1.0.0"},
        ok=201,
    ),
    *(
        post(
            f"{V1}{noun}-versions/",
            in_context("context", 400),
            may("catalog-root", AUTHOR),
            body={
                "context": Id("context"),
                "name": "new",
                "version": "1.0.0",
                "config_text": "configs: {}",
            },
            ok=201,
        )
        for noun in ("solution", "config-template")
    ),
    *(
        delete(
            f"{V1}{noun}-versions/<int:pk>/",
            sees(thing, *CATALOG),
            may(at, AUTHOR),
            args={"pk": thing},
            ok=(204, 409),  # all of them are in use
        )
        for noun, thing, at in (
            ("schema", "schema-version:solution", "catalog-root"),
            ("solution", "version:solution", "solution"),
            ("config-template", "version:config", "config"),
        )
    ),
    post(
        V1 + "imports/",
        in_context("context", 400),
        may("catalog-root", AUTHOR),
        body={
            "context": Id("context"),
            "schema": SCHEMA,
            "schema_name": "new",
            "schema_version": "1.0.0",
        },
        ok=201,
    ),
    post(
        V1 + "check-template/",
        Need(frozenset({AUTHOR}), "", 403),
        Need(frozenset({AUTHOR}), "context", 400, within=True),
        body={"context": Id("context"), "template": "configs: {}"},
    ),
]
LINKS = [
    post(
        V1 + "nodes/<int:node>/links/impact/",
        sees("factory-a", *PLACES),
        may("factory-a", "edit_it_values"),
        knows("version:config", *CATALOG),
        args={"node": "factory-a"},
        body={"version": Id("version:config")},
    ),
    *(
        post(
            V1 + "nodes/<int:node>/links/",
            knows(f"version:{config}", *CATALOG),
            sees("factory-a", *VALUES),
            may(config, AUTHOR),
            may("factory-a", "edit_it_values"),
            args={"node": "factory-a"},
            body={"config_template_version": Id(f"version:{config}")},
            ok=ok,
        )
        for config, ok in (("config", 201), ("config-b", 201), ("config-x", 422))
    ),
    delete(
        V1 + "nodes/<int:node>/links/<int:link>/",
        sees("factory-a", *VALUES),
        may("config", AUTHOR),
        may("factory-a", "edit_it_values"),
        args={"node": "factory-a", "link": "link:config"},
    ),
    delete(
        V1 + "nodes/<int:node>/links/<int:link>/",
        sees("factory-a", *VALUES),
        args={"node": "factory-a", "link": "link:config-b"},
        ok=404,
    ),
    put(
        V1 + "nodes/<int:node>/secrets/<str:name>/",
        sees("factory-a", *PLACES),
        may("factory-a", "edit_it_values"),
        args={"node": "factory-a", "name": "secret-name:factory-a"},
        body={"value": "new"},
    ),
    delete(
        V1 + "nodes/<int:node>/secrets/<str:name>/",
        sees("factory-a", *PLACES),
        sees("secret-name:factory-a", *VALUES),
        may("factory-a", "edit_it_values"),
        args={"node": "factory-a", "name": "secret-name:factory-a"},
    ),
]
_EDIT = {"values": {"Recipe": "new"}, "base": 4}
VALUES_OF_LINES = [
    post(
        V1 + "configurations/",
        knows("version:solution", *CATALOG),
        knows("line-a", *PLACES),
        may("line-a", *VALUES),
        may("line-a", "edit_ot_values"),
        body={"version": Id("version:solution"), "edits": [{"node": Id("line-a"), **_EDIT}]},
    ),
    post(
        V1 + "configurations/",
        knows("version:solution", *CATALOG),
        knows("line-a", *PLACES),
        knows("line-b", *PLACES),
        may("line-a", *VALUES),
        may("line-b", *VALUES),
        may("line-a", "edit_ot_values"),
        may("line-b", "edit_ot_values"),
        body={
            "version": Id("version:solution"),
            "edits": [{"node": Id("line-a"), **_EDIT}, {"node": Id("line-b"), **_EDIT}],
        },
    ),
    post(
        V1 + "configurations/impact/",
        knows("version:solution", *CATALOG),
        knows("line-a", *PLACES),
        may("line-a", *VALUES),
        may("line-a", "edit_ot_values"),
        body={"version": Id("version:solution"), "edits": [{"node": Id("line-a"), **_EDIT}]},
    ),
    post(
        V1 + "solutions/<int:solution>/impact/",
        sees("solution", *CATALOG),
        may("catalog-root", AUTHOR),
        args={"solution": "solution"},
        body={"config_text": "configs: {}"},
    ),
    post(
        V1 + "solution-versions/<int:version>/impact/",
        sees("version:solution", *CATALOG),
        args={"version": "version:solution"},
    ),
    put(
        V1 + "configurations/<int:node>/<int:solution>/",
        sees("line-a", *PLACES),
        sees("solution", *CATALOG),
        may("line-a", *VALUES),
        may("line-a", "edit_ot_values"),
        args={"node": "line-a", "solution": "solution"},
        body=_EDIT,
    ),
]
PEOPLE = [
    *(
        post(
            V1 + "role-assignments/",
            knows("factory-a", "manage_access"),
            knows(holder, "manage_access"),
            body={"role": "deployment-viewer", "node": Id("factory-a"), key: Id(holder)},
            ok=201,
        )
        for key, holder in (
            ("user", "holder-name:factory-a"),
            ("user", "holder-name:factory-b"),
            ("user", "holder-name:factory-x"),
            ("group", "group-name:factory-b"),
        )
    ),
    delete(
        V1 + "role-assignments/<int:pk>/",
        sees("assignment:factory-a", "manage_access"),
        args={"pk": "assignment:factory-a"},
    ),
    post(V1 + "users/", SUPERUSER, body={"username": "new", "password": WEAK}, ok=201),
    patch(
        V1 + "users/<int:pk>/",
        SUPERUSER,
        args={"pk": "holder:factory-a"},
        body={"is_active": False},
    ),
    post(
        V1 + "users/<int:pk>/password/",
        SUPERUSER,
        args={"pk": "holder:factory-a"},
        body={"password": WEAK},
        ok=204,
    ),
    *(
        post(f"{V1}users/<int:pk>/{verb}/", SUPERUSER, args={"pk": "holder:factory-a"}, ok=ok)
        for verb, ok in (("unlock", (200, 204)), ("password-link", (200, 201)))
    ),
    put(V1 + "auth/preferences/", body={}, ok=(200, 400)),
    delete(V1 + "auth/sessions/<int:pk>/", args={"pk": "somebodys-sign-in"}, ok=404),
    post(V1 + "auth/tokens/", body={}, ok=201),
    delete(V1 + "auth/tokens/<str:key>/", args={"key": "api-token"}, ok=404),
]

ROWS: list[Row] = [
    *CONTEXTS,
    *NODES,
    *SITES,
    *CATALOGS,
    *LINKS,
    *VALUES_OF_LINES,
    *PEOPLE,
]
