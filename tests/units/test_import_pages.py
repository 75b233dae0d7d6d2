"""Importing a file of capacity as pages: tried first, then confirmed exactly as it was tried."""

import io
import re
from collections.abc import AsyncIterator

import asyncpg
import httpx
import pytest
from litestar import Litestar
from msgspec.structs import replace
from openpyxl import Workbook

from tests.accounts.browsers import SITE, Browser
from tests.cast import Cast
from tests.signed_in import signed_in
from trialport.accounts.people_models import RoleScope
from trialport.core.config import Settings

PATH = "/register/import"
GOOD = "unit,therapy_area,state,nurse_hours_free\ntest-lung,respiratory,limited,7.5\ntest-heart,cardiovascular,open,\n"
COUNT = "select count(*) from capacity"


@pytest.fixture
def settings(settings: Settings) -> Settings:
    return replace(settings, public_url=SITE)


@pytest.fixture
async def office(app: Litestar, connection: asyncpg.Connection, people: Cast) -> AsyncIterator[Browser]:
    one = await signed_in(app, connection, "kim", RoleScope(role="office", region_id=people.regions["ours"]))
    yield one
    await one.http.aclose()


async def tried(office: Browser, content: bytes | str, name: str = "capacity.csv") -> httpx.Response:
    return await office.post(PATH, {}, page=PATH, files={"file": (name, content)})


def hidden(text: str) -> dict[str, str]:
    return dict(re.findall(r'name="((?:report_)?sha256)" value="([^"]+)"', text))


def workbook() -> bytes:
    book = Workbook()
    sheet = book.active
    assert sheet is not None
    sheet.append(["unit", "therapy_area", "state", "nurse_hours_free"])
    sheet.append(["test-lung", "respiratory", "limited", 7.5])
    sheet.append(["test-heart", "cardiovascular", "open", None])
    body = io.BytesIO()
    book.save(body)
    return body.getvalue()


@pytest.mark.parametrize("content", [GOOD.encode(), workbook()])
async def test_it_works(office: Browser, connection: asyncpg.Connection, content: bytes) -> None:
    before = await connection.fetchval(COUNT)
    address = (await tried(office, content)).headers["location"]
    shown = await office.get(address)
    assert "Write 2 rows" in shown.text
    assert await connection.fetchval(COUNT) == before
    done = await office.post(address, hidden(shown.text), page=address)
    assert done.headers["location"] == f"{PATH}?written=2"
    assert "2 capacities were written" in (await office.get(done.headers["location"])).text
    assert await connection.fetchval(COUNT) == before + 1
    assert await connection.fetchval("select nurse_hours_free from capacity where state = 'limited'") == 7.5
    assert (await office.get(address)).status_code == 404


async def test_errors_are_shown_by_row_and_column(office: Browser, connection: asyncpg.Connection) -> None:
    address = (await tried(office, GOOD.replace("limited", "closed"))).headers["location"]
    shown = await office.get(address)
    assert "Nothing can be written while a row has an error" in shown.text
    assert "<td>state</td>" in shown.text
    assert hidden(shown.text) == {}
    for bad in ("", b"\xff\xfe", b"PK\x03\x04 no archive"):
        answer = await tried(office, bad)
        assert answer.status_code == 422
        assert 'id="file-error"' in answer.text
    assert "Choose a file first" in (await office.post(PATH, {}, page=PATH)).text


async def test_errors_are_told_in_the_language_of_the_page(office: Browser) -> None:
    office.http.cookies.set("lang", "da")
    address = (await tried(office, GOOD.replace("limited", "closed"))).headers["location"]
    shown = (await office.get(address)).text
    assert "`closed` er ukendt. Brug open, limited, full eller paused." in shown
    assert "is unknown" not in shown
    assert "Filen er tom." in (await tried(office, "")).text
    assert "Projektmappen kan ikke læses." in (await tried(office, b"PK\x03\x04 no archive")).text


async def test_only_what_was_shown_is_written(office: Browser, connection: asyncpg.Connection) -> None:
    address = (await tried(office, GOOD)).headers["location"]
    shown = hidden((await office.get(address)).text)
    assert (await office.post(address, shown | {"sha256": "0" * 64}, page=address)).status_code == 409
    await connection.execute("update capacity set state = 'limited', nurse_hours_free = 7.5")
    late = await office.post(address, shown, page=address)
    assert late.status_code == 409
    assert "Nothing was written" in late.text
    assert "Write 1 row" in late.text
    assert await connection.fetchval("select count(*) from audit_event where action = 'capacity.imported'") == 0


async def test_stranger_gets_404(office: Browser, app: Litestar, connection: asyncpg.Connection, people: Cast) -> None:
    address = (await tried(office, GOOD)).headers["location"]
    colleague = await signed_in(app, connection, "max", RoleScope(role="office", region_id=people.regions["ours"]))
    assert (await colleague.get(address)).status_code == 404
    assert (await colleague.post(address, {}, page=PATH)).status_code == 404
    await colleague.http.aclose()
