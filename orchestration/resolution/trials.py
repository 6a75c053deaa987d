"""Trying a solution out on made-up places: texts in, configuration and everything wrong out."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace

from orchestration.expressions import Kind, Problem, SecretReference, Value, split_path
from orchestration.expressions.errors import Fault
from orchestration.resolution.authoring import Finding
from orchestration.resolution.compiled import CompiledTemplate, compile_template
from orchestration.resolution.drafts import Draft, Written, check_draft
from orchestration.resolution.masking import MASK
from orchestration.resolution.model import PathNode, ResolutionProblem
from orchestration.resolution.resolving import Resolution, resolve
from orchestration.rules import parse_schema

_ABOUT = ("timeZone", "labels", "linked", "named")
_HIDDEN = SecretReference("hidden").plain()


@dataclass(frozen=True)
class TrialPlace:
    """A place: what is set there, and as `about` its timeZone, labels and config templates."""

    level: str
    name: str
    values: Written
    about: Written


@dataclass(frozen=True)
class Trial:
    """A draft with the line it is tried on: the places from the root down, the last is the line."""

    draft: Draft
    places: Sequence[TrialPlace]
    target: Written
    instance: str = ""
    levels: Sequence[str] = ()


@dataclass(frozen=True)
class Outcome:
    """What came of a trial: every remark, errors first, and the result where it got that far."""

    findings: list[Finding] = field(default_factory=list)
    compiled: CompiledTemplate | None = None
    resolution: Resolution | None = None


def try_out(trial: Trial) -> Outcome:
    """Check a draft and resolve it. Never raises for what the texts hold."""
    findings = [*check_draft(trial.draft), *_unusable(trial)]
    if any(finding.severity == "error" for finding in findings):
        return Outcome(_sorted(findings))
    compiled = _compiled(trial.draft)
    if compiled.problems:
        return Outcome(findings)
    resolution = resolve(
        compiled,
        path=[_path_node(place, position) for position, place in enumerate(trial.places)],
        levels=trial.levels,
        target=_mapping(trial.target),
        instance=trial.instance,
    )
    found = [_finding(problem, trial) for problem in resolution.problems]
    extra = resolution.warnings[len(compiled.warnings) :]
    found.extend(Finding("warning", str(problem.kind), problem) for problem in extra)
    return Outcome(_sorted([*findings, *found]), compiled, resolution)


def _sorted(findings: list[Finding]) -> list[Finding]:
    return sorted(findings, key=lambda finding: finding.severity)


def _compiled(draft: Draft) -> CompiledTemplate:
    """Compile what has been checked already."""
    rules = draft.schema_data
    schema = None
    if rules is not None:
        schema = parse_schema(rules, name="schema", includes=draft.schemas)
    return compile_template(
        draft.template.data,
        schema,
        draft.specification.data,
        includes=draft.includes,
        schemas=draft.schemas,
        name=draft.template.name,
        tolerant=True,
    )


def _unusable(trial: Trial) -> Iterator[Finding]:
    """Say of each text about places that it is not the map it should be."""
    texts = [text for place in trial.places for text in (place.values, place.about)]
    for text in (*texts, trial.target):
        if text.problem:
            yield text.problem
        elif text.data is not None and not isinstance(text.data, dict):
            yield _wrong(text, "", "keys and values are expected here")
    for place in trial.places:
        about = {} if place.about.problem else place.about.data
        for key, value in about.items() if isinstance(about, dict) else ():
            if key not in _ABOUT:
                yield _wrong(place.about, key, f"{key} is not known", f"{', '.join(_ABOUT)} are")
            elif key != "timeZone" and not _is_map(value, nested=key != "labels"):
                yield _wrong(place.about, key, f"{key} is a map")


def _is_map(value: Value, *, nested: bool) -> bool:
    if not isinstance(value, dict):
        return False
    return not nested or all(isinstance(inner, dict) for inner in value.values())


def _wrong(text: Written, key: str, message: str, hint: str = "") -> Finding:
    line, column = text.place_of(key)
    problem = Problem(Kind.SCHEMA, key, message, hint, line, column, text.name)
    return Finding("error", "schema", problem)


def _path_node(place: TrialPlace, position: int) -> PathNode:
    about = _mapping(place.about)
    return PathNode(
        level=place.level,
        name=place.name,
        values=_unmasked(_mapping(place.values)),
        ref=position,
        revision_ref=position,
        time_zone=str(about.get("timeZone") or ""),
        labels=about.get("labels") or {},
        linked=_unmasked(about.get("linked") or {}),
        named=_unmasked(about.get("named") or {}),
    )


def _mapping(text: Written) -> dict[str, Value]:
    data = text.data
    return data if isinstance(data, dict) else {}


def _unmasked(value: Value) -> Value:
    """Put a reference where a value was masked: as opaque as the secret, and of no type."""
    if isinstance(value, dict):
        return {key: _unmasked(item) for key, item in value.items()}
    if isinstance(value, list):
        return [_unmasked(item) for item in value]
    return _HIDDEN if value == MASK else value


def _finding(problem: ResolutionProblem, trial: Trial) -> Finding:
    """Turn what is wrong with the result into a remark about the text that makes it so."""
    hint = problem.hint
    if not hint and problem.accepted not in (None, "", [], ()):
        hint = f"accepted: {problem.accepted}"
    placed = Problem(
        Kind.SCHEMA,
        problem.key,
        problem.message,
        hint,
        problem.line,
        problem.column,
        problem.source,
    )
    if not placed.line:
        placed = _located(placed, trial)
    return Finding("error", str(problem.kind_or_rule), placed)


def _located(problem: Problem, trial: Trial) -> Problem:
    """Say where the key of a problem is set, where it counts; else where the template has it."""
    key = problem.at
    texts = [(place.values, "") for place in reversed(trial.places) if _sets(place, key)]
    for text, kind in (*texts, (trial.draft.template, "template")):
        line, column = text.place_of(key, kind)
        if line:
            return replace(problem, line=line, column=column, source=text.name)
    return problem


def _sets(place: TrialPlace, key: str) -> bool:
    value: Value = _mapping(place.values)
    try:
        parts = split_path(key)
    except Fault:
        return False
    for part in parts:
        value = value.get(part) if isinstance(value, dict) else None
    return value is not None
