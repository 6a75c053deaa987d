"""Deleting what authors wrote, as long as nothing was made of it."""

from django.db import transaction

from orchestration import hints
from orchestration.models import (
    ConfigTemplateVersion,
    Context,
    Node,
    RevisionDependency,
    SchemaVersion,
    SolutionTemplateVersion,
    SolutionVersion,
)
from orchestration.services import events
from orchestration.services.contexts import catalog_of
from orchestration.services.errors import Refused
from rbac.access import may
from rbac.models import User
from rbac.permissions import Perm


@transaction.atomic
def solution_version(by: User, version: SolutionTemplateVersion) -> None:
    """Delete a version of which nothing was ever published; the last one takes the solution along.

    Raises:
        Refused: ``version-published`` while there are revisions of it, also deleted ones: they
            are what the record of past deployments refers to.
    """
    node = version.template.node
    may(by, Perm.AUTHOR_SOLUTIONS, node).require()
    if SolutionVersion.objects.filter(template_version=version).exists():
        raise Refused("version-published", version=str(version))
    events.record("solution.version-deleted", version, node, by)
    version.delete()
    hints.tell([f"solution:{node.pk}"], node.path)
    needed = RevisionDependency.objects.filter(template=version.template)
    empty = not version.template.versions.exists() and not version.template.instances.exists()
    if empty and not needed.exists():
        _forget(node)


@transaction.atomic
def config_version(by: User, version: ConfigTemplateVersion) -> None:
    """Delete a version that is linked nowhere; the last one takes the config template along.

    Raises:
        Refused: ``version-linked``, ``version-used`` where another file names it.
    """
    node = version.template.node
    may(by, Perm.AUTHOR_SOLUTIONS, node).require()
    if version.links.exists():
        raise Refused("version-linked", version=str(version))
    _refuse_while_named(node.context, version.reference)
    events.record("config-template.version-deleted", version, node, by)
    version.delete()
    hints.tell([f"node:{node.pk}"], node.path)
    if not version.template.versions.exists():
        _forget(node)


@transaction.atomic
def schema_version(by: User, version: SchemaVersion) -> None:
    """Delete a version that no template is held to; the last one takes the schema along.

    Raises:
        Refused: ``version-used`` by a version of a template, or where another file names it.
    """
    catalog = catalog_of(version.schema.context)
    may(by, Perm.AUTHOR_SOLUTIONS, catalog).require()
    solutions = SolutionTemplateVersion.objects.filter(schema=version)
    configs = ConfigTemplateVersion.objects.filter(schema=version)
    if solutions.exists() or configs.exists():
        raise Refused("version-used", version=str(version))
    _refuse_while_named(version.schema.context, str(version))
    events.record("schema.deleted", version, catalog, by)
    version.delete()
    if not version.schema.versions.exists():
        version.schema.delete()


def _refuse_while_named(context: Context, reference: str) -> None:
    """Keep what others include: by its text, so rather once too often than once too seldom."""
    texts = (
        SolutionTemplateVersion.objects.filter(
            template__node__context=context, config_text__contains=reference
        ),
        ConfigTemplateVersion.objects.filter(
            template__node__context=context, config_text__contains=reference
        ),
        SchemaVersion.objects.filter(schema__context=context, text__contains=reference),
    )
    if any(rows.exists() for rows in texts):
        raise Refused("version-used", version=reference)


def _forget(node: Node) -> None:
    """Delete a template without versions, with the values set for it; its history stays."""
    events.move(node, node.parent)
    hints.tell([f"node:{node.parent_id}"], node.path)
    node.delete()
