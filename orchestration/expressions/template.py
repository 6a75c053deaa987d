"""Templates: compiled once per version, evaluated for thousands of targets."""

from dataclasses import dataclass

from orchestration.expressions.context import PENDING, Context
from orchestration.expressions.declaration import Run
from orchestration.expressions.errors import Problem
from orchestration.expressions.evaluation import Reading, Step, fill, read
from orchestration.expressions.paths import Parts
from orchestration.expressions.places import Place
from orchestration.expressions.syntax import Node
from orchestration.expressions.values import Value


@dataclass(frozen=True, slots=True)
class Read:
    """One call in an expression: the function, and its arguments as far as they are literals."""

    function: str
    arguments: tuple[Value, ...]


@dataclass(frozen=True, slots=True)
class KeyInfo:
    """What is known of one leaf of a template, the dotted `key`, before any evaluation.

    `kind` is template (a constant), include (a constant of an included file), value (one $val, of
    the path `value_of`), config (one $config) or expression. `inputs` are the literal paths that
    $val reads, as written and split; `nodes` the parsed expressions, `constant` the value of a key
    that has none. `form` is whole for one expression, text for those in a text, list for those in a
    list.
    """

    parts: Parts
    key: str
    kind: str
    place: Place
    value_of: Parts = ()
    reads: tuple[Read, ...] = ()
    inputs: tuple[tuple[str, Parts], ...] = ()
    nodes: tuple[Node, ...] = ()
    constant: Value = None
    form: str = ""


@dataclass(frozen=True, slots=True)
class Evaluation:
    """What came out: the value, and problems. With problems, failed keys hold FAILED."""

    value: Value
    problems: tuple[Problem, ...]


@dataclass(frozen=True, slots=True)
class Part:
    """What of a template has to be evaluated again: its `top_keys` may come out otherwise."""

    readings: tuple[Reading, ...]
    steps: tuple[Step, ...]
    top_keys: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Template:
    """A compiled template. `problems` are those found while compiling."""

    problems: tuple[Problem, ...]
    keys: tuple[KeyInfo, ...]
    initial: list[Value]
    readings: tuple[Reading, ...]
    steps: tuple[Step, ...]
    collect: Run
    weight: int

    def evaluate(self, context: Context) -> Evaluation:
        """Evaluate for what the context holds; never raises, errors are in the result."""
        context.slots = self.initial.copy()
        context.problems = list(self.problems)
        context.depth = 0
        context.room = context.limits.result_bytes - self.weight
        context.work = context.limits.work
        read(context, self.readings)
        fill(context, self.steps)
        return Evaluation(self.collect(context), tuple(context.problems))

    def evaluate_again(self, context: Context, slots: list[Value], part: Part) -> Evaluation:
        """Evaluate a part of the keys once more, the others staying as they are in `slots`.

        `slots` are those of an evaluation in which nothing failed. The context has the new values,
        and what is left of the limits: it is charged for both, so that nothing passes here that
        would not pass when evaluated whole.
        """
        context.slots = slots.copy()
        context.problems = []
        context.depth = 0
        for step in part.steps:
            context.slots[step.index] = PENDING
        read(context, part.readings)
        fill(context, part.steps)
        return Evaluation(self.collect(context), tuple(context.problems))
