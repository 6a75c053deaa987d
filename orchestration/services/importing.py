"""Importing the files of a solution or config template, values with them: all or nothing.

Files of other tools do not always say who they are, or do not agree. What the caller says counts
first, then the file itself, then what the template calls its schema; every guess is a warning.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.db import transaction

from orchestration.models import (
    AnyVersion,
    ConfigTemplateVersion,
    ConfigurationRevision,
    Context,
    Node,
    SchemaVersion,
    SolutionTemplateVersion,
)
from orchestration.queries.saved import current_values
from orchestration.resolution import read_solution
from orchestration.services import catalog, config_templates, configuration
from orchestration.services.documents import read_mapping
from orchestration.services.errors import Invalid
from rbac.models import User

KINDS = (SOLUTION, CONFIG) = ("solution", "config")


@dataclass(frozen=True)
class Files:
    """The texts to import, empty where there is none, and what the caller says about them.

    ``name`` and ``version`` are the solution's, or with ``kind`` ``config`` the config template's.
    ``values`` are set at the place ``at``.
    """

    schema: str = ""
    template: str = ""
    specification: str = ""
    values: str = ""
    name: str = ""
    version: str = ""
    display_name: str = ""
    schema_name: str = ""
    schema_version: str = ""
    at: Node | None = None
    capabilities: Sequence[str] = ()
    kind: str = SOLUTION


@dataclass
class Imported:
    """What there is now; None where nothing was given, or for values that do not differ."""

    schema: SchemaVersion | None = None
    solution: SolutionTemplateVersion | None = None
    config: ConfigTemplateVersion | None = None
    values: ConfigurationRevision | None = None
    warnings: list[str] = field(default_factory=list)


@transaction.atomic
def load(by: User, context: Context, files: Files) -> Imported:
    """Import what is given; the same files again change nothing.

    Raises:
        Invalid: ``nothing-to-import``, ``place-missing``, ``solution-unknown``,
            ``no-components`` for the specification of a config template, and what `catalog`,
            `config_templates` and `configuration.save` raise.
    """
    if not (files.schema or files.template or files.values):
        raise Invalid("nothing-to-import")
    imported = Imported()
    template = read_mapping(files.template, "template") if files.template else {}
    if files.schema:
        imported.schema = _load_schema(by, context, files, template, imported.warnings)
    if files.template:
        if files.kind == CONFIG:
            imported.config = _load_config(by, context, files, template, imported)
        else:
            imported.solution = _load_solution(by, context, files, template, imported)
    if files.values:
        version = imported.solution or imported.config
        imported.values = _load_values(by, context, files, version)
    return imported


def _load_schema(
    by: User,
    context: Context,
    files: Files,
    template: Mapping[str, Any],
    warnings: list[str],
) -> SchemaVersion:
    said = _metadata(read_mapping(files.schema, "schema"))
    named = read_solution(template).schema_name if template else ""
    name, _, version = named.rpartition("/")
    chosen = {}
    for key, given, guess in (
        ("name", files.schema_name, name),
        ("version", files.schema_version, version),
    ):
        chosen[key] = given or str(said.get(key) or "") or guess
        if chosen[key] and not given and key not in said:
            warnings.append(
                f"the schema file does not say its {key}; {guess} is what the template calls it"
            )
    row, found = catalog.create_schema_version(by, context, text=files.schema, **chosen)
    warnings += found
    return row


def _load_solution(
    by: User,
    context: Context,
    files: Files,
    template: Mapping[str, Any],
    imported: Imported,
) -> SolutionTemplateVersion:
    said = _metadata(template)
    specification = files.specification and read_mapping(files.specification, "specification")
    row = catalog.create_solution_version(
        by,
        context,
        catalog.SolutionSource(
            name=files.name or str(said.get("name") or ""),
            version=files.version or str(said.get("version") or ""),
            config_text=files.template,
            specification=specification or {},
            schema=_schema_named(files, imported),
            display_name=files.display_name,
            capabilities=files.capabilities,
        ),
    )
    imported.warnings += row.warnings
    return row


def _load_config(
    by: User,
    context: Context,
    files: Files,
    template: Mapping[str, Any],
    imported: Imported,
) -> ConfigTemplateVersion:
    said = _metadata(template)
    if files.specification or files.capabilities:
        raise Invalid("no-components")
    row = config_templates.create_version(
        by,
        context,
        config_templates.ConfigSource(
            name=files.name or str(said.get("name") or ""),
            version=files.version or str(said.get("version") or ""),
            config_text=files.template,
            schema=_schema_named(files, imported),
            display_name=files.display_name,
        ),
    )
    imported.warnings += row.warnings
    return row


def _schema_named(files: Files, imported: Imported) -> str:
    """The schema as ``Name/Version``: the one imported, or the one the caller names."""
    if imported.schema:
        return str(imported.schema)
    return f"{files.schema_name}/{files.schema_version or '1.0.0'}" if files.schema_name else ""


def _load_values(
    by: User, context: Context, files: Files, imported: AnyVersion | None
) -> ConfigurationRevision | None:
    if files.at is None:
        raise Invalid("place-missing")
    version = imported or _version_named(context, files)
    values = read_mapping(files.values, "values")
    now = current_values(version.template, [files.at.pk]).get(files.at.pk)
    edit = configuration.Edit(files.at, values, now.number if now else 0)
    saved = configuration.save(by, version, [edit], comment="import")
    return saved[0] if saved else None


def _version_named(context: Context, files: Files) -> AnyVersion:
    kind = ConfigTemplateVersion if files.kind == CONFIG else SolutionTemplateVersion
    rows = kind._default_manager.filter(
        template__node__context=context, template__node__name=files.name
    )
    if files.version:
        rows = rows.filter(version=files.version)
    found = rows.select_related("template__node").order_by("-sort_key").first()
    if found is None:
        raise Invalid("solution-unknown", solution=files.name)
    return found


def _metadata(document: Mapping[str, Any]) -> Mapping[str, Any]:
    """What a file says about itself: below ``metadata``, or at its top."""
    said = document.get("metadata")
    if isinstance(said, Mapping):
        return said
    return {key: document[key] for key in ("name", "version") if key in document}
