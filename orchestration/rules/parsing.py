"""Reading a schema in any of its spellings."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace

from orchestration.expressions import DEFAULT_LIMITS, Fault, Kind, Parts, Value
from orchestration.expressions.includes import include_of
from orchestration.expressions.paths import split_path
from orchestration.rules.family import check_family
from orchestration.rules.model import Condition, Rule, SchemaError
from orchestration.rules.reading import Notes, default_holds, read_condition, read_rule
from orchestration.rules.schema import Schema

_BESIDE = frozenset({"rules", "validations", "metadata", "name", "version", "description"})


def parse_schema(
    data: Value, *, name: str = "schema", includes: Mapping[str, Value] | None = None
) -> Schema:
    """Read a schema, as `load_yaml` gives it. `includes` are others by Name/Version.

    Raises:
        SchemaError: carries every problem: a rule without type, a default that breaks its own
            rule, an expression that cannot be read, an include that is not there.
    """
    notes = Notes(name)
    written = _rules_of(data, notes, ())
    entries = _spliced(written, includes or {}, (name,), notes)
    read = (read_rule(key, rule, notes) for key, rule in entries.items())
    rules = _marked([rule for rule in read if rule])
    check_family(rules, notes)
    conditions = list(_conditions(entries, rules, notes))
    conditions.extend(_validations(data, notes))
    if notes.problems:
        raise SchemaError(name, notes.problems)
    return Schema(name, tuple(rules), tuple(conditions), tuple(notes.warnings))


def _marked(rules: Sequence[Rule]) -> list[Rule]:
    """Mark as secret what lies in a secret: the keys of an object, the elements of an array."""
    secret = {rule.parts for rule in rules if rule.secret or (rule.items and rule.items.secret)}
    marked = []
    for rule in rules:
        if any(rule.parts[:depth] in secret for depth in range(1, len(rule.parts) + 1)):
            items = replace(rule.items, secret=True) if rule.items else None
            rule = replace(rule, secret=True, items=items)  # noqa: PLW2901  the same rule, marked
        marked.append(rule)
    return marked


def _rules_of(data: Value, notes: Notes, place: Sequence[str]) -> Mapping[str, Value]:
    """Give the map of rules, which older schemas have directly below `rules`."""
    at = ".".join((*place, "rules"))
    rules = data.get("rules") if isinstance(data, Mapping) else None
    if not isinstance(rules, Mapping):
        notes.refuse(at, "a schema is a map with rules: configs: …")
        return {}
    for extra in sorted(str(key) for key in data if key not in _BESIDE):
        notes.warn(extra, f"{extra} is not known in a schema")
    configs = rules.get("configs")
    if "configs" in rules and not _is_rule(configs):
        if not isinstance(configs, Mapping):
            notes.refuse(f"{at}.configs", "configs must be a map of keys and their rules")
            return {}
        for extra in sorted(str(key) for key in rules if key not in {"configs", "validations"}):
            notes.warn(extra, f"{extra} stands beside configs and has no effect")
        return configs
    notes.warn(at, "rules without configs: is the older shape", "write rules: configs: …")
    return {key: rule for key, rule in rules.items() if key != "validations" or _is_rule(rule)}


def _is_rule(written: Value) -> bool:
    """Say whether this is the rule of a key that happens to be called `configs` or the like."""
    return isinstance(written, Mapping) and isinstance(written.get("type"), str)


def _spliced(
    written: Mapping[str, Value],
    includes: Mapping[str, Value],
    chain: tuple[str, ...],
    notes: Notes,
) -> dict[str, Value]:
    """Put included rules in; those of the including schema win."""
    included: dict[str, Value] = {}
    own: dict[str, Value] = {}
    for key, rule in written.items():
        try:
            wanted = include_of(str(key), DEFAULT_LIMITS)
            if wanted is None:
                own[str(key)] = rule
            else:
                included |= _included(*wanted, includes, chain, notes)
        except Fault as fault:
            notes.refuse(str(key), fault.message, fault.hint, fault.kind)
    return included | own


def _included(
    name: str, section: Parts, includes: Mapping[str, Value], chain: tuple[str, ...], notes: Notes
) -> dict[str, Value]:
    if name in chain:
        raise Fault(Kind.CYCLE, f"circular include: {' -> '.join((*chain, name))}")
    if len(chain) > DEFAULT_LIMITS.include_depth:
        raise Fault(Kind.LIMIT, f"includes go deeper than {DEFAULT_LIMITS.include_depth} levels")
    if name not in includes:
        raise Fault(Kind.NOT_FOUND, f"there is no schema {name} to include")
    rules = _rules_of(includes[name], notes, (name,))
    entries = _spliced(rules, includes, (*chain, name), notes)
    if not section:
        return entries
    kept = {key: rule for key, rule in entries.items() if _begins(key, section)}
    if not kept:
        raise Fault(Kind.NOT_FOUND, f"there is no section {'.'.join(section)} in {name}")
    return kept


def _begins(key: str, section: Parts) -> bool:
    try:
        return split_path(key)[: len(section)] == section
    except Fault:
        return False  # reported where its rule is read


def _conditions(
    entries: Mapping[str, Value], rules: Sequence[Rule], notes: Notes
) -> Iterator[Condition]:
    for rule in rules:
        if not rule.expression:
            continue
        written = entries[rule.key]
        condition = read_condition(rule.key, "expression", written, notes)
        if condition is not None:
            default_holds(rule, condition, notes)
            yield condition


def _validations(data: Value, notes: Notes) -> Iterator[Condition]:
    for position, item in enumerate(_written_validations(data, notes)):
        key = f"validations[{position}]"
        if not isinstance(item, Mapping):
            notes.refuse(key, "a validation is a map with an expression")
            continue
        condition = read_condition(key, "validations", item, notes)
        if condition is not None:
            yield condition


def _written_validations(data: Value, notes: Notes) -> Iterator[Value]:
    """Give the validations of all places that older files have them in."""
    if not isinstance(data, Mapping):
        return
    yield from _listed(data.get("validations"), notes)
    rules = data.get("rules")
    below = rules.get("validations") if isinstance(rules, Mapping) else None
    if below is not None and not _is_rule(below):
        notes.warn("validations", "validations below rules is the older shape")
        yield from _listed(below, notes)


def _listed(written: Value, notes: Notes) -> Sequence[Value]:
    if isinstance(written, Mapping):
        notes.warn("validations", "validations as one map is the older shape; write a list")
        return [written]
    if written is not None and not isinstance(written, list):
        notes.refuse("validations", "validations is a list of expressions")
    return written if isinstance(written, list) else []
