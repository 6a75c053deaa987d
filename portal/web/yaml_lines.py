"""A configuration as lines of YAML, each with the key whose value begins there."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from orchestration.expressions import Parts, SecretReference, join_path, write_yaml


@dataclass(frozen=True)
class YamlLine:
    """One line; ``key`` is empty where no value begins."""

    text: str
    key: str = ""


def yaml_lines(configuration: Mapping[str, Any], above: Parts = ()) -> Iterator[YamlLine]:
    """Give the lines of a configuration in its own order, secrets already masked."""
    indent = "  " * len(above)
    for key, value in configuration.items():
        parts = (*above, key)
        if isinstance(value, dict) and value and not SecretReference.read(value):
            (head, *_) = _dumped({key: None})
            yield YamlLine(f"{indent}{head.removesuffix(' null')}")
            yield from yaml_lines(value, parts)
            continue
        first, *others = _dumped({key: _shown(value)})
        yield YamlLine(f"{indent}{first}", join_path(parts))
        yield from (YamlLine(f"{indent}{other}") for other in others)


def _shown(value: Any) -> Any:  # noqa: ANN401  JSON
    """Return a value; a reference to a secret as the call that makes it."""
    reference = SecretReference.read(value) if isinstance(value, dict) else None
    if reference is None:
        return value
    names = [reference.name, *([reference.key] if reference.key else [])]
    return f"$secret({', '.join(names)})"


def _dumped(value: Mapping[str, Any]) -> list[str]:
    text = write_yaml(value, width=10**6)
    return text.rstrip("\n").split("\n")
