"""The functions of the language, one file a family. Families do not know each other."""

from collections.abc import Iterator, Mapping
from types import MappingProxyType, ModuleType

from orchestration.expressions.declaration import Function
from orchestration.expressions.functions import (
    choice,
    comparison,
    conversion,
    lookup,
    network,
    numbers,
    text,
)

FAMILIES: tuple[ModuleType, ...] = (lookup, choice, comparison, numbers, text, conversion, network)


def declared(family: ModuleType) -> Iterator[Function]:
    """Give the functions of a family in the order they are written."""
    return (thing for thing in vars(family).values() if isinstance(thing, Function))


FUNCTIONS: Mapping[str, Function] = MappingProxyType(
    {
        name: function
        for family in FAMILIES
        for function in declared(family)
        for name in (function.name, *function.aliases)
    }
)
