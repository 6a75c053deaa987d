"""The results as a page of documentation."""

import statistics
from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC, datetime

from tests.bench.engine import UNRECORDED, WHOLE
from tests.bench.floors import FLOORS
from tests.bench.machine import load, machine, versions
from tests.bench.peers import PEERS
from tests.bench.results import Listing, Peak, Preview, Publishing, Rate, Results

_INTRODUCTION = """\
# Benchmarks

Written by `make bench`. The data set: 50 keys for each target, 20 of them expressions, four levels
with values at every one. All contestants run in turn in one process, several rounds each; what they
give is compared before anything is timed. Figures are medians. On another machine the figures
differ, and on a busy one they vary by half; the ratios are what counts.
"""
_RATES = """
## Resolving

Targets for each second of CPU, and how often as fast as rjsonnet.
The engine merges, evaluates, fills defaults, checks 36 rules, writes canonical JSON, hashes it, and
writes where every value comes from. The floors are the same values by hand-written Python for this
one template, without rules and without origins. The peers do less, too: none checks rules, hashes
or knows origins. reclass-rs has no sums and no choices, so that it renders 35 of the 50 keys; it
and OmegaConf are given 100 targets only.
"""
_PEAKS = """
## Memory

The most that Python objects took at once while targets were made, resolved and let go. A run keeps
the merged values of 64 places at most, whatever the number of targets.
"""
_PREVIEWS = """
## Preview of an edit

Milliseconds of CPU to tell the effect of one value before it is saved, over the largest fleet
above; what the targets read is in memory. The work is in the targets that change: each is resolved
once, what the edit reaches is evaluated again, and the two are compared. The Company is above all.
"""
_PUBLISHING = """
## Publishing

Seconds to publish a solution for all targets in one go, in one transaction: load values, resolve,
validate, make a copy and an immutable revision for each, write one line of audit for each. Both
databases are files on this machine and share its cores; PostgreSQL runs without waiting for the
disk. Where more programs want a core than there are, seconds by the clock say more about them than
about publishing; the CPU leaves out what PostgreSQL does in its own processes.
"""

_LISTINGS = """
## Rights

The first 50 lines, by place, out of all that somebody may see: milliseconds for reading their
grants and the list, and how that compares with the same list for everybody, and with
`guardian.get_objects_for_user`. Ours is one role a place; guardian knows no tree and is given a row
for each line that may be seen. All give the same lines, which is compared first. The last column
is how many queries more it takes than without rights.
"""


def page(results: Results) -> str:
    """Write the page."""
    now = datetime.now(UTC).date().isoformat()
    lines = [
        _INTRODUCTION,
        f"- Date: {now}",
        f"- Machine: {machine()}; programs wanting a core when it ended: {load()}",
        f"- Versions: {versions()}",
        _RATES,
        *_rates(results.rates),
        _PEAKS,
        *_peaks(results.peaks),
        _PREVIEWS,
        *_previews(results.previews),
        _PUBLISHING,
        *_publishing(results.publishing),
        _LISTINGS,
        *_listings(results.listings),
    ]
    return "\n".join(lines) + "\n"


def _rates(rates: Sequence[Rate]) -> Iterator[str]:
    sizes = sorted({rate.size for rate in rates})
    names = [WHOLE, UNRECORDED, *FLOORS, *(peer.name for peer in PEERS)]
    by_name = {(rate.name, rate.size): rate for rate in rates}
    told = {peer.name: f"{peer.name}: {peer.does}" for peer in PEERS}
    heads = [cell for size in sizes for cell in (f"{size:,} targets", "times rjsonnet")]
    yield from _head(["", *heads])
    for name in names:
        cells = [
            cell
            for size in sizes
            for cell in _figures(by_name.get((name, size)), by_name.get(("rjsonnet", size)))
        ]
        yield _row([told.get(name, name), *cells])


def _figures(rate: Rate | None, peer: Rate | None) -> tuple[str, str]:
    if rate is None:
        return "not installed", ""
    ratio = f"{rate.median / peer.median:.2f}" if peer else ""
    return f"{rate.median:,.0f} ({min(rate.rounds):,.0f} to {max(rate.rounds):,.0f})", ratio


def _peaks(peaks: Iterable[Peak]) -> Iterator[str]:
    yield from _head(["Targets", "MiB"])
    for peak in peaks:
        yield _row([f"{peak.size:,}", f"{peak.mebibytes:.2f}"])


def _previews(previews: Iterable[Preview]) -> Iterator[str]:
    yield from _head(["Edit", "Targets below", "that change", "ms of CPU"])
    for one in previews:
        yield _row([one.edit, str(one.below), str(one.changed), f"{one.milliseconds:.1f}"])


def _publishing(publishing: Iterable[Publishing]) -> Iterator[str]:
    yield from _head(["Database", "Targets", "Seconds", "of them CPU here", "Targets a second"])
    for one in publishing:
        seconds, cpu = statistics.median(one.seconds), statistics.median(one.cpu)
        spread = f"{seconds:.1f} ({min(one.seconds):.1f} to {max(one.seconds):.1f})"
        each = f"{one.size / seconds:,.0f}"
        yield _row([one.database, f"{one.size:,}", spread, f"{cpu:.1f}", each])


def _listings(listings: Iterable[Listing]) -> Iterator[str]:
    yield from _head(
        ["Database", "Lines", "Grants at", "Seen", "ms", "times without", "times guardian", "more"]
    )
    for one in listings:
        at = one.at if one.grants == 1 else f"{one.grants} {one.at}"
        ratios = [f"{one.times_without:.1f}", f"{one.times_guardian:.2f}"]
        took = f"{statistics.median(one.ours):.1f}"
        counts = [f"{one.seen:,}", took, *ratios, str(one.more_queries)]
        yield _row([one.database, f"{one.size:,}", at, *counts])


def _head(cells: Sequence[str]) -> Iterator[str]:
    yield _row(cells)
    yield _row(["---", *["---:"] * (len(cells) - 1)])


def _row(cells: Iterable[str]) -> str:
    return f"| {' | '.join(cells)} |"
