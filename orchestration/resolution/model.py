"""The plain data that goes into a resolution and comes out of it."""

from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from orchestration.expressions import Problem, Value


@dataclass(frozen=True, slots=True)
class PathNode:
    """One place on the way from the root to a target, with what is set there.

    `values` are the solution's own, `linked` the config templates linked to the place, by
    Name/Version in the order they were linked; `named` are others that `$config` may read and that
    set nothing by themselves. `config_records` are the provenance records of both, `problems` what
    is wrong with them. `ref` and `revision_ref` are ids of the node and of the configuration
    revision: opaque here, given back with the provenance. `secrets` are the named secrets of the
    place, each with the version that counts; where none of the path says any, references stay
    without version.
    """

    level: str
    name: str
    values: Mapping[str, Value] = field(default_factory=dict)
    ref: Hashable = None
    revision_ref: Hashable = None
    linked: Mapping[str, Mapping[str, Value]] = field(default_factory=dict)
    time_zone: str = ""
    labels: Mapping[str, Value] = field(default_factory=dict)
    secrets: Mapping[str, str] | None = None
    named: Mapping[str, Mapping[str, Value]] = field(default_factory=dict)
    config_records: Mapping[str, Mapping[str, Value]] = field(default_factory=dict)
    problems: "tuple[ResolutionProblem, ...]" = ()


@dataclass(frozen=True, slots=True)
class Shadow:
    """A value that would count if the one that does were not set; `value` None where unknown."""

    source: str
    level: str = ""
    name: str = ""
    node_ref: Hashable = None
    revision_ref: Hashable = None
    template: str = ""
    value: Value = None


@dataclass(frozen=True, slots=True)
class Origin:
    """Where one leaf of a configuration comes from.

    `source` is value (set on the place `level`, `name`, for the config template `template` if that
    is named), schema-default, template, include, config, expression, injection or unset. What a
    linked config template gives and nobody has set counts for the place it is linked to. What the
    value shadows comes nearest first; `inputs` are what an expression reads, by path. `set_as` is
    the key it has where it is set, if that is another.
    """

    source: str
    level: str = ""
    name: str = ""
    node_ref: Hashable = None
    revision_ref: Hashable = None
    template: str = ""
    shadows: tuple[Shadow, ...] = ()
    inputs: Mapping[str, "Origin"] = field(default_factory=dict)
    set_as: str = ""


@dataclass(frozen=True, slots=True)
class ResolutionProblem:
    """One reason why a target has no configuration.

    `kind_or_rule` is the kind of an expression's error or the name of the broken rule. `level` is
    the level at which the value was set; `given` is None where it is missing or secret. `template`
    is the config template in which it is wrong, where that is not the solution itself.
    """

    key: str
    kind_or_rule: str
    message: str
    hint: str = ""
    level: str = ""
    given: Value = None
    accepted: Value = None
    line: int = 0
    column: int = 0
    source: str = ""
    template: str = ""

    @classmethod
    def of(cls, problem: Problem) -> "ResolutionProblem":
        """Make one of what an expression reports."""
        return cls(
            problem.at,
            problem.kind,
            problem.message,
            problem.hint,
            line=problem.line,
            column=problem.column,
            source=problem.source,
        )

    def to_json(self) -> dict[str, Value]:
        """Give the problem as plain data; what is unknown is left out."""
        fields = {name: getattr(self, name) for name in self.__slots__}
        fields["code"] = str(fields.pop("kind_or_rule"))
        fields["file"] = fields.pop("source")
        return {
            name: value
            for name, value in fields.items()
            if value is not None and (name == "given" or value not in ("", 0))
        }


class TemplateError(Exception):
    """A template that cannot be used; carries everything that is wrong with it."""

    def __init__(self, name: str, found: Sequence[Problem]) -> None:
        super().__init__("; ".join(str(problem) for problem in found[:5]))
        self.name = name
        self.found = tuple(found)

    @property
    def problems(self) -> list[dict[str, Any]]:
        """Give the problems as plain data."""
        return [problem.to_json() for problem in self.found]
