"""The register through the door: regions, sites, units, resources for everyone; people within scope."""

from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import asyncpg
import httpx
import pytest

from tests.cast import Cast
from tests.conftest import Client
from trialport.accounts.models import SYSTEM
from trialport.core.db import Transaction
from trialport.units.register_file import InvestigatorEntry, PositionEntry, RegisterFile, ResourceEntry
from trialport.units.register_service import write_register

# Marked here, because anyio passes the parameters of a test only when it knows it at collection.
pytestmark = pytest.mark.anyio
ALL = ("sponsor", "investigator", "unit_head", "office", "other_office", "management", "admin", "service")
LISTS = ("regions", "sites", "units", "resources", "investigators")
PAGED = LISTS[1:]


async def furnish(connection: asyncpg.Connection, people: Cast) -> dict[str, UUID]:
    """Add what the cast lacks: resources, and a person who shares two units, one of them in the other region."""
    positions = (
        PositionEntry(region="TST", unit="test-heart", share=0.25),
        PositionEntry(region="OTH", unit="test-foreign", share=0.5),
    )
    shared = InvestigatorEntry(
        email="shared@example.org",
        name="Demo shared (demonstration)",
        speciality="respiratory medicine",
        positions=positions,
        roles_wanted=("principal", "mentor"),
        languages=("sv", "en"),
    )
    resources = (
        ResourceEntry(region="TST", name="Biobank", kind="biobank", nurse_hours_free=20.5),
        ResourceEntry(region="TST", name="Nurse pool", kind="trial_unit", nurse_hours_free=20.5),
        ResourceEntry(region="OTH", name="Foreign biobank", kind="biobank", nurse_hours_free=20.5),
    )
    tx = Transaction(connection, datetime.now(UTC), "test")
    written = await write_register(tx, SYSTEM, RegisterFile(resources=resources, investigators=(shared,)))
    made = {one.name: written.known.resources[one.key] for one in resources}
    made["shared"] = written.known.investigators[shared.email].investigator_id
    return made


async def items(one: httpx.AsyncClient, path: str, **params: str) -> list[dict[str, Any]]:
    answer = await one.get(f"/api/v1/{path}", params=params)
    assert answer.status_code == 200, answer.text
    found: list[dict[str, Any]] = answer.json()["items"]
    return found


async def names(one: httpx.AsyncClient, path: str, **params: str) -> set[str]:
    return {item["name"] for item in await items(one, path, **params)}


async def test_it_works(client: Client, people: Cast, connection: asyncpg.Connection) -> None:
    made = await furnish(connection, people)
    for who in ALL:
        one = client(who)
        assert [region["code"] for region in await items(one, "regions")] == ["OTH", "TST"], who
        assert await names(one, "sites") == {"Site of lung", "Site of heart", "Site of foreign"}
        assert await names(one, "units") == {"Unit lung", "Unit heart", "Unit foreign"}
        assert await names(one, "resources") == {"Biobank", "Nurse pool", "Foreign biobank"}
        region = (await one.get(f"/api/v1/regions/{people.regions['ours']}")).json()
        assert (region["code"], region["country"], region["promised_working_days"]) == ("TST", "SE", 10)
        unit = (await one.get(f"/api/v1/units/{people.units['lung']}")).json()
        assert (unit["name"], unit["registry_id"], unit["capabilities"]) == ("Unit lung", "test-lung", {})
        site = (await one.get(f"/api/v1/sites/{unit['site_id']}")).json()
        assert (site["name"], site["region_id"]) == ("Site of lung", str(people.regions["ours"]))
        resource = (await one.get(f"/api/v1/resources/{made['Biobank']}")).json()
        assert (resource["name"], resource["kind"]) == ("Biobank", "biobank")


async def test_lists_are_filtered(client: Client, people: Cast, connection: asyncpg.Connection) -> None:
    await furnish(connection, people)
    await connection.execute(
        "update unit set kind = 'primary_care_centre', care_settings = '{primary_care,home}' where unit_id = $1",
        people.units["heart"],
    )
    office = client("office")
    assert await names(office, "sites", region="OTH") == {"Site of foreign"}
    assert await names(office, "units", region="TST") == {"Unit lung", "Unit heart"}
    assert await names(office, "units", kind="primary_care_centre") == {"Unit heart"}
    assert await names(office, "units", care_setting="home") == {"Unit heart"}
    assert await names(office, "units", care_setting="outpatient", region="TST") == {"Unit lung"}
    assert await names(office, "units", name="LUN") == {"Unit lung"}
    assert await names(office, "units", name="%") == set()
    assert await names(office, "units", therapy_area="respiratory") == {"Unit lung", "Unit heart"}
    assert await names(client("admin"), "units", therapy_area="respiratory") == {
        "Unit lung",
        "Unit heart",
        "Unit foreign",
    }
    assert await names(office, "units", therapy_area="oncology") == set()
    assert await names(office, "resources", kind="biobank") == {"Biobank", "Foreign biobank"}
    assert await names(office, "resources", kind="biobank", region="TST") == {"Biobank"}
    assert await names(office, "units", region="ZZ") == set()


async def test_a_sponsor_learns_no_capacity_from_the_register(
    client: Client, people: Cast, connection: asyncpg.Connection
) -> None:
    """Companies see capacity in bands only: no free hours, and not which units work in an area."""
    made = await furnish(connection, people)
    for who, hours in (("sponsor", None), ("office", 20.5), ("management", 20.5)):
        listed = await items(client(who), "resources")
        assert {item["nurse_hours_free"] for item in listed} == {hours}
        read = (await client(who).get(f"/api/v1/resources/{made['Biobank']}")).json()
        assert read["nurse_hours_free"] == hours
    refused = await client("sponsor").get("/api/v1/units?therapy_area=respiratory")
    assert (refused.status_code, refused.json()["type"]) == (403, "urn:trialport:problem:not-allowed")


async def test_people_are_seen_within_scope(client: Client, people: Cast, connection: asyncpg.Connection) -> None:
    made = await furnish(connection, people)
    ids = people.investigators | {"shared": made["shared"]}
    scopes = {
        "investigator": {"lung"},
        "unit_head": {"lung"},
        "other_investigator": {"heart", "shared"},
        "office": {"lung", "heart", "shared"},
        "other_office": {"foreign", "shared"},
        "admin": {"lung", "heart", "foreign", "shared"},
    }
    for who, seen in scopes.items():
        one = client(who)
        assert await names(one, "investigators") == {f"Demo {name} (demonstration)" for name in seen}, who
        for name, investigator_id in ids.items():
            answer = await one.get(f"/api/v1/investigators/{investigator_id}")
            assert answer.status_code == (200 if name in seen else 404), (who, name)
    of_heart = await names(client("office"), "investigators", unit_id=str(people.units["heart"]))
    assert of_heart == {"Demo heart (demonstration)", "Demo shared (demonstration)"}
    shared = (await client("office").get(f"/api/v1/investigators/{made['shared']}")).json()
    assert (shared["email"], shared["roles_wanted"]) == ("shared@example.org", ["principal", "mentor"])
    # What she does at a unit of another region is that region's business.
    here, everywhere = {str(people.units["heart"]): 0.25}, {str(people.units["foreign"]): 0.5}
    assert {position["unit_id"]: position["share"] for position in shared["positions"]} == here
    for_admin = (await client("admin").get(f"/api/v1/investigators/{made['shared']}")).json()
    assert {position["unit_id"]: position["share"] for position in for_admin["positions"]} == here | everywhere
    assert not {"birth_date", "phone", "visibility"} & set(shared)
    [listed] = [item for item in await items(client("office"), "investigators") if item["name"] == shared["name"]]
    assert "email" not in listed


async def test_other_roles_see_no_people(client: Client, people: Cast) -> None:
    for who in ("sponsor", "management", "service"):
        assert (await client(who).get("/api/v1/investigators")).status_code == 403
        answer = await client(who).get(f"/api/v1/investigators/{people.investigators['lung']}")
        assert answer.status_code == 403


async def test_every_list_is_paged_without_gap_or_double(
    client: Client, people: Cast, connection: asyncpg.Connection
) -> None:
    await furnish(connection, people)
    admin = client("admin")
    for path in PAGED:
        key = f"{path.removesuffix('s')}_id"
        whole = [item[key] for item in await items(admin, path)]
        assert len(whole) >= 3
        for limit in (1, 2, len(whole)):
            seen: list[str] = []
            cursor: str | None = None
            while True:
                params = {"limit": str(limit)} | ({} if cursor is None else {"cursor": cursor})
                page = (await admin.get(f"/api/v1/{path}", params=params)).json()
                seen += [item[key] for item in page["items"]]
                cursor = page["next_cursor"]
                if cursor is None:
                    break
                assert len(page["items"]) == limit
            assert seen == whole, (path, limit)


async def test_anonymous_is_refused(client: Client, any_id: UUID) -> None:
    for path in LISTS:
        for address in (path, f"{path}/{any_id}"):
            assert (await client(None).get(f"/api/v1/{address}")).status_code == 401, address


async def test_stranger_gets_404(client: Client, people: Cast, any_id: UUID) -> None:
    for path in LISTS:
        answer = await client("office").get(f"/api/v1/{path}/{any_id}")
        assert (answer.status_code, answer.json()["type"]) == (404, "urn:trialport:problem:not-found"), path
    theirs = await client("office").get(f"/api/v1/investigators/{people.investigators['foreign']}")
    nobody = await client("office").get(f"/api/v1/investigators/{any_id}")
    assert theirs.status_code == nobody.status_code == 404
    assert theirs.json()["detail"] == nobody.json()["detail"]


async def test_bad_input_is_400(client: Client) -> None:
    admin = client("admin")
    for path in PAGED:
        for query in ("limit=0", "limit=201", "limit=x", "cursor=x", "colour=blue", "limit=1&limit=2"):
            answer = await admin.get(f"/api/v1/{path}?{query}")
            assert answer.status_code == 400, (path, query)
            assert answer.headers["content-type"] == "application/problem+json"
    for address in (
        "units?kind=ward",
        "units?care_setting=street",
        "units?therapy_area=lungs",
        "units?region=tst",
        f"units?name={'x' * 101}",
        "units?name=%00",
        "resources?kind=lake",
        "investigators?unit_id=lung",
    ):
        assert (await admin.get(f"/api/v1/{address}")).status_code == 400, address
    assert (await admin.get("/api/v1/units/not-an-id")).status_code == 404
