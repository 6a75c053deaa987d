"""Schemas and solution templates, from the text their authors wrote."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.db import transaction

from orchestration import hints
from orchestration.models import (
    Context,
    Node,
    Schema,
    SchemaVersion,
    SolutionTemplate,
    SolutionTemplateVersion,
)
from orchestration.queries.templates import schema_sources
from orchestration.resolution import CompiledTemplate
from orchestration.rules import SchemaError, parse_schema
from orchestration.services import events
from orchestration.services.contexts import capabilities_named, catalog_of
from orchestration.services.documents import read_mapping
from orchestration.services.errors import Invalid
from orchestration.services.sealing_saves import seal
from orchestration.services.sources import checked, identity, once, schema_for
from orchestration.services.tree import plant
from orchestration.services.versions import sort_key
from rbac.access import may
from rbac.models import User
from rbac.permissions import Perm


@dataclass(frozen=True)
class SolutionSource:
    """What a solution template version is made of, as its author has it.

    ``schema`` names the rules as ``Name/Version`` when the template does not
    say, or says something else; the template's own word is then a warning.
    """

    name: str
    version: str
    config_text: str
    specification: Mapping[str, Any] = field(default_factory=dict)
    schema: str = ""
    display_name: str = ""
    description: str = ""
    capabilities: Sequence[str] = ()


@transaction.atomic
def create_schema_version(
    by: User, context: Context, *, text: str, name: str = "", version: str = ""
) -> tuple[SchemaVersion, list[str]]:
    """Add a schema version; the same text under the same name again is no change.

    ``name`` and ``version`` may stand in the file's ``metadata`` instead.
    Returns the version and the warnings about older spellings.

    Raises:
        Invalid: ``document-unreadable``, ``schema-refused``, ``name-missing``,
            ``version-missing``, ``version-malformed``, ``version-exists``.
    """
    may(by, Perm.AUTHOR_SOLUTIONS, catalog_of(context)).require()
    data = read_mapping(text, name or "schema")
    said = data.get("metadata") if isinstance(data.get("metadata"), Mapping) else {}
    name, version = identity(name, version, said or {})
    warnings = _disagreements(name, version, said or {})
    try:
        parsed = parse_schema(data, name=name, includes=schema_sources(context.pk))
    except SchemaError as error:
        raise Invalid("schema-refused", error.problems, name=name) from error
    schema, _ = Schema.objects.get_or_create(context=context, name=name)
    row, created = once(
        SchemaVersion,
        {"schema": schema, "version": version},
        {"text": text},
        created_by=by,
    )
    if created:
        events.record("schema.created", row, catalog_of(context), by)
    return row, [*warnings, *map(str, parsed.warnings)]


@transaction.atomic
def create_solution_version(
    by: User, context: Context, source: SolutionSource
) -> SolutionTemplateVersion:
    """Add a solution template version, and the template itself if it is new.

    Raises:
        Invalid: ``document-unreadable``, ``template-refused``, ``schema-unknown``,
            ``version-missing``, ``version-malformed``, ``version-exists``,
            ``capability-unknown``.
        Refused: ``secrets-unreadable`` where values that were saved in plain have to be encrypted.
    """
    catalog = catalog_of(context)
    may(by, Perm.AUTHOR_SOLUTIONS, catalog).require()
    identity(source.name, source.version, {})
    data = read_mapping(source.config_text, "config template")
    schema, warnings = schema_for(context, data, source.schema)
    compiled = checked(context, data, schema, source.specification, name=source.name)
    row, created = once(
        SolutionTemplateVersion,
        {"template": _template(by, context, catalog, source), "version": source.version},
        {
            "config_text": source.config_text,
            "schema": schema,
            "specification": dict(source.specification),
        },
        sort_key=sort_key(source.version),
        created_by=by,
        warnings=[*warnings, *map(str, compiled.warnings)],
    )
    if created:
        seal(by, row, compiled.schema.secret_parts if compiled.schema else ())
        node = row.template.node
        events.record("solution.version-created", row, node, by)
        hints.tell([f"solution:{node.pk}"], node.path)
    return row


@transaction.atomic
def describe(
    by: User, template: SolutionTemplate, *, display_name: str, description: str
) -> SolutionTemplate:
    """Change what people call a solution and read about it; its versions stay as they are."""
    node = template.node
    may(by, Perm.AUTHOR_SOLUTIONS, node).require()
    node.display_name, template.description = display_name, description
    node.save(update_fields=["display_name"])
    template.save(update_fields=["description"])
    events.record("solution.described", template, node, by)
    hints.tell([f"solution:{node.pk}"], node.path)
    return template


def compiled_draft(by: User, context: Context, source: SolutionSource) -> CompiledTemplate:
    """Compile what would be a version, by the rules that making it is held to; keep nothing.

    Raises:
        Invalid: ``document-unreadable``, ``template-refused``, ``schema-unknown``.
    """
    may(by, Perm.AUTHOR_SOLUTIONS, catalog_of(context)).require()
    data = read_mapping(source.config_text, "config template")
    schema, _warnings = schema_for(context, data, source.schema)
    return checked(context, data, schema, source.specification, name=source.name)


def _template(
    by: User, context: Context, catalog: Node, source: SolutionSource
) -> SolutionTemplate:
    """The template of this name, made if there is none, with what the source says."""
    template = SolutionTemplate.objects.filter(
        node__context=context, node__name=source.name
    ).first()
    if template is None:
        node = plant(
            context,
            catalog,
            Node.Kind.SOLUTION,
            source.name,
            display_name=source.display_name,
        )
        template = SolutionTemplate.objects.create(node=node, description=source.description)
        events.record("solution.created", template, node, by)
        template.capabilities.set(capabilities_named(context, source.capabilities))
    elif source.capabilities:
        _change_capabilities(by, context, template, source.capabilities)
    return template


def _change_capabilities(
    by: User, context: Context, template: SolutionTemplate, names: Sequence[str]
) -> None:
    """Say anew what a line must be able to do, for all versions of the solution."""
    before = sorted(template.capabilities.values_list("name", flat=True))
    wanted = capabilities_named(context, names)
    after = sorted(capability.name for capability in wanted)
    if after == before:
        return
    template.capabilities.set(wanted)
    events.record(
        "solution.capabilities-changed", template, template.node, by, needs=after, before=before
    )


def _disagreements(name: str, version: str, said: Mapping[str, Any]) -> list[str]:
    return [
        f"the file says {key} {said[key]}; {given} is used as told"
        for key, given in (("name", name), ("version", version))
        if key in said and str(said[key]) != given
    ]
