"""What the benchmarks measure, as plain data for the page."""

import statistics
from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True)
class Rate:
    """How many targets a second of CPU a contestant resolved: one figure a round."""

    name: str
    size: int
    rounds: tuple[float, ...]

    @property
    def median(self) -> float:
        """The figure to compare."""
        return statistics.median(self.rounds)


@dataclass(frozen=True)
class Peak:
    """The most memory that a run over this many targets held at once, in MiB."""

    size: int
    mebibytes: float


@dataclass(frozen=True)
class Preview:
    """One edit not saved yet: the targets below it, those that change, milliseconds of CPU."""

    edit: str
    below: int
    changed: int
    milliseconds: float


@dataclass(frozen=True)
class Publishing:
    """Publishing for a fleet: seconds by the clock and of this program's CPU, one a round."""

    database: str
    size: int
    seconds: tuple[float, ...]
    cpu: tuple[float, ...]


@dataclass(frozen=True)
class Listing:
    """Fifty lines out of many, for somebody with grants: milliseconds, one figure a round."""

    database: str
    size: int
    at: str
    grants: int
    seen: int
    without: tuple[float, ...]
    ours: tuple[float, ...]
    guardian: tuple[float, ...]
    more_queries: int

    @property
    def times_without(self) -> float:
        """How long it takes, in times of the list without rights."""
        return statistics.median(self.ours) / statistics.median(self.without)

    @property
    def times_guardian(self) -> float:
        """How long it takes, in times of guardian's list."""
        return statistics.median(self.ours) / statistics.median(self.guardian)


@dataclass(frozen=True)
class Results:
    """All of one run."""

    rates: Sequence[Rate]
    peaks: Sequence[Peak]
    previews: Sequence[Preview]
    publishing: Sequence[Publishing]
    listings: Sequence[Listing]
