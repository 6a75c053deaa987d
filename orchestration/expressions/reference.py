"""The reference of the language's functions, written from their own declarations."""

from collections.abc import Iterator
from types import ModuleType

from orchestration.expressions.declaration import Function
from orchestration.expressions.functions import FAMILIES, declared
from orchestration.expressions.values import SecretReference, json_text

_INTRODUCTION = """\
# Expressions

The functions that templates and rules may use in `${{ … }}`. This page is written by
`python manage.py document-expressions` from the functions' own declarations, and every example on
it is a test: do not edit it by hand.

Arguments are numbers, text in quotes, bare words such as `RED` or `Common/1.0.0`, `true`, `false`,
`null`, or other calls. In the signatures `[…]` encloses what may be left out, and `…` says that
more may follow.
"""


def reference() -> str:
    """Give the page as Markdown."""
    return _INTRODUCTION + "".join(section for family in FAMILIES for section in _family(family))


def _family(family: ModuleType) -> Iterator[str]:
    title = (family.__doc__ or "").splitlines()[0].rstrip(".").partition(",")[0]
    yield f"\n## {title}\n\n| Function | Result | Example |\n| --- | --- | --- |\n"
    for function in declared(family):
        yield _row(function)


def _row(function: Function) -> str:
    names = [function.signature, *(f"${alias}(…)" for alias in function.aliases)]
    example = function.example
    result = example.result
    shown = result.plain() if isinstance(result, SecretReference) else result
    cells = (
        ", also ".join(f"`{name}`" for name in names),
        function.summary,
        f"`{example.expression}` gives `{json_text(shown)}`",
    )
    return f"| {' | '.join(cell.replace('|', chr(92) + '|') for cell in cells)} |\n"
