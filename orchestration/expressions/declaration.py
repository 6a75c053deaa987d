"""How functions are declared: a signature above the code gives arity, help and documentation."""

import re
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import Protocol, TypeAlias

from orchestration.expressions.context import Context
from orchestration.expressions.paths import Parts
from orchestration.expressions.values import Value

Run: TypeAlias = Callable[[Context], Value]

_PARAMETER = re.compile(r"\[|…|[A-Za-z]\w*")


class Scope(Protocol):
    """What `$val` and `$property` see from where an expression stands."""

    def value(self, parts: Parts) -> Run:
        """Make the reading of `$val`; it gives None for what is unset."""

    def own(self, parts: Parts) -> Run:
        """Make the reading of `$property`; it raises Fault for what is missing."""


@dataclass(frozen=True, slots=True)
class CallSite:
    """One call being compiled: its arguments, and their values where they are literals."""

    scope: Scope
    arguments: tuple[Run, ...]
    literals: tuple[Value, ...]


@dataclass(frozen=True, slots=True)
class Example:
    """One line of documentation that is also a test."""

    expression: str
    result: Value
    given: dict[str, Value] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Function:
    """A function of the language.

    `apply` takes evaluated arguments; a `heavy` one looks at all that is in them. A function that
    is lazy or reads its surroundings has `compile` instead, which makes the code for one call.
    """

    name: str
    aliases: tuple[str, ...]
    signature: str
    summary: str
    example: Example
    least: int
    most: int | None
    heavy: bool = False
    apply: Callable[..., Value] | None = None
    compile: Callable[[CallSite], Run] | None = None

    def expects(self) -> str:
        """Say how many arguments the function takes."""
        if self.most is None:
            return f"{self.least} or more"
        return str(self.least) if self.least == self.most else f"{self.least} to {self.most}"


def _declare(signature: str, summary: str, example: Example, aliases: tuple[str, ...]) -> Function:
    name, _, parameters = signature.removeprefix("$").rstrip(")").partition("(")
    least, most, optional = 0, 0, False
    for part in _PARAMETER.findall(parameters):
        optional = optional or part == "["
        if part == "…":
            return Function(name, aliases, signature, summary, example, least, None)
        if part != "[":
            most += 1
            least += not optional
    return Function(name, aliases, signature, summary, example, least, most)


def eager(
    signature: str,
    summary: str,
    example: Example,
    *,
    aliases: tuple[str, ...] = (),
    heavy: bool = False,
) -> Callable[[Callable[..., Value]], Function]:
    """Declare a function of its evaluated arguments. `[` starts the optional ones, `…` any."""

    def declare(apply: Callable[..., Value]) -> Function:
        plain = _declare(signature, summary, example, aliases)
        return replace(plain, apply=apply, heavy=heavy)

    return declare


def compiled(
    signature: str, summary: str, example: Example, *, aliases: tuple[str, ...] = ()
) -> Callable[[Callable[[CallSite], Run]], Function]:
    """Declare a function that decides itself when its arguments are evaluated."""

    def declare(compile_call: Callable[[CallSite], Run]) -> Function:
        plain = _declare(signature, summary, example, aliases)
        return replace(plain, compile=compile_call)

    return declare
