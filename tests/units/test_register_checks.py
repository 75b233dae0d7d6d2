"""What is refused in a register file, and where the refusal points."""

from collections.abc import Callable
from datetime import date
from typing import Any
from uuid import UUID

import msgspec
import pytest

from tests.units.registers import document, parsed
from trialport.core.errors import BadInput
from trialport.core.json_body import decode_json
from trialport.units.register_checks import check_register
from trialport.units.register_file import Known, KnownInvestigator, KnownUnit, RegisterFile

ON = date(2026, 11, 21)
ANY = UUID("0198f3a0-5b7e-7c31-9d55-3f0a1c2b4d6e")
NOTHING = Known(regions={}, sites={}, units={}, resources={}, investigators={})
STORED = Known(
    regions={"OLD": ANY},
    sites={("OLD", "Old hospital"): ANY},
    units={
        ("OLD", "old-lung"): KnownUnit(unit_id=ANY, head="Old.Head@example.org"),
        ("OLD", "old-heart"): KnownUnit(unit_id=ANY, head=None),
    },
    resources={},
    investigators={"old.head@example.org": KnownInvestigator(investigator_id=ANY, regions=frozenset({"OLD"}))},
)
Alter = Callable[[dict[str, Any]], object]


def person(values: dict[str, Any], at: int = 0) -> dict[str, Any]:
    found: dict[str, Any] = values["investigators"][at]
    return found


def test_it_works() -> None:
    assert check_register(parsed(document()), NOTHING, ON) == []
    assert check_register(RegisterFile(), NOTHING, ON) == []


@pytest.mark.parametrize(
    ("alter", "path"),
    [
        (lambda v: v["regions"].append(dict(v["regions"][0])), "regions[1].code"),
        (lambda v: v["sites"].append(dict(v["sites"][0])), "sites[1].name"),
        (lambda v: v["units"].append(dict(v["units"][1])), "units[2].registry_id"),
        (lambda v: v["resources"].append(dict(v["resources"][0])), "resources[1].name"),
        (
            lambda v: v["investigators"].append({"email": "ONE@example.org", "name": "Demo Three", "positions": []}),
            "investigators[2].email",
        ),
        (lambda v: [person(v, n).update(orcid="0000-0000-0000-000X") for n in (0, 1)], "investigators[1].orcid"),
        (lambda v: v["sites"].append({**v["sites"][0], "region": "NONE"}), "sites[1].region"),
        (lambda v: v["units"][0].update(site="Other"), "units[0].site"),
        (lambda v: v["resources"][0].update(region="NONE"), "resources[0].region"),
        (lambda v: person(v)["positions"][1].update(unit="none"), "investigators[0].positions[1].unit"),
        (lambda v: person(v)["positions"][1].update(region="OLD"), "investigators[0].positions[1].unit"),
        (lambda v: person(v).update(delegates=["no@example.org"]), "investigators[0].delegates[0]"),
        (lambda v: person(v).update(delegates=["One@example.org"]), "investigators[0].delegates[0]"),
        (
            lambda v: person(v).update(delegates=["two@example.org", "TWO@example.org"]),
            "investigators[0].delegates[1]",
        ),
        (lambda v: v["regions"][0].update(timezone="Europe/Uppsala"), "regions[0].timezone"),
        (lambda v: v["regions"][0].update(timezone="../../etc/passwd"), "regions[0].timezone"),
        (lambda v: v["regions"][0].update(country="XX"), "regions[0].country"),
        (lambda v: v["units"][0].pop("longitude"), "units[0].latitude"),
        (lambda v: v["units"][0].update(care_settings=["home", "home"]), "units[0].care_settings[1]"),
        (lambda v: v["units"][0].update(languages=["sv", "sv"]), "units[0].languages[1]"),
        (lambda v: person(v).update(roles_wanted=["sub", "sub"]), "investigators[0].roles_wanted[1]"),
        (lambda v: person(v).update(gcp_trained_on="2026-11-22"), "investigators[0].gcp_trained_on"),
        (lambda v: person(v).update(gcp_expires_on="2023-12-31"), "investigators[0].gcp_expires_on"),
        (lambda v: person(v).update(school_completed_on="2020-01-01"), "investigators[0].school_completed_on"),
        (lambda v: person(v)["absences"][0].update(last_day="2026-12-19"), "investigators[0].absences[0].last_day"),
        (
            lambda v: person(v)["absences"].insert(0, {"first_day": "2027-01-06", "last_day": "2027-01-07"}),
            "investigators[0].absences[0].first_day",
        ),
        (lambda v: person(v)["positions"][1].update(share=0.5), "investigators[0].positions"),
        (
            lambda v: person(v)["positions"][1].update(unit="new-lung", is_head=False),
            "investigators[0].positions[1].unit",
        ),
        (lambda v: person(v)["positions"][1].update(is_head=True), "investigators[1].positions[0].is_head"),
        (lambda v: person(v).update(email="one@example.org\n"), "investigators[0].email"),
    ],
)
def test_a_contradiction_is_told_at_its_place(alter: Alter, path: str) -> None:
    values = document()
    alter(values)
    assert [fault.path for fault in check_register(parsed(values), NOTHING, ON)] == [path]


@pytest.mark.parametrize(
    ("alter", "path"),
    [
        (lambda v: v.update(colour=[]), "colour"),
        (lambda v: v["units"][0].update(color="red"), "units[0].color"),
        (lambda v: v["units"][0].update(kind="ward"), "units[0].kind"),
        (lambda v: v["units"][0].pop("registry_id"), "units[0].registry_id"),
        (lambda v: v["units"][0].update(registry_id="new-lung "), "units[0].registry_id"),
        (lambda v: v["units"][0].update(latitude=91), "units[0].latitude"),
        (lambda v: v["units"][0]["capabilities"].update(spirometer={"available": True}), "units[0].capabilities"),
        (lambda v: v["sites"][0].update(name="New\nhospital"), "sites[0].name"),
        (lambda v: v["sites"][0].update(country="SE\n"), "sites[0].country"),
        (lambda v: v["regions"][0].update(code="new"), "regions[0].code"),
        (lambda v: v["regions"][0].update(promised_working_days=0), "regions[0].promised_working_days"),
        (lambda v: person(v).update(email="nobody"), "investigators[0].email"),
        (lambda v: person(v).pop("positions"), "investigators[0].positions"),
        (lambda v: person(v)["positions"][0].update(share=1.5), "investigators[0].positions[0].share"),
        (lambda v: person(v).update(gcp_trained_on="2026-02-30"), "investigators[0].gcp_trained_on"),
        (lambda v: person(v).update(visibility="all"), "investigators[0].visibility"),
        (lambda v: person(v).update(birth_date="1980-01-01"), "investigators[0].birth_date"),
    ],
)
def test_a_field_that_does_not_fit_is_told_by_its_path(alter: Alter, path: str) -> None:
    values = document()
    alter(values)
    with pytest.raises(BadInput) as raised:
        decode_json(msgspec.json.encode(values), RegisterFile)
    assert [fault.path.removesuffix(".spirometer") for fault in raised.value.errors] == [path]


def test_all_faults_are_told_at_once() -> None:
    values = document()
    values["regions"][0]["country"] = "XX"
    values["units"][1]["site"] = "Other"
    person(values)["delegates"] = ["no@example.org"]
    found = {fault.path for fault in check_register(parsed(values), NOTHING, ON)}
    assert found == {"regions[0].country", "units[1].site", "investigators[0].delegates[0]"}


def test_names_may_stand_in_the_database_only() -> None:
    values = {
        "units": [{**document()["units"][1], "region": "OLD", "site": "Old hospital"}],
        "investigators": [
            {
                "email": "three@example.org",
                "name": "Demo Three (demonstration)",
                "positions": [
                    {"region": "OLD", "unit": "old-lung", "share": 0.5},
                    {"region": "OLD", "unit": "old-heart", "share": 0.5, "is_head": True},
                ],
                "delegates": ["OLD.HEAD@example.org"],
            }
        ],
    }
    assert check_register(parsed(values), STORED, ON) == []
    assert [fault.path for fault in check_register(parsed(values), NOTHING, ON)] != []


def test_a_stored_head_gives_way_only_when_the_file_names_that_person() -> None:
    new = {
        "email": "three@example.org",
        "name": "Demo Three (demonstration)",
        "positions": [{"region": "OLD", "unit": "old-lung", "share": 0.5, "is_head": True}],
    }
    old = {"email": "old.head@example.org", "name": "Demo Old (demonstration)", "positions": []}
    (fault,) = check_register(parsed({"investigators": [new]}), STORED, ON)
    assert fault.path == "investigators[0].positions[0].is_head"
    assert "Old.Head@example.org" in fault.message
    assert check_register(parsed({"investigators": [new, old]}), STORED, ON) == []
