"""The demonstration data: it validates, it is varied, it is marked as invented, and it never ages."""

import re
from collections import Counter
from datetime import date, timedelta
from typing import Any, get_args

import msgspec
import pytest

from trialport.demo.files import SampleInquiry, demo_rows, resolve_dates, sample_inquiry
from trialport.demo.models import DemoCapacity, DemoRows, DemoUnit
from trialport.inquiries.models import InquiryCreate
from trialport.units.rules import check_capacity
from trialport.vocabulary.codes import DCT_ANSWERS, THERAPY_AREAS

ON = date(2026, 11, 21)
# A leap day and days far from the one the data was written on must do as well.
LOAD_DAYS = (ON, date(2028, 2, 29), date(2031, 7, 1))
SAMPLES: tuple[SampleInquiry, ...] = get_args(SampleInquiry)


@pytest.fixture(scope="module")
def rows() -> DemoRows:
    return demo_rows(ON)


@pytest.fixture(scope="module")
def units(rows: DemoRows) -> dict[str, DemoUnit]:
    return {unit.key: unit for unit in rows.units}


def of_area(rows: DemoRows, area: str) -> dict[str, DemoCapacity]:
    return {record.unit: record for record in rows.capacities if record.therapy_area == area}


def test_there_is_enough_capacity(rows: DemoRows, units: dict[str, DemoUnit]) -> None:
    by_region = Counter(units[record.unit].region for record in rows.capacities)
    assert sum(by_region.values()) >= 140
    assert by_region["UAS"] >= 70
    assert by_region["RM"] >= 50


def test_every_unit_has_capacity_and_no_area_stands_twice(rows: DemoRows, units: dict[str, DemoUnit]) -> None:
    keys = [(record.unit, record.therapy_area) for record in rows.capacities]
    assert len(set(keys)) == len(keys)
    assert {unit for unit, _ in keys} == units.keys()


def test_uppsala_has_18_university_care_units(rows: DemoRows) -> None:
    sites = {site.key: site.name for site in rows.sites}
    care = Counter(sites[unit.site] for unit in rows.units if unit.region == "UAS" and unit.university_care)
    assert care == {"Akademiska sjukhuset": 17, "Nära vård och hälsa": 1}
    assert all(unit.research_council for unit in rows.units if unit.university_care)


def test_primary_care_of_uppsala_offers_decentralised_activities(rows: DemoRows, units: dict[str, DemoUnit]) -> None:
    offering = {
        record.unit
        for record in rows.capacities
        if units[record.unit].region == "UAS"
        and units[record.unit].kind == "primary_care_centre"
        and any(offer.answer in ("own", "with_partner") for offer in record.capacity.dct_activities.values())
    }
    assert len(offering) >= 6


def test_names_refer_to_what_is_there(rows: DemoRows, units: dict[str, DemoUnit]) -> None:
    regions = {region.code for region in rows.regions}
    sites = {site.key: site.region for site in rows.sites}
    assert regions == {"UAS", "RM"} == set(sites.values())
    assert all(sites[unit.site] == unit.region for unit in rows.units)
    assert {resource.region for resource in rows.resources} == regions
    numbers = {person.number for person in rows.investigators}
    for person in rows.investigators:
        assert {position.unit for position in person.positions} <= units.keys()
        assert set(person.delegates) <= numbers - {person.number}


def test_every_person_and_sponsor_is_marked_as_invented(rows: DemoRows) -> None:
    for person in rows.investigators:
        assert person.name == f"Demo Person {person.number} (demonstration)"
        assert person.email == f"demo.person.{person.number}@example.org"
    assert all(sponsor.name.endswith("(demonstration)") for sponsor in rows.sponsors)
    for name in SAMPLES:
        who = sample_inquiry(ON, name)["who"]
        assert who["contact"]["name"].endswith("(demonstration)")
        assert who["contact"]["email"].endswith("@example.org")


def test_invented_units_are_marked(rows: DemoRows) -> None:
    for unit in rows.units:
        if unit.kind != "hospital_department" and not unit.university_care:
            assert "(demonstration)" in unit.name


def test_every_unit_has_exactly_one_head(rows: DemoRows, units: dict[str, DemoUnit]) -> None:
    heads = Counter(p.unit for person in rows.investigators for p in person.positions if p.is_head)
    assert heads == dict.fromkeys(units, 1)
    assert rows.heads.keys() == units.keys()


def test_people_have_shared_positions_gaps_and_absences(rows: DemoRows, units: dict[str, DemoUnit]) -> None:
    people = rows.investigators
    assert 55 <= len(people) <= 75
    for person in people:
        assert 0 < sum(position.share for position in person.positions) <= 1
        assert len({units[position.unit].region for position in person.positions}) == 1
    kinds = [{units[position.unit].kind for position in person.positions} for person in people]
    assert {"hospital_department", "primary_care_centre"} in kinds
    assert any(person.gcp_trained_on is None for person in people)
    assert any(person.gcp_expires_on is not None and person.gcp_expires_on < ON for person in people)
    assert any(person.gcp_expires_on is not None and person.gcp_expires_on > ON for person in people)
    assert any(absence.first_day <= ON <= absence.last_day for p in people for absence in p.absences)
    assert any(person.delegates for person in people)
    assert {person.visibility for person in people} == {"office", "region", "nobody"}


def test_people_satisfy_what_the_database_checks(rows: DemoRows) -> None:
    for person in rows.investigators:
        if person.gcp_expires_on is not None:
            assert person.gcp_trained_on is not None
            assert person.gcp_trained_on <= min(ON, person.gcp_expires_on)
        assert (person.school_completed_on is not None) == (person.school_status == "completed")
        assert all(absence.first_day <= absence.last_day for absence in person.absences)


def test_every_therapy_area_is_covered(rows: DemoRows) -> None:
    assert {record.therapy_area for record in rows.capacities} == set(THERAPY_AREAS)


@pytest.mark.parametrize("on", LOAD_DAYS)
def test_no_capacity_contradicts_itself(on: date) -> None:
    for record in demo_rows(on).capacities:
        assert record.confirmed_on is None or record.confirmed_on < on
        assert check_capacity(record.capacity, record.confirmed_on or on) == [], record.unit


def test_no_capacity_contradicts_its_unit(rows: DemoRows, units: dict[str, DemoUnit]) -> None:
    for record in rows.capacities:
        unit = units[record.unit]
        refused = {name for name, offer in unit.capabilities.items() if not offer.available}
        assert not refused & set(record.capacity.equipment), record.unit
        assert set(record.capacity.care_settings) <= set(unit.care_settings), record
        if unit.kind in ("hospital_department", "clinical_trial_unit"):
            assert record.capacity.primary_care_role is None


def test_capacity_is_varied(rows: DemoRows) -> None:
    records = rows.capacities
    inputs = [record.capacity for record in records]
    assert {capacity.state for capacity in inputs} == {"open", "limited", "full", "paused"}
    assert sum(capacity.state == "paused" and capacity.state_until is not None for capacity in inputs) >= 3
    stale = [record for record in records if record.valid_until is not None and record.valid_until < ON]
    assert 0.05 <= len(stale) / len(records) <= 0.35
    assert sum(record.confirmed_on is None for record in records) >= 5
    assert {capacity.participants_basis for capacity in inputs} == {"estimate", "register", "ehr_count", None}
    assert any(capacity.nurse_hours_free is None for capacity in inputs)
    assert any(capacity.nurse_hours_free == 0 for capacity in inputs)
    assert any(capacity.new_trials_possible is False for capacity in inputs)
    assert any(capacity.new_trials_from is not None for capacity in inputs)
    assert sum(bool(capacity.competing_trials) for capacity in inputs) >= 10
    assert len({capacity.phases for capacity in inputs}) >= 8
    offers = [offer for capacity in inputs for offer in capacity.dct_activities.values()]
    assert {offer.answer for offer in offers} == set(DCT_ANSWERS)
    assert any(offer.partner and offer.geography for offer in offers)


def test_indications_are_words_and_codes(rows: DemoRows) -> None:
    words = [word for record in rows.capacities for word in record.capacity.indications]
    codes = [word for word in words if re.fullmatch(r"[A-Z]\d\d", word)]
    assert len(codes) >= 20
    assert len(set(words)) >= 300
    assert any(not record.capacity.indications for record in rows.capacities)


def test_some_equipment_is_licensed_and_a_licence_has_run_out(rows: DemoRows) -> None:
    expiries = [offer.expires_on for unit in rows.units for offer in unit.capabilities.values() if offer.expires_on]
    assert any(expiry < ON for expiry in expiries)
    assert any(expiry > ON for expiry in expiries)


def test_what_the_copd_inquiry_meets_in_uppsala(rows: DemoRows) -> None:
    respiratory = of_area(rows, "respiratory")
    window_end = date.fromisoformat(sample_inquiry(ON)["numbers"]["planned_start"]) + timedelta(days=366)
    lung, tierp = respiratory["uas-lunga"], respiratory["uas-vc-tierp"]
    knivsta = respiratory["uas-vc-knivsta"].capacity
    assert lung.capacity.state == "open"
    assert lung.valid_until is not None
    assert lung.valid_until > ON
    assert tierp.capacity.state == "open"
    assert tierp.valid_until is not None
    assert tierp.valid_until < ON
    assert knivsta.state == "paused"
    assert knivsta.state_until is not None
    assert knivsta.state_until > window_end
    assert respiratory["uas-vc-osthammar"].confirmed_on is None
    assert respiratory["uas-vc-uppsala-norr"].capacity.state == "full"
    assert "adult" not in respiratory["uas-barn"].capacity.age_groups


def test_heart_failure_at_home_is_possible_in_some_units_only(rows: DemoRows) -> None:
    answers = {
        unit: record.capacity.dct_activities["home_nurse_visit"].answer
        for unit, record in of_area(rows, "cardiovascular").items()
        if unit.startswith("rm-") and "home_nurse_visit" in record.capacity.dct_activities
    }
    assert set(answers.values()) == set(DCT_ANSWERS)


def test_gene_modified_cells_are_permitted_in_few_units(rows: DemoRows, units: dict[str, DemoUnit]) -> None:
    blood, tumour = units["uas-hematologi"].capabilities, units["uas-onkologi"].capabilities
    assert "atmp" in of_area(rows, "haematology")["uas-hematologi"].capacity.study_types
    assert blood["jacie_accreditation"].available
    assert blood["gmo_deliberate_release"].available
    assert not tumour["gmo_deliberate_release"].available
    assert not tumour["gmo_contained_use"].available


@pytest.mark.parametrize("on", LOAD_DAYS)
@pytest.mark.parametrize("name", SAMPLES)
def test_sample_inquiries_are_valid_and_look_ahead(name: SampleInquiry, on: date) -> None:
    body = sample_inquiry(on, name)
    inquiry = msgspec.json.decode(msgspec.json.encode(body), type=InquiryCreate)
    assert on < inquiry.answer.outcome_promised_by
    assert inquiry.answer.wanted_by is not None
    assert on < inquiry.answer.wanted_by < inquiry.answer.outcome_promised_by
    assert inquiry.numbers.planned_start > inquiry.answer.wanted_by


def test_sample_inquiries_ask_what_they_are_for() -> None:
    copd, heart, car_t = (msgspec.convert(sample_inquiry(ON, name), InquiryCreate) for name in SAMPLES)
    assert copd.placement.regions_wanted == car_t.placement.regions_wanted == ("UAS",)
    assert copd.dct_activities["video_visit"] == "required"
    assert copd.needs.equipment[0] == "spirometry"
    assert copd.needs.resources == ("biobank",)
    assert heart.placement.regions_wanted == ("RM",)
    assert heart.dct_activities["home_nurse_visit"] == "required"
    assert (car_t.kind.study_type, car_t.product.gmo) == ("atmp", True)


def test_sponsors_of_the_samples_are_in_the_file(rows: DemoRows) -> None:
    assert Counter(sponsor.kind for sponsor in rows.sponsors) == {"company": 2, "cro": 1, "academic": 1}
    known = {(sponsor.name, sponsor.kind) for sponsor in rows.sponsors}
    for name in SAMPLES:
        who = sample_inquiry(ON, name)["who"]
        assert (who["sponsor_name"], who["sponsor_kind"]) in known


@pytest.mark.parametrize(
    ("written", "resolved"),
    [
        ({"planned_start_in_days": 8}, {"planned_start": "2028-03-08"}),
        ({"counted_on_days_ago": 29}, {"counted_on": "2028-01-31"}),
        ({"expires_on_in_days": -1}, {"expires_on": "2028-02-28"}),
        # A number of days that is not a date stays a number.
        (
            {"lead_time_days": 45, "promised_working_days": 5},
            {"lead_time_days": 45, "promised_working_days": 5},
        ),
        ([{"a": [{"b_in_days": 0}]}, None, "x_in_days"], [{"a": [{"b": "2028-02-29"}]}, None, "x_in_days"]),
    ],
)
def test_relative_dates_resolve(written: Any, resolved: Any) -> None:
    assert resolve_dates(written, date(2028, 2, 29)) == resolved


def test_only_dates_move_with_the_load_day() -> None:
    shift = LOAD_DAYS[2] - LOAD_DAYS[0]
    before, after = demo_rows(LOAD_DAYS[0]), demo_rows(LOAD_DAYS[2])
    assert len(before.capacities) == len(after.capacities)
    for old, new in zip(before.capacities, after.capacities, strict=True):
        for earlier, later in (
            (old.confirmed_on, new.confirmed_on),
            (old.capacity.state_until, new.capacity.state_until),
            (old.capacity.participants_counted_on, new.capacity.participants_counted_on),
        ):
            assert (earlier is None and later is None) or (earlier and later and later - earlier == shift)
