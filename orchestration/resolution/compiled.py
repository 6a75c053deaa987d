"""A solution template with its schema and specification, compiled once per version."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property

from orchestration.expressions import (
    DocumentError,
    Kind,
    Parts,
    PlainScope,
    Problem,
    SecretReference,
    Template,
    Value,
    compile_value,
    join_path,
    load_yaml,
    lookup,
)
from orchestration.resolution.layers import Place
from orchestration.resolution.masking import settings_reading
from orchestration.resolution.model import PathNode, TemplateError
from orchestration.resolution.provenance import Recorder
from orchestration.resolution.secrets import sealed, sealing
from orchestration.resolution.solution import Dependency, SolutionDocument, read_solution
from orchestration.rules import Schema, SchemaError, parse_schema


@dataclass(frozen=True)
class CompiledTemplate:
    """What `resolve` needs of one template version. Immutable, shared by threads.

    `problems` is empty unless it was compiled with `tolerant`.
    """

    name: str
    document: SolutionDocument
    template: Template
    specification: Template | None
    schema: Schema | None
    problems: tuple[Problem, ...]
    warnings: tuple[Problem, ...]
    root: Place
    recorder: Recorder = field(repr=False)
    fillable: tuple[tuple[Parts, Value], ...] = field(repr=False)

    @property
    def dependencies(self) -> tuple[Dependency, ...]:
        """Give the solutions this one needs."""
        return self.document.dependencies

    def place(self, path: Sequence[PathNode]) -> Place:
        """Merge a path from the root down; give it to `resolve` for all targets below."""
        return self.root.down(path)

    @cached_property
    def holds_secrets(self) -> bool:
        """Say whether this template may give secret references: by expressions, or as they are."""
        keys = (*self.template.keys, *(self.specification.keys if self.specification else ()))
        return any(read.function == "secret" for info in keys for read in info.reads) or any(
            "$secret" in info.parts for info in keys
        )

    @cached_property
    def secret_settings(self) -> frozenset[Parts]:
        """Give the settings that are marked secret or read values that are."""
        marked = self.schema.secret_parts if self.schema else ()
        return settings_reading(self.template.keys, marked).union(marked)

    @cached_property
    def components_read_secrets(self) -> bool:
        """Say whether components read secret values past the configuration."""
        if self.schema is None or self.specification is None:
            return False
        return bool(settings_reading(self.specification.keys, self.schema.secret_parts))


def compile_template(
    template: Mapping[str, Value] | str,
    schema: Schema | None = None,
    specification: Value = None,
    *,
    includes: Mapping[str, Value] | None = None,
    schemas: Mapping[str, Value] | None = None,
    name: str = "template",
    tolerant: bool = False,
    defaults_from: str = "",
) -> CompiledTemplate:
    """Compile a template file, text or as `load_yaml` gives it.

    `includes` are raw `configs` mappings by Name/Version, `schemas` raw schemas that an inline
    schema may include. A schema given wins over an inline one. With `defaults_from`, a text that
    tells the version, defaults of secret keys are given as references of the version `default` and
    never as they are.

    Raises:
        TemplateError: carries everything that is wrong with template, inline schema and
            specification. With `tolerant` nothing is raised and `problems` holds it, so that the
            good keys can still be resolved.
    """
    problems: list[Problem] = []
    document = read_solution(_data(template, name, problems), name)
    problems.extend(document.problems if not problems else ())
    own = schema or _inline(document, schemas, name, problems)
    configs = compile_value(
        document.configs,
        includes=includes,
        name=name,
        sealing=sealing(own.secret_parts) if own else None,
    )
    components = _specification(specification, problems)
    problems.extend(configs.problems)
    if problems and not tolerant:
        raise TemplateError(name, problems)
    warnings = (*document.warnings, *(own.warnings if own and not schema else ()))
    defaults = _defaults(own, defaults_from)
    fillable = tuple(_fillable(configs, defaults))
    return CompiledTemplate(
        name=name,
        document=document,
        template=configs,
        specification=components,
        schema=own,
        problems=tuple(problems),
        warnings=warnings,
        root=Place.root(defaults),
        recorder=Recorder.of(configs.keys),
        fillable=fillable,
    )


def _data(template: Mapping[str, Value] | str, name: str, problems: list[Problem]) -> Value:
    if not isinstance(template, str):
        return template
    try:
        return load_yaml(template, name=name)
    except DocumentError as error:
        problem = Problem(Kind.SYNTAX, "", error.message, "", error.line, error.column, name)
        problems.append(problem)
        return {}


def _inline(
    document: SolutionDocument,
    schemas: Mapping[str, Value] | None,
    name: str,
    problems: list[Problem],
) -> Schema | None:
    if document.inline_schema is None:
        return None
    try:
        return parse_schema(document.inline_schema, name=f"schema of {name}", includes=schemas)
    except SchemaError as error:
        problems.extend(error.found)
        return None


def _specification(written: Value, problems: list[Problem]) -> Template | None:
    if written is None or written == {}:
        return None
    problems.extend(_shape(written))
    scope = PlainScope(configuration_first=False)
    components = written.get("components") if isinstance(written, Mapping) else None
    template = compile_value({"components": components}, name="specification", scope=scope)
    problems.extend(template.problems)
    return template


def _shape(written: Value) -> Iterator[Problem]:
    """Check that a specification is a list of components, each with name and type."""
    components = written.get("components") if isinstance(written, Mapping) else None
    if not isinstance(components, list):
        yield _wrong("components", "a specification is a map with a list of components")
        return
    for position, component in enumerate(components):
        at = f"components[{position}]"
        if not isinstance(component, Mapping):
            yield _wrong(at, "a component is a map with name, type and properties")
            continue
        for key in ("name", "type"):
            if not isinstance(component.get(key), str):
                yield _wrong(f"{at}.{key}", f"a component needs a {key}")
        if not isinstance(component.get("properties", {}), Mapping):
            yield _wrong(f"{at}.properties", "properties is a map")


def _wrong(at: str, message: str) -> Problem:
    return Problem(Kind.SCHEMA, at, message, source="specification")


def _defaults(schema: Schema | None, told_from: str) -> dict[str, Value]:
    """Give the defaults of a schema; those of secret keys behind a reference, if it has a name."""
    if schema is None:
        return {}
    if not told_from:
        return schema.defaults

    def naming(parts: Parts) -> SecretReference:
        return SecretReference(f"{told_from}:{join_path(parts)}", version="default")

    return sealed(schema.defaults, schema.secret_parts, naming)


def _fillable(template: Template, defaults: Mapping[str, Value]) -> Iterator[tuple[Parts, Value]]:
    """Give the leaves that may come out unset though their rule has a default."""
    for info in template.keys:
        default = lookup(dict(defaults), info.parts)
        if default is not None and info.value_of != info.parts:
            yield info.parts, default
