"""The doors of a region's weights: read, change, revert, and what follows for assessments."""

from collections.abc import Awaitable, Callable
from typing import Any

import asyncpg
import pytest

from tests.cast import Cast
from tests.conftest import Client
from tests.inquiries.factories import submit
from tests.matching.test_assessments_api import more_units
from trialport.matching.weighing import ALWAYS_COMPARED

Drain = Callable[[], Awaitable[int]]
ANY = {"If-Match": "*"}


def wish(reason: str = "Yearly review", /, **weights: float) -> dict[str, Any]:
    return {
        "reason": reason,
        "weights": {name: {"weight": weight, "reason": f"{name} here"} for name, weight in weights.items()},
    }


@pytest.fixture
def url(people: Cast) -> str:
    return f"/api/v1/regions/{people.regions['ours']}/weights"


async def test_it_works(client: Client, url: str, connection: asyncpg.Connection) -> None:
    first = await client("office").get(url)
    assert (first.status_code, first.headers["etag"]) == (200, '"0"')
    assert not any(one["changed"] for one in first.json()["weights"])
    changed = await client("office").put(url, json=wish(staff_hours=20, gmo=0), headers={"If-Match": '"0"'})
    assert (changed.status_code, changed.headers["etag"]) == (200, '"1"'), changed.text
    by_name = {one["name"]: one for one in changed.json()["weights"]}
    assert by_name["staff_hours"] == {
        "name": "staff_hours",
        "weight": 20,
        "reason": "staff_hours here",
        "program_weight": 8,
        "changed": True,
    }
    assert by_name["gmo"]["weight"] == 0
    assert not by_name["indication"]["changed"]
    assert changed.json()["available_actions"] == ["read", "change"]
    assert (await client("management").get(url)).json() == {**changed.json(), "available_actions": ["read"]}
    noted = await connection.fetchrow("select * from audit_event where action = 'weights.changed'")
    assert (noted["actor_role"], noted["details"]["criteria"]) == ("office", ["gmo", "staff_hours"])


async def test_old_weights_come_back_as_a_new_version(client: Client, url: str) -> None:
    office = client("office")
    for number, weights in enumerate(({"staff_hours": 20.0}, {"phase": 1.0}), start=1):
        assert (await office.put(url, json=wish(**weights), headers=ANY)).json()["version"] == number
    for version, same in ((1, {"staff_hours"}), (0, set[str]())):
        back = await office.post(url + "/revert", json={"version": version, "reason": "It was better."}, headers=ANY)
        assert back.status_code == 200, back.text
        assert {one["name"] for one in back.json()["weights"] if one["changed"]} == same
    history: list[dict[str, Any]] = []
    cursor = None
    for _ in range(9):
        page = (await office.get(url + "/history", params={"limit": 3} | ({"cursor": cursor} if cursor else {}))).json()
        history += page["items"]
        if (cursor := page["next_cursor"]) is None:
            break
    assert [(one["version"], one["reverts_to"]) for one in history] == [(4, 0), (3, 1), (2, None), (1, None)]
    assert (await client("admin").get(url + "/history")).json()["items"] == history
    missing = await office.post(url + "/revert", json={"version": 77, "reason": "?"}, headers=ANY)
    assert missing.status_code == 422


async def test_what_is_refused(client: Client, url: str, connection: asyncpg.Connection) -> None:
    office = client("office")
    assert (await office.put(url, json=wish(phase=1))).status_code == 428
    assert (await office.put(url, json=wish(phase=1), headers={"If-Match": '"4"'})).status_code == 412
    assert (await office.put(url, json=wish(), headers=ANY)).status_code == 422
    nothing = wish(**dict.fromkeys(ALWAYS_COMPARED, 0))
    assert (await office.put(url, json=nothing, headers=ANY)).status_code == 422
    bad: dict[str, Any]
    for bad in (wish(phase=101), wish(phase=-1), wish(taste=1), {"weights": {}}, wish("")):
        assert (await office.put(url, json=bad, headers=ANY)).status_code == 400, bad
    assert (await client("management").put(url, json=wish(phase=1), headers=ANY)).status_code == 403
    assert (await client("other_office").put(url, json=wish(phase=1), headers=ANY)).status_code == 404
    assert await connection.fetchval("select count(*) from weight_set") == 0


async def test_versions_are_never_changed(client: Client, url: str, connection: asyncpg.Connection) -> None:
    await client("office").put(url, json=wish(phase=1), headers=ANY)
    for statement in ("update weight_set set reason = ''", "delete from weight_set", "truncate weight_set"):
        with pytest.raises(asyncpg.RestrictViolationError):
            await connection.execute(statement)


async def test_an_assessment_keeps_what_it_was_weighed_with(
    client: Client, drain: Drain, url: str, connection: asyncpg.Connection, people: Cast
) -> None:
    """Not before the next assessment, unless it is told to apply; older ones stay as they were."""
    office, region = client("office"), str(people.regions["ours"])
    inquiry = (await submit(client, placement={"regions_wanted": ["TST", "OTH"]}))["status_url"]
    await drain()

    async def used() -> dict[str, Any]:
        latest = (await office.get(inquiry + "/assessments/latest")).json()
        (own,) = latest["region_weights"]
        assert own["region_id"] == region
        candidates = (await office.get(inquiry + "/candidates")).json()["items"]
        told = {one["weight"] for item in candidates for one in item["criteria"] if one["name"] == "staff_hours"}
        assert told == {own["weights"]["staff_hours"]}
        return {"run": latest["run"], "version": own["version"], "weight": own["weights"]["staff_hours"]}

    assert await used() == {"run": 1, "version": 0, "weight": 8}
    await office.put(url, json=wish(staff_hours=20), headers=ANY)
    assert await drain() == 0
    assert await used() == {"run": 1, "version": 0, "weight": 8}
    await office.post(inquiry + "/assessments")
    await drain()
    assert await used() == {"run": 2, "version": 1, "weight": 20}
    await office.put(url, json=wish(staff_hours=30), headers=ANY, params={"apply": "true"})
    await drain()
    assert await used() == {"run": 3, "version": 2, "weight": 30}
    await office.put(url, json=wish(staff_hours=30), headers=ANY, params={"apply": "true"})
    await drain()
    assert await used() == {"run": 4, "version": 3, "weight": 30}
    hashes = await connection.fetch("select distinct input_hash from assessment")
    assert len(hashes) == 4
    theirs = await client("other_office").get(inquiry + "/assessments/latest")
    assert [one["version"] for one in theirs.json()["region_weights"]] == [0]
    everybody = await client("admin").get(inquiry + "/assessments/latest")
    assert {one["region_id"]: one["version"] for one in everybody.json()["region_weights"]} == {
        region: 3,
        str(people.regions["theirs"]): 0,
    }


async def test_a_preview_uses_the_regions_weights(
    client: Client, url: str, connection: asyncpg.Connection, people: Cast
) -> None:
    await more_units(connection, people, 3)
    body = {"condition": {"indication": "COPD"}, "placement": {"regions_wanted": ["TST", "OTH"]}}
    await client("office").put(url, json=wish(indication=90), headers=ANY)
    ranked = (await client("admin").post("/api/v1/matches", json=body)).json()["candidates"]
    weights = [next(c["weight"] for c in one["criteria"] if c["name"] == "indication") for one in ranked]
    assert set(weights) == {90, 26}
    # Two lists that are weighed differently take turns; each keeps its own order.
    assert len(set(weights[:2])) == 2
    for weight in (90, 26):
        scores = [one["score"] for one, own in zip(ranked, weights, strict=True) if own == weight]
        assert scores == sorted(scores, reverse=True)
