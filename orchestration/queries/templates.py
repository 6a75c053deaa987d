"""Parsed schemas and compiled templates, kept once per immutable version.

Kept by id and by the moment the version was made: an id alone may come again for another
version, when the transaction that made the first one is rolled back.
"""

from collections.abc import Iterator, Mapping
from datetime import datetime
from functools import lru_cache
from typing import Any

from orchestration.expressions import load_yaml
from orchestration.models import (
    AnyVersion,
    ConfigTemplateVersion,
    SchemaVersion,
    SolutionTemplateVersion,
)
from orchestration.resolution import CompiledTemplate, compile_template, read_solution
from orchestration.rules import Schema, parse_schema


def schema_of(version: SchemaVersion) -> Schema:
    """The parsed rules of a schema version."""
    return _schema(version.pk, version.created_at)


def compiled(version: AnyVersion) -> CompiledTemplate:
    """A template version ready to be resolved."""
    if isinstance(version, ConfigTemplateVersion):
        return _compiled_config(version.pk, version.created_at)
    return _compiled(version.pk, version.created_at)


@lru_cache(maxsize=512)
def _schema(version: int, _made_at: datetime) -> Schema:
    row = SchemaVersion.objects.select_related("schema").get(pk=version)
    data = load_yaml(row.text, name=str(row))
    return parse_schema(data, name=str(row), includes=schema_sources(row.schema.context_id))


@lru_cache(maxsize=256)
def _compiled(version: int, _made_at: datetime) -> CompiledTemplate:
    row = SolutionTemplateVersion.objects.select_related("schema", "template__node").get(pk=version)
    return compile_template(
        load_yaml(row.config_text, name="config template"),
        schema_of(row.schema) if row.schema else None,
        row.specification,
        includes=template_sources(row.template.node.context_id),
        defaults_from=f"solution:{version}",
    )


@lru_cache(maxsize=256)
def _compiled_config(version: int, _made_at: datetime) -> CompiledTemplate:
    row = ConfigTemplateVersion.objects.select_related("schema", "template__node").get(pk=version)
    return compile_template(
        load_yaml(row.config_text, name="config template"),
        schema_of(row.schema) if row.schema else None,
        includes=template_sources(row.template.node.context_id),
        defaults_from=f"config:{version}",
    )


def rules_of(version: AnyVersion) -> Schema | None:
    """The rules a template version is held to, inline ones included."""
    return compiled(version).schema


def schema_sources(context: int) -> dict[str, Any]:
    """Every schema version of a context as raw data, by ``Name/Version``.

    What ``$include`` in a schema may name.
    """
    rows = SchemaVersion.objects.filter(schema__context=context).select_related("schema")
    return {str(row): load_yaml(row.text, name=str(row)) for row in rows}


def template_sources(context: int) -> Mapping[str, Any]:
    """The ``configs`` of every template version of a context as raw data, by ``Name/Version``.

    What ``$include`` in a template may name. A text is read when it is asked for.
    """
    return _TemplateSources(context)


class _TemplateSources(Mapping[str, Any]):
    _KINDS = (ConfigTemplateVersion, SolutionTemplateVersion)

    def __init__(self, context: int) -> None:
        self._context = context

    def __getitem__(self, name: str) -> Mapping[str, Any]:
        template, _, version = name.rpartition("/")
        if "\0" in name:  # no database would take it
            raise KeyError(name)
        for kind in self._KINDS:
            rows = kind._default_manager.filter(template__node__context=self._context)
            row = rows.filter(template__node__name=template, version=version).first()
            if row is not None:
                return read_solution(load_yaml(row.config_text, name=name), name).configs
        raise KeyError(name)

    def __iter__(self) -> Iterator[str]:
        for kind in self._KINDS:
            rows = kind._default_manager.filter(template__node__context=self._context)
            for template, version in rows.values_list("template__node__name", "version"):
                yield f"{template}/{version}"

    def __len__(self) -> int:
        return sum(1 for _ in self)
