"""What an office sets of its own work: with reasons, by version, taken back, and never over somebody else's change."""

import re
from collections.abc import AsyncIterator

import asyncpg
import pytest
from litestar import Litestar
from msgspec.structs import replace

from tests.accounts.browsers import SITE, Browser
from tests.cast import Cast
from tests.conftest import Client
from tests.invitations.course import Drain, ok, taken_up
from tests.signed_in import signed_in
from trialport.accounts.people_models import RoleScope
from trialport.core.config import Settings


@pytest.fixture
def settings(settings: Settings) -> Settings:
    return replace(settings, public_url=SITE)


@pytest.fixture
async def office(app: Litestar, connection: asyncpg.Connection, people: Cast) -> AsyncIterator[Browser]:
    one = await signed_in(app, connection, "kim", RoleScope(role="office", region_id=people.regions["ours"]))
    yield one
    await one.http.aclose()


@pytest.fixture
def here(people: Cast) -> str:
    return f"/settings/{people.regions['ours']}"


def shown(text: str) -> dict[str, str]:
    """Return the fields of a page by name."""
    return dict(re.findall(r'<input class="ds-input"[^>]* name="([^"]+)"[^>]* value="([^"]*)"', text)) | dict(
        re.findall(r'<input class="ds-input" name="([^"]+)"[^>]*? value="([^"]*)"', text)
    )


async def test_it_works(office: Browser, people: Cast) -> None:
    text = (await office.get("/settings")).text
    assert "within 10 working days" in text
    links = re.findall(r'href="(/settings/[^"]+)"', text)
    assert len(links) == 6
    assert {(await office.get(link)).status_code for link in links} == {200}


async def test_weights_are_changed_with_a_reason_and_taken_back(
    office: Browser, here: str, connection: asyncpg.Connection
) -> None:
    path = f"{here}/weights"
    form = shown((await office.get(path)).text) | {"version": "0", "weight_staff_hours": "14"}
    refused = await office.post(path, form | {"reason": ""}, page=path)
    assert refused.status_code == 422
    assert 'id="reason_staff_hours-error"' in refused.text
    assert 'id="reason-error"' in refused.text
    assert shown(refused.text)["weight_staff_hours"] == "14"
    form |= {"reason_staff_hours": "Nurses are short", "reason": "Yearly review"}
    assert (await office.post(path, form, page=path)).status_code == 303
    late = await office.post(path, form | {"weight_phase": "1", "reason_phase": "x"}, page=path)
    assert late.status_code == 409
    assert "Somebody changed this" in late.text
    assert shown(late.text)["weight_phase"] == "1"
    assert 'name="version" value="1"' in late.text
    back = {"version": "1", "revert": "0", "reason": "Taken back"}
    assert (await office.post(path, back, page=path)).status_code == 303
    rows = await connection.fetch("select version, reverts_to, reason from weight_set order by version")
    assert [tuple(one) for one in rows] == [(1, None, "Yearly review"), (2, 0, "Taken back")]
    assert "kim (test)" in (await office.get(path)).text


async def test_priorities(office: Browser, here: str) -> None:
    path = f"{here}/priorities"
    row = {"therapy_area_0": "respiratory", "weight_0": "3", "reason_0": "Strategy"}
    wrong = await office.post(path, {"version": "0", **row, "weight_0": "11", "reason_0": ""}, page=path)
    assert wrong.status_code == 422
    assert 'id="weight_0-error"' in wrong.text
    assert 'id="reason_0-error"' in wrong.text
    again = {f"{name.removesuffix('_0')}_1": value for name, value in row.items()}
    doubled = await office.post(path, {"version": "0", **row, **again}, page=path)
    assert 'id="therapy_area_1-error"' in doubled.text
    assert (await office.post(path, {"version": "0", **row}, page=path)).status_code == 303
    assert (await office.post(path, {"version": "0"}, page=path)).status_code == 409
    assert (await office.post(path, {"version": "1"}, page=path)).status_code == 303
    assert (await office.post(path, {"version": "2", "revert": "1"}, page=path)).status_code == 303
    text = (await office.get(path)).text
    assert 'value="respiratory" selected' in text
    assert "Version 3" in text


async def test_quiet_periods_and_the_promise(
    office: Browser, here: str, connection: asyncpg.Connection, people: Cast
) -> None:
    path = f"{here}/calendar"
    july = {"first_day_0": "07-06", "last_day_0": "07-31", "label_0": "July"}
    wrong = await office.post(path, {"version": "0", **july, "last_day_0": "31 July"}, page=path)
    assert wrong.status_code == 422
    assert 'id="last_day_0-error"' in wrong.text
    assert (await office.post(path, {"version": "0", **july}, page=path)).status_code == 303
    assert "July (07-06" in (await office.get(path)).text

    promise = {"promise_version": "0", "promised_working_days": "5", "promise_reason": "More staff"}
    for days in ("0", "61", "x"):
        answer = await office.post(f"{here}/promise", promise | {"promised_working_days": days}, page=path)
        assert answer.status_code == 422
        assert "at least 1 and at most 60" in answer.text
    assert (await office.post(f"{here}/promise", promise, page=path)).status_code == 303
    assert (await office.post(f"{here}/promise", promise, page=path)).status_code == 409
    ours = "select promised_working_days from region where region_id = $1"
    assert await connection.fetchval(ours, people.regions["ours"]) == 5
    back = {"promise_version": "2", "promised_working_days": "10", "promise_reason": "Back"}
    assert (await office.post(f"{here}/promise", back, page=path)).status_code == 303
    assert await connection.fetchval(ours, people.regions["ours"]) == 10
    assert await connection.fetchval("select count(*) from audit_event where action = 'promise.changed'") == 2


async def test_stranger_gets_404(office: Browser, people: Cast) -> None:
    theirs = f"/settings/{people.regions['theirs']}"
    for name in ("weights", "priorities", "calendar"):
        assert (await office.get(f"{theirs}/{name}")).status_code == 404
        form = {"version": "0", "reason": "x"}
        assert (await office.post(f"{theirs}/{name}", form, page="/settings")).status_code == 404
    form = {"promise_version": "0", "promised_working_days": "5", "promise_reason": "x"}
    assert (await office.post(f"{theirs}/promise", form, page="/settings")).status_code == 404


async def test_weights_are_tried_on_open_inquiries_before_they_count(
    client: Client, drain: Drain, office: Browser, here: str, connection: asyncpg.Connection
) -> None:
    await taken_up(client, drain)
    path = f"{here}/weights"
    form = shown((await office.get(path)).text) | {"version": "0", "preview": "1"}
    same = await office.post(path, form, page=path)
    assert same.status_code == 200, same.text
    assert "Of 1 open inquiry looked at, 0 would get other first places." in same.text
    names = [name for name in form if name.startswith("weight_")]
    # Only the load counts then, of which units differ.
    alone = form | dict.fromkeys(names, "0") | {"weight_load": "100", "weight_experience": "1"}
    alone |= {name.replace("weight_", "reason_"): "Tried" for name in names}
    tried = await office.post(path, alone, page=path)
    assert tried.status_code == 200
    assert 'id="preview"' in tried.text
    assert shown(tried.text)["weight_load"] == "100", "what was typed stays"
    assert await connection.fetchval("select count(*) from weight_set") == 0


async def test_a_second_person_agrees_to_words(
    client: Client, connection: asyncpg.Connection, office: Browser, here: str, people: Cast
) -> None:
    term = {"term": "KOL-spåret", "language": "sv", "concept": "J44", "read_as": "J45"}
    made = (await ok(client("office").post("/api/v1/terms", json=term)))["local_term_id"]
    page = (await office.get(f"{here}/terms")).text
    for words in ("KOL-spåret", "was read as", "(J45)", "Agree"):
        assert words in page
    step = f"{here}/terms/{made}"
    refused = await office.post(step, {"what": "reject", "revision": "1", "reason": ""}, page=f"{here}/terms")
    assert refused.status_code == 422
    assert f'id="reason-{made}-error"' in refused.text
    agreed = await office.post(step, {"what": "agree", "revision": "1"}, page=f"{here}/terms")
    assert agreed.headers["location"] == f"{here}/terms?done=agree"
    late = await office.post(step, {"what": "withdraw", "revision": "1"}, page=f"{here}/terms")
    assert late.status_code == 409
    assert await connection.fetchval("select state from local_term") == "agreed"
    assert (await office.get(f"/settings/{people.regions['theirs']}/terms")).status_code == 404
