"""The golden table: inquiries and capacities as people write them, and what a trial office expects."""

import csv
from datetime import UTC, date, datetime
from functools import cache
from pathlib import Path
from typing import Any
from uuid import UUID

import msgspec
import pytest

from tests.matching.factories import ON, REGION, REGION_RESOURCES, reader, vocabulary
from trialport.inquiries.content import InquiryContent
from trialport.matching.columns import CapacityColumns
from trialport.matching.models import CapacityRow
from trialport.matching.question import MatchQuestion, from_content
from trialport.matching.ranking import Ranking, rank

GOLDEN = Path(__file__).parent / "golden"
NUMBERS = ("participants_wanted", "sites_wanted", "planned_start", "recruitment_months", "competitive_recruitment")


def table(name: str) -> list[dict[str, str]]:
    with (GOLDEN / f"{name}.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def filled(record: dict[str, str], *fields: str) -> dict[str, Any]:
    """The fields that have a value, numbers and truth values as such."""
    return {field: record[field] for field in fields if record[field]}


def listed(record: dict[str, str], *fields: str) -> dict[str, list[str]]:
    return {field: [item for item in record[field].split(";") if item] for field in fields}


def content(record: dict[str, str]) -> InquiryContent:
    wishes = dict.fromkeys(listed(record, "dct_required")["dct_required"], "required")
    wishes |= dict.fromkeys(listed(record, "dct_optional")["dct_optional"], "optional")
    contact = {"name": "Kim Exempel", "email": "kim.exempel@example.org"}
    who = {"sponsor_name": "Exempel Pharma AB", "sponsor_kind": "company", "award_status": "own_trial"}
    return msgspec.convert(
        {
            "who": who | {"contact": contact},
            "identity": {"working_title": record["inquiry"]},
            "kind": filled(record, "study_type", "phase", "first_in_human", "paediatric"),
            "product": {"mechanism": "not told"} | filled(record, "gmo", "cytotoxic"),
            "burden": filled(record, "visits", "overnight_stay"),
            "condition": filled(record, "indication") | listed(record, "icd10_codes"),
            "population": filled(record, "age_from", "age_to") | listed(record, "care_settings"),
            "numbers": filled(record, *NUMBERS),
            "needs": filled(record, "nurse_hours", "gcp_experience", "pharmacy")
            | listed(record, "equipment", "resources", "material_languages"),
            "dct_activities": wishes,
            "answer": {"outcome_promised_by": "2027-01-31"},
        },
        InquiryContent,
        strict=False,
    )


def experience(item: str) -> dict[str, str]:
    return dict(zip(("therapy_area", "phase", "trials"), item.split("/"), strict=True))


def offer(item: str) -> tuple[str, dict[str, str | None]]:
    name, _, said = item.partition("=")
    answer, _, place = said.partition("@")
    return name, {"answer": answer, "geography": place or None}


def capability(item: str) -> tuple[str, dict[str, Any]]:
    name, _, said = item.partition("=")
    answer, _, expires_on = said.partition(":")
    return name, {"available": answer == "yes", "expires_on": expires_on or None}


def capacity(number: int, record: dict[str, str]) -> CapacityRow:
    lists = listed(
        record, "indications", "study_types", "phases", "age_groups", "care_settings", "competing_trials",
        "equipment", "resources", "dct", "experience", "capabilities", "languages",
    )  # fmt: skip
    dct, done, capabilities = lists.pop("dct"), lists.pop("experience"), lists.pop("capabilities")
    scalars = filled(
        record, "therapy_area", "state", "state_until", "new_trials_possible", "new_trials_from",
        "lead_time_days", "participants_per_month", "participants_basis", "nurse_hours_free", "valid_until",
        "gcp_investigators", "running_trials", "primary_care_role", "unit_kind",
    )  # fmt: skip
    fields = {
        "capacity_id": UUID(int=1000 + number),
        "region_id": REGION,
        "unit_id": UUID(int=100 + number),
        "site_id": UUID(int=10),
        "unit_name": record["capacity"],
        "site_name": "Site",
        "unit_kind": "hospital_department",
        "dct_activities": dict(offer(item) for item in dct),
        "experience": [experience(item) for item in done],
        "capabilities": dict(capability(item) for item in capabilities),
        "confirmed_at": datetime(2026, 7, 1, tzinfo=UTC) if record["valid_until"] else None,
        "revision": 1,
    }
    return msgspec.convert(fields | lists | scalars, CapacityRow, strict=False)


@cache
def register() -> CapacityColumns:
    rows = (capacity(number, record) for number, record in enumerate(table("capacities")))
    return CapacityColumns.build(rows, vocabulary(), REGION_RESOURCES)


@cache
def question(name: str) -> MatchQuestion:
    (record,) = (record for record in table("inquiries") if record["inquiry"] == name)
    asked = content(record)
    return from_content(asked, reader().read_text(asked.condition.indication))


@cache
def ranking(name: str) -> Ranking:
    return rank(question(name), register(), on=ON, regions=None, limit=None)


@pytest.mark.parametrize("pair", table("pairs"), ids=lambda pair: f"{pair['inquiry']}-{pair['capacity']}")
def test_pair_compares_as_expected(pair: dict[str, str]) -> None:
    result = ranking(pair["inquiry"])
    reasons = {one.unit_name: f"excluded:{one.reason}" for one in result.excluded}
    if pair["capacity"] in reasons:
        assert reasons[pair["capacity"]] == pair["expected"], pair["why"]
        return
    (candidate,) = (one for one in result.candidates if one.unit_name == pair["capacity"])
    found: dict[str, str] = {one.name: one.state for one in candidate.criteria}
    expected = dict(item.split("=") for item in pair["expected"].split())
    assert {name: found.get(name) for name in expected} == expected, pair["why"]


@pytest.mark.parametrize("order", table("orders"), ids=lambda order: order["inquiry"])
def test_order_is_as_expected(order: dict[str, str]) -> None:
    expected = order["best_first"].split()
    found = [one.unit_name for one in ranking(order["inquiry"]).candidates if one.unit_name in expected]
    assert found == expected, order["why"]


def test_the_table_is_large_enough_and_names_what_exists() -> None:
    inquiries = {record["inquiry"] for record in table("inquiries")}
    capacities = {record["capacity"] for record in table("capacities")}
    assert len(table("pairs")) >= 25
    assert all(pair["inquiry"] in inquiries and pair["capacity"] in capacities for pair in table("pairs"))
    assert date(2026, 11, 21) == ON
