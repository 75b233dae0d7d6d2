"""Primary care, languages, pharmacy and the places of decentralised activities, at their borders."""

from typing import Any
from uuid import UUID

import pytest

from tests.matching.factories import ON, OTHER_REGION, REGION, capacity, criterion, only, question, ranked, vocabulary
from trialport.matching.columns import CapacityColumns
from trialport.matching.explain import WORDINGS, offered_text, sentence, wanted_text
from trialport.matching.layout import PART, WHOLE
from trialport.matching.pharmacy import pharmacy_needs
from trialport.matching.places import reach_of
from trialport.matching.ranking import rank
from trialport.units.models import CapabilityOffer, DctOffer


@pytest.mark.parametrize(
    ("wanted", "role", "state", "fit"),
    [
        ("visit", "full_site", "met", 1.0),
        ("visit", "visit", "met", 1.0),
        ("visit", "sample", "partly", 0.7),
        ("visit", "identify_only", "partly", 0.45),
        ("full_site", "identify_only", "unmet", 0.1),
        ("identify_only", "identify_only", "met", 1.0),
        ("identify_only", None, "unknown", 0.4),
    ],
)
def test_role_in_primary_care(wanted: str, role: str | None, state: str, fit: float) -> None:
    row = capacity(unit_kind="primary_care_centre", primary_care_role=role)
    found = criterion("primary_care_role", question(primary_care_role=wanted), row)
    assert (found.state, found.fit, found.wanted, found.offered) == (state, fit, wanted, role)


def test_a_hub_with_health_centres_counts_as_one_site() -> None:
    asked = question(primary_care_role="visit")
    answers = (("own", "met"), ("with_partner", "met"), ("cannot", "unknown"), ("unknown", "unknown"))
    for answer, state in answers:
        row = capacity(dct_activities={"local_health_centre_visit": DctOffer(answer=answer)})  # type: ignore[arg-type]
        found = criterion("primary_care_role", asked, row)
        assert found.state == state
        assert found.case == ("through_others" if state == "met" else "elsewhere")
    assert "through health centres" in sentence(criterion("primary_care_role", asked, hub()))
    swedish = sentence(criterion("primary_care_role", asked, capacity()), WORDINGS["sv"])
    assert swedish.startswith("Är ingen vårdcentral")


def hub() -> Any:
    return capacity(dct_activities={"local_health_centre_visit": DctOffer(answer="own")})


@pytest.mark.parametrize(
    ("stated", "state", "fit"),
    [
        (("sv", "en"), "met", 1.0),
        (("en", "fi", "sv"), "met", 1.0),
        (("sv",), "partly", 0.5),
        (("fi",), "unmet", 0.0),
        ((), "unknown", 0.4),
    ],
)
def test_languages(stated: tuple[str, ...], state: str, fit: float) -> None:
    found = criterion("languages", question(languages=("sv", "en")), capacity(languages=stated))
    assert (found.state, found.fit) == (state, fit)
    assert found.offered == (list(stated) or None)


def test_languages_are_named_and_rare_ones_told_by_their_code() -> None:
    found = criterion("languages", question(languages=("sv", "zu")), capacity(languages=("sv",)))
    assert sentence(found) == "Works in Swedish, but has not stated zu, also a language of the material."
    assert wanted_text(found, WORDINGS["da"]) == "svensk og zu"
    assert offered_text(found, WORDINGS["sv"]) == "svenska"


NEEDED = ("trial_pharmacy", "aseptic_preparation")
PHARMACIES = {REGION: frozenset({"trial_pharmacy"})}


@pytest.mark.parametrize(
    ("fields", "state", "fit", "of_region"),
    [
        ({"equipment": NEEDED}, "met", 1.0, False),
        ({"equipment": ("aseptic_preparation",), "resources": ("trial_pharmacy",)}, "met", 1.0, False),
        ({"equipment": ("aseptic_preparation",)}, "partly", 0.7, False),
        ({"equipment": ("aseptic_preparation",)}, "partly", 0.85, True),
        ({}, "unknown", 0.4, False),
        ({}, "partly", 0.55, True),
        ({"refused": "trial_pharmacy"}, "unmet", 0.04, False),
        ({"refused": "trial_pharmacy"}, "partly", 0.55, True),
        ({"refused": "aseptic_preparation"}, "unmet", 0.07, True),
        ({"refused": "trial_pharmacy", "region_id": OTHER_REGION}, "unmet", 0.04, True),
    ],
)
def test_pharmacy(fields: dict[str, Any], state: str, fit: float, of_region: bool) -> None:  # noqa: FBT001 - a table.
    refused = {fields[name]: CapabilityOffer(available=False) for name in ("refused",) if name in fields}
    row = capacity(**{name: value for name, value in fields.items() if name != "refused"}, capabilities=refused)
    index = CapacityColumns.build([row], vocabulary(), PHARMACIES if of_region else {})  # type: ignore[arg-type]
    (candidate,) = rank(question(pharmacy=NEEDED), index, on=ON, regions=None, limit=None).candidates
    found = next(one for one in candidate.criteria if one.name == "pharmacy")
    assert found.state == state
    assert found.fit == pytest.approx(fit)
    near = of_region and "region_id" not in fields
    assert ("the region has trial pharmacy" in sentence(found).lower()) == near


@pytest.mark.parametrize(
    ("said", "cytotoxic", "radioactive", "needs"),
    [
        (None, False, False, ()),
        ("", False, False, ()),
        ("none", False, False, ()),
        ("Inget apotek behövs", False, False, ()),
        ("blinded dispensing", False, False, ("trial_pharmacy",)),
        ("Aseptic preparation", False, False, NEEDED),
        ("steril beredning, ej cytostatika", False, False, NEEDED),
        ("cytostatikaberedning", False, False, ("trial_pharmacy", "cytotoxic_preparation")),
        (None, True, True, ("cytotoxic_preparation", "radiopharmaceuticals")),
        ("ingen", True, False, ("cytotoxic_preparation",)),
    ],
)
def test_what_is_needed_of_a_pharmacy(said: str | None, *, cytotoxic: bool, radioactive: bool, needs: Any) -> None:
    assert pharmacy_needs(said, cytotoxic=cytotoxic, radioactive=radioactive) == needs


@pytest.mark.parametrize(
    ("place", "reach"),
    [
        ("Uppsala county", WHOLE),
        ("Region Midtjylland", WHOLE),
        ("Hela Västra Götalandsregionen", WHOLE),
        ("Uppsala län", WHOLE),
        ("Sweden", WHOLE),
        ("rikstäckande", WHOLE),
        ("Uppsala, Knivsta and Enköping municipalities", PART),
        ("Uppsala kommun", PART),
        ("Aarhus Kommune", PART),
        ("Uppsala county except Heby", PART),
        ("delar av länet", PART),
        ("within 30 km", PART),
        ("Gottsunda", PART),
    ],
)
def test_places_are_read(place: str, reach: int) -> None:
    assert reach_of(place) == reach


def place(answer: Any, where: str | None = None) -> DctOffer:
    return DctOffer(answer=answer, geography=where)


@pytest.mark.parametrize(
    ("nurse", "lab", "state", "fit"),
    [
        (place("own", "Uppsala county"), place("with_partner", "Sweden"), "met", 1.0),
        (place("own", "Uppsala county"), place("own", "Knivsta kommun"), "partly", 0.8),
        (place("own", "Uppsala county"), place("own"), "partly", 0.7),
        (place("own", "Knivsta kommun"), place("cannot"), "partly", 0.4),
        (place("own"), place("cannot"), "unknown", 0.4),
        (place("own"), place("unknown", "Uppsala county"), "unknown", 0.4),
        (place("cannot", "Uppsala county"), place("cannot"), "unmet", 0.0),
    ],
)
def test_places_of_activities(nurse: DctOffer, lab: DctOffer, state: str, fit: float) -> None:
    asked = question(dct_required=("home_nurse_visit", "video_visit"), dct_optional=("local_lab",))
    row = capacity(dct_activities={"local_lab": lab, "home_nurse_visit": nurse, "video_visit": place("own", "-")})
    found = criterion("dct_places", asked, row)
    assert found.state == state
    assert found.fit == pytest.approx(fit)
    stated = [one.geography for one in (nurse, lab) if one.answer in ("own", "with_partner") and one.geography]
    assert found.offered == (stated or None)
    assert found.wanted == ["home_nurse_visit", "local_lab"]


def test_places_are_told_with_the_activities_they_are_of() -> None:
    offers = {"home_nurse_visit": place("own", "Knivsta kommun"), "local_lab": place("own", "Uppsala county")}
    found = criterion(
        "dct_places", question(dct_required=("home_nurse_visit", "local_lab")), capacity(dct_activities=offers)
    )
    assert sentence(found) == (
        "Reaches the whole region with local lab, a part of the region with home nurse visit, as stated "
        "(Knivsta kommun and Uppsala county)."
    )


def test_places_are_asked_only_where_somebody_travels() -> None:
    names = {one.name for one in only(question(dct_required=("video_visit", "wearable")), capacity()).criteria}
    assert "dct_activities" in names
    assert "dct_places" not in names


def test_a_health_centre_that_takes_visits_stands_before_one_that_only_finds_participants() -> None:
    asked = question(primary_care_role="visit")
    roles = ("identify_only", None, "visit")
    told = [capacity(number, unit_kind="primary_care_centre", primary_care_role=r) for number, r in enumerate(roles, 1)]
    assert [one.unit_id for one in ranked(asked, *told).candidates] == [UUID(int=103), UUID(int=101), UUID(int=102)]
