"""Answers are filled in from the unit's capacity, and what differs is offered back to it."""

from datetime import UTC, datetime, timedelta

import asyncpg

from tests.cast import Cast, unit_entry
from tests.conftest import Client
from tests.invitations.course import YES, invite, ok
from trialport.units.register_queries import upsert_units


async def test_prefill_difference_and_update(
    client: Client, inquiry: str, people: Cast, connection: asyncpg.Connection
) -> None:
    address = (await invite(client, inquiry, people, "lung"))["lung"]
    unit = client("investigator")
    shown = await ok(unit.get(address))
    prefill = shown["prefill"]
    assert (prefill["therapy_area"], prefill["participants"], prefill["participants_basis"]) == (
        "respiratory",
        36,
        "estimate",
    )
    assert shown["capacity_difference"] == []
    start = (datetime.now(UTC).date() + timedelta(days=40)).isoformat()
    answered = await ok(unit.post(address + "/eoi", json={**YES, "earliest_start": start}))
    assert {one["field"]: (one["in_capacity"], one["answered"]) for one in answered["capacity_difference"]} == {
        "participants_per_month": (3.0, 1.0),
        "participants_basis": ("estimate", "register"),
        "new_trials_from": (None, start),
    }
    assert (await unit.post(address + "/capacity", json={"confirm": False})).status_code == 422
    body = {"confirm": True, "values": {"participants_per_month": 1.0, "new_trials_from": start}}
    updated = await ok(unit.post(address + "/capacity", json=body))
    assert [one["field"] for one in updated["capacity_difference"]] == ["participants_basis"]
    capacity = await ok(unit.get(f"/api/v1/units/{people.units['lung']}/capacities/respiratory"))
    assert (capacity["participants_per_month"], capacity["new_trials_from"]) == (1.0, start)
    assert capacity["nurse_hours_free"] == 12.0, "what was not named stays"
    actions = [one["action"] for one in await connection.fetch("select action from capacity_history")]
    assert actions == ["changed"]
    await ok(unit.post(address + "/capacity", json={"confirm": True}))
    assert await connection.fetchval("select count(*) from capacity_history where action = 'confirmed'") == 1


async def test_without_a_capacity_there_is_nothing_to_fill_in(
    client: Client, inquiry: str, people: Cast, connection: asyncpg.Connection
) -> None:
    await upsert_units(connection, [unit_entry("test-new", "Unit new", "TST")], now=datetime.now(UTC))
    unit_id = await connection.fetchval("select unit_id from unit where registry_id = 'test-new'")
    lung = people.investigators["lung"]
    await connection.execute("insert into position values ($1, $2, 0.5, true)", lung, unit_id)
    made = await ok(client("office").post(inquiry + "/invitations", json={"unit_ids": [str(unit_id)]}))
    address = f"/api/v1/invitations/{made['invited'][0]['invitation_id']}"
    unit = client("investigator")
    assert (await ok(unit.get(address)))["prefill"] is None
    await ok(unit.post(address + "/eoi", json=YES))
    assert (await unit.post(address + "/capacity", json={"confirm": True})).status_code == 422
