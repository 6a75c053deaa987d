"""Schemas, config templates and solution templates as files want them."""

from typing import Any

from orchestration.models import (
    ConfigTemplateVersion,
    SchemaVersion,
    SolutionTemplate,
    SolutionTemplateVersion,
)
from orchestration.queries import config_templates as seen_configs
from orchestration.queries import solutions as seen
from orchestration.services import catalog, config_templates
from orchestration.services.apply_files import Document
from orchestration.services.apply_plan import (
    Difference,
    Outcome,
    Run,
    as_new,
    differences,
    given,
    names,
)


def schema(run: Run, document: Document) -> Outcome:
    """One version of a schema."""
    context, name = run.context(document.text("context")), document.text("name")
    version, text = document.text("version"), document.text("text")
    rows = seen.schema_versions(run.by).filter(schema__context=context, schema__name=name)
    found = rows.filter(version=version).first()
    key = f"{context.name}/{name}/{version}"
    if found is not None and found.text == text:
        return Outcome(key, (found.pk, 0))
    made, _warnings = catalog.create_schema_version(
        run.by, context, text=text, name=name, version=version
    )
    return Outcome(key, (made.pk, 0), created=True)


def config_template(run: Run, document: Document) -> Outcome:
    """One version of a config template."""
    context, source = run.context(document.text("context")), _config_source(document)
    rows = seen_configs.template_versions(run.by).filter(
        template__node__context=context, template__node__name=source.name
    )
    found = rows.filter(version=source.version).first()
    key = f"{context.name}/{source.name}/{source.version}"
    if found is not None and _is_same(found, source):
        return Outcome(key, (found.pk, 0))
    made = config_templates.create_version(run.by, context, source)
    return Outcome(key, (made.pk, 0), created=True)


def solution_template(run: Run, document: Document) -> Outcome:
    """One version of a solution, and what all its versions need."""
    context, source = run.context(document.text("context")), _solution_source(document)
    rows = seen.template_versions(run.by).filter(
        template__node__context=context, template__node__name=source.name
    )
    found = rows.filter(version=source.version).first()
    key = f"{context.name}/{source.name}/{source.version}"
    if found is None or not _is_same(found, source):
        needs: dict[str, Any] = given(document, {"capabilities": document.texts})
        made = catalog.create_solution_version(run.by, context, source)
        return Outcome(key, (made.pk, 0), as_new(needs), created=True)
    changes = _described(run, document, found.template)
    if "capabilities" in document.data:
        now = {"capabilities": names(found.template.capabilities.all())}
        needs = {"capabilities": sorted(source.capabilities)}
        if differs := differences(now, needs):
            catalog.create_solution_version(run.by, context, source)
            changes += differs
    return Outcome(key, (found.pk, 0), changes)


def _config_source(document: Document) -> config_templates.ConfigSource:
    names_ = ("name", "version", "schema", "display_name", "description")
    said = {name: document.text(name) for name in names_}
    return config_templates.ConfigSource(config_text=document.text("text"), **said)


def _solution_source(document: Document) -> catalog.SolutionSource:
    names_ = ("name", "version", "schema", "display_name", "description")
    said = {name: document.text(name) for name in names_}
    return catalog.SolutionSource(
        config_text=document.text("text"),
        specification=document.mapping("specification"),
        capabilities=document.texts("capabilities"),
        **said,
    )


def _is_same(
    row: SolutionTemplateVersion | ConfigTemplateVersion,
    source: catalog.SolutionSource | config_templates.ConfigSource,
) -> bool:
    """Whether a version is what the files want; where it is not, the service says so."""
    wanted = {"config_text": source.config_text}
    if isinstance(source, catalog.SolutionSource):
        wanted["specification"] = dict(source.specification)  # type: ignore[assignment]
    schema_of: SchemaVersion | None = row.schema
    named = source.schema in {"", str(schema_of) if schema_of else ""}
    return named and all(getattr(row, name) == value for name, value in wanted.items())


def _described(run: Run, document: Document, template: SolutionTemplate) -> tuple[Difference, ...]:
    wanted = given(document, {"display_name": document.text, "description": document.text})
    now = {"display_name": template.node.display_name, "description": template.description}
    changes = differences(now, wanted)
    if changes:
        catalog.describe(run.by, template, **(now | wanted))
    return changes
