"""Room for another trial and being ready in time, at their borders."""

from datetime import date, timedelta
from typing import Any

import pytest

from tests.matching.factories import ON, capacity, criterion, question
from trialport.matching.explain import sentence

START = date(2027, 3, 1)
AT_HAND = (START - ON).days


@pytest.mark.parametrize(
    ("running", "competing", "state", "fit"),
    [
        (0, (), "met", 1.0),
        (5, (), "met", 1.0),
        (6, (), "partly", 0.8333),
        (500, (), "partly", 0.2),
        (5, ("KOL",), "partly", 0.8),
        (10, ("KOL", "J44"), "partly", 0.3),
        (5, ("KOL", "J44", "COPD"), "unmet", 0.2),
        (5, ("oncology", "psoriasis"), "met", 1.0),
        (None, (), "unknown", 0.4),
        (None, ("KOL",), "partly", 0.32),
        (None, ("KOL",) * 3, "unmet", 0.16),
    ],
)
def test_load(running: int | None, competing: tuple[str, ...], state: str, fit: float) -> None:
    found = criterion("load", question(), capacity(running_trials=running, competing_trials=competing))
    assert (found.state, found.offered, found.wanted) == (state, running, 5)
    assert found.fit == pytest.approx(fit, abs=0.0001)


def test_load_is_told_with_both_figures() -> None:
    row = capacity(running_trials=8, competing_trials=("COPD", "psoriasis"))
    assert sentence(criterion("load", question(), row)) == (
        "Runs 8 running trials in the area; up to 5 leave room for another; of them 1 competing trial "
        "for the same patients."
    )


@pytest.mark.parametrize(
    ("fields", "state", "fit"),
    [
        ({"lead_time_days": 0}, "met", 1.0),
        ({"lead_time_days": AT_HAND}, "met", 1.0),
        ({"lead_time_days": AT_HAND + 1}, "partly", 0.95),
        ({"lead_time_days": AT_HAND + 90}, "partly", 0.5),
        ({"lead_time_days": AT_HAND + 365}, "partly", 0.2),
        ({"lead_time_days": AT_HAND + 366}, "unmet", 0.1974),
        ({"lead_time_days": None}, "unknown", 0.4),
    ],
)
def test_lead_time(fields: dict[str, Any], state: str, fit: float) -> None:
    asked = question(recruitment_months=12)
    found = criterion("lead_time", asked, capacity(**fields))
    assert (asked.planned_start + timedelta(days=366)).isoformat() == "2028-03-01"
    assert (found.state, found.wanted, found.offered) == (state, AT_HAND, fields["lead_time_days"])
    assert found.fit == pytest.approx(fit, abs=0.0001)


def test_being_late_costs_more_where_sites_recruit_in_competition() -> None:
    row = capacity(lead_time_days=AT_HAND + 30)
    usual, racing = (criterion("lead_time", question(competitive=one), row) for one in (False, True))
    assert (usual.state, usual.fit, racing.state, racing.fit) == ("partly", 0.75, "partly", 0.5)
    assert sentence(usual) == (
        "Needs 130 days from agreement to first participant; the start, 2027-03-01, is 100 days away, "
        "so it would be 30 days late."
    )
    assert sentence(racing).endswith("30 days late while sites recruit in competition.")


def test_a_unit_that_has_not_told_its_lead_time_is_still_open_at_the_start() -> None:
    assert criterion("availability", question(), capacity(lead_time_days=None)).state == "met"
