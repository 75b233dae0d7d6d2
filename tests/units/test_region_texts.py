"""A region's own words: on its front page and below its mails, by version, taken back."""

import json
from collections.abc import AsyncIterator

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
    one = await signed_in(app, connection, "kim", RoleScope(role="office", region_id=people.regions["ours"]))
    yield one
    await one.http.aclose()


@pytest.fixture
def path(people: Cast) -> str:
    return f"/settings/{people.regions['ours']}/texts"


WORDS = {"front_sv": "Vi hjälper dig.\r\n\r\n\r\nRing oss.", "signature_sv": "Kontoret\r\n\r\n018-00 00 00"}


async def test_it_works(office: Browser, path: str, connection: asyncpg.Connection) -> None:
    tried = await office.post(path, WORDS | {"version": "0", "preview": "1"}, page=path)
    assert tried.status_code == 200
    assert 'id="preview"' in tried.text
    assert "Trialport, den gemensamma ingången" in tried.text
    assert await connection.fetchval("select count(*) from region_text") == 0
    made = await office.post(path, WORDS | {"version": "0"}, page=path)
    assert made.headers["location"] == path
    front = (await office.get("/regions/TST")).text
    # An English reader is told what there is, and in which language it is.
    assert '<div lang="sv">' in front
    assert "<p" in front
    assert "Ring oss." in front
    assert json.loads(await connection.fetchval("select texts::text from region_text"))["signature"] == {
        "sv": "Kontoret\n018-00 00 00"
    }


async def test_a_change_is_seen_and_taken_back(office: Browser, path: str, connection: asyncpg.Connection) -> None:
    assert (await office.post(path, WORDS | {"version": "0"}, page=path)).status_code == 303
    late = await office.post(path, {"version": "0", "front_en": "Mine"}, page=path)
    assert late.status_code == 409
    assert "Mine" in late.text
    assert (await office.post(path, {"version": "1", "front_en": "Hello"}, page=path)).status_code == 303
    text = (await office.get(path)).text
    assert "Version 2" in text
    assert "kim (test)" in text
    assert (await office.post(path, {"version": "2", "revert": "1"}, page=path)).status_code == 303
    assert "Ring oss." in (await office.get("/regions/TST")).text
    assert (await office.post(path, {"version": "3", "revert": "9"}, page=path)).status_code == 404
    events = "select count(*) from audit_event where action = 'region_text.changed'"
    assert await connection.fetchval(events) == 3


async def test_bad_input_is_said_at_the_field(office: Browser, path: str) -> None:
    wrong = await office.post(path, {"version": "0", "signature_da": "x" * 301, "front_da": "Hej"}, page=path)
    assert wrong.status_code == 422
    assert 'id="signature_da-error"' in wrong.text
    assert "Hej" in wrong.text


async def test_stranger_gets_404(office: Browser, people: Cast) -> None:
    theirs = f"/settings/{people.regions['theirs']}/texts"
    assert (await office.get(theirs)).status_code == 404
    for form in ({"version": "0", "front_en": "x"}, {"version": "0", "revert": "0"}, {"version": "0", "revert": "1"}):
        assert (await office.post(theirs, form, page="/settings")).status_code == 404
