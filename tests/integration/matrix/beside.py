"""What stands beside the main things: operations, webhooks, validations, roles made by people."""

from datetime import timedelta

from django.contrib.contenttypes.models import ContentType
from django.test import Client
from django.utils import timezone

from orchestration.models import Delivery, Event, Node, SignIn, SolutionVersion, Validation, Webhook
from orchestration.queries.line_choice import Chosen
from orchestration.services import api_tokens, operations, vault
from rbac.models import Role
from tests.integration.matrix.asking import BACKEND
from tests.integration.matrix.running import FACTORIES, Catalog
from tests.integration.matrix.things import ACCESS, Reach, Rule


def plant_beside(catalog: Catalog) -> None:
    """One of each for each factory, as far as it belongs to one."""
    for factory, lines in FACTORIES.items():
        _webhook(catalog, factory)
        _validation(catalog, lines[0])
        _operation(catalog, lines[0])
    _roles(catalog)
    _others_own(catalog)
    _events(catalog)


def _webhook(catalog: Catalog, factory: str) -> None:
    ground, world = catalog.ground, catalog.ground.world
    place, box = ground.nodes[factory], vault.encrypt("never-shown")
    name = world.plant(f"webhook{factory.replace('-', '')}", Rule(ACCESS, place.path))
    row = Webhook.objects.create(
        node=place, name=name, url="https://hooks.example/", kinds=["*"], owner=ground.by,
        created_by=ground.by, key_id=box.key_id, ciphertext=box.ciphertext,
    )  # fmt: skip
    world.add(f"webhook:{factory}", row.pk, place.path, kind="webhook")
    told = Delivery.objects.create(webhook=row)
    world.add(f"delivery:{factory}", str(told.uid), place.path, kind="delivery")
    world.add(f"delivery-row:{factory}", told.pk, place.path)


def _validation(catalog: Catalog, line: str) -> None:
    """A question about the revision of a line that waits to be deployed."""
    ground = catalog.ground
    newest = SolutionVersion.objects.filter(instance__target=ground.targets[line]).earliest("pk")
    row = Validation.objects.create(revision=newest, due_at=timezone.now() + timedelta(days=1))
    world, at = ground.world, ground.path(line)
    world.add(f"validation:{line}", str(row.uid), at, kind="validation")
    world.add(f"validation-row:{line}", row.pk, at)
    # Whoever judges it reads what it is about.
    stem, solution = line.replace("-", ""), newest.template_version.template.node.name
    for word in (f"zq{stem}zq", f"zqvalue{stem}zq", solution):
        world.words[word].append(Rule(frozenset({"validate"}), at))


def _operation(catalog: Catalog, line: str) -> None:
    """A review that a person of the line has asked for."""
    ground, world, at = catalog.ground, catalog.ground.world, catalog.ground.path(line)
    version = catalog.versions["solution-x" if line == "line-x" else "solution"]
    made = operations.review(ground.by, version, [Chosen(line, ground.targets[line])])
    world.add(f"operation:{line}", str(made.uuid), at, kind="operation")


def _roles(catalog: Catalog) -> None:
    """Roles are the same everywhere: who manages access anywhere may know them all."""
    world = catalog.ground.world
    name = world.plant("ownrole", Rule(ACCESS, "/", Reach.BELOW))
    row = Role.objects.create(key="custom-own", label=name, rights=["view_hierarchy"])
    for role in Role.objects.all():
        world.list_as("role", role.pk, ("/", Reach.BELOW))
    world.add("own-role", row.pk, "/")


def _others_own(catalog: Catalog) -> None:
    """What belongs to one person alone, and is nobody else's business."""
    world = catalog.ground.world
    token, _ = api_tokens.create(catalog.ground.by, valid_for=timedelta(days=1))
    world.add("api-token", token.key, "")
    world.add("api-token-row", token.pk, "")
    Client().force_login(catalog.ground.by, backend=BACKEND)
    world.add("somebodys-sign-in", SignIn.objects.get(user=catalog.ground.by).pk, "")
    world.add("nobodys", "nobodys", "")
    world.add("first-save", 1, "")
    world.add("kind-of-node", ContentType.objects.get_for_model(Node).pk, "")


def _events(catalog: Catalog) -> None:
    """What all of this has left in the audit trail."""
    world, path = catalog.ground.world, catalog.ground.path("line-a")
    for pk, at in Event.objects.values_list("pk", "node__path"):
        world.list_as("event", pk, *([(at, Reach.AT)] if at else []))
    world.add("event", Event.objects.filter(node__path=path).latest("pk").pk, path)
