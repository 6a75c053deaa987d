"""Texts of a solution that nobody has stored yet: what is wrong with them, all at once."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property

from orchestration.expressions import DocumentError, Kind, Problem, Value, join_path, load_yaml
from orchestration.expressions.key_places import KeyPath, key_places
from orchestration.expressions.nearest import Nearest
from orchestration.resolution.authoring import Finding, check_template
from orchestration.resolution.solution import read_solution

# Below which keys an error's key may be meant, for each file.
_BELOW: Mapping[str, Sequence[KeyPath]] = {
    "template": (("configs",), ()),
    "inline": (("schema", "rules", "configs"), ("schema", "rules"), ("schema",)),
    "schema": (("rules", "configs"), ("rules",), ()),
    "": ((),),
}


@dataclass(frozen=True)
class Written:
    """One text as its author has it, and what errors call it."""

    text: str | bytes
    name: str

    @cached_property
    def data(self) -> Value:
        """The text as plain data; None for an empty text. Raises DocumentError."""
        return load_yaml(self.text, name=self.name) if self.text.strip() else None

    @cached_property
    def problem(self) -> Finding | None:
        """Why the text cannot be read; None where it can."""
        try:
            _ = self.data
        except DocumentError as error:
            place = (error.line, error.column, self.name)
            return Finding("error", error.code, Problem(Kind.SYNTAX, "", error.message, "", *place))
        return None

    def place_of(self, key: str, kind: str = "") -> tuple[int, int]:
        """Line and column of a dotted key or of what it lies in, counted from 1; zeros for none."""
        keys = self._known.get(kind)
        if keys is None:
            keys = self._known[kind] = self._keys(_BELOW[kind])
        while key and key not in keys:
            key = key[: max(key.rfind("."), key.rfind("["), 0)]
        return keys.get(key, (0, 0))

    def _keys(self, below: Sequence[KeyPath]) -> dict[str, tuple[int, int]]:
        found: dict[str, tuple[int, int]] = {}
        for start in below:
            for path, place in self._places.items():
                rest = path[len(start) :]
                if rest and path[: len(start)] == start:
                    found.setdefault(join_path(rest), place)
                    if len(rest) == 1:  # a schema writes a dotted key as one
                        found.setdefault(str(rest[0]), place)
        return found

    @cached_property
    def _known(self) -> dict[str, dict[str, tuple[int, int]]]:
        """The places by key as far as they were asked for, by the kind of the text."""
        return {}

    @cached_property
    def _places(self) -> dict[KeyPath, tuple[int, int]]:
        text = self.text
        return key_places(text if isinstance(text, str) else text.decode(errors="replace"))


@dataclass(frozen=True)
class Draft:
    """The texts of a solution version. Without `schema` the template names one or has its own.

    `schemas` are raw schemas and `includes` raw `configs` mappings, both by Name/Version. Without
    `schemas` nobody knows which there are, and a name is taken on trust.
    """

    template: Written
    schema: Written = Written("", "schema")
    specification: Written = Written("", "specification")
    schemas: Mapping[str, Value] | None = None
    includes: Mapping[str, Value] = field(default_factory=dict)

    @cached_property
    def named_schema(self) -> str:
        """The schema that counts by its Name/Version; empty where it is given or inline."""
        if self.schema.text.strip() or self.template.problem:
            return ""
        return read_solution(self.template.data).schema_name

    @cached_property
    def schema_data(self) -> Value:
        """The raw schema that is given or named; None where there is none, or not to be had."""
        if self.schema.problem:
            return None
        if self.named_schema:
            return (self.schemas or {}).get(self.named_schema)
        return self.schema.data


def check_draft(draft: Draft) -> list[Finding]:
    """Report every problem of the texts of a solution version; errors come first. Never raises."""
    texts = (draft.template, draft.schema, draft.specification)
    findings = [text.problem for text in texts if text.problem]
    findings.extend(_unknown_schema(draft))
    findings.extend(_placed(finding, draft) for finding in _about_content(draft))
    return sorted(findings, key=lambda finding: finding.severity)


def _about_content(draft: Draft) -> Iterator[Finding]:
    """Check what can be read; a part that cannot makes no noise about the others."""
    template = {"configs": {}} if draft.template.problem else draft.template.data
    specification = None if draft.specification.problem else draft.specification.data
    found = check_template(
        template,
        draft.schema_data,
        specification=specification,
        includes=draft.includes,
        schemas=draft.schemas,
        name=draft.template.name,
    )
    whole = not (draft.template.problem or draft.schema.problem or draft.specification.problem)
    for finding in found:
        if whole or finding.code != "unused-rule":
            yield finding


def _unknown_schema(draft: Draft) -> Iterator[Finding]:
    name = draft.named_schema
    if not name or draft.schemas is None or name in draft.schemas:
        return
    near = Nearest(draft.schemas).to(name)
    hint = f"did you mean {near}?" if near else "import it first, or give it along"
    message = f"there is no schema {name}"
    place = (*draft.template.place_of("schema", ""), draft.template.name)
    yield Finding("error", "not-found", Problem(Kind.NOT_FOUND, "schema", message, hint, *place))


def _placed(finding: Finding, draft: Draft) -> Finding:
    """Say where the key of a problem stands, if the problem knows no line of its own."""
    problem = finding.problem
    rules = draft.named_schema or draft.schema.name
    if not draft.schema.text.strip() and not draft.named_schema:
        rules = f"schema of {draft.template.name}"
    names = {  # the engine has one name for whatever schema and specification it is given
        "": rules,  # a rule that nothing uses
        "schema": rules,
        "specification": draft.specification.name,
    }
    problem = replace(problem, source=names.get(problem.source, problem.source))
    if not problem.line and problem.at:
        line, column = _place(problem, draft)
        problem = replace(problem, line=line, column=column)
    return replace(finding, problem=problem)


def _place(problem: Problem, draft: Draft) -> tuple[int, int]:
    if problem.source == f"schema of {draft.template.name}":
        return draft.template.place_of(problem.at, "inline")
    for text, kind in (
        (draft.template, "template"),
        (draft.schema, "schema"),
        (draft.specification, ""),
    ):
        if problem.source == text.name:
            return text.place_of(problem.at, kind)
    return 0, 0
