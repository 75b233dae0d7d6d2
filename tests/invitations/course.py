"""Steps that the tests of invitations take: an inquiry taken up, units invited."""

from collections.abc import Awaitable, Callable
from typing import Any

import httpx

from tests.cast import Cast
from tests.conftest import Client
from tests.inquiries.factories import inquiry_body

Drain = Callable[[], Awaitable[int]]
YES = {"answer": "yes", "participants": 12, "participants_basis": "register", "head_informed": True}


async def taken_up(client: Client, drain: Drain, **groups: Any) -> str:
    """Submit, assess and take up an inquiry; returns its address."""
    body = inquiry_body(placement={"regions_wanted": ["TST"]}, **groups)
    made = await client("sponsor").post("/api/v1/inquiries", json=body)
    await drain()
    address = str(made.json()["status_url"])
    await ok(client("office").post(address + "/triage"))
    return address


async def ok(asking: Awaitable[httpx.Response]) -> Any:
    answer = await asking
    assert answer.is_success, answer.text
    return answer.json()


async def invite(client: Client, inquiry: str, people: Cast, *units: str) -> dict[str, str]:
    """Invite units by name; returns the address of each invitation."""
    body = {"unit_ids": [str(people.units[unit]) for unit in units]}
    made = await ok(client("office").post(inquiry + "/invitations", json=body))
    assert made["skipped"] == []
    by_unit = {one["unit_id"]: f"/api/v1/invitations/{one['invitation_id']}" for one in made["invited"]}
    return {unit: by_unit[str(people.units[unit])] for unit in units}


async def state_of(client: Client, inquiry: str) -> str:
    return str((await ok(client("office").get(inquiry)))["state"])
