"""The benchmarks run at a small size, so that they cannot rot. No time is asserted."""

from tests.bench import engine
from tests.bench.page import page
from tests.bench.results import Listing, Publishing, Results

SIZE = 20


def test_all_contestants_that_are_installed_give_the_same() -> None:
    engine.compare()


def test_everything_is_measured_and_told() -> None:
    rates = engine.rates(SIZE, rounds=2)
    assert {rate.name for rate in rates} == engine.contestants().keys()
    assert all(len(rate.rounds) == 2 and rate.median > 0 for rate in rates)
    peaks, previews = [engine.peak(SIZE)], engine.previews(SIZE, rounds=1)
    publishing = Publishing("SQLite 3", SIZE, (2.0,), (1.0,))
    listing = Listing("SQLite 3", SIZE, "lines", 10, 10, (2.0,), (3.0,), (6.0,), more_queries=1)
    text = page(Results(rates, peaks, previews, [publishing], [listing]))
    assert f"| {engine.WHOLE} |" in text
    assert "| SQLite 3 | 20 | 2.0 (2.0 to 2.0) | 1.0 | 10 |" in text
    assert "| SQLite 3 | 20 | 10 lines | 10 | 3.0 | 1.5 | 0.50 | 1 |" in text


def test_edits_reach_the_lines_below() -> None:
    line, factory, city, region, company = engine.previews(SIZE, rounds=1)
    assert (line.below, line.changed) == (1, 1)
    assert {one.below for one in (factory, city, region)} == {SIZE}
    assert factory.changed == company.changed == SIZE
