"""Contexts: environments with their own levels and capabilities."""

from collections.abc import Iterable, Sequence

from django.db import IntegrityError, transaction

from orchestration.models import AnyTemplate, Capability, Context, Node
from orchestration.queries.resolving import first_stranger
from orchestration.services import events
from orchestration.services.errors import Invalid
from orchestration.services.tree import plant
from rbac.access import may, may_administer
from rbac.models import User
from rbac.permissions import Perm


@transaction.atomic
def create(by: User, name: str, levels: Sequence[str], *, display_name: str = "") -> Context:
    """Make a context with its root and its catalog. Superusers only.

    Raises:
        Denied: ``superuser-only``.
        Invalid: ``levels-empty``, ``levels-repeated``, ``name-empty``,
            ``name-taken``.
    """
    may_administer(by).require()
    _check_levels(levels)
    try:
        with transaction.atomic():
            context = Context.objects.create(
                name=name, display_name=display_name, levels=list(levels)
            )
    except IntegrityError as error:
        raise Invalid("name-taken", name=name) from error
    root = plant(context, None, Node.Kind.CONTEXT, name, display_name=display_name)
    plant(context, root, Node.Kind.CATALOG, "catalog", display_name="Catalog")
    events.record("context.created", context, root, by, levels=list(levels))
    return context


@transaction.atomic
def change(by: User, context: Context, *, display_name: str, levels: Sequence[str]) -> Context:
    """Rename a context or its levels; levels in use cannot be removed.

    Raises:
        Invalid: ``levels-empty``, ``levels-repeated``, ``levels-in-use``.
    """
    root = root_of(context)
    may(by, Perm.MANAGE_CONTEXT, root).require()
    _check_levels(levels)
    used = context.nodes.filter(level__gte=len(levels)).count()
    if used:
        raise Invalid("levels-in-use", places=used)
    context.display_name, context.levels = display_name, list(levels)
    context.save(update_fields=["display_name", "levels"])
    Node.objects.filter(pk=root.pk).update(display_name=display_name)
    events.record("context.changed", context, root, by, levels=list(levels))
    return context


@transaction.atomic
def add_capability(by: User, context: Context, name: str, description: str = "") -> Capability:
    """Add a capability, or change the description of the one there is."""
    root = root_of(context)
    may(by, Perm.MANAGE_CONTEXT, root).require()
    capability, _ = Capability.objects.update_or_create(
        context=context, name=name, defaults={"description": description}
    )
    events.record("capability.saved", capability, root, by)
    return capability


@transaction.atomic
def remove_capability(by: User, capability: Capability) -> None:
    """Remove a capability that nothing has or needs.

    Raises:
        Invalid: ``capability-in-use``.
    """
    root = root_of(capability.context)
    may(by, Perm.MANAGE_CONTEXT, root).require()
    if capability.targets.exists() or capability.solutions.exists():
        raise Invalid("capability-in-use", name=capability.name)
    events.record("capability.removed", capability, root, by)
    capability.delete()


def require_own_context(template: AnyTemplate, nodes: Iterable[Node]) -> None:
    """Keep contexts apart: what is done with a template is done at nodes of its own context.

    Raises:
        Invalid: ``other-context`` with the first node that is of another.
    """
    if stranger := first_stranger(template, nodes):
        raise Invalid("other-context", place=str(stranger), solution=str(template))


def root_of(context: Context) -> Node:
    """The node at the top of a context."""
    return context.nodes.get(parent=None)


def catalog_of(context: Context) -> Node:
    """The node below which all solutions of a context stand."""
    return context.nodes.get(kind=Node.Kind.CATALOG)


def capabilities_named(context: Context, names: Iterable[str]) -> list[Capability]:
    """The capabilities with these names.

    Raises:
        Invalid: ``capability-unknown`` with every name that is not defined.
    """
    wanted = set(names)
    found = list(context.capabilities.filter(name__in=wanted))
    missing = sorted(wanted - {capability.name for capability in found})
    if missing:
        raise Invalid("capability-unknown", names=missing)
    return found


def _check_levels(levels: Sequence[str]) -> None:
    if not levels or not all(name.strip() for name in levels):
        raise Invalid("levels-empty")
    if len({name.casefold() for name in levels}) != len(levels):
        raise Invalid("levels-repeated")
