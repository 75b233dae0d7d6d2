"""The clock: quiet periods such as a July, pauses over holidays, and how many days are left."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from trialport.inquiries.region_models import QuietPeriod
from trialport.inquiries.region_rules import check_quiet_periods
from trialport.inquiries.rules import promised_after_pause, promised_on, working_days_left
from trialport.invitations.rules import due_by_default

JULY = QuietPeriod(first_day="07-06", last_day="07-31", label="The July dip")
YEARS_END = QuietPeriod(first_day="12-23", last_day="01-06", label="Between the years")
ONE_WEEK = QuietPeriod(first_day="2026-11-23", last_day="2026-11-27", label="Moving house")
PERIODS = st.lists(st.sampled_from([JULY, YEARS_END, ONE_WEEK]), unique=True).map(tuple)
DAYS = st.dates(date(2024, 1, 1), date(2035, 12, 31))
COUNTRIES = st.sampled_from(["SE", "DK"])


def day(written: str) -> date:
    return date.fromisoformat(written)


@pytest.mark.parametrize(
    ("received", "days", "country", "plain", "quiet"),
    [
        # A July: ten working days from 1 July 2026 end on the 15th, or after the dip on 11 August.
        ("2026-07-01", 10, "SE", "2026-07-15", "2026-08-12"),
        ("2026-07-01", 2, "SE", "2026-07-03", "2026-07-03"),
        ("2026-07-01", 3, "SE", "2026-07-06", "2026-08-03"),
        ("2026-07-15", 1, "DK", "2026-07-16", "2026-08-03"),
        ("2026-08-03", 1, "DK", "2026-08-04", "2026-08-04"),
        # Over the year's end, holidays and quiet days count once.
        ("2026-12-22", 2, "SE", "2026-12-28", "2027-01-08"),
        ("2026-12-22", 2, "DK", "2026-12-28", "2027-01-08"),
        # One year's period says nothing of the next.
        ("2026-11-20", 1, "SE", "2026-11-23", "2026-11-30"),
        ("2027-11-22", 1, "SE", "2027-11-23", "2027-11-23"),
    ],
)
def test_quiet_days_do_not_count(received: str, days: int, country: str, plain: str, quiet: str) -> None:
    assert promised_on(day(received), days, country) == day(plain)
    assert promised_on(day(received), days, country, (JULY, YEARS_END, ONE_WEEK)) == day(quiet)


def test_units_have_five_working_days_whatever_the_month() -> None:
    assert due_by_default(day("2026-07-02"), "SE") == day("2026-07-09")
    assert due_by_default(day("2026-07-02"), "SE", quiet=(JULY,)) == day("2026-08-06")


@pytest.mark.parametrize(
    ("promised", "today", "country", "left"),
    [
        ("2026-11-27", "2026-11-23", "SE", 4),
        ("2026-11-27", "2026-11-27", "SE", 0),
        ("2026-11-27", "2026-11-28", "SE", 0),
        ("2026-11-27", "2026-11-30", "SE", -1),
        # Midsummer Eve is a Friday; Constitution Day too.
        ("2026-06-22", "2026-06-18", "SE", 1),
        ("2026-06-08", "2026-06-04", "DK", 1),
    ],
)
def test_days_left(promised: str, today: str, country: str, left: int) -> None:
    assert working_days_left(day(promised), day(today), country) == left


@pytest.mark.parametrize(
    ("promised", "paused", "resumed", "country", "quiet", "becomes", "waited"),
    [
        ("2026-12-07", "2026-11-23", "2026-11-25", "SE", (), "2026-12-09", 2),
        ("2026-12-07", "2026-11-23", "2026-11-23", "SE", (), "2026-12-07", 0),
        # From Friday to Sunday nothing was lost.
        ("2026-12-07", "2026-11-20", "2026-11-22", "SE", (), "2026-12-07", 0),
        # Over Christmas only the days between the holidays: 23, 28, 29, 30 December in Sweden as in Denmark.
        ("2026-12-23", "2026-12-22", "2027-01-01", "SE", (), "2027-01-04", 4),
        ("2026-12-23", "2026-12-22", "2027-01-01", "DK", (), "2027-01-04", 4),
        # Over Easter 2026 Denmark is closed a day more.
        ("2026-04-10", "2026-04-01", "2026-04-07", "SE", (), "2026-04-14", 2),
        ("2026-04-10", "2026-04-01", "2026-04-07", "DK", (), "2026-04-13", 1),
        # A July without work is no waiting either.
        ("2026-07-03", "2026-07-02", "2026-08-04", "SE", (JULY,), "2026-08-05", 3),
    ],
)
def test_a_pause_moves_the_day_by_the_working_days_waited(
    promised: str, paused: str, resumed: str, country: str, quiet: tuple[QuietPeriod, ...], becomes: str, waited: int
) -> None:
    moved = promised_after_pause(day(promised), day(paused), day(resumed), country, quiet)
    assert moved == (day(becomes), waited)


@given(received=DAYS, days=st.integers(1, 30), before=st.integers(0, 20), pause=st.integers(0, 60), country=COUNTRIES)
def test_nobody_gains_or_loses_days_by_a_pause(
    received: date, days: int, before: int, pause: int, country: str
) -> None:
    promised = promised_on(received, days, country, (JULY,))
    paused = received + timedelta(days=before)
    resumed = paused + timedelta(days=pause)
    moved, _ = promised_after_pause(promised, paused, resumed, country, (JULY,))
    if paused <= promised:
        left = working_days_left(promised, paused, country, (JULY,))
        assert working_days_left(moved, resumed, country, (JULY,)) == left


@given(received=DAYS, days=st.integers(1, 30), country=COUNTRIES, quiet=PERIODS)
def test_promised_and_left_are_each_others_inverse(
    received: date, days: int, country: str, quiet: tuple[QuietPeriod, ...]
) -> None:
    promised = promised_on(received, days, country, quiet)
    assert working_days_left(promised, received, country, quiet) == days
    assert promised_on(received, days, country) <= promised
    assert not any(period.holds(promised) for period in quiet)


@pytest.mark.parametrize(
    ("first", "last", "path"),
    [
        ("02-30", "03-01", "periods[0].first_day"),
        ("2027-07-01", "07-31", "periods[0].last_day"),
        ("2027-07-31", "2027-07-01", "periods[0].last_day"),
        ("0000-01-01", "0000-01-02", "periods[0].first_day"),
        ("01-01", "12-31", "periods"),
        ("2027-01-01", "2027-06-30", "periods"),
    ],
)
def test_what_is_no_quiet_period(first: str, last: str, path: str) -> None:
    errors = check_quiet_periods([QuietPeriod(first_day=first, last_day=last, label="Test")])
    assert errors[0].path == path


def test_a_leap_day_may_be_quiet() -> None:
    period = QuietPeriod(first_day="02-29", last_day="02-29", label="Leap day")
    assert check_quiet_periods([period]) == []
    assert period.holds(day("2028-02-29"))
