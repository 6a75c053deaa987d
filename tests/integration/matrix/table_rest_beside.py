"""REST beside the main flow: operations, bulk, webhooks, validations, roles, onboarding, tokens."""

from tests.integration.matrix.oracle import PERMS
from tests.integration.matrix.rows import (
    SUPERUSER,
    Id,
    Need,
    Row,
    delete,
    get,
    knows,
    may,
    patch,
    post,
    put,
    sees,
)
from tests.integration.matrix.table_rest import CATALOG, INSTALLED, PLACES, REVISION, V1
from tests.integration.matrix.table_rest_writes import AUTHOR

ACCESS = "manage_access"
SOMEWHERE = Need(frozenset({ACCESS}), "", 404)  # roles are the same at every place
OPERATION = {"uuid": "operation:line-a"}
WEBHOOK = {"pk": "webhook:factory-a"}
DELIVERY = {"pk": "delivery:factory-a"}
VALIDATION = {"uid": "validation:line-a"}
JUDGES = ("validate", *INSTALLED)

OPERATIONS = [
    get(V1 + "operations/", lists="operation", listed=(ACCESS,)),
    get(V1 + "operations/<uuid:uuid>/", sees("operation:line-a", ACCESS), args=OPERATION),
    get(V1 + "operations/<uuid:uuid>/results/", sees("operation:line-a", ACCESS), args=OPERATION),
    get(V1 + "operations/<uuid:uuid>/stream/", sees("operation:line-a", ACCESS), args=OPERATION),
    *(
        # Only who started it, or looks after the whole installation.
        post(
            f"{V1}operations/<uuid:uuid>/{verb}/",
            sees("operation:line-a", ACCESS),
            SUPERUSER,
            args=OPERATION,
            ok=ok,
        )
        for verb, ok in (("cancel", 200), ("retry", 409))
    ),
    *(
        post(
            f"{V1}bulk/{verb}/",
            knows("version:solution", *CATALOG),
            body={
                "version": Id("version:solution"),
                "targets": [Id("target:line-a"), Id("target:line-b")],
            },
            ok=202,
        )
        for verb in ("review", "publish")
    ),
    post(
        V1 + "bulk/deploy/",
        Need(
            frozenset(INSTALLED),
            "line-a",
            400,
            instead=[Need(frozenset(INSTALLED), line, 400) for line in ("line-b", "line-c")],
        ),
        body={"solution": Id("solution"), "targets": [Id("target:line-a")]},
        ok=202,
    ),
]
WEBHOOKS = [
    get(V1 + "webhooks/", lists="webhook", listed=(ACCESS,)),
    get(V1 + "webhooks/<int:pk>/", sees("webhook:factory-a", ACCESS), args=WEBHOOK),
    post(
        V1 + "webhooks/",
        knows("factory-a", ACCESS),
        body={
            "node": Id("factory-a"),
            "name": "new",
            "url": "https://hooks.example/",
            "kinds": ["*"],
        },
        ok=(201, 422),  # whether the address is allowed is another matter
    ),
    patch(
        V1 + "webhooks/<int:pk>/",
        sees("webhook:factory-a", ACCESS),
        args=WEBHOOK,
        body={"enabled": False},
        ok=(200, 422),
    ),
    delete(V1 + "webhooks/<int:pk>/", sees("webhook:factory-a", ACCESS), args=WEBHOOK),
    *(
        post(
            f"{V1}webhooks/<int:pk>/{verb}/", sees("webhook:factory-a", ACCESS), args=WEBHOOK, ok=ok
        )
        for verb, ok in (("renew-secret", 200), ("test", 202))
    ),
    get(V1 + "webhook-deliveries/", lists="delivery", listed=(ACCESS,)),
    get(V1 + "webhook-deliveries/<uuid:pk>/", sees("delivery:factory-a", ACCESS), args=DELIVERY),
    post(
        V1 + "webhook-deliveries/<uuid:pk>/redeliver/",
        sees("delivery:factory-a", ACCESS),
        args=DELIVERY,
        ok=202,
    ),
]
VALIDATIONS = [
    get(V1 + "validations/", lists="validation", listed=JUDGES),
    get(V1 + "validations/<uuid:uid>/", sees("validation:line-a", *JUDGES), args=VALIDATION),
    post(
        V1 + "validations/<uuid:uid>/",
        sees("validation:line-a", *JUDGES),
        may("validation:line-a", "validate"),
        args=VALIDATION,
        body={"status": "Valid"},
        ok=(200, 409),
    ),
    post(
        V1 + "validations/<uuid:uid>/cancel/",
        sees("validation:line-a", *JUDGES),
        may("validation:line-a", "publish"),
        args=VALIDATION,
        ok=(200, 409),
    ),
    post(
        V1 + "revisions/<int:revision>/validate/",
        sees(REVISION, *INSTALLED),
        may(REVISION, "publish"),
        args={"revision": REVISION},
        ok=409,
    ),
    get(
        V1 + "solutions/<int:solution>/validation/",
        sees("solution", *CATALOG),
        args={"solution": "solution"},
    ),
    put(
        V1 + "solutions/<int:solution>/validation/",
        sees("solution", *CATALOG),
        may("solution", AUTHOR),
        args={"solution": "solution"},
        body={"required": True, "hours": 24},
    ),
]
WITHDRAWING = [
    *(
        post(
            f"{V1}solution-versions/<int:version>/{verb}/",
            sees("version:solution", *CATALOG),
            may("solution", AUTHOR),
            args={"version": "version:solution"},
            body=body,
            ok=ok,
        )
        for verb, body, ok in (("withdraw", {"reason": "old"}, 200), ("reinstate", {}, (200, 409)))
    ),
    get(
        V1 + "solution-versions/<int:version>/running/",
        sees("version:solution", *CATALOG),
        args={"version": "version:solution"},
    ),
]
ROLES = [
    get(V1 + "roles/", lists="role", listed=(ACCESS,)),
    get(V1 + "roles/<int:pk>/", SOMEWHERE, args={"pk": "own-role"}),
    post(
        V1 + "roles/",
        may("", ACCESS),
        body={"label": "New", "rights": ["view_hierarchy"]},
        ok=201,
    ),
    patch(V1 + "roles/<int:pk>/", SOMEWHERE, args={"pk": "own-role"}, body={"label": "New"}),
    delete(V1 + "roles/<int:pk>/", SOMEWHERE, args={"pk": "own-role"}),
    get(
        V1 + "nodes/<int:node>/access/",
        sees("factory-a", *PERMS),
        args={"node": "factory-a"},
        tells=("doer",),  # whom to ask for what one lacks
    ),
    get(
        V1 + "nodes/<int:node>/access/",
        knows("holder-name:factory-a", ACCESS),
        sees("factory-a", ACCESS),
        args={"node": "factory-a"},
        query={"user": Id("holder-name:factory-a")},
        tells=("doer",),
    ),
    get(
        V1 + "nodes/<int:node>/holders/",
        sees("factory-a", ACCESS),
        args={"node": "factory-a"},
        query={"right": "deploy"},
        tells=("doer",),  # also who has it from further up
    ),
    get(V1 + "auth/sessions/"),
    get(V1 + "auth/sessions/<int:pk>/", args={"pk": "somebodys-sign-in"}, ok=404),
    get(V1 + "auth/preferences/"),
    get(V1 + "auth/everybodys-tokens/", SUPERUSER),
    get(V1 + "auth/everybodys-tokens/<str:key>/", SUPERUSER, args={"key": "api-token"}),
    delete(V1 + "auth/everybodys-tokens/<str:key>/", SUPERUSER, args={"key": "api-token"}),
    get(V1 + "auth/tokens/<str:key>/", args={"key": "api-token"}, ok=404),
    get(V1 + "auth/sessions/"),
    get(V1 + "auth/sessions/<int:pk>/", args={"pk": "somebodys-sign-in"}, ok=404),
    delete(V1 + "auth/sessions/<int:pk>/", args={"pk": "somebodys-sign-in"}, ok=404),
    get(V1 + "auth/preferences/"),
    put(V1 + "auth/preferences/", body={"time_zone": "Europe/Madrid"}),
    *(
        post(f"{V1}users/<int:pk>/{verb}/", SUPERUSER, args={"pk": "holder:factory-a"}, ok=ok)
        for verb, ok in (("unlock", 204), ("password-link", 201))
    ),
]
STARTING = [
    get(V1 + "nodes/find/", query={"name": "line"}),
    post(V1 + "apply/", body={"documents": []}, ok=(200, 422)),
    post(
        V1 + "onboarding/factory/",
        knows("city-a", *PLACES),
        may("city-a", "edit_hierarchy"),
        may("city-a", "edit_targets"),
        body={"parent": Id("city-a"), "name": "new", "lines": 2},
        ok=201,
    ),
    get(
        V1 + "starter/",
        Need(frozenset({AUTHOR}), "", 400),
        query={"name": "new"},
        ok=(200, 400),
    ),
]

SHEETS = [
    *(get(f"{V1}exports/{kind}/") for kind in ("sites", "targets", "values")),
    *(
        get(
            f"{V1}exports/{kind}/",
            knows("factory-b", *PLACES),
            query={"under": Id("factory-b"), "format": "csv"},
        )
        for kind in ("sites", "targets", "values")
    ),
    # Each row asks for the right of its own: nothing wanted is nothing refused.
    *(
        post(f"{V1}imports/{kind}/", body={"rows": []}, ok=(200, 400, 422))
        for kind in ("sites", "targets", "values")
    ),
]

ROWS: list[Row] = [*SHEETS, *OPERATIONS, *WEBHOOKS, *VALIDATIONS, *WITHDRAWING, *ROLES, *STARTING]
