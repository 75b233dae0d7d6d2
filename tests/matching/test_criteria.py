"""Each criterion at its borders: what a unit has said, and the state and fit that follow."""

from datetime import date, timedelta
from typing import Any
from uuid import UUID

import pytest

from tests.matching.factories import (
    ON,
    OTHER_REGION,
    capacity,
    criterion,
    excluded_for,
    only,
    question,
    ranked,
    silent,
)
from trialport.matching.explain import sentence
from trialport.matching.question import AskedConcept
from trialport.units.models import CapabilityOffer, DctOffer, Experience

START = date(2027, 3, 1)


def concept(code: str) -> dict[str, Any]:
    return {"concepts": (AskedConcept(concept=code, label=code),), "therapy_areas": ()}


@pytest.mark.parametrize(
    ("asked", "offered", "area", "state", "fit"),
    [
        ("J44", ("KOL",), "respiratory", "met", 1.0),
        ("C34/nsclc", ("C34.1",), "oncology", "met", 0.95),
        ("J44", (), "respiratory", "met", 0.8),
        ("C34/nsclc", (), "respiratory", "met", 0.7),
        ("C34", ("C34/nsclc",), "oncology", "partly", 0.6),
        ("C34/nsclc", ("C34/sclc",), "oncology", "partly", 0.6),
        ("J44", ("asthma",), "respiratory", "partly", 0.5),
        ("J44", ("J96",), "respiratory", "partly", 0.3),
        ("J44", ("zzblorb qqx",), "respiratory", "unknown", 0.4),
        ("J44", ("zzblorb qqx", "asthma"), "respiratory", "partly", 0.5),
        ("J44", ("zzblorb qqx", "KOL"), "oncology", "met", 1.0),
    ],
)
def test_indication(asked: str, offered: tuple[str, ...], area: str, state: str, fit: float) -> None:
    found = criterion("indication", question(**concept(asked)), capacity(indications=offered, therapy_area=area))
    assert (found.state, found.fit) == (state, fit)


@pytest.mark.parametrize(
    ("offered", "expected"), [((), "met"), (("zzblorb qqx",), "unknown"), (("C50",), "other_therapy_area")]
)
def test_an_area_of_the_people_counts_only_as_a_whole(offered: tuple[str, ...], expected: str) -> None:
    asked = question(age_groups=("child",))
    row = capacity(therapy_area="paediatrics-neonatology", indications=offered, age_groups=())
    reason = excluded_for(asked, row)
    assert (reason or criterion("indication", asked, row).state) == expected


def test_unread_words_count_when_they_are_the_inquirys_own() -> None:
    asked = question(indication="Zzblorb-qqx, type 2", concepts=(), therapy_areas=("respiratory",))
    same = criterion("indication", asked, capacity(indications=("zzblorb qqx type 2",)))
    other = criterion("indication", asked, capacity(indications=("zzblorb qqx type 1",)))
    assert (same.state, other.state) == ("met", "unknown")


def test_an_inquiry_that_was_not_read_leaves_nobody_out() -> None:
    asked = question(indication="zzblorb", concepts=(), therapy_areas=())
    found = criterion("indication", asked, capacity(therapy_area="oncology", indications=("C50",)))
    assert found.state == "unknown"
    assert "could not be read" in sentence(found)


@pytest.mark.parametrize(
    ("wanted", "stated", "state", "fit"),
    [
        ("3", ("3",), "met", 1.0),
        ("3", ("2",), "unmet", 0.0),
        ("3", (), "unknown", 0.4),
        ("3", ("2_3",), "met", 1.0),
        ("1_2", ("1",), "partly", 0.6),
        ("1_2", ("2",), "partly", 0.6),
        ("1_2", ("1", "2"), "met", 1.0),
        ("1_2", ("1_2",), "met", 1.0),
        ("1_2", ("3",), "unmet", 0.0),
        ("not_applicable", ("3",), "met", 1.0),
        ("not_applicable", (), "met", 1.0),
    ],
)
def test_phase(wanted: str, stated: tuple[str, ...], state: str, fit: float) -> None:
    found = criterion("phase", question(phase=wanted), capacity(phases=stated))
    assert (found.state, found.fit) == (state, fit)


@pytest.mark.parametrize(("available", "state"), [(False, "unmet"), (True, "met"), (None, "met")])
def test_first_trials_in_humans_need_a_phase_1_unit(available: bool | None, state: str) -> None:  # noqa: FBT001 - a table of answers.
    capabilities = {} if available is None else {"phase_1_unit": CapabilityOffer(available=available)}
    row = capacity(phases=("1", "3"), capabilities=capabilities)
    assert criterion("phase", question(phase="1"), row).state == state
    assert criterion("phase", question(phase="3", first_in_human=True), row).state == state
    assert criterion("phase", question(phase="3"), row).state == "met"


@pytest.mark.parametrize(
    ("fields", "state", "fit"),
    [
        ({"state": "open"}, "met", 1.0),
        ({"state": "limited"}, "partly", 0.7),
        ({"state": "limited", "state_until": START - timedelta(days=1)}, "met", 1.0),
        ({"state": "limited", "state_until": START}, "partly", 0.7),
        ({"state": "full", "state_until": START - timedelta(days=1)}, "met", 1.0),
        ({"state": "full"}, "unmet", 0.0),
        ({"state": "full", "state_until": date(2027, 8, 30)}, "partly", 0.5027),
        ({"state": "paused", "state_until": date(2028, 2, 28)}, "partly", 0.2),
        ({"new_trials_from": START}, "met", 1.0),
        ({"new_trials_from": date(2027, 8, 31)}, "partly", 0.5),
        ({"new_trials_from": date(2028, 3, 1)}, "unmet", 0.0),
        ({"lead_time_days": 100}, "met", 1.0),
        ({"lead_time_days": 101}, "partly", 0.95),
    ],
)
def test_availability(fields: dict[str, Any], state: str, fit: float) -> None:
    found = criterion("availability", question(), capacity(**fields))
    assert found.state == state
    assert found.fit == pytest.approx(fit, abs=0.003)


@pytest.mark.parametrize(
    ("fields", "reason"),
    [
        ({"state": "paused"}, "paused"),
        ({"state": "paused", "state_until": date(2028, 2, 29)}, "paused"),
        ({"state": "paused", "state_until": date(2028, 2, 28)}, None),
        ({"new_trials_possible": False}, "no_new_trials"),
        ({"study_types": ("device",)}, "study_type_not_accepted"),
        ({"age_groups": ("child",)}, "age_group_not_accepted"),
        ({"therapy_area": "oncology", "indications": ()}, "other_therapy_area"),
        ({"therapy_area": "oncology", "indications": ("C50",), "state": "paused"}, "other_therapy_area"),
        ({}, None),
    ],
)
def test_exclusions(fields: dict[str, Any], reason: str | None) -> None:
    assert excluded_for(question(), capacity(**fields)) == reason


def test_a_start_in_the_past_counts_as_today() -> None:
    asked = question(planned_start=ON - timedelta(days=300))
    found = criterion("availability", asked, capacity(lead_time_days=0))
    assert (found.state, found.wanted) == ("met", ON.isoformat())
    ready = criterion("lead_time", asked, capacity(lead_time_days=90))
    assert (ready.state, ready.wanted, ready.fit) == ("partly", 0, 0.5)


def test_a_unit_excluded_by_the_sponsor_is_left_out_and_one_wanted_is_preferred() -> None:
    rows = capacity(1), capacity(2), capacity(3)
    asked = question(units_excluded=(rows[0].unit_id,), units_wanted=(rows[2].unit_id,))
    found = ranked(asked, *rows)
    assert [one.unit_id for one in found.candidates] == [rows[2].unit_id, rows[1].unit_id]
    assert [one.reason for one in found.excluded] == ["unit_excluded_by_sponsor"]


@pytest.mark.parametrize(
    ("fields", "state", "fit", "told"),
    [
        ({"participants_per_month": 3.0, "participants_basis": "ehr_count"}, "met", 1.0, 36),
        ({"participants_per_month": 3.0, "participants_basis": "register"}, "met", 0.97, 36),
        ({"participants_per_month": 3.0, "participants_basis": "estimate"}, "met", 0.93, 36),
        ({"participants_per_month": 2.0, "participants_basis": "ehr_count"}, "met", 1.0, 24),
        ({"participants_per_month": 1.0, "participants_basis": "ehr_count"}, "partly", 0.5, 12),
        ({"participants_per_month": 0.01, "participants_basis": "ehr_count"}, "partly", 0.2, 0.1),
        ({"participants_per_month": 0.0}, "unmet", 0.0, 0),
        ({"participants_per_month": None}, "unknown", 0.4, None),
        ({"participants_basis": "ehr_count", "competing_trials": ("KOL", "J45")}, "met", 1.0, 32),
        ({"participants_per_month": 2.0, "competing_trials": ("KOL",) * 9}, "partly", 0.7 * 0.93, 17),
        ({"state": "full", "state_until": date(2027, 8, 30)}, "partly", 0.6975, 18),
    ],
)
def test_participants(fields: dict[str, Any], state: str, fit: float, told: float | None) -> None:
    found = criterion("participants", question(), capacity(**fields))
    assert (found.state, found.offered) == (state, told)
    assert found.fit == pytest.approx(fit, abs=0.003)


def test_participants_are_told_as_a_trial_office_would() -> None:
    found = criterion("participants", question(), capacity())
    assert sentence(found) == "Can recruit about 36 participants in 12 months; 24 wanted (estimate)."


@pytest.mark.parametrize(
    ("asked", "fields", "state", "fit"),
    [
        ({}, {"nurse_hours_free": 0.5}, "met", 1.0),
        ({}, {"nurse_hours_free": 0.0}, "unmet", 0.0),
        ({}, {"nurse_hours_free": None}, "unknown", 0.4),
        ({"nurse_hours": 8}, {"nurse_hours_free": 8.0}, "met", 1.0),
        ({"nurse_hours": 8}, {"nurse_hours_free": 4.0}, "partly", 0.5),
        ({"nurse_hours": 8}, {"nurse_hours_free": 0.0}, "unmet", 0.0),
        ({"nurse_hours": 0}, {"nurse_hours_free": None}, "met", 1.0),
        ({"nurse_hours": 8, "physician_hours": 8}, {}, "partly", 0.75),
        ({"nurse_hours": 8, "physician_hours": 2}, {"physician_hours_free": None}, "partly", 0.7),
        ({"physician_hours": 2}, {"nurse_hours_free": 0.0}, "met", 1.0),
    ],
)
def test_staff_hours(asked: dict[str, Any], fields: dict[str, Any], state: str, fit: float) -> None:
    found = criterion("staff_hours", question(**asked), capacity(**fields))
    assert (found.state, found.fit) == (state, fit)


@pytest.mark.parametrize(
    ("fields", "state", "stale"),
    [
        ({"valid_until": ON}, "met", False),
        ({"valid_until": ON - timedelta(days=1)}, "unmet", True),
        ({"valid_until": None}, "unknown", False),
        ({"confirmed_at": None}, "unknown", False),
        ({"confirmed_at": None, "valid_until": ON - timedelta(days=1)}, "unmet", True),
    ],
)
def test_freshness(fields: dict[str, Any], state: str, stale: bool) -> None:  # noqa: FBT001 - a table of answers.
    candidate = only(question(), capacity(**fields))
    found = next(one for one in candidate.criteria if one.name == "freshness")
    assert (found.state, candidate.stale) == (state, stale)


def test_a_stale_record_costs_about_a_fifth_and_is_told_with_its_day() -> None:
    fresh, stale = only(question(), capacity()), only(question(), capacity(valid_until=date(2026, 11, 1)))
    assert 15 < fresh.score - stale.score < 26
    found = next(one for one in stale.criteria if one.name == "freshness")
    assert "2026-11-01" in sentence(found)


@pytest.mark.parametrize(
    ("done", "state", "fit"),
    [
        ((), "unknown", 0.4),
        ((("oncology", "3", 9),), "partly", 0.25),
        ((("respiratory", "2", 4),), "partly", 0.625),
        ((("respiratory", "3", 2),), "met", 0.625),
        ((("respiratory", "2_3", 2),), "met", 0.625),
        ((("respiratory", "3", 1000),), "met", 1.0),
    ],
)
def test_experience(done: tuple[tuple[Any, str, int], ...], state: str, fit: float) -> None:
    rows = tuple(Experience(therapy_area=a, phase=p, trials=n) for a, p, n in done)  # type: ignore[arg-type]
    found = criterion("experience", question(), capacity(experience=rows))
    assert found.state == state
    assert found.fit == pytest.approx(fit, abs=0.002)


@pytest.mark.parametrize(("trained", "state"), [(2, "met"), (None, "partly"), (0, "unmet")])
def test_gcp_training_counts_where_asked(trained: int | None, state: str) -> None:
    row = capacity(gcp_investigators=trained)
    assert criterion("experience", question(gcp_experience=True), row).state == state
    assert criterion("experience", question(), row).state == "met"


@pytest.mark.parametrize(
    ("equipment", "capabilities", "state", "fit"),
    [
        (("mri", "pet"), {}, "met", 1.0),
        (("mri",), {"pet": (True, None)}, "met", 1.0),
        ((), {"mri": (True, START), "pet": (True, START)}, "met", 1.0),
        (("mri",), {"pet": (True, START - timedelta(days=1))}, "partly", 0.7),
        (("mri",), {}, "partly", 0.7),
        ((), {}, "unknown", 0.4),
        (("mri",), {"pet": (False, None)}, "unmet", 0.1),
        (("mri", "pet"), {"pet": (False, None)}, "met", 1.0),
    ],
)
def test_equipment(
    equipment: tuple[str, ...], capabilities: dict[str, tuple[bool, date | None]], state: str, fit: float
) -> None:
    offers = {
        name: CapabilityOffer(available=available, expires_on=expires_on)
        for name, (available, expires_on) in capabilities.items()
    }
    asked = question(equipment=("mri", "pet"))
    found = criterion("equipment", asked, capacity(equipment=equipment, capabilities=offers))
    assert found.state == state
    assert found.fit == pytest.approx(fit)


def test_resources_of_the_region_count_less_than_the_units_own() -> None:
    asked = question(resources=("biobank",))
    own = criterion("resources", asked, capacity(resources=("biobank",)))
    near = criterion("resources", asked, capacity())
    none = criterion("resources", asked, capacity(region_id=OTHER_REGION))
    assert [(one.state, one.fit) for one in (own, near, none)] == [("met", 1.0), ("partly", 0.7), ("unknown", 0.4)]


@pytest.mark.parametrize(
    ("answers", "state", "fit"),
    [
        (("own", "own"), "met", 1.0),
        (("with_partner", "with_partner"), "met", 0.85),
        (("own", "cannot"), "partly", 2 / 3),
        (("own", "unknown"), "partly", 2.4 / 3),
        (("unknown", "own"), "partly", 1.8 / 3),
        (("unknown", "cannot"), "unknown", 0.4),
        (("unknown", "unknown"), "unknown", 0.4),
        (("cannot", "own"), "unmet", 0.2 / 3),
        (("cannot", "cannot"), "unmet", 0.0),
    ],
)
def test_decentralised_activities(answers: tuple[Any, Any], state: str, fit: float) -> None:
    offers = dict(zip(("video_visit", "wearable"), (DctOffer(answer=one) for one in answers), strict=True))
    asked = question(dct_required=("video_visit",), dct_optional=("wearable",))
    found = criterion("dct_activities", asked, capacity(dct_activities=offers))
    assert found.state == state
    assert found.fit == pytest.approx(fit, abs=0.0001)


def test_a_partner_for_one_activity_never_costs() -> None:
    """However many optional activities are refused, telling of one that can be done is worth no less than silence."""
    asked = question(dct_required=("video_visit",), dct_optional=("wearable", "phone_visit", "epro_own_device"))
    refused = {activity: DctOffer(answer="cannot") for activity in asked.dct_optional}
    silence = criterion("dct_activities", asked, capacity(dct_activities=refused))
    told = refused | {"video_visit": DctOffer(answer="with_partner")}
    found = criterion("dct_activities", asked, capacity(dct_activities=told))
    assert (silence.state, silence.fit, found.state, found.fit) == ("unknown", 0.4, "partly", 0.4)


@pytest.mark.parametrize(
    ("permits", "state"),
    [
        ({}, "unknown"),
        ({"gmo_contained_use": True}, "met"),
        ({"gmo_deliberate_release": True, "gmo_contained_use": False}, "met"),
        ({"gmo_contained_use": False}, "unknown"),
        ({"gmo_contained_use": False, "gmo_deliberate_release": False}, "excluded"),
    ],
)
def test_gmo(permits: dict[str, bool], state: str) -> None:
    row = capacity(capabilities={one: CapabilityOffer(available=said) for one, said in permits.items()})
    asked = question(gmo=True)
    if state == "excluded":
        assert excluded_for(asked, row) == "gmo_not_permitted"
        assert criterion("gmo", asked, row, exclusions=False).state == "unmet"
    else:
        assert criterion("gmo", asked, row).state == state


@pytest.mark.parametrize(
    ("licences", "state", "fit"),
    [
        ({}, "unknown", 0.4),
        ({"atmp_handling": True}, "met", 0.9),
        ({"atmp_handling": True, "jacie_accreditation": True}, "met", 1.0),
        ({"jacie_accreditation": True}, "partly", 0.6),
        ({"atmp_handling": False, "jacie_accreditation": True}, "unmet", 0.0),
    ],
)
def test_atmp(licences: dict[str, bool], state: str, fit: float) -> None:
    row = capacity(
        study_types=(), capabilities={one: CapabilityOffer(available=said) for one, said in licences.items()}
    )
    found = criterion("atmp", question(study_type="atmp"), row)
    assert (found.state, found.fit) == (state, fit)


def test_a_silent_unit_is_unknown_in_all_it_has_not_said() -> None:
    asked = question(
        care_settings=("outpatient",),
        equipment=("mri",),
        dct_required=("home_nurse_visit",),
        gmo=True,
        primary_care_role="identify_only",
        languages=("sv",),
        pharmacy=("trial_pharmacy",),
    )
    states = {one.name: one.state for one in only(asked, silent()).criteria}
    assert states.pop("indication") == "met"
    assert states.pop("availability") == "met"
    assert set(states.values()) == {"unknown"}


def test_only_what_is_asked_is_compared() -> None:
    plain = {one.name for one in only(question(), capacity()).criteria}
    asked = {"care_setting", "equipment", "resources", "dct_activities", "gmo", "atmp", "unit_wanted"}
    asked |= {"primary_care_role", "languages", "pharmacy", "dct_places"}
    assert not plain & asked
    everything = question(
        study_type="atmp",
        care_settings=("home",),
        equipment=("mri",),
        resources=("biobank",),
        dct_optional=("home_venous",),
        gmo=True,
        primary_care_role="visit",
        languages=("sv",),
        pharmacy=("cytotoxic_preparation",),
        units_wanted=(UUID(int=9),),
    )
    found = {one.name for one in only(everything, capacity(study_types=())).criteria}
    assert found == plain | asked
