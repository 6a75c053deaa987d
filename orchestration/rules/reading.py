"""Reading the rule of one key from what its author wrote."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace

from orchestration.expressions import (
    Context,
    Fault,
    Kind,
    Parts,
    PlainScope,
    Problem,
    Value,
    compile_value,
    split_path,
)
from orchestration.expressions.patterns import compile_pattern
from orchestration.expressions.scalars import PlacedText
from orchestration.rules.checks import TYPE_CHECKS, TYPE_NAMES, violations
from orchestration.rules.formats import FORMATS
from orchestration.rules.model import Condition, Rule
from orchestration.rules.spelling import CURRENT, HOLDS, IGNORED, OLDER, nearest_name

_TYPES = ("string", "boolean", "int", "float", "object")
_ITEM_TYPES = ("string", "int", "float", "object")
_FITTING: Mapping[str, tuple[str, ...]] = {
    "pattern": ("string",),
    "min_value": ("int", "float"),
    "max_value": ("int", "float"),
    "min_length": ("string", "array"),
    "max_length": ("string", "array"),
    "format": ("string", "int"),
    "items": ("array",),
}


# What is said of a key, not of the elements of its array.
_OF_KEYS = frozenset({"required", "defaultValue", "expression", "editableBy", "disabled"})


@dataclass(slots=True)
class Notes:
    """What is wrong with a schema, and what is only old-fashioned in it."""

    name: str
    problems: list[Problem] = field(default_factory=list)
    warnings: list[Problem] = field(default_factory=list)

    def refuse(self, key: str, message: str, hint: str = "", kind: Kind = Kind.SCHEMA) -> None:
        """Note a reason to refuse the schema."""
        self.problems.append(Problem(kind, key, message, hint, source=self.name))

    def warn(self, key: str, message: str, hint: str = "") -> None:
        """Note something accepted that should be written differently."""
        self.warnings.append(Problem(Kind.SCHEMA, key, message, hint, source=self.name))


def read_rule(key: str, written: Value, notes: Notes) -> Rule | None:
    """Read one rule; None, with the reasons noted, when it cannot be used."""
    before = len(notes.problems)
    try:
        parts = split_path(key)
    except Fault as fault:
        notes.refuse(key, fault.message, fault.hint)
        return None
    if not isinstance(written, dict):
        notes.refuse(key, "a rule is a map that begins with its type", "write type: string")
        return None
    fields = dict(_fields(key, written, notes))
    rule = _made(key, fields, notes, parts)
    if rule is not None:
        _check(rule, notes)
    return rule if len(notes.problems) == before else None


def read_condition(
    key: str, rule: str, written: Mapping[str, Value], notes: Notes
) -> Condition | None:
    """Compile an expression that must give true; None, with reasons noted, when it cannot be."""
    text = written.get("expression")
    if not isinstance(text, str | bool):
        notes.refuse(key, "an expression is text with ${{ … }}")
        return None
    if isinstance(text, str) and "${{" not in text:
        notes.refuse(key, "an expression stands inside ${{ … }}", f"write ${{{{ {text[:60]} }}}}")
        return None
    if isinstance(text, str):  # the end of a block of lines is no part of what must be true
        text = PlacedText.found(text.strip(), getattr(text, "places", ()))
    template = compile_value(text, name=notes.name, scope=PlainScope(configuration_first=True))
    for problem in template.problems:
        notes.refuse(key, f"expression: {problem.message}", problem.hint, Kind(problem.kind))
    if template.problems:
        return None
    return Condition(key, rule, str(text), str(written.get("message") or ""), template)


def _fields(key: str, written: Mapping[str, Value], notes: Notes) -> Iterator[tuple[str, Value]]:
    """Give the fields of a rule by today's names, noting what does not belong."""
    for name, value in written.items():
        current = OLDER.get(name, name)
        if name in IGNORED:
            notes.warn(key, f"{name} has no effect")
            continue
        if current not in CURRENT:
            near = nearest_name(str(name))
            notes.warn(key, f"{name} is not known", f"did you mean {near}?" if near else "")
            continue
        if current != name:
            notes.warn(key, f"{name} is the older spelling of {current}")
            if current in written:
                notes.refuse(key, f"{current} and {name} are the same rule, written twice")
                continue
        holds, what = HOLDS.get(current, (None, ""))
        if holds and not holds(value):
            notes.refuse(key, f"{current} must be {what}")
            continue
        yield current, value


def _made(key: str, fields: dict[str, Value], notes: Notes, parts: Parts) -> Rule | None:
    type_name, item_type = _type_of(key, fields.pop("type", None), notes)
    if not type_name:
        return None
    items = _items(key, fields.pop("items", None), item_type, notes)
    given: dict[str, Value] = {CURRENT[name]: value for name, value in fields.items()}
    for name in ("allowed_values", "disallowed_values", "examples"):
        if name in given:
            given[name] = tuple(given[name])
    if items:
        items = _about_elements(items, given)
    if "editable_by" in given:
        given["editable_by"] = frozenset(given["editable_by"])
    if given.get("default", ...) is None:
        del given["default"]  # null means "not set", here as everywhere
    if "expression" in given:
        given["expression"] = str(given["expression"])
    return Rule(key, parts, type_name, item_type, items=items, **given)


def _type_of(key: str, written: Value, notes: Notes) -> tuple[str, str]:
    if written in _TYPES:
        return str(written), ""
    for item in _ITEM_TYPES:
        if written == f"array[{item}]":
            return "array", item
    known = ", ".join((*_TYPES, *(f"array[{item}]" for item in _ITEM_TYPES)))
    problem = "the type is missing" if written is None else f"there is no type {written}"
    notes.refuse(key, problem, f"types are {known}")
    return "", ""


def _items(key: str, written: Value, item_type: str, notes: Notes) -> Rule | None:
    """Make the rule of the elements, which at least have a type."""
    if not item_type:
        if written is not None:
            notes.warn(key, "items has no effect on what is not an array")
        return None
    if written is None:
        return Rule(key, (), item_type)
    if not isinstance(written, dict):
        notes.refuse(key, "items is a map of rules for each element")
        return None
    if written.get("type", item_type) != item_type:
        notes.refuse(key, f"items says {written['type']}, the array says {item_type}")
        return None
    fields = dict(_fields(key, written, notes))
    for name in sorted(_OF_KEYS & fields.keys()):
        notes.warn(key, f"{name} has no effect in items; write it beside items")
    rule = _made(key, {**fields, "type": item_type}, notes, ())
    if rule:
        _check(rule, notes)
    return rule


def _about_elements(items: Rule, given: dict[str, Value]) -> Rule:
    """Move lists of values that are elements, not arrays, to the rule of the elements."""
    fits = TYPE_CHECKS[items.type]
    moved = {
        name: given.pop(name)
        for name in ("allowed_values", "disallowed_values")
        if given.get(name) and all(map(fits, given[name]))
    }
    return replace(items, **moved)


def _check(rule: Rule, notes: Notes) -> None:
    """Note what contradicts itself in a rule."""
    for name, types in _FITTING.items():
        if getattr(rule, name) is not None and rule.type not in types:
            notes.warn(rule.key, f"{name} has no effect on the type {rule.type}")
    if rule.format is not None and not _has_fitting_format(rule, notes):
        return
    if rule.pattern is not None:
        try:
            compile_pattern(rule.pattern)
        except Fault as fault:
            notes.refuse(rule.key, fault.message, "patterns are RE2")
            return
    _check_bounds(rule, notes)
    _check_values(rule, notes)


def _has_fitting_format(rule: Rule, notes: Notes) -> bool:
    if rule.format not in FORMATS:
        known = ", ".join(FORMATS)
        notes.refuse(rule.key, f"there is no format {rule.format}", f"formats: {known}")
    elif rule.type == "int" and rule.format != "port":
        notes.refuse(rule.key, f"no whole number has the format {rule.format}", "type: string")
    else:
        return True
    return False


def _check_bounds(rule: Rule, notes: Notes) -> None:
    for low, high, what in (
        (rule.min_value, rule.max_value, "Value"),
        (rule.min_length, rule.max_length, "Length"),
    ):
        if low is not None and high is not None and low > high:
            notes.refuse(rule.key, f"min{what} {low} is greater than max{what} {high}")


def _check_values(rule: Rule, notes: Notes) -> None:
    fits = TYPE_CHECKS[rule.type]
    for value in (*(rule.allowed_values or ()), *rule.disallowed_values):
        if not fits(value):
            notes.refuse(rule.key, f"a listed value is not {TYPE_NAMES[rule.type]}")
            break
    if rule.has_default:
        for broken in violations(rule, rule.default):
            notes.refuse(rule.key, f"the default breaks {broken.rule}: {broken.message}")


def default_holds(rule: Rule, condition: Condition, notes: Notes) -> None:
    """Note a default that breaks the expression of its own rule, if it reads only itself."""
    reads = [read for info in condition.template.keys for read in info.reads]
    looked_at = [read.arguments for read in reads if read.function in {"val", "property"}]
    others = {read.function for read in reads} & {"config", "target", "site", "instance", "secret"}
    if not rule.has_default or others or any(paths != (rule.key,) for paths in looked_at):
        return
    tree = rule.default
    for part in reversed(rule.parts):
        tree = {part: tree}
    result = condition.template.evaluate(Context(configuration=tree))
    if result.problems or result.value not in (True, "true"):
        notes.refuse(rule.key, "the default breaks expression")
