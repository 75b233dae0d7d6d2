"""The outcome as a page: told, promised for another day, and how the trial went on."""

from datetime import UTC, datetime, timedelta

import httpx

from tests.cast import Cast
from tests.conftest import Client
from tests.invitations.course import YES, Drain, invite, ok, state_of, taken_up
from trialport.accounts.csrf import FIELD

PAGE = {"Accept": "text/html"}


async def send(http: httpx.AsyncClient, path: str, form: dict[str, str]) -> httpx.Response:
    # A token needs no proof of the page that a form came from.
    return await http.post(path, data={FIELD: "", **form}, headers=PAGE)


async def test_it_works(client: Client, drain: Drain, people: Cast) -> None:
    inquiry = await taken_up(client, drain)
    asked = await invite(client, inquiry, people, "lung")
    await ok(client("investigator").post(asked["lung"] + "/eoi", json=YES))
    await ok(client("office").post(inquiry + "/reply", json={}))
    page, sponsor, today = inquiry.removeprefix("/api/v1"), client("sponsor"), datetime.now(UTC).date()
    shown = await sponsor.get(page + "/outcome", headers=PAGE)
    assert shown.status_code == 200, shown.text
    assert "Unit lung" in shown.text
    wrong = await send(sponsor, page + "/outcome-promise", {"promised_on": str(today)})
    assert (wrong.status_code, f'value="{today}"' in wrong.text) == (422, True), "what was typed is kept"
    later = {"promised_on": str(today + timedelta(days=200))}
    assert (await send(sponsor, page + "/outcome-promise", later)).status_code == 303
    for form in ({}, {"decision": "selected"}, {"decision": "sideways"}):
        refused = await send(sponsor, page + "/outcome", form)
        assert (refused.status_code, "Please look at this again" in refused.text) == (422, True), form
    assert await state_of(client, inquiry) == "replied", "nothing was written"
    lung = people.units["lung"]
    told = {"decision": "selected", f"unit_{lung}": "on", "note": "Start in March."}
    assert (await send(sponsor, page + "/outcome", told)).status_code == 303
    assert await state_of(client, inquiry) == "closed"
    for form in ({"happened_on": str(today + timedelta(days=3))}, {"participants": "3"}, {"happened_on": "soon"}):
        refused = await send(sponsor, page + "/milestones", {"unit_id": str(lung), "kind": "started", **form})
        assert refused.status_code == 422, form
    started = {"unit_id": str(lung), "kind": "started", "happened_on": str(today), "participants": ""}
    assert (await send(sponsor, page + "/milestones", started)).status_code == 303
    assert "The trial has started" in (await sponsor.get(page + "/outcome", headers=PAGE)).text


async def test_stranger_gets_404(client: Client, drain: Drain) -> None:
    page = (await taken_up(client, drain)).removeprefix("/api/v1") + "/outcome"
    assert (await client("rival").get(page, headers=PAGE)).status_code == 404
    assert (await client("investigator").get(page, headers=PAGE)).status_code == 403
    assert (await client("sponsor").get(page, headers=PAGE)).status_code == 409, "nothing was replied yet"
