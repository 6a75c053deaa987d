"""The language of templates: strict, small and total. PURE: no database, clock or network.

Reading a file: `load_yaml(text, name=…)` gives plain data or raises `DocumentError`.

Evaluating: `compile_value(template, includes=…, name=…)` gives a `Template` once per version;
`template.evaluate(Context(values=…, …))` gives an `Evaluation` with the value and every `Problem`.
Neither raises for what an author or a value can hold.
"""

from orchestration.expressions.assembly import compile_value
from orchestration.expressions.context import FAILED, Context
from orchestration.expressions.document import DocumentError, load_yaml
from orchestration.expressions.errors import Fault, Kind, Problem
from orchestration.expressions.functions import FUNCTIONS
from orchestration.expressions.limits import DEFAULT_LIMITS, Limits
from orchestration.expressions.paths import Parts, join_path, lookup, split_path
from orchestration.expressions.reach import part_reading, reads_any
from orchestration.expressions.scope import PlainScope
from orchestration.expressions.template import Evaluation, KeyInfo, Part, Read, Template
from orchestration.expressions.values import SealedValue, SecretReference, Value
from orchestration.expressions.writing import write_yaml

__all__ = [
    "DEFAULT_LIMITS",
    "FAILED",
    "FUNCTIONS",
    "Context",
    "DocumentError",
    "Evaluation",
    "Fault",
    "KeyInfo",
    "Kind",
    "Limits",
    "Part",
    "Parts",
    "PlainScope",
    "Problem",
    "Read",
    "SealedValue",
    "SecretReference",
    "Template",
    "Value",
    "compile_value",
    "join_path",
    "load_yaml",
    "lookup",
    "part_reading",
    "reads_any",
    "split_path",
    "write_yaml",
]
