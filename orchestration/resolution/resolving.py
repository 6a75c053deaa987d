"""Resolving: one definition and the values on the way down give one target's configuration."""

from collections.abc import Hashable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property

from orchestration.expressions import (
    Context,
    Kind,
    Parts,
    Problem,
    SecretReference,
    Value,
    join_path,
    lookup,
    split_path,
)
from orchestration.expressions.values import unstorable
from orchestration.resolution.again import Reach
from orchestration.resolution.canonical import canonical_json, digest
from orchestration.resolution.compiled import CompiledTemplate
from orchestration.resolution.injections import Injected, InjectionFault, extended, gathered
from orchestration.resolution.layers import DEFAULT, Place, Places, depth_of, setters_at
from orchestration.resolution.model import Origin, PathNode, ResolutionProblem
from orchestration.resolution.provenance import Record, origins
from orchestration.resolution.secrets import (
    Found,
    missing,
    opened,
    pinned,
    put,
    references,
    sealed,
)
from orchestration.rules import Violation

_MENTION = b'"$secret"'


@dataclass
class Resolution:
    """What one target gets, or why it gets nothing. Never changed; not frozen as `Place` is not.

    `configuration` and `components` are plain data, shared and not to be changed; `configuration`
    is None where an expression failed, and there to look at where only rules are broken.
    `canonical` is the JSON of both, `digest` its hash; both empty unless `ok`. `references` are
    those to secrets, with the keys they stand at.
    """

    configuration: dict[str, Value] | None
    components: list[Value]
    problems: tuple[ResolutionProblem, ...]
    warnings: tuple[Problem, ...]
    canonical: bytes
    digest: str
    _compiled: CompiledTemplate = field(repr=False)
    _place: Place = field(repr=False)
    _filled: tuple[Parts, ...] = field(repr=False)
    _injected: tuple[Parts, ...] = field(repr=False)
    references: tuple[Found, ...] = ()

    @property
    def ok(self) -> bool:
        """Say whether the configuration can be used."""
        return not self.problems

    def provenance_json(self) -> Record:
        """Give the origins of all leaves as small plain data, to be stored with a revision."""
        return self._compiled.recorder.record(
            self._place, self.configuration or {}, filled=self._filled, injected=self._injected
        )

    @cached_property
    def provenance(self) -> Mapping[str, Origin]:
        """Give the origin of every leaf by dotted key."""
        return origins(self.provenance_json(), self._place.path)


@dataclass(frozen=True, slots=True)
class Subject:
    """One target to resolve for: `key` is any id of the caller's, the rest as for `resolve`."""

    key: Hashable
    path: Sequence[PathNode]
    target: Mapping[str, Value] = field(default_factory=dict)
    instance: str = ""
    registry: str | None = None
    injections: Sequence[Injected] = ()


def resolve(
    compiled: CompiledTemplate,
    *,
    path: Sequence[PathNode],
    levels: Sequence[str] = (),
    target: Mapping[str, Value] | None = None,
    instance: str = "",
    configs: Mapping[str, Value] | None = None,
    registry: str | None = None,
    injections: Sequence[Injected] = (),
) -> Resolution:
    """Resolve for the target at the end of the path. Never raises for what data can hold.

    `path` is the places from the root down, each of which names its level. `levels` are the levels
    of the whole hierarchy, in order: a level that the path has not is no error until an expression
    asks for it. `configs` are config templates by Name/Version that are not linked to a place.
    """
    subject = Subject(None, path, target or {}, instance, registry, injections)
    return resolve_at(compiled, compiled.place(path), subject, configs=configs)


def resolve_many(
    compiled: CompiledTemplate,
    subjects: Iterable[Subject],
    *,
    configs: Mapping[str, Value] | None = None,
) -> Iterator[tuple[Subject, Resolution]]:
    """Resolve for many targets, one after the other: nothing is kept but the places above them.

    Targets under the same place share its PathNode objects, so that it is merged once.
    """
    places = Places(compiled.root)
    for subject in subjects:
        yield subject, resolve_at(compiled, places.at(subject.path), subject, configs=configs)


def resolve_at(
    compiled: CompiledTemplate,
    place: Place,
    subject: Subject,
    *,
    configs: Mapping[str, Value] | None = None,
    content: bool = True,
) -> Resolution:
    """Resolve for a target whose path has been merged already.

    Without `content`, canonical bytes and digest are left out, for whoever only compares.
    """
    context = _context(place, subject, configs)
    run = _Run(compiled, place, context, wants_content=content)
    return run.resolution(subject.injections)


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came out for a target, to be compared; nothing in it is secret or wrong."""

    configuration: dict[str, Value]
    components: list[Value]


def outcomes(
    compiled: CompiledTemplate,
    old: Place,
    new: Mapping[str, Value],
    subject: Subject,
    reach: Reach,
    *,
    configs: Mapping[str, Value] | None = None,
) -> tuple[Outcome, Outcome] | None:
    """Resolve for a target, and again with `new` values that differ in what `reach` was told of.

    None where that needs two resolutions, because something is or goes wrong, or is secret.
    """
    if subject.injections or compiled.holds_secrets or old.holds_secrets or old.problems:
        return None
    if compiled.schema and compiled.schema.secret_parts:
        return None
    run = _Run(compiled, old, _context(old, subject, configs), wants_content=False)
    before = run.resolution(())
    if not before.ok or before.configuration is None:
        return None
    after = run.again(new, reach, before.components)
    if after is None:
        return None
    return Outcome(before.configuration, before.components), after


def _context(place: Place, subject: Subject, configs: Mapping[str, Value] | None) -> Context:
    return Context(
        values=place.values,
        configs={**configs, **place.configs} if configs else place.configs,
        target=subject.target,
        sites=place.sites,
        instance=subject.instance or None,
        registry=subject.registry,
    )


@dataclass(slots=True)
class _Run:
    compiled: CompiledTemplate
    place: Place
    context: Context
    wants_content: bool
    problems: list[ResolutionProblem] = field(default_factory=list)
    filled: list[Parts] = field(default_factory=list)
    arrays: tuple[Parts, ...] = ()
    references: tuple[Found, ...] = ()
    left: tuple[list[Value], int, int] = field(default=([], 0, 0))

    def resolution(self, injections: Sequence[Injected]) -> Resolution:
        compiled, context = self.compiled, self.context
        schema = compiled.schema
        if schema and schema.secret_parts:
            context.values = sealed(self.place.values, schema.secret_parts, self.name_of)
        evaluation = compiled.template.evaluate(context)
        self.left = (context.slots, context.room, context.work)
        failed = bool(evaluation.problems)
        self.problems.extend(self.place.problems)
        self.problems.extend(map(ResolutionProblem.of, evaluation.problems))
        configuration = self.with_defaults(evaluation.value)
        if injections:
            configuration = self.injected(configuration, injections)
        context.configuration = configuration
        if schema and schema.secret_parts:
            context.configuration = sealed(configuration, schema.secret_parts)
        if schema:
            self.problems.extend(map(self.from_violation, schema.check(context)))
        components = [] if self.problems else self.components()
        sealing = bool(schema and schema.secret_parts)
        holding = sealing or injections or compiled.holds_secrets or self.place.holds_secrets
        if holding:
            configuration, components = self.opened(configuration, components)
        content = self.content(configuration, components)
        if not holding and _MENTION in content:  # an expression has put a reference together
            configuration, components = self.opened(configuration, components)
            content = self.content(configuration, components)
        return Resolution(
            None if failed else configuration,
            components,
            tuple(self.problems),
            (*compiled.warnings, *self.place.warnings),
            content,
            digest(content) if content else "",
            compiled,
            self.place,
            tuple(self.filled),
            self.arrays,
            self.references,
        )

    def again(
        self, values: Mapping[str, Value], reach: Reach, components: list[Value]
    ) -> Outcome | None:
        """Evaluate what the new values reach, and check that; None where anything is wrong."""
        context = self.context
        context.values = values
        slots, context.room, context.work = self.left
        evaluation = self.compiled.template.evaluate_again(context, slots, reach.part)
        if evaluation.problems:
            return None
        context.configuration = self.with_defaults(evaluation.value)
        if reach.schema and reach.schema.check(context):
            return None
        found = Outcome(
            context.configuration, self.components() if reach.components else components
        )
        return None if self.problems else found

    def name_of(self, parts: Parts) -> SecretReference | None:
        """Name a plain value of a key that is secret now by the revision it was saved in."""
        setters = setters_at(self.place.marks, parts)
        setter = setters[0] if setters else DEFAULT
        if setter == DEFAULT:
            return None
        if isinstance(setter, tuple):
            if self.place.secrets is not None:
                message = f"{setter[1]} gives a plain value for a key that is secret"
                hint = f"mark the key as secret in the schema of {setter[1]}"
                problem = ResolutionProblem(join_path(parts), Kind.SCHEMA, message, hint)
                self.problems.append(problem)
            return None
        saved = self.place.path[setter].revision_ref
        if saved is None:
            return None
        return SecretReference(f"{saved}:{join_path(parts)}", version="saved")

    def opened(self, configuration: Value, components: list[Value]) -> tuple[Value, list[Value]]:
        """Give plain data again, each named secret with the version that counts here."""
        configuration, components = opened(configuration), opened(components)
        versions = self.place.secrets
        if versions is not None:
            configuration = pinned(configuration, versions)
            components = pinned(components, versions)
        found = (*references(configuration), *references(components, ("components",)))
        self.references = found
        if versions is not None:
            self.problems.extend(missing(found))
        return configuration, components

    def with_defaults(self, configuration: Value) -> Value:
        """Fill leaves that came out unset, also those missing in a map that came out."""
        for key, default in self.compiled.fillable:
            for parts, leaf in _unset(lookup(configuration, key), default, key):
                configuration = put(configuration, parts, leaf)
                self.filled.append(parts)
        return configuration

    def injected(self, configuration: Value, injections: Sequence[Injected]) -> Value:
        try:
            arrays = gathered(injections)
            configuration = extended(configuration, arrays)
        except InjectionFault as fault:
            problem = ResolutionProblem(fault.to, fault.kind, fault.message, fault.hint)
            self.problems.append(problem)
        else:
            self.arrays = tuple(parts for parts, items in arrays.items() if items)
        return configuration

    def components(self) -> list[Value]:
        if self.compiled.specification is None:
            return []
        evaluation = self.compiled.specification.evaluate(self.context)
        self.problems.extend(map(ResolutionProblem.of, evaluation.problems))
        return [] if evaluation.problems else evaluation.value["components"]

    def content(self, configuration: Value, components: list[Value]) -> bytes:
        if self.problems or not self.wants_content:
            return b""
        both = {"components": components, "configuration": configuration}
        limit = self.context.limits.result_bytes
        try:
            content = _written(both)
        except (ValueError, RecursionError) as error:
            message = f"the configuration cannot be written as JSON: {error}"
            self.problems.append(ResolutionProblem("", Kind.LIMIT, message))
            return b""
        why = f"the result is larger than {limit} bytes" if len(content) > limit else ""
        if b"\\u0000" in content:
            why = why or unstorable(both)
        if why:
            self.problems.append(ResolutionProblem("", Kind.LIMIT, why))
            return b""
        return content

    def from_violation(self, broken: Violation) -> ResolutionProblem:
        level = ""
        if broken.rule != "validations":
            setters = setters_at(self.place.marks, split_path(broken.key))
            depth = depth_of(setters[0]) if setters else DEFAULT
            level = self.place.path[depth].level if depth != DEFAULT else ""
        return ResolutionProblem(
            broken.key,
            broken.rule,
            broken.message,
            level=level,
            given=broken.given,
            accepted=broken.accepted,
        )


def _written(content: Value) -> bytes:
    """Write plain data, or data that has secrets in it that must be opened first."""
    try:
        return canonical_json(content)
    except TypeError:
        return canonical_json(opened(content))


def _unset(value: Value, default: Value, parts: Parts) -> Iterator[tuple[Parts, Value]]:
    """Give the defaults that a value does not have, each with its path."""
    if value is None:
        yield parts, default
    elif isinstance(value, dict) and isinstance(default, dict):
        for key, inner in default.items():
            yield from _unset(value.get(key), inner, (*parts, key))
