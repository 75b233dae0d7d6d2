"""The promised day, over the holidays of Sweden and Denmark and the end of the year (dates from calendars on paper)."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from trialport.inquiries.rules import promised_on


@pytest.mark.parametrize(
    ("received", "days", "country", "promised"),
    [
        # An ordinary week, and one from a Friday.
        ("2026-11-16", 5, "SE", "2026-11-23"),
        ("2026-11-20", 1, "SE", "2026-11-23"),
        # Received on a weekend, the next Monday is the first working day.
        ("2026-11-21", 1, "SE", "2026-11-23"),
        ("2026-11-22", 1, "DK", "2026-11-23"),
        # Easter 2026: Good Friday 3 April and Easter Monday 6 April; in Denmark Maundy Thursday too.
        ("2026-03-31", 2, "SE", "2026-04-02"),
        ("2026-03-31", 3, "SE", "2026-04-07"),
        ("2026-03-31", 2, "DK", "2026-04-07"),
        # May Day is a holiday in Sweden, not in Denmark; Whit Monday in Denmark, not in Sweden.
        ("2026-04-30", 1, "SE", "2026-05-04"),
        ("2026-04-30", 1, "DK", "2026-05-01"),
        ("2026-05-22", 1, "SE", "2026-05-25"),
        ("2026-05-22", 1, "DK", "2026-05-26"),
        # Ascension Day, 14 May 2026, in both.
        ("2026-05-13", 1, "SE", "2026-05-15"),
        ("2026-05-13", 1, "DK", "2026-05-15"),
        # The National Day fell on a Friday in 2025; Great Prayer Day was abolished in Denmark in 2024.
        ("2025-06-05", 1, "SE", "2025-06-09"),
        ("2023-05-04", 1, "DK", "2023-05-08"),
        ("2024-04-25", 1, "DK", "2024-04-26"),
        # Midsummer Eve 2026 is Friday 19 June.
        ("2026-06-18", 1, "SE", "2026-06-22"),
        ("2026-06-18", 1, "DK", "2026-06-19"),
        # Christmas and the year's end: 24, 25, 31 December, 1 and 6 January are closed in Sweden.
        ("2026-12-22", 1, "SE", "2026-12-23"),
        ("2026-12-22", 2, "SE", "2026-12-28"),
        ("2026-12-22", 5, "SE", "2027-01-04"),
        ("2026-12-22", 7, "SE", "2027-01-07"),
        ("2026-12-23", 10, "SE", "2027-01-13"),
        # In Denmark 24, 25 and 31 December and 1 January; Constitution Day, 5 June, too.
        ("2026-12-22", 2, "DK", "2026-12-28"),
        ("2026-12-22", 3, "DK", "2026-12-29"),
        ("2026-12-30", 2, "DK", "2027-01-05"),
        ("2026-12-30", 4, "DK", "2027-01-07"),
        ("2026-06-04", 1, "DK", "2026-06-08"),
        ("2025-06-04", 1, "DK", "2025-06-06"),
    ],
)
def test_it_works(received: str, days: int, country: str, promised: str) -> None:
    assert promised_on(date.fromisoformat(received), days, country) == date.fromisoformat(promised)


@given(
    received=st.dates(date(2024, 1, 1), date(2040, 12, 31)),
    days=st.integers(1, 60),
    country=st.sampled_from(["SE", "DK", "FI", "NO"]),
)
def test_each_day_of_promise_is_one_working_day_later(received: date, days: int, country: str) -> None:
    promised = promised_on(received, days, country)
    assert promised.weekday() < 5
    assert promised - received >= timedelta(days=days)
    assert promised_on(received, days + 1, country) == promised_on(promised, 1, country)


@given(received=st.dates(date(2024, 1, 1), date(2040, 12, 31)), days=st.integers(1, 60))
def test_a_later_receipt_is_never_promised_earlier(received: date, days: int) -> None:
    assert promised_on(received, days, "SE") <= promised_on(received + timedelta(days=1), days, "SE")
