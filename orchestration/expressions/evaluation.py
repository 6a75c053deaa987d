"""Evaluating a compiled template for one target."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import TypeAlias

from orchestration.expressions.context import FAILED, PENDING, RUNNING, Context
from orchestration.expressions.declaration import Run
from orchestration.expressions.errors import Cycle, Fault, Unavailable, over_limit
from orchestration.expressions.paths import Parts, join_path
from orchestration.expressions.places import Place
from orchestration.expressions.values import Value, weigh

# A key that is what the hierarchy holds under a name: where its value goes, and that name.
Reading: TypeAlias = tuple[int, str]

_WEIGHTY = frozenset({str, list, dict})


@dataclass(slots=True)
class Step:
    """One key to evaluate: where its value goes, how it is made, how deep that nests.

    A map of the template only gathers what its keys have been charged for: `counts` is false.
    """

    index: int
    run: Run
    place: Place
    nesting: int = 1
    counts: bool = True


def read(context: Context, readings: Iterable[Reading]) -> None:
    """Take keys that are one value of the hierarchy; what must be charged for is left to `fill`."""
    slots, values = context.slots, context.values
    for index, key in readings:
        value = values.get(key)
        if type(value) not in _WEIGHTY:
            slots[index] = value


def fill(context: Context, steps: Iterable[Step]) -> None:
    """Evaluate keys in the order given; errors are collected in `context.problems`."""
    slots = context.slots
    for step in steps:
        index = step.index
        if slots[index] is not PENDING:
            continue
        slots[index] = RUNNING
        try:
            value = step.run(context)
            if type(value) is str and len(value) <= context.room:
                context.room -= len(value)
            elif type(value) in _WEIGHTY and step.counts:
                _charge(context, value)
            slots[index] = value
        except (Fault, Unavailable, RecursionError) as error:
            slots[index] = FAILED
            report(context, step.place, error, index)
            if context.room < 0 or context.work < 0:  # enough: what is left would only say the same
                slots[:] = [FAILED if slot is PENDING else slot for slot in slots]
                return


def _charge(context: Context, value: Value) -> None:
    context.room -= len(value) if isinstance(value, str) else weigh(value, context.room)
    if context.room < 0:
        raise over_limit(
            f"the result is larger than {context.limits.result_bytes} bytes",
            "use large values less often",
        )


def demand(context: Context, step: Step) -> Value:
    """Give a key's value, evaluating it now if need be; raises if it fails or needs itself."""
    if context.slots[step.index] is PENDING:
        if context.depth + step.nesting > context.limits.reference_depth:
            most = context.limits.reference_depth
            message = f"keys that need keys go deeper than {most} levels"
            raise over_limit(message, "shorten the chain of keys")
        context.depth += step.nesting
        try:
            _fill_one(context, step)
        finally:
            context.depth -= step.nesting
    value = context.slots[step.index]
    if value is RUNNING:
        raise Cycle(step.index)
    if value is FAILED:
        raise Unavailable
    return value


def _fill_one(context: Context, step: Step) -> None:
    """Evaluate one key on behalf of another; a cycle goes on up to where it began."""
    slots, index = context.slots, step.index
    slots[index] = RUNNING
    try:
        value = step.run(context)
        if step.counts and type(value) in _WEIGHTY:
            _charge(context, value)
        slots[index] = value
    except (Fault, Unavailable, RecursionError) as error:
        slots[index] = FAILED
        report(context, step.place, error, index)
        if isinstance(error, Cycle) and error.index != index:
            raise


def report(context: Context, place: Place, error: Exception, index: int = -1) -> None:
    """Note an error with its place; what is only a consequence of another is not noted."""
    if isinstance(error, Cycle):
        if error.index != index:
            error.trail.append(join_path(place.parts))
            return
        error.message = _told(error, place)
        error.hint = "let one of them stand without the others"
    elif isinstance(error, RecursionError):
        error = over_limit("values nest too deeply", "make them flatter")
    if isinstance(error, Fault):
        context.problems.extend(place.problem(fault) for fault in (error, *error.others))


def _told(cycle: Cycle, place: Place) -> str:
    own = join_path(place.parts)
    between = [key for key in reversed(cycle.trail) if key != own]
    return f"circular reference: {' -> '.join([own, *between, own])}"


def descend(value: Value, parts: Parts) -> Value:
    """Go down a path inside an evaluated value; None where nothing stands there."""
    for part in parts:
        if not isinstance(value, dict):
            return None
        value = value.get(part)
        if value is FAILED:
            raise Unavailable
    return value
