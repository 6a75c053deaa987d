from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from django.utils import timezone
from django.utils.translation import override

from portal.templatetags.moments import age, clock, took, when

NIGHT = datetime(2025, 10, 26, 0, 30, tzinfo=UTC)


@pytest.fixture(autouse=True)
def english() -> object:
    with override("en"):
        yield


def test_a_moment_is_said_in_the_zone_of_the_place() -> None:
    shown = when(NIGHT, "America/Chicago")
    assert ">25 Oct 2025 19:30 CDT</time>" in shown
    assert 'datetime="2025-10-25T19:30:00-05:00"' in shown
    assert "00:30:00 UTC" in shown


def test_the_hour_that_comes_twice_is_told_apart_by_its_zone() -> None:
    first = when(NIGHT, "Europe/Amsterdam")
    second = when(NIGHT + timedelta(hours=1), "Europe/Amsterdam")
    assert "02:30 CEST" in first
    assert "02:30 CET" in second


def test_this_year_is_left_out() -> None:
    now = timezone.now()
    assert f"{now:%H:%M} UTC" in when(now)
    assert str(now.year) not in when(now).split(">")[1]


def test_a_zone_may_be_empty_or_an_object() -> None:
    assert "00:30 UTC" in when(NIGHT, "")
    assert "06:00 IST" in when(NIGHT, ZoneInfo("Asia/Kolkata"))


def test_steps_show_seconds() -> None:
    assert ">00:30:00</time>" in clock(NIGHT)


@pytest.mark.parametrize("tag", [when, clock, age])
def test_no_moment_shows_nothing(tag: object) -> None:
    assert callable(tag)
    assert tag(None) == ""


def test_an_age_says_how_long_ago() -> None:
    assert ">just now</time>" in age(timezone.now() - timedelta(seconds=20))
    assert ">12\xa0minutes ago</time>" in age(timezone.now() - timedelta(minutes=12, seconds=40))


@pytest.mark.parametrize(
    ("passed", "shown"),
    [
        (timedelta(seconds=-3), "0.0 s"),
        (timedelta(milliseconds=440), "0.4 s"),
        (timedelta(seconds=12.4), "12 s"),
        (timedelta(minutes=3, seconds=5), "3 min 5 s"),
        (timedelta(hours=2, minutes=10, seconds=59), "2 h 10 min"),
    ],
)
def test_durations_read_in_two_units_at_most(passed: timedelta, shown: str) -> None:
    assert took(NIGHT, NIGHT + passed) == shown
