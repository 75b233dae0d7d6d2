"""The clock of invitations over the holidays of both countries, a July, and the change to summer time and back."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from trialport.inquiries.region_models import QuietPeriod
from trialport.inquiries.rules import is_working_day, promised_after_pause, promised_on
from trialport.invitations.ladder_rules import ladder
from trialport.invitations.outcome_rules import day_to_hold, outcome_steps
from trialport.invitations.rules import check_due_on, due_by_default, is_late
from trialport.invitations.sign_off_clock import sign_off_steps

SE, DK = "Europe/Stockholm", "Europe/Copenhagen"
ZONES = {"SE": SE, "DK": DK}
JULY = QuietPeriod(first_day="07-06", last_day="07-31", label="The July dip")
DAYS = st.dates(date(2024, 1, 1), date(2035, 12, 31))
COUNTRIES = st.sampled_from(["SE", "DK"])


def day(written: str) -> date:
    return date.fromisoformat(written)


def local(moment: datetime, zone: str) -> str:
    return moment.astimezone(ZoneInfo(zone)).strftime("%m-%d %H:%M")


@pytest.mark.parametrize(
    ("asked", "country", "due"),
    [
        # Easter 2027 (28 March): Sweden is closed on Good Friday and Easter Monday, Denmark on Maundy Thursday too.
        ("2027-03-24", "SE", "2027-04-02"),
        ("2027-03-24", "DK", "2027-04-05"),
        # Ascension, 6 May 2027.
        ("2027-05-04", "SE", "2027-05-12"),
        ("2027-05-04", "DK", "2027-05-12"),
        # Sweden's national day is a Sunday in 2027; Denmark's Constitution Day, 5 June 2026, is a Friday.
        ("2026-06-03", "DK", "2026-06-11"),
        ("2026-06-03", "SE", "2026-06-10"),
        # Midsummer Eve 2027 is Friday 25 June; in Denmark it is a day like others.
        ("2027-06-23", "SE", "2027-07-01"),
        ("2027-06-23", "DK", "2027-06-30"),
        # Christmas to Epiphany, which only Sweden keeps.
        ("2026-12-22", "SE", "2027-01-04"),
        ("2026-12-22", "DK", "2027-01-04"),
        ("2026-12-30", "SE", "2027-01-11"),
        ("2026-12-30", "DK", "2027-01-08"),
    ],
)
def test_the_last_day_to_answer_passes_over_holidays(asked: str, country: str, due: str) -> None:
    assert due_by_default(day(asked), country) == day(due)


@pytest.mark.parametrize(("year", "is_closed"), [(2023, True), (2024, False), (2027, False)])
def test_denmark_works_on_great_prayer_day_since_2024(year: int, *, is_closed: bool) -> None:
    great_prayer_day = {2023: "2023-05-05", 2024: "2024-04-26", 2027: "2027-04-23"}[year]
    assert is_working_day(day(great_prayer_day), "DK") is not is_closed
    assert is_working_day(day(great_prayer_day), "SE")


def test_a_july_gives_units_until_august() -> None:
    assert due_by_default(day("2026-07-02"), "SE", quiet=(JULY,)) == day("2026-08-06")
    assert check_due_on(day("2026-08-06"), day("2026-07-02")) == [], "that is within what units may get"


@pytest.mark.parametrize(
    ("country", "invited", "due", "wanted"),
    [
        # Monday morning to Friday: 45 working hours, of which half and nine tenths have passed on Wednesday and Friday.
        ("SE", "2027-04-12T08:00", "2027-04-16", ["04-14 12:30", "04-16 12:30", "04-19", "04-21", "04-23"]),
        # Over Easter 2027, six working days each: Denmark keeps Maundy Thursday too, and its unit has a day more after.
        ("SE", "2027-03-24T08:00", "2027-04-02", ["03-30 17:00", "04-02 11:36", "04-05", "04-07", "04-09"]),
        ("DK", "2027-03-24T08:00", "2027-04-05", ["03-31 17:00", "04-05 11:36", "04-06", "04-08", "04-12"]),
        # Midsummer Eve 2027 is Friday 25 June, a working day in Denmark.
        ("SE", "2027-06-23T08:00", "2027-06-28", ["06-24 12:30", "06-28 14:18", "06-29", "07-01", "07-05"]),
        ("DK", "2027-06-23T08:00", "2027-06-28", ["06-24 17:00", "06-28 13:24", "06-29", "07-01", "07-05"]),
        # Great Prayer Day 2027, 23 April, is a working day since 2024; Constitution Day is none.
        ("DK", "2027-04-22T08:00", "2027-04-23", ["04-22 17:00", "04-23 15:12", "04-26", "04-28", "04-30"]),
        ("DK", "2026-06-04T08:00", "2026-06-08", ["06-04 17:00", "06-08 15:12", "06-09", "06-11", "06-15"]),
        # Clocks go forward on 28 March 2027 and back on 31 October, and a morning stays a morning.
        ("SE", "2027-03-25T08:00", "2027-03-30", ["03-25 17:00", "03-30 15:12", "03-31", "04-02", "04-06"]),
        ("SE", "2027-10-29T08:00", "2027-11-01", ["10-29 17:00", "11-01 15:12", "11-02", "11-04", "11-08"]),
        # At night, and on a Saturday: the first working hour begins on Monday.
        ("SE", "2027-04-10T23:00", "2027-04-12", ["04-12 12:30", "04-12 16:06", "04-13", "04-15", "04-19"]),
        # A weekend only: nobody is reminded before it is over.
        ("SE", "2027-04-09T18:00", "2027-04-11", ["04-12 08:00", "04-12 08:00", "04-12", "04-14", "04-16"]),
    ],
)
def test_reminders_come_in_working_hours(country: str, invited: str, due: str, wanted: list[str]) -> None:
    zone = ZONES[country]
    begun = datetime.fromisoformat(invited).replace(tzinfo=ZoneInfo(zone)).astimezone(UTC)
    steps = ladder(begun, day(due), zone, country)
    assert list(steps) == ["half", "nearly", "overdue", "head", "office"]
    assert [local(at, zone) for at in steps.values()] == [*wanted[:2], *(f"{one} 08:00" for one in wanted[2:])]


def test_a_july_is_no_time_to_answer_in() -> None:
    begun = datetime(2026, 7, 2, 8, tzinfo=ZoneInfo(SE)).astimezone(UTC)
    steps = ladder(begun, day("2026-08-06"), SE, "SE", (JULY,))
    assert [local(at, SE) for at in steps.values()] == [
        "08-03 17:00",
        "08-06 11:36",
        "08-07 08:00",
        "08-11 08:00",
        "08-13 08:00",
    ]
    # An office that wants the answer in July is reminded of it in July.
    in_july = ladder(begun, day("2026-07-10"), SE, "SE", (JULY,))
    assert [local(at, SE)[:5] for at in in_july.values()] == ["07-07", "07-10", "07-13", "07-15", "07-17"]


def test_an_answer_in_the_last_minute_is_not_late() -> None:
    due = day("2027-03-29")
    last = datetime(2027, 3, 29, 23, 59, 59, tzinfo=ZoneInfo(SE))
    assert not is_late(last.astimezone(UTC), due, SE)
    assert is_late((last + timedelta(seconds=1)).astimezone(UTC), due, SE)


def test_the_head_is_reminded_on_working_mornings() -> None:
    # Asked on the eve of Easter 2027, Thursday 25 March; Denmark keeps that day already.
    asked = datetime(2027, 3, 25, 15, tzinfo=UTC)
    assert {step: local(at, SE) for step, at in sign_off_steps(asked, "SE", SE).items()} == {
        "reminder": "03-31 08:00",
        "office": "04-02 08:00",
    }
    july = sign_off_steps(datetime(2026, 7, 3, 12, tzinfo=UTC), "SE", SE, (JULY,))
    assert {step: local(at, SE) for step, at in july.items()} == {"reminder": "08-04 08:00", "office": "08-06 08:00"}


@pytest.mark.parametrize(
    ("country", "promised", "wanted"),
    [
        # One, five and ten working days after 18 June 2027: Midsummer Eve is a holiday in Sweden alone.
        ("SE", "2027-06-18", ["06-11 08:00", "06-21 08:00", "06-28 08:00", "07-05 08:00"]),
        ("DK", "2027-06-18", ["06-11 08:00", "06-21 08:00", "06-25 08:00", "07-02 08:00"]),
        # Promised for 23 December 2026.
        ("SE", "2026-12-23", ["12-16 08:00", "12-28 08:00", "01-05 08:00", "01-13 08:00"]),
        ("DK", "2026-12-23", ["12-16 08:00", "12-28 08:00", "01-05 08:00", "01-12 08:00"]),
    ],
)
def test_the_sponsor_is_asked_on_working_mornings(country: str, promised: str, wanted: list[str]) -> None:
    zone = ZONES[country]
    steps = outcome_steps(datetime(2026, 11, 1, tzinfo=UTC), day(promised), country, zone)
    assert [local(at, zone) for at in steps.values()] == wanted


def test_a_sponsor_has_five_working_days_after_the_reply() -> None:
    assert day_to_hold(day("2026-12-18"), day("2026-12-21"), "SE") == day("2026-12-30")
    assert day_to_hold(day("2027-02-01"), day("2026-12-21"), "SE") == day("2027-02-01")


def test_a_pause_over_midsummer_costs_nobody_a_day() -> None:
    # Asked on Wednesday 23 June 2027, answered on Monday 28: the days between are Thursday and Monday.
    assert promised_after_pause(day("2027-07-02"), day("2027-06-23"), day("2027-06-28"), "SE") == (day("2027-07-06"), 2)
    assert promised_after_pause(day("2027-07-02"), day("2027-06-23"), day("2027-06-28"), "DK") == (day("2027-07-07"), 3)


@given(asked=DAYS, working_days=st.integers(1, 30), country=COUNTRIES)
def test_a_promise_falls_on_a_working_day_and_never_comes_sooner(asked: date, working_days: int, country: str) -> None:
    plain, quiet = (promised_on(asked, working_days, country, periods) for periods in ((), (JULY,)))
    assert is_working_day(plain, country)
    assert is_working_day(quiet, country, (JULY,))
    assert asked < plain <= quiet


@given(asked=DAYS, days=st.integers(1, 60), country=COUNTRIES, minute=st.integers(0, 24 * 60 - 1), july=st.booleans())
def test_the_ladder_is_in_order_and_in_working_hours_on_any_day(
    asked: date, days: int, country: str, minute: int, *, july: bool
) -> None:
    zone, quiet = ZONES[country], (JULY,) if july else ()
    begun = (datetime.combine(asked, datetime.min.time(), ZoneInfo(zone)) + timedelta(minutes=minute)).astimezone(UTC)
    due_on = asked + timedelta(days=days)
    steps = ladder(begun, due_on, zone, country, quiet)
    moments = [steps[step] for step in ("half", "nearly", "overdue", "head", "office")]
    assert begun < moments[0]
    assert moments == sorted(moments)
    counted = () if JULY.holds(due_on) else quiet
    for at in moments:
        there = at.astimezone(ZoneInfo(zone))
        assert is_working_day(there.date(), country, counted)
        assert "08:00" <= there.strftime("%H:%M") <= "17:00"
    assert steps["overdue"].astimezone(ZoneInfo(zone)).date() > due_on
    assert steps["nearly"].astimezone(ZoneInfo(zone)).date() <= due_on or steps["nearly"] == steps["overdue"]
