"""Writing YAML that every version of YAML reads back as the same values."""

import re
from typing import Any

import yaml

_TAG = "tag:yaml.org,2002:"
# Numbers of YAML 1.2 only; what YAML 1.1 takes for more than text is put into quotes anyway.
_NUMBERS = (
    ("int", r"^(?:[-+]?[0-9]+|0o[0-7]+)$", list("-+0123456789")),
    (
        "float",
        r"^[-+]?(?:\.[0-9]+|[0-9]+(?:\.[0-9]*)?)(?:[eE][-+]?[0-9]+)?$",
        list("-+.0123456789"),
    ),
)


class _Dumper(yaml.SafeDumper):
    """Puts text into quotes that would be read as something else: ``no``, ``08``, ``1e5``."""


for _word, _pattern, _first in _NUMBERS:
    _Dumper.add_implicit_resolver(_TAG + _word, re.compile(_pattern), _first)


def write_yaml(data: Any, width: int = 100) -> str:  # noqa: ANN401  any JSON value
    """Return a text that `load_yaml` reads back the same, keys in their order."""
    text: str = yaml.dump(data, Dumper=_Dumper, sort_keys=False, allow_unicode=True, width=width)
    return text
