"""The list of a unit's invitations, the answer form for who has signed in, and the yeses that wait for a head."""

import re
from uuid import UUID

import asyncpg
import httpx

from bench.page_rows import copy_inquiry
from tests.cast import Cast
from tests.conftest import Client
from tests.invitations.course import YES, invite, ok
from tests.invitations.test_not_me import add_person as add_investigator
from trialport.accounts.service import create_token


async def send(client: Client, who: str, path: str, **form: str) -> httpx.Response:
    return await client(who).post(path, data={"csrf_token": "", **form})


def page_of(address: str) -> str:
    """Return the page of an invitation, from its address in the API."""
    return address.removeprefix("/api/v1")


async def text(client: Client, path: str, who: str = "investigator") -> str:
    answer = await client(who).get(path)
    assert answer.status_code == 200, answer.text
    return answer.text


async def test_a_unit_lists_and_answers_its_own(
    client: Client, inquiry: str, people: Cast, connection: asyncpg.Connection
) -> None:
    asked = await invite(client, inquiry, people, "lung", "heart")
    listed = await text(client, "/invitations")
    assert "Once-daily inhaler in COPD" in listed
    assert re.search(r"\d+ days? left", listed)
    assert "Unit heart" not in listed, "nobody sees who else was asked"
    path = page_of(asked["lung"])
    assert 'action="' + path + '"' in await text(client, path)
    assert await connection.fetchval("select count(*) from invitation where state = 'opened'") == 1
    wrong = await send(client, "investigator", path, answer="yes", seen="0", questions="Is it <blinded>?")
    assert (wrong.status_code, "Is it &lt;blinded&gt;?" in wrong.text) == (422, True)
    sent = await send(
        client, "investigator", path, answer="yes", participants="12", participants_basis="register", seen="0"
    )
    assert (sent.status_code, sent.headers["location"]) == (303, path)
    receipt = await text(client, path)
    assert "Thank you, your answer is with the trial office" in receipt
    assert f'href="{path}?change=1"' in receipt
    assert "Send the answer" in await text(client, path + "?change=1")
    updated = await send(client, "investigator", path + "/capacity", change_participants_per_month="on")
    assert updated.headers["location"] == path + "?capacity=1"
    assert "Your capacity is up to date" in await text(client, path + "?capacity=1")
    overtaken = await send(client, "unit_head", path, answer="no", reason_budget="on", seen="0")
    assert overtaken.status_code == 409
    listed = await text(client, "/invitations")
    assert "Nothing waits" in listed
    assert (await client("other_investigator").get(path)).status_code == 404
    assert (await client("office").get(path)).status_code == 403


async def test_overdue_over_and_nothing(
    client: Client, inquiry: str, people: Cast, connection: asyncpg.Connection
) -> None:
    assert "have not been asked about any trial yet" in await text(client, "/invitations")
    address = (await invite(client, inquiry, people, "lung"))["lung"]
    await connection.execute("update invitation set due_on = current_date - 3")
    assert "Overdue" in await text(client, "/invitations")
    await ok(client("office").post(address + "/withdraw", json={"reason": "A mistake."}))
    listed = await text(client, "/invitations")
    assert "Taken back" in listed
    assert "Overdue" not in listed


async def test_many_invitations_stand_on_pages(
    client: Client, inquiry: str, people: Cast, connection: asyncpg.Connection
) -> None:
    await invite(client, inquiry, people, "lung")
    await copy_inquiry(connection, UUID(inquiry.rpartition("/")[2]), 1, 59)

    def listed(page: str) -> list[str]:
        return re.findall(r'href="/invitations/([0-9a-f-]{36})"', page)

    start = await text(client, "/invitations")
    assert "Waiting for your answer (60)" in start
    assert 'href="/invitations?part=waiting">Show all 60<' in start
    first, second, beyond = [await text(client, f"/invitations?part=waiting&page={number}") for number in (1, 2, 3)]
    assert [len(listed(page)) for page in (start, first, second, beyond)] == [25, 50, 10, 0]
    assert listed(first)[:25] == listed(start)
    assert len({*listed(first), *listed(second)}) == 60
    assert "51 to 60 of 60" in second
    assert 'href="/invitations?part=waiting&amp;page=2"' in first
    assert "There is nothing on this page." in beyond
    assert "There is nothing on this page." in await text(client, "/invitations?part=over")
    assert (await client("investigator").get("/invitations?part=other")).status_code == 400


async def test_a_head_signs_off_with_one_press_and_may_change_her_word(
    client: Client, inquiry: str, people: Cast, connection: asyncpg.Connection
) -> None:
    colleague = await add_investigator(connection, "second@example.org", people.units["lung"])
    people.tokens["second"] = await create_token(
        connection,
        name="second",
        role="investigator",
        region_id=people.regions["ours"],
        sponsor_id=None,
        investigator_id=colleague,
    )
    assert "No yes waits" in await text(client, "/sign-offs", "unit_head")
    address = (await invite(client, inquiry, people, "lung"))["lung"]
    await ok(client("second").post(address + "/eoi", json=YES))
    listed = await text(client, "/sign-offs", "unit_head")
    eoi_id = re.findall(r'name="eoi_id" value="([^"]+)"', listed)[0]
    path = "/sign-offs/" + address.rpartition("/")[2]

    async def approval() -> object:
        return (await ok(client("office").get(address)))["sign_off"]["approval"]

    silent = await send(client, "unit_head", path, decision="refused", eoi_id=eoi_id)
    assert (silent.status_code, "Say in a few words why not" in silent.text) == (422, True)
    assert (
        await send(client, "unit_head", path, decision="refused", reason="No staff for it", eoi_id=eoi_id)
    ).is_redirect
    assert await approval() == "refused"
    assert "No staff for it" in await text(client, "/sign-offs", "unit_head")
    assert await connection.fetchval("select count(*) from reservation where state = 'held'") == 0
    assert (await send(client, "unit_head", path, decision="taken_back", eoi_id=eoi_id)).is_redirect
    assert await approval() == "awaiting_head"
    assert (await send(client, "unit_head", path, decision="approved", eoi_id=eoi_id)).is_redirect
    assert await approval() == "approved"
    assert await connection.fetchval("select strength from reservation where state = 'held'") == "firm"
    again = await send(client, "unit_head", path, decision="approved", eoi_id=eoi_id)
    assert again.status_code == 409
    await ok(client("office").post(inquiry + "/reply", json={}))
    late = await send(client, "unit_head", path, decision="taken_back", eoi_id=eoi_id)
    assert late.status_code == 409
    assert await approval() == "approved"
    assert (await client("investigator").get("/sign-offs")).status_code == 403
