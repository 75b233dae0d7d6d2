"""Agreements on confidentiality: recorded where something is signed, refused where the law binds."""

from typing import Any
from uuid import UUID

import asyncpg
import pytest

from tests.cast import Cast
from tests.conftest import Client
from tests.inquiries.factories import submit

PATH = "/api/v1/agreements"


@pytest.fixture
async def body(connection: asyncpg.Connection, people: Cast) -> dict[str, Any]:
    """A master agreement; both regions of the cast settle confidentiality that way here."""
    await connection.execute("update region set confidentiality_mode = 'master'")
    return {
        "sponsor_id": str(people.sponsors["first"]),
        "mode": "master",
        "region_party": "Hospital management",
        "sponsor_party": "First Pharma (demonstration)",
        "signed_on": "2026-01-01",
    }


async def test_it_works(client: Client, body: dict[str, Any], connection: asyncpg.Connection, people: Cast) -> None:
    answer = await client("office").post(PATH, json=body)
    assert answer.status_code == 201, answer.text
    made = answer.json()
    assert (made["region"], made["sponsor_name"]) == ("TST", "First Pharma (demonstration)")
    address = f"{PATH}/{made['agreement_id']}"
    assert (made["state"], made["available_actions"]) == ("current", ["read", "end", "extend"])
    for who, may in (
        ("office", ["read", "end", "extend"]),
        ("admin", ["read", "end", "extend"]),
        ("sponsor", ["read"]),
    ):
        assert (await client(who).get(address)).json() == {**made, "available_actions": may}
        assert (await client(who).get(PATH)).json()["items"] == [{**made, "available_actions": may}]
    ended = await client("office").post(f"{address}/end", json={"reason": "Terminated."})
    assert ended.status_code == 200
    assert (ended.json()["ended_reason"], ended.json()["ended_at"] is None) == ("Terminated.", False)
    again = await client("office").post(f"{address}/end", json={"reason": "Terminated."})
    assert (again.status_code, again.json()["state"], again.json()["available_actions"]) == (
        409,
        "ended",
        ["read", "resume"],
    )
    events = await connection.fetch("select action, region_id, before, after from audit_event order by 1 desc")
    assert [event["action"] for event in events] == ["agreement.recorded", "agreement.ended"]
    assert (events[0]["before"], events[0]["after"]["mode"]) == (None, "master")
    assert (events[1]["before"]["ended_at"], events[1]["after"]["ended_at"] is None) == (None, False)
    assert {event["region_id"] for event in events} == {people.regions["ours"]}


async def test_anonymous_is_refused(client: Client, body: dict[str, Any]) -> None:
    assert (await client(None).post(PATH, json=body)).status_code == 401
    assert (await client(None).get(PATH)).status_code == 401


async def test_stranger_gets_404(client: Client, body: dict[str, Any], any_id: UUID) -> None:
    made = (await client("office").post(PATH, json=body)).json()
    address = f"{PATH}/{made['agreement_id']}"
    for who in ("other_office", "rival"):
        assert (await client(who).get(address)).status_code == 404
        assert (await client(who).get(PATH)).json()["items"] == []
    assert (await client("other_office").post(f"{address}/end", json={"reason": "x"})).status_code == 404
    assert (await client("sponsor").post(f"{address}/end", json={"reason": "x"})).status_code == 403
    assert (await client("office").get(f"{PATH}/{any_id}")).status_code == 404
    assert (await client("other_office").post(PATH, json={**body, "region": "TST"})).status_code == 404
    for who in ("investigator", "unit_head", "management", "service"):
        assert (await client(who).get(address)).status_code == 403


async def test_bad_input_is_400(client: Client, body: dict[str, Any]) -> None:
    for wrong in ({"mode": "statutory"}, {"mode": "click"}, {"region_party": " "}, {"signed_on": "today"}, {"x": 1}):
        assert (await client("office").post(PATH, json={**body, **wrong})).status_code == 400, wrong


async def test_where_the_law_binds_nothing_can_be_recorded(
    client: Client, body: dict[str, Any], connection: asyncpg.Connection
) -> None:
    await connection.execute("update region set confidentiality_mode = 'statutory'")
    for mode in ("master", "cda_first"):
        answer = await client("office").post(PATH, json={**body, "mode": mode, "signatory": "Kim"})
        assert answer.status_code == 409
        assert answer.json()["state"] == "statutory"
        assert "2009:400" in answer.json()["detail"]
    assert await connection.fetchval("select count(*) from agreement") == 0


async def test_values_must_fit_together(
    client: Client, body: dict[str, Any], connection: asyncpg.Connection, people: Cast, any_id: UUID
) -> None:
    rivals = (await submit(client, "rival"))["inquiry_id"]
    elsewhere = (await submit(client, placement={"regions_wanted": ["OTH"]}))["inquiry_id"]
    site = await connection.fetchval("select site_id from site where region_id = $1 limit 1", people.regions["theirs"])
    for path, wrong in (
        ("mode", {"mode": "cda_first", "signatory": "Kim"}),
        ("valid_until", {"valid_until": "2025-12-31"}),
        ("signed_on", {"signed_on": "2099-01-01"}),
        ("sponsor_id", {"sponsor_id": str(any_id)}),
        ("site_id", {"site_id": str(site)}),
        ("inquiry_id", {"inquiry_id": rivals}),
        ("inquiry_id", {"inquiry_id": elsewhere}),
        ("attachment_id", {"attachment_id": str(any_id)}),
    ):
        answer = await client("office").post(PATH, json={**body, **wrong})
        assert answer.status_code == 422, (wrong, answer.text)
        assert answer.json()["errors"][0]["path"] == path
    await connection.execute("update region set confidentiality_mode = 'cda_first'")
    unsigned = await client("office").post(PATH, json={**body, "mode": "cda_first"})
    assert unsigned.json()["errors"][0]["path"] == "signatory"
    signed = {**body, "mode": "cda_first", "signatory": "Demo Head (demonstration)"}
    assert (await client("office").post(PATH, json=signed)).status_code == 201


async def test_an_admin_names_the_region(client: Client, body: dict[str, Any]) -> None:
    assert (await client("admin").post(PATH, json=body)).status_code == 422
    answer = await client("admin").post(PATH, json={**body, "region": "OTH"})
    assert (answer.status_code, answer.json()["region"]) == (201, "OTH")
    assert (await client("admin").post(PATH, json={**body, "region": "ZZZ"})).status_code == 404


async def test_pages_follow_each_other(client: Client, body: dict[str, Any]) -> None:
    for _ in range(3):
        await client("office").post(PATH, json=body)
    first = (await client("office").get(f"{PATH}?limit=2")).json()
    rest = (await client("office").get(f"{PATH}?limit=2&cursor={first['next_cursor']}")).json()
    ids = [one["agreement_id"] for one in (*first["items"], *rest["items"])]
    assert (len(set(ids)), rest["next_cursor"]) == (3, None)
