"""The pages of the portal: what each needs, written by hand from the roles' description."""

from dataclasses import replace

from tests.integration.matrix.rows import Id, Need, Row, anywhere, either, get, may, post, sees
from tests.integration.matrix.table_rest import (
    ATTEMPT,
    CATALOG,
    COPY,
    DEPLOYMENTS,
    INSTALLED,
    PLACES,
    REVISION,
    ROLLOUT,
    VALUES,
)

NEWEST = "revision:line-a:solution:3"
WATCH = ("view_hierarchy", "view_deployments", "view_values")
EDITORS = ("edit_ot_values", "edit_it_values")
THERE = 303  # see other: done
# In the catalog, or on a line that one sees.
KNOWN = either(
    sees("solution", *CATALOG),
    *(sees(line, *INSTALLED) for line in ("line-a", "line-b", "line-c")),
)
WAY = {"version": Id("version:solution"), "lines": Id("line-a")}
OF_LINE = {"node": "line-a", "solution": "solution"}


def _form(route: str, *needs: Need, **more: object) -> Row:
    made = post(route, *needs, **more)
    return replace(made, form=True)


def _page(route: str, perms: tuple[str, ...], *needs: Need, **more: object) -> Row:
    return get(route, anywhere(*perms), *needs, **more)


MONITOR = [
    get("", ok=(200, 302)),
    _page("monitor/", WATCH),
    _page("monitor/solutions/", (*WATCH, *CATALOG)),
    _page("monitor/solutions/<int:pk>/", (*WATCH, *CATALOG), KNOWN, args={"pk": "solution"}),
    _page("monitor/targets/", WATCH),
    _page("monitor/targets/", WATCH, sees("factory-a", *PLACES), query={"under": Id("factory-a")}),
    _page("monitor/targets/<int:pk>/", WATCH, sees("line-a", *PLACES), args={"pk": "line-a"}),
    _page("monitor/events/", WATCH),
    _page(
        "monitor/deployments/<int:pk>/",
        DEPLOYMENTS,
        sees(ATTEMPT, *DEPLOYMENTS),
        args={"pk": ATTEMPT},
    ),
    _form("scope/", anywhere(*PLACES), body={}, ok=THERE),
    _form(
        "scope/",
        anywhere(*PLACES),
        sees("factory-a", *PLACES),
        body={"node": Id("factory-a")},
        ok=THERE,
    ),
]
CONFIGURE = [
    _page("configure/", VALUES),
    _page(
        "configure/nodes/<int:pk>/", VALUES, sees("factory-a", *VALUES), args={"pk": "factory-a"}
    ),
    _page(
        "configure/nodes/<int:node>/solutions/<int:solution>/",
        VALUES,
        sees("line-a", *VALUES),
        args=OF_LINE,
    ),
    _page(
        "configure/nodes/<int:node>/solutions/<int:solution>/",
        VALUES,
        sees("factory-b", *VALUES),
        sees("config", *CATALOG),
        args={"node": "factory-b", "solution": "config"},
    ),
    _form(
        "configure/nodes/<int:node>/solutions/<int:solution>/",
        anywhere(*VALUES),
        sees("line-a", *VALUES),
        may("line-a", "edit_ot_values"),
        args=OF_LINE,
        body={"v.Recipe": "new", "w.v.Recipe": "", "base": "4"},
        ok=(THERE, 409),
    ),
    _page(
        "configure/nodes/<int:node>/solutions/<int:solution>/history/",
        VALUES,
        sees("line-a", *VALUES),
        args=OF_LINE,
    ),
    _form(
        "configure/nodes/<int:node>/solutions/<int:solution>/history/<int:number>/restore/",
        anywhere(*EDITORS),
        sees("line-a", *VALUES),
        may("line-a", *EDITORS),
        args={**OF_LINE, "number": "first-save"},
        body={"base": "4"},
        ok=THERE,
    ),
    _form(
        "configure/versions/<int:version>/check/",
        anywhere(*VALUES),
        KNOWN,
        args={"version": "version:solution"},
        body={"v.Recipe": "new"},
    ),
    _form(
        "configure/nodes/<int:node>/config-versions/<int:version>/check/",
        anywhere(*VALUES),
        sees("factory-a", *VALUES),
        args={"node": "factory-a", "version": "version:config"},
        ok=204,
    ),
    _form(
        "configure/nodes/<int:node>/config-versions/<int:version>/check/",
        anywhere(*VALUES),
        sees("factory-b", *VALUES),
        sees("version:config", *CATALOG),
        args={"node": "factory-b", "version": "version:config"},
        ok=204,
    ),
    _page("configure/solutions/", VALUES),
]
ON_THE_WAY = [
    _page("configure/solutions/lines/", VALUES, KNOWN, query=WAY),
    _form("configure/solutions/lines/", anywhere(*VALUES), KNOWN, query=WAY, ok=THERE),
    _page("configure/solutions/impact/", VALUES, KNOWN, query=WAY, ok=(200, THERE)),
    _page("configure/solutions/values/", VALUES, KNOWN, query=WAY, ok=(200, THERE)),
    _form("configure/solutions/values/", anywhere(*VALUES), KNOWN, query=WAY, ok=(200, THERE)),
    # Of lines that are not seen there is nothing to review, and none to be refused for.
    _page("configure/solutions/review/", ("review",), KNOWN, query=WAY, ok=(200, THERE, 403)),
    *(
        _page(
            f"configure/solutions/review/<int:target>/{file}",
            ("review",),
            KNOWN,
            sees("line-a", *VALUES),
            may("line-a", "review"),
            may("solution", *CATALOG),
            args={"target": "line-a"},
            query=WAY,
        )
        for file in ("", "configuration.yaml")
    ),
    _form(
        "configure/solutions/publish/", anywhere("publish"), KNOWN, query=WAY, ok=(200, THERE, 403)
    ),
    _page("configure/solutions/result/", ("review",), KNOWN, query=WAY, ok=(200, THERE)),
]
PUBLISHED = [
    _page("configure/published/", VALUES),
    _page("configure/published/compare/", VALUES, query={"revision": Id(REVISION)}),
    *(
        _page(
            f"configure/published/<int:pk>/{file}",
            VALUES,
            sees(REVISION, *INSTALLED),
            args={"pk": REVISION},
        )
        for file in ("", "configuration.yaml")
    ),
    _form(
        "configure/published/<int:pk>/delete/",
        anywhere("publish"),
        sees(NEWEST, *INSTALLED),
        may(NEWEST, "publish"),
        args={"pk": NEWEST},
        ok=THERE,
    ),
]
PUBLISHED += [
    _form(
        f"configure/published/<int:pk>/validation/{verb}/",
        anywhere("publish"),
        sees("revision:line-a:solution:1", *INSTALLED),
        may("revision:line-a:solution:1", "publish"),
        args={"pk": "revision:line-a:solution:1"},
        ok=(THERE, 409),
    )
    for verb in ("ask-again", "call-off")
]
_CHOSEN = {"instance": Id(COPY)}
DEPLOY = [
    _page("deploy/", ("deploy", "uninstall")),
    _page("deploy/confirm/", ("deploy",), query=_CHOSEN),
    _page("deploy/uninstall/", ("uninstall",), query=_CHOSEN),
    _form(
        "deploy/confirm/",
        anywhere("deploy"),
        Need(frozenset(INSTALLED), "line-a", 422),
        may("line-a", "deploy"),
        body={**_CHOSEN, "revision-": ""},
        ok=422,  # without a revision nothing is chosen
    ),
    _form(
        "deploy/uninstall/",
        anywhere("uninstall"),
        Need(frozenset(INSTALLED), COPY, 422),
        may(COPY, "uninstall"),
        body=_CHOSEN,
        ok=THERE,
    ),
    _page(
        "deploy/instances/<int:pk>/roll-back/",
        ("deploy",),
        sees(COPY, *INSTALLED),
        args={"pk": COPY},
    ),
    _form(
        "deploy/instances/<int:pk>/roll-back/",
        anywhere("deploy"),
        sees(COPY, *INSTALLED),
        may(COPY, "deploy"),
        args={"pk": COPY},
        body={"revision": Id("revision:line-a:solution:1")},
        ok=THERE,
    ),
    _form(
        "deploy/deployments/<int:pk>/cancel/",
        anywhere("deploy"),
        sees("deployment:waiting", *DEPLOYMENTS),
        may("deployment:waiting", "deploy"),
        args={"pk": "deployment:waiting"},
        ok=THERE,
    ),
    _form(
        "deploy/deployments/<int:pk>/retry/",
        anywhere("deploy", "uninstall"),
        sees("deployment:failed", *DEPLOYMENTS),
        may("deployment:failed", "deploy"),
        args={"pk": "deployment:failed"},
        ok=THERE,
    ),
    _page("deploy/rollouts/", DEPLOYMENTS),
    _page(
        "deploy/rollouts/<int:pk>/", DEPLOYMENTS, sees(ROLLOUT, *DEPLOYMENTS), args={"pk": ROLLOUT}
    ),
    _form(
        "deploy/rollouts/<int:pk>/retry/",
        anywhere("deploy", "uninstall"),
        sees("rollout:failed", *DEPLOYMENTS),
        Need(frozenset({"deploy"}), "rollout:failed", 422),
        args={"pk": "rollout:failed"},
        ok=THERE,
    ),
    _form(
        "deploy/rollouts/<int:pk>/roll-back/",
        anywhere("deploy"),
        sees("rollout:line-a:solution:2", *DEPLOYMENTS),
        Need(frozenset({"deploy"}), "rollout:line-a:solution:2", 422),
        args={"pk": "rollout:line-a:solution:2"},
        ok=THERE,
    ),
    _form(
        "deploy/rollouts/<int:pk>/cancel/",
        anywhere("deploy"),
        sees("rollout:waiting", *DEPLOYMENTS),
        args={"pk": "rollout:waiting"},
        ok=THERE,
    ),
]
OUTSIDE = [
    get("healthz", public=True, ok=(200, 503)),
    get("login/", public=True, ok=(200, 302)),
    _form("login/", public=True, ok=(200, 302)),
    _form("logout/", public=True, ok=302),
    get("sign-on/", public=True, ok=(302, 404)),  # as long as nobody set it up
    get("sign-on/callback/", public=True, ok=(302, 404)),
    get("design/", public=True),
    _form("design/", public=True),
]

ROWS: list[Row] = [*MONITOR, *CONFIGURE, *ON_THE_WAY, *PUBLISHED, *DEPLOY, *OUTSIDE]
