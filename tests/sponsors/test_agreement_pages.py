"""How confidentiality is settled, as a page: another way, agreements recorded, extended, ended, all taken back."""

from collections.abc import AsyncIterator
from typing import Any

import asyncpg
import pytest
from litestar import Litestar
from msgspec.structs import replace

from tests.accounts.browsers import SITE, Browser
from tests.cast import Cast
from tests.signed_in import signed_in
from trialport.accounts.people_models import RoleScope
from trialport.core.config import Settings


@pytest.fixture
def settings(settings: Settings) -> Settings:
    return replace(settings, public_url=SITE)


@pytest.fixture
async def office(app: Litestar, connection: asyncpg.Connection, people: Cast) -> AsyncIterator[Browser]:
    """An office in Denmark, where something is signed."""
    await connection.execute("update region set confidentiality_mode = 'master', country = 'DK'")
    one = await signed_in(app, connection, "kim", RoleScope(role="office", region_id=people.regions["ours"]))
    yield one
    await one.http.aclose()


@pytest.fixture
def here(people: Cast) -> str:
    return f"/settings/{people.regions['ours']}"


GIVEN = {
    "sponsor_id": "",
    "sponsor_name": "Ny Pharma",
    "sponsor_kind": "company",
    "sponsor_party": "Ny Pharma A/S",
    "region_party": "Hospital management",
    "signed_on": "2026-01-01",
}


async def test_it_works(office: Browser, here: str, connection: asyncpg.Connection) -> None:
    page = f"{here}/confidentiality"
    assert "There is no agreement yet" in (await office.get(page)).text
    wrong = await office.post(f"{here}/agreements", {**GIVEN, "signed_on": "yesterday", "region_party": ""}, page=page)
    assert wrong.status_code == 422
    for words in ('id="signed_on-error"', 'id="region_party-error"', "Ny Pharma A/S"):
        assert words in wrong.text
    future = await office.post(f"{here}/agreements", GIVEN | {"signed_on": "2999-01-01"}, page=page)
    assert 'id="signed_on-error"' in future.text
    assert (await office.post(f"{here}/agreements", GIVEN, page=page)).status_code == 303
    text = (await office.get(page)).text
    assert "Ny Pharma A/S" in text
    assert "holds" in text
    assert await connection.fetchval("select mode from agreement") == "master"


async def test_every_change_of_an_agreement_is_taken_back(
    office: Browser, here: str, connection: asyncpg.Connection
) -> None:
    page = f"{here}/confidentiality"
    await office.post(f"{here}/agreements", GIVEN, page=page)
    one: Any = await connection.fetchval("select agreement_id from agreement")
    step = f"{here}/agreements/{one}"

    async def now() -> tuple[str | None, bool]:
        row = await connection.fetchrow("select valid_until::text, ended_at from agreement")
        return row["valid_until"], row["ended_at"] is not None

    extended = {"what": "extend", "seen": "", "valid_until": "2030-12-31"}
    assert (await office.post(step, extended, page=page)).status_code == 303
    assert await now() == ("2030-12-31", False)
    late = await office.post(step, extended | {"valid_until": "2031-12-31"}, page=page)
    assert late.status_code == 409
    early = await office.post(step, extended | {"seen": "2030-12-31", "valid_until": "2020-01-01"}, page=page)
    assert early.status_code == 422
    assert f'id="until-{one}-error"' in early.text
    assert "Take back the last day: Ny Pharma" in (await office.get(page)).text
    back = {"what": "extend", "seen": "2030-12-31", "valid_until": ""}
    assert (await office.post(step, back, page=page)).status_code == 303
    assert await now() == (None, False)

    silent = await office.post(step, {"what": "end", "reason": ""}, page=page)
    assert f'id="reason-{one}-error"' in silent.text
    assert (await office.post(step, {"what": "end", "reason": "Given up"}, page=page)).status_code == 303
    assert await now() == (None, True)
    assert "Take back the end: Ny Pharma" in (await office.get(page)).text
    assert (await office.post(step, {"what": "resume"}, page=page)).status_code == 303
    assert await now() == (None, False)
    assert (await office.post(step, {"what": "resume"}, page=page)).status_code == 409
    actions = await connection.fetch("select action from audit_event where object_id = $1 order by audit_event_id", one)
    assert [action for (action,) in actions] == [
        f"agreement.{word}" for word in ("recorded", "extended", "extended", "ended", "resumed")
    ]


async def test_the_mode_is_changed_within_the_law_and_taken_back(
    office: Browser, here: str, connection: asyncpg.Connection, people: Cast
) -> None:
    page = f"{here}/confidentiality"
    form = {"version": "0", "confidentiality_mode": "cda_first", "mode_reason": "New agreement"}
    assert (await office.post(page, form | {"mode_reason": ""}, page=page)).status_code == 422
    unlawful = await office.post(page, form | {"confidentiality_mode": "statutory"}, page=page)
    assert unlawful.status_code == 422
    assert "In Sweden the law binds" in unlawful.text
    assert (await office.post(page, form, page=page)).status_code == 303
    mode = "select confidentiality_mode from region where region_id = $1"
    assert await connection.fetchval(mode, people.regions["ours"]) == "cda_first"
    assert await connection.fetchval(mode, people.regions["theirs"]) == "master"
    assert (await office.post(page, form, page=page)).status_code == 409
    assert "Take up again" in (await office.get(page)).text
    back = {"version": "2", "confidentiality_mode": "master", "mode_reason": "Version 1 taken up again"}
    assert (await office.post(page, back, page=page)).status_code == 303
    assert await connection.fetchval(mode, people.regions["ours"]) == "master"
    events = "select count(*) from audit_event where action = 'confidentiality_mode.changed'"
    assert await connection.fetchval(events) == 2


async def test_stranger_gets_404(office: Browser, here: str, people: Cast, any_id: Any) -> None:
    theirs = f"/settings/{people.regions['theirs']}"
    mode = {"version": "0", "confidentiality_mode": "cda_first", "mode_reason": "x"}
    assert (await office.get(f"{theirs}/confidentiality")).status_code == 404
    assert (await office.post(f"{theirs}/confidentiality", mode, page="/settings")).status_code == 404
    assert (await office.post(f"{theirs}/agreements", GIVEN, page="/settings")).status_code == 404
    assert (await office.post(f"{here}/agreements/{any_id}", {"what": "resume"}, page="/settings")).status_code == 404
