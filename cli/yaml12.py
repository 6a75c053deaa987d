"""Reading YAML as the server does: by YAML 1.2, where ``no`` is text and ``017`` is 17."""

import re
from typing import Any

import yaml

_TAG = "tag:yaml.org,2002:"
_WORDS = (
    ("null", r"^(?:null|Null|NULL|~|)$", ["n", "N", "~", ""]),
    ("bool", r"^(?:true|True|TRUE|false|False|FALSE)$", list("tTfF")),
    ("int", r"^[-+]?[0-9]+$", list("-+0123456789")),
    (
        "float",
        r"^[-+]?(?:\.[0-9]+|[0-9]+(?:\.[0-9]*)?)(?:[eE][-+]?[0-9]+)?$",
        list("-+.0123456789"),
    ),
)


class _Loader(yaml.SafeLoader):
    """The safe loader with the words of YAML 1.2, and no key twice."""

    yaml_implicit_resolvers: dict[str, list[tuple[str, re.Pattern[str]]]] = {}

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Any, Any]:  # noqa: FBT001, FBT002  as the base class has it
        keys = [key.value for key, _ in node.value if isinstance(key, yaml.ScalarNode)]
        twice = next((key for key in keys if keys.count(key) > 1), None)
        if twice is not None:
            message = f"the key '{twice}' stands here twice"
            raise yaml.constructor.ConstructorError(None, None, message, node.start_mark)
        return super().construct_mapping(node, deep)


def _whole(loader: yaml.SafeLoader, node: yaml.ScalarNode) -> int:
    return int(loader.construct_scalar(node))


def _number(loader: yaml.SafeLoader, node: yaml.ScalarNode) -> float:
    return float(loader.construct_scalar(node))


for _word, _pattern, _first in _WORDS:
    _Loader.add_implicit_resolver(_TAG + _word, re.compile(_pattern), _first)
_Loader.add_constructor(_TAG + "int", _whole)
_Loader.add_constructor(_TAG + "float", _number)


class _Dumper(yaml.SafeDumper):
    """Puts text into quotes that one YAML or the other reads as more: ``no``, ``08``, ``0o17``."""


for _word, _pattern, _first in _WORDS:
    _Dumper.add_implicit_resolver(_TAG + _word, re.compile(_pattern), _first)
_Dumper.add_implicit_resolver(_TAG + "int", re.compile(r"^0o[0-7]+$"), ["0"])


def dump(data: Any) -> str:  # noqa: ANN401  any JSON value
    """Return a text that `load` reads back the same, keys in their order."""
    text: str = yaml.dump(data, Dumper=_Dumper, sort_keys=False, allow_unicode=True, width=100)
    return text


def load(text: str) -> Any:  # noqa: ANN401  any JSON value
    """Return what a text holds; raises yaml.YAMLError with the line."""
    return yaml.load(text, Loader=_Loader)  # noqa: S506  # nosec B506
