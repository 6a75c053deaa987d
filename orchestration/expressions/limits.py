"""How much a document, a template or a result may hold."""

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(slots=True, eq=False)
class Limits:
    """Every limit of the engine; each has an error that names it."""

    document_bytes: int = 1 << 20  # one YAML or JSON file
    document_depth: int = 32  # maps and lists inside each other
    alias_expansions: int = 100  # YAML aliases, counted after expansion
    expression_bytes: int = 4096  # one ${{ … }}
    nesting: int = 64  # brackets, calls and signs inside each other in one expression
    include_depth: int = 16  # included templates that include
    template_keys: int = 10_000  # keys of a template with its includes; also its expressions
    problems: int = 1000  # errors reported of one template; the rest waits for these
    reference_depth: int = 256  # keys that need keys that need keys, found while evaluating
    work: int = 4 << 20  # characters that functions may look at for one target
    result_bytes: int = 1 << 20  # resolved configuration of one target; also any one text in it
    digits: int = 4000  # digits of one number


# The limits of this installation. Changed only while it starts, by `configure`.
DEFAULT_LIMITS = Limits()


def configure(limits: Mapping[str, int]) -> None:
    """Set limits of this installation by name, each at least 1; others stay as they are.

    Raises:
        ValueError: there is no such limit, or it is too low.
    """
    for name, most in limits.items():
        if name not in Limits.__slots__ or most < 1:
            raise ValueError(f"{name}={most} is not a limit")
        setattr(DEFAULT_LIMITS, name, most)
