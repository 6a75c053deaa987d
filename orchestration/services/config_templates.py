"""Config templates: their versions, and which of them count at which places."""

from dataclasses import dataclass

from django.db import transaction

from orchestration import hints
from orchestration.expressions import Fault, Kind
from orchestration.models import (
    ConfigTemplate,
    ConfigTemplateVersion,
    Context,
    Node,
    TemplateLink,
)
from orchestration.resolution import CompiledTemplate
from orchestration.services import events
from orchestration.services.configuration import hold, mark_below
from orchestration.services.contexts import catalog_of, require_own_context
from orchestration.services.documents import read_mapping
from orchestration.services.errors import Invalid, Refused
from orchestration.services.sealing_saves import seal
from orchestration.services.sources import checked, identity, once, schema_for
from orchestration.services.tree import plant
from orchestration.services.versions import sort_key
from rbac.access import may
from rbac.models import User
from rbac.permissions import Perm

_CANNOT_READ = Fault(
    Kind.NOT_FOUND,
    "a config template cannot read another one with $config",
    "splice it in: ${{$include(Name/1.0.0)}}:",
)
_PLACES = {Node.Kind.CONTEXT, Node.Kind.SITE, Node.Kind.TARGET}


@dataclass(frozen=True)
class ConfigSource:
    """What a config template version is made of, as its author has it.

    ``schema`` names the rules as ``Name/Version`` when the template does not say.
    """

    name: str
    version: str
    config_text: str
    schema: str = ""
    display_name: str = ""
    description: str = ""


@transaction.atomic
def create_version(by: User, context: Context, source: ConfigSource) -> ConfigTemplateVersion:
    """Add a config template version, and the template itself if it is new.

    Raises:
        Invalid: ``document-unreadable``, ``template-refused``, ``schema-unknown``,
            ``version-missing``, ``version-malformed``, ``version-exists``, and
            ``name-taken`` where a solution has the name.
        Refused: ``secrets-unreadable`` where values that were saved in plain have to be encrypted.
    """
    catalog = catalog_of(context)
    may(by, Perm.AUTHOR_SOLUTIONS, catalog).require()
    identity(source.name, source.version, {})
    data = read_mapping(source.config_text, "config template")
    schema, warnings = schema_for(context, data, source.schema)
    compiled = checked(context, data, schema, name=source.name)
    _check_reads(compiled, source.name)
    row, created = once(
        ConfigTemplateVersion,
        {"template": _template(by, context, catalog, source), "version": source.version},
        {"config_text": source.config_text, "schema": schema},
        sort_key=sort_key(source.version),
        created_by=by,
        warnings=[*warnings, *map(str, compiled.warnings)],
    )
    if created:
        seal(by, row, compiled.schema.secret_parts if compiled.schema else ())
        node = row.template.node
        events.record("config-template.version-created", row, node, by)
        hints.tell([f"node:{node.pk}"], node.path)
    return row


@transaction.atomic
def link(by: User, node: Node, version: ConfigTemplateVersion) -> TemplateLink:
    """Let a version count at a place and below, in the place of any other of its template.

    The same version again is no change.

    Raises:
        Invalid: ``other-context``, ``not-a-place``.
    """
    _may_link(by, node, version.template)
    if node.kind not in _PLACES:
        raise Invalid("not-a-place", node=node.title)
    require_own_context(version.template, [node])
    hold(version.template)
    row = TemplateLink.objects.filter(node=node, template=version.template).first()
    if row is None:
        row = TemplateLink.objects.create(
            node=node, template=version.template, version=version, linked_by=by
        )
        events.record(
            "config-template.linked",
            version.template,
            node,
            by,
            place=node.title,
            version=version.version,
        )
        _tell_below(row)
    elif row.version_id != version.pk:
        before, row.version = row.version.version, version
        TemplateLink.objects.filter(pk=row.pk).update(version=version)
        events.record(
            "config-template.relinked",
            version.template,
            node,
            by,
            place=node.title,
            version=version.version,
            before=before,
        )
        _tell_below(row)
    return row


@transaction.atomic
def unlink(by: User, row: TemplateLink) -> None:
    """Let a config template count at a place no more; what is set for it there is kept.

    Raises:
        Refused: ``not-linked`` when somebody else was faster.
    """
    _may_link(by, row.node, row.template)
    hold(row.template)
    gone, _ = TemplateLink.objects.filter(pk=row.pk).delete()
    if not gone:
        raise Refused("not-linked", template=str(row.template), place=row.node.title)
    events.record(
        "config-template.unlinked",
        row.template,
        row.node,
        by,
        place=row.node.title,
        version=row.version.version,
    )
    _tell_below(row)


def _may_link(by: User, node: Node, template: ConfigTemplate) -> None:
    may(by, Perm.AUTHOR_SOLUTIONS, template.node).require()
    may(by, Perm.EDIT_IT_VALUES, node).require()


def _tell_below(row: TemplateLink) -> None:
    """Have the copies below reviewed anew, and wake up who looks."""
    node, template = row.node, row.template
    mark_below(node, template)
    hints.tell([f"node:{node.pk}", f"target:{node.pk}", f"node:{template.pk}"], node.path)


def _template(by: User, context: Context, catalog: Node, source: ConfigSource) -> ConfigTemplate:
    """The template of this name, made if there is none."""
    template = ConfigTemplate.objects.filter(node__context=context, node__name=source.name).first()
    if template is None:
        node = plant(
            context, catalog, Node.Kind.CONFIG, source.name, display_name=source.display_name
        )
        template = ConfigTemplate.objects.create(node=node, description=source.description)
        events.record("config-template.created", template, node, by)
    return template


def _check_reads(compiled: CompiledTemplate, name: str) -> None:
    """Keep config templates from reading one another while they run: none would come first."""
    problems = [
        info.place.problem(_CANNOT_READ).to_json()
        for info in compiled.template.keys
        if any(read.function == "config" for read in info.reads)
    ]
    if problems:
        raise Invalid("template-refused", problems, name=name)
