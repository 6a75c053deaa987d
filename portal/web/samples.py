"""What the page of all components shows: easy and awkward content, made up."""

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from types import SimpleNamespace

from orchestration.states import (
    AGENT,
    CONFIGURATION_PENDING,
    DEPLOYMENT,
    INSTANCE,
    InstanceState,
)
from portal.web.parts import Choice, Column, Field, Inherited, Tab, Tile
from rbac.access import Verdict
from rbac.permissions import Perm

LONG = "Bottling line 4, hall C, south side (returnables, 0.5 l and 1 l)"
LAST_YEAR = datetime(2025, 10, 26, 0, 30, tzinfo=UTC)
REFUSED = Verdict(
    ok=False, code="right-missing", params={"perm": Perm.DEPLOY.value, "place": LONG, "node": 1}
)
CHICAGO = Inherited("60", "Factory Chicago", "by A. Rossi, 12 Nov")
CRUMBS = [("Europe", ""), ("Rotterdam", "#"), ("Factory Rotterdam South", "#"), (LONG, "")]
COLUMNS = [
    Column("Line", sort="name"),
    Column("Status", sort="status"),
    Column("Revision", sort="revision"),
    Column("Updated", sort="updated"),
    Column("Changes", sort="changes", number=True),
    Column("Actions", hidden=True),
]
TABS = [
    Tab("Overview", "#", current=True),
    Tab("Revisions", "#", count=7),
    Tab("Events", "#"),
]
WORDS = [*INSTANCE.values(), CONFIGURATION_PENDING, *AGENT.values(), *DEPLOYMENT.values()]
ADVICE = ["Check that the port is free on the line's machine.", "Then retry."]
DOCUMENT = {"configs": {"MaxTemp": 85, "AppName": "Hotmelt", "Sensors": ["t1", "t2"]}}
LOG = "\n".join(f"14:02:{second:02} probe refused: connection" for second in range(12))
TILES = [
    Tile("Deployment completed", 68, "quiet", "#"),
    Tile("Deployment in progress", 3, "progress", "#", current=True),
    Tile("Configuration pending", 2, "warning", "#"),
    Tile("Deployment failed", 1, "danger", "#"),
    Tile("Uninstallation failed", 0, "danger", "#"),
]
CHOICES = [
    Choice("1", "Line 1", "Factory Rotterdam South · runs 1.4.1.2", chosen=True),
    Choice("2", LONG, "Factory Rotterdam South · nothing installed"),
    Choice("3", "Line 7", "Factory Ghent", off="Lacks the capability “soap”."),
]
CHANGES = [
    SimpleNamespace(key="MaxTemp", kind="changed", before=80, after=85),
    SimpleNamespace(key="Sensors", kind="changed", before=["t1"], after=["t1", "t2"]),
    SimpleNamespace(
        key="Gateway.Endpoint",
        kind="added",
        before=None,
        after="opc.tcp://10.2.0.14:4840/plant/south/hall-c",
    ),
    SimpleNamespace(key="Legacy", kind="removed", before=True, after=None),
]
FIELDS = [
    Field(
        "AppName",
        "Name of the application",
        value="Hotmelt",
        required=True,
        help="Shown on the line's own page.",
    ),
    Field(
        "MaxTemp",
        "Highest temperature",
        "number",
        value=60,
        unit="°C",
        short=True,
        inherited=CHICAGO,
    ),
    Field(
        "Speed",
        "Belt speed",
        "number",
        value="0,8",
        unit="m/s",
        short=True,
        inherited=CHICAGO,
        overridden=True,
    ),
    Field(
        "Port",
        "Port",
        "number",
        value="80800",
        short=True,
        whole=True,
        errors=["80800 is too large. Enter a number from 1 to 65535."],
    ),
    Field("Mode", "Mode", value="auto", choices=[("auto", "Automatic"), ("manual", "By hand")]),
    Field(
        "Alarms",
        "Send alarms to the control room",
        "boolean",
        value=True,
        help="Switch off during commissioning only.",
    ),
    Field(
        "Endpoint",
        "Address of the historian",
        value="opc.tcp://10.2.0.14:4840",
        read_only="Kept by IT",
    ),
    Field(
        "Notes",
        "Notes for the shift",
        "text",
        value="",
        placeholder="Anything the next shift should know",
    ),
]


@dataclass(frozen=True)
class Step:
    """A step with everything components/steps.html reads."""

    label: str
    word: str
    severity: str
    started: datetime | None = None
    ended: datetime | None = None
    detail: str = ""
    icon: str = ""
    steps: list["Step"] = field(default_factory=list)


def rows(now: datetime) -> list[dict[str, object]]:
    """Lines in every state that looks different."""
    states = [
        ("Line 1", INSTANCE[InstanceState.DEPLOYED], 3),
        ("Line 2", INSTANCE[InstanceState.DEPLOYING], 12),
        (LONG, INSTANCE[InstanceState.FAILED], 1),
        ("Line 4", CONFIGURATION_PENDING, 0),
        ("Line 5", INSTANCE[InstanceState.NOT_DEPLOYED], 1204),
    ]
    return [
        {
            "id": number,
            "name": name,
            "state": state,
            "changes": changes,
            "at": now - timedelta(hours=number),
        }
        for number, (name, state, changes) in enumerate(states, start=1)
    ]


def definitions(now: datetime) -> list[tuple[str, object]]:
    """Names and values, one of them missing."""
    return [
        ("Revision", "1.4.2.3"),
        ("Running since", now - timedelta(days=3)),
        ("Deployed by", "Katarzyna Wiśniewska-Grzegorzewska"),
        ("Place", LONG),
        ("Note", None),
    ]


def steps(start: datetime) -> list[Step]:
    """A deployment in the middle, one component of it failed."""
    second = timedelta(seconds=1)
    return [
        Step("Received at the site", "Completed", "quiet", start, start + 0.4 * second),
        Step("Preparing", "Completed", "quiet", start + second, start + 13 * second),
        Step(
            "Applying",
            "In progress",
            "progress",
            start + 14 * second,
            steps=[
                Step(
                    "Applying: hotmelt-controller",
                    "Completed",
                    "quiet",
                    start + 14 * second,
                    start + 95 * second,
                ),
                Step(
                    "Applying: vision-inspection-gateway-for-returnable-crates",
                    "Failed",
                    "danger",
                    start + 96 * second,
                    start + 126 * second,
                    detail="The program ended with code 3 before it answered on port 9101.",
                ),
            ],
        ),
        Step("Checking", "Waiting", "quiet", icon="waiting"),
    ]
