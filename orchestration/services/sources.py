"""What all that people write in versions has in common: it is checked, and never changes."""

from collections.abc import Mapping
from typing import Any, TypeVar

from django.db import IntegrityError, models, transaction

from orchestration.models import (
    ConfigTemplateVersion,
    Context,
    SchemaVersion,
    SolutionTemplateVersion,
)
from orchestration.queries.templates import schema_of, template_sources
from orchestration.resolution import (
    CompiledTemplate,
    TemplateError,
    compile_template,
    read_solution,
)
from orchestration.services.errors import Invalid
from orchestration.services.versions import sort_key

V = TypeVar("V", SchemaVersion, SolutionTemplateVersion, ConfigTemplateVersion)


def identity(name: str, version: str, said: Mapping[str, Any]) -> tuple[str, str]:
    """Name and version: as given, else as the file says.

    Raises:
        Invalid: ``name-missing``, ``version-missing``, ``version-malformed``.
    """
    name = name or str(said.get("name") or "")
    version = version or str(said.get("version") or "")
    if not name:
        raise Invalid("name-missing")
    if not version:
        raise Invalid("version-missing", name=name)
    sort_key(version)
    return name, version


def schema_for(
    context: Context, data: Mapping[str, Any], given: str
) -> tuple[SchemaVersion | None, list[str]]:
    """The schema version a template is held to, and warnings; inline rules need none.

    Raises:
        Invalid: ``schema-unknown``.
    """
    own = read_solution(data).schema_name
    wanted = given or own
    if not wanted:
        return None, []
    name, _, version = wanted.rpartition("/")
    row = SchemaVersion.objects.filter(
        schema__context=context, schema__name=name, version=version
    ).first()
    if row is None:
        raise Invalid("schema-unknown", schema=wanted)
    if own and given and given != own:
        return row, [f"the template names the schema {own}; {given} is used as told"]
    return row, []


def checked(
    context: Context,
    data: Mapping[str, Any],
    schema: SchemaVersion | None,
    specification: Mapping[str, Any] | None = None,
    *,
    name: str,
) -> CompiledTemplate:
    """A template that compiles with all it includes.

    Raises:
        Invalid: ``template-refused`` with everything that is wrong.
    """
    try:
        return compile_template(
            data,
            schema_of(schema) if schema else None,
            specification,
            includes=template_sources(context.pk),
        )
    except TemplateError as error:
        raise Invalid("template-refused", error.problems, name=name) from error


def once(
    model: type[V], key: dict[str, Any], content: dict[str, Any], **others: object
) -> tuple[V, bool]:
    """The immutable row under a key: made now, or there already and the same.

    Raises:
        Invalid: ``version-exists`` where it is there and differs.
    """
    rows: models.Manager[V] = model._default_manager
    try:
        with transaction.atomic():
            return rows.create(**key, **content, **others), True
    except IntegrityError:
        row = rows.get(**key)
    if any(getattr(row, name) != value for name, value in content.items()):
        raise Invalid("version-exists", version=str(row))
    return row, False
