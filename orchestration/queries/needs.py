"""What one line needs of others: plain data of a review."""

from dataclasses import dataclass

from orchestration.models import SolutionInstance, SolutionTemplate
from orchestration.resolution import Dependency


@dataclass(frozen=True)
class Candidate:
    """A copy that a line could use; ``version`` is what it runs, or would."""

    instance: SolutionInstance
    version: str


@dataclass(frozen=True)
class Need:
    """One solution that a line needs, the copies it could use, and the one it does.

    ``template`` is None where the context has no such solution.
    """

    dependency: Dependency
    template: SolutionTemplate | None
    candidates: tuple[Candidate, ...]
    chosen: SolutionInstance | None
