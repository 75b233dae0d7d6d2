"""The clock of invitations over the holidays of both countries, a July, and the change to summer time and back."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from trialport.inquiries.region_models import QuietPeriod
from trialport.inquiries.rules import is_working_day, promised_after_pause, promised_on
from trialport.invitations.outcome_rules import day_to_hold, outcome_steps
from trialport.invitations.rules import check_due_on, due_by_default, is_late, ladder
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
    ("zone", "invited", "due", "hours"),
    [
        # Clocks go forward on 28 March 2027, so those days are an hour shorter; back on 31 October.
        (SE, "2027-03-26T09:00", "2027-03-29", 4 * 24 - 9 - 1),
        (DK, "2027-10-29T09:00", "2027-11-01", 4 * 24 - 9 + 1),
        (SE, "2027-04-12T09:00", "2027-04-15", 4 * 24 - 9),
    ],
)
def test_the_ladder_ends_with_the_region_s_day(zone: str, invited: str, due: str, hours: int) -> None:
    begun = datetime.fromisoformat(invited).replace(tzinfo=ZoneInfo(zone)).astimezone(UTC)
    steps = ladder(begun, day(due), zone)
    assert steps["overdue"] - begun == timedelta(hours=hours)
    assert local(steps["overdue"], zone).endswith("00:00"), "midnight where the unit is, whatever the season"
    assert steps["half"] - begun == timedelta(hours=hours) / 2
    assert (steps["head"] - steps["overdue"], steps["office"] - steps["overdue"]) == (
        timedelta(days=2),
        timedelta(days=4),
    )


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


@given(asked=DAYS, days=st.integers(1, 60), country=COUNTRIES, minute=st.integers(0, 24 * 60 - 1))
def test_the_ladder_is_in_order_on_any_day(asked: date, days: int, country: str, minute: int) -> None:
    zone = ZONES[country]
    begun = (datetime.combine(asked, datetime.min.time(), ZoneInfo(zone)) + timedelta(minutes=minute)).astimezone(UTC)
    steps = ladder(begun, asked + timedelta(days=days), zone)
    moments = [steps[step] for step in ("half", "nearly", "overdue", "head", "office")]
    assert begun < moments[0]
    assert moments == sorted(moments)
    assert local(steps["overdue"], zone).endswith("00:00")
