"""What a rule says, and what breaks it."""

from dataclasses import dataclass

from orchestration.expressions import Parts, Problem, Template, Value

UNSET: Value = type("Unset", (), {"__repr__": lambda _: "UNSET"})()


@dataclass(frozen=True, slots=True)
class Rule:
    """The rule of one configuration key, as a form needs it.

    `default` is UNSET where there is none. `editable_by` holds IT, OT or both. `items` is the
    rule of each element of an array, with the array's own key. `type` is string, boolean, int,
    float, object or array; `item_type` is set for arrays.
    """

    key: str
    parts: Parts
    type: str
    item_type: str = ""
    required: bool = False
    default: Value = UNSET
    label: str = ""
    description: str = ""
    unit: str = ""
    group: str = ""
    placeholder: Value = None
    examples: tuple[Value, ...] = ()
    allowed_values: tuple[Value, ...] | None = None
    disallowed_values: tuple[Value, ...] = ()
    min_value: float | None = None
    max_value: float | None = None
    min_length: int | None = None
    max_length: int | None = None
    pattern: str | None = None
    format: str | None = None
    editable_by: frozenset[str] = frozenset({"IT", "OT"})
    secret: bool = False
    disabled: bool = False
    message: str = ""
    expression: str = ""
    items: "Rule | None" = None

    @property
    def has_default(self) -> bool:
        """Say whether the key has a default value, which may be null-like but is set."""
        return self.default is not UNSET


@dataclass(frozen=True, slots=True)
class Violation:
    """A value that breaks a rule.

    `rule` is the name of the broken rule as it is spelled in schemas, `accepted` says what would
    do. `given` is None where the value is missing or secret.
    """

    key: str
    rule: str
    message: str
    given: Value = None
    accepted: Value = None
    level: str = ""

    def to_json(self) -> dict[str, Value]:
        """Give the violation as plain data; what is unknown is left out."""
        fields = {
            "code": self.rule,
            "key": self.key,
            "message": self.message,
            "given": self.given,
            "accepted": self.accepted,
            "level": self.level,
        }
        return {name: value for name, value in fields.items() if value not in (None, "")}


@dataclass(frozen=True, slots=True)
class Condition:
    """An expression that must give true: of one key, or of the whole configuration."""

    key: str
    rule: str
    text: str
    message: str
    template: Template


class SchemaError(Exception):
    """A schema that cannot be used; carries everything that is wrong with it."""

    def __init__(self, name: str, found: list[Problem]) -> None:
        super().__init__("; ".join(str(problem) for problem in found[:5]))
        self.name = name
        self.found = tuple(found)

    @property
    def problems(self) -> list[dict[str, Value]]:
        """Give the problems as plain data."""
        return [problem.to_json() for problem in self.found]
