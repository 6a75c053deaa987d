"""Schema rules: what a configuration may hold. PURE.

`parse_schema(data, name=…, includes=…)` gives a `Schema` or raises `SchemaError` with everything
that is wrong. `schema.rules` are `Rule` objects for forms, `schema.rule_for(key)` is one of them,
`schema.check_value(key, value)` checks a field while it is typed, `schema.validate(config)` a
whole configuration, `schema.json_schema()` is what the API publishes.
"""

from orchestration.rules.model import UNSET, Condition, Rule, SchemaError, Violation
from orchestration.rules.parsing import parse_schema
from orchestration.rules.schema import Schema

__all__ = [
    "UNSET",
    "Condition",
    "Rule",
    "Schema",
    "SchemaError",
    "Violation",
    "parse_schema",
]
