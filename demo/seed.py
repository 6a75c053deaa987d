"""Fills an empty database with the demo company, through the product's own services."""

import json
from datetime import timedelta
from pathlib import Path

from django.db import transaction

from demo import company
from orchestration.models import (
    Context,
    EnrolmentToken,
    Node,
    SolutionTemplateVersion,
    Target,
)
from orchestration.services import (
    agents,
    catalog,
    config_templates,
    configuration,
    contexts,
    places,
    publishing,
    rollouts,
)
from rbac import grants
from rbac.models import User

SOLUTIONS = Path(__file__).parent / "solutions"
CONTEXT = "harbor"
PASSWORD = "demo"  # noqa: S105  accepted on loopback in demo mode only
TOKEN_VALID = timedelta(days=365)


@transaction.atomic
def seed(line_ports: int) -> None:
    """Create places, people and solutions, and start them; all or nothing.

    ``line_ports`` is the first of the ports that the lines' services listen on.
    """
    admin = _admin()
    context = contexts.create(admin, CONTEXT, company.LEVELS, display_name="Harbor Foods")
    for name, description in company.CAPABILITIES.items():
        contexts.add_capability(admin, context, name, description)
    _build_places(admin, context)
    _invite_people(context)
    _share_values(admin, context)
    _run_dashboards(admin, context, line_ports)
    _run_camera_checks(admin, context, line_ports + 20)
    _run_historian(admin, context, line_ports + 30)


def _admin() -> User:
    """The administrator, whose name every event of what follows shows."""
    person = next(one for one in company.PEOPLE if one.name == "admin")
    first, _, last = person.full_name.partition(" ")
    return User.objects.create_superuser(
        person.name, password=PASSWORD, first_name=first, last_name=last
    )


def enrolment_secret(node: Node) -> str:
    """A fresh token for the agent of one factory; older unused ones are cancelled."""
    admin = User.objects.get(username="admin")
    for token in EnrolmentToken.objects.filter(node=node, uses_left__gt=0):
        agents.cancel_token(admin, token)
    made = agents.create_token(admin, node, auto_approve=True, valid_for=TOKEN_VALID)
    return made.secret


def _build_places(admin: User, context: Context) -> None:
    root = contexts.root_of(context)
    region = places.create_site(admin, root, company.REGION[0], display_name=company.REGION[1])
    for plan in company.FACTORIES:
        city = places.create_site(admin, region, plan.city, display_name=plan.city_title)
        factory = places.create_site(
            admin, city, plan.name, display_name=plan.title, time_zone=plan.time_zone
        )
        shares = plan is company.FACTORIES[0]
        for name, title in plan.lines:
            places.create_target(
                admin,
                factory,
                name,
                display_name=title,
                scope="line",
                capabilities=["dashboard", "camera", *(["recorder"] if shares else [])],
            )
    shared, title = company.SHARED_TARGET
    factory = Node.objects.get(name=company.FACTORIES[0].name)
    places.create_target(
        admin,
        factory,
        shared,
        display_name=title,
        scope="shared",
        capabilities=["shared", "dashboard"],
        level=factory.level,
    )


def _invite_people(context: Context) -> None:
    root = contexts.root_of(context)
    catalog_node = contexts.catalog_of(context)
    for person in company.PEOPLE:
        first, _, last = person.full_name.partition(" ")
        user, _ = User.objects.update_or_create(
            username=person.name,
            defaults={"first_name": first, "last_name": last, "is_staff": person.staff},
        )
        user.set_password(PASSWORD)
        user.save()
        place = Node.objects.get(name=person.at) if person.at else root
        for role in person.roles:
            grants.give(role, user, catalog_node if role == "solution-viewer" else place)


def _share_values(admin: User, context: Context) -> None:
    """Values that the lines of a region share, whatever runs on them."""
    template = (SOLUTIONS / "plant-common" / "template.yaml").read_text("utf-8")
    source = config_templates.ConfigSource(
        "plant-common", "1.0.0", template, display_name="Plant common"
    )
    version = config_templates.create_version(admin, context, source)
    region = Node.objects.get(name=company.REGION[0])
    config_templates.link(admin, region, version)
    configuration.save(
        admin,
        version,
        [configuration.Edit(region, company.SHARED_VALUES, 0)],
        comment="First values",
    )


def _run_dashboards(admin: User, context: Context, first_port: int) -> None:
    version = _import(admin, context, "line-dashboard", "Line dashboard", ["dashboard"])
    region = Node.objects.get(name=company.REGION[0])
    lines = _lines()
    edits = [configuration.Edit(region, {"MaxTemperature": 80}, 0)]
    edits += [
        configuration.Edit(line.node, {"Port": first_port + index}, 0)
        for index, line in enumerate(lines)
    ]
    _publish_and_deploy(admin, version, edits, lines)


def _run_camera_checks(admin: User, context: Context, first_port: int) -> None:
    version = _import(admin, context, "vision-check", "Vision check", ["camera"])
    lines = [line for line in _lines() if line.node.name.startswith("packing")]
    edits = [
        configuration.Edit(
            line.node,
            {"Port": first_port + index}
            | ({"CameraBroken": True} if line.node.name == company.BROKEN_LINE else {}),
            0,
        )
        for index, line in enumerate(lines)
    ]
    _publish_and_deploy(admin, version, edits, lines)


def _run_historian(admin: User, context: Context, first_port: int) -> None:
    """The historian that a plant shares, and what its lines need to put their settings into it."""
    historian = _import(admin, context, "plant-historian", "Plant historian", ["shared"])
    recorder = _import(admin, context, "line-recorder", "Line recorder", ["recorder"])
    shared = Target.objects.select_related("node__context").get(node__name=company.SHARED_TARGET[0])
    edit = configuration.Edit(shared.node, {"Port": first_port}, 0)
    _publish_and_deploy(admin, historian, [edit], [shared])
    lines = [line for line in _lines() if line.node.name.startswith("filling")]
    ports = [
        configuration.Edit(line.node, {"Port": port}, 0)
        for port, line in enumerate(lines, start=first_port + 1)
    ]
    configuration.save(admin, recorder, ports, comment="First values")


def _publish_and_deploy(
    admin: User,
    version: SolutionTemplateVersion,
    edits: list[configuration.Edit],
    lines: list[Target],
) -> None:
    configuration.save(admin, version, edits, comment="First values")
    published = publishing.publish(admin, version, lines, comment="First revision")
    rollouts.deploy(admin, [line.revision for line in published if line.revision])


def _import(
    admin: User, context: Context, name: str, title: str, capabilities: list[str]
) -> SolutionTemplateVersion:
    folder = SOLUTIONS / name
    catalog.create_schema_version(admin, context, text=(folder / "schema.yaml").read_text("utf-8"))
    source = catalog.SolutionSource(
        name=name,
        version="1.0.0",
        display_name=title,
        capabilities=capabilities,
        config_text=(folder / "template.yaml").read_text("utf-8"),
        specification=json.loads((folder / "specification.json").read_text("utf-8")),
    )
    return catalog.create_solution_version(admin, context, source)


def _lines() -> list[Target]:
    names = [name for plan in company.FACTORIES for name, _ in plan.lines]
    return list(Target.objects.filter(node__name__in=names).select_related("node__context"))
