"""Pictures of the five main pages, with the demonstration's data: they can be taken, and those in docs/ are there.

They are written only where the environment variable TRIALPORT_PICTURES names a folder (docs/guide.md).
"""

import asyncio
import os
import struct
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from pathlib import Path
from uuid import uuid4

import asyncpg
import pytest
from msgspec.structs import replace
from playwright.async_api import Browser, Page

from tests.browser.conftest import LINK_KEY
from tests.conftest import TEMPLATE, Servers, as_app
from tests.journeys.served import served
from trialport.core.config import Settings
from trialport.core.db import Transaction, prepare_connection
from trialport.demo.load import load_demo
from trialport.demo.people import load_people
from trialport.demo.sign_in import sign_in_links
from trialport.demo.story import play_story
from trialport.invitations.links import link_address, link_for
from trialport.vocabulary.index import load_vocabulary

PICTURES = Path(__file__).parents[2] / "docs" / "screenshots"
# Width and height in pixels; what the page is cut at is its first screen.
SIZES = {
    "region": (1280, 900),
    "inquiry": (1280, 900),
    "queue": (1280, 900),
    "candidates": (1280, 900),
    "answer": (390, 844),
}
MOST_BYTES = 150_000
# A page of one colour packs into next to nothing.
FEWEST_BYTES = 12_000


@pytest.fixture(scope="module")
def demonstration(servers: Servers) -> Iterator[str]:
    """A database with the demonstration's data and its story."""
    name = f"pictures_{uuid4().hex}"
    servers.postgres.create_database(name, template=TEMPLATE)
    url = servers.postgres.url(name)
    asyncio.run(_load(url, servers))
    yield url

    async def drop() -> None:
        connection = await servers.postgres.connect("postgres")
        await connection.execute(f'drop database "{name}" with (force)')
        await connection.close()

    asyncio.run(drop())


@pytest.fixture(scope="module")
def demo_settings(demonstration: str, servers: Servers, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Settings]:
    """The settings of a running API on it."""
    settings = Settings(
        database_url=as_app(demonstration), valkey_url=servers.valkey_url, secret_key=LINK_KEY, environment="demo"
    )
    with served(settings, tmp_path_factory.mktemp("pictures") / "api.log") as address:
        yield replace(settings, public_url=address)


async def _load(url: str, servers: Servers) -> None:
    async with closing_connection(url) as connection:
        await _play(connection, url, servers)


@asynccontextmanager
async def closing_connection(url: str) -> AsyncIterator[asyncpg.Connection]:
    connection = await asyncpg.connect(url)
    try:
        await prepare_connection(connection)
        yield connection
    finally:
        await connection.close()


async def _play(connection: asyncpg.Connection, url: str, servers: Servers) -> None:
    settings = Settings(database_url=url, valkey_url=servers.valkey_url, secret_key=LINK_KEY, environment="demo")
    now = datetime.now(UTC)
    async with connection.transaction():
        await load_demo(connection, now)
        await load_people(Transaction(connection, now, "demonstration"))
    # The register is read into memory, which a transaction that has changed it cannot do.
    async with connection.transaction():
        assert await play_story(connection, settings, load_vocabulary(), now)


async def test_the_five_main_pages_can_be_pictured(
    browser: Browser, demonstration: str, demo_settings: Settings, tmp_path: Path
) -> None:
    async with closing_connection(demonstration) as connection:
        async with connection.transaction():
            made = await sign_in_links(connection, demo_settings, datetime.now(UTC))
        links = {link.role: link.url for link in made}
        answer = await connection.fetchrow(
            """
            select v.invitation_id, v.recipient_id as to_id, v.link_number, v.due_on
            from invitation v join inquiry_version q using (inquiry_id)
            where v.state = 'sent' and q.content #>> '{condition,indication}' = 'Idiopatisk lungefibrose'
            """
        )
        open_inquiry = await connection.fetchval(
            "select inquiry_id from inquiry_version where content #>> '{identity,working_title}' like 'Inhaler that%'"
        )
    folder = Path(os.environ.get("TRIALPORT_PICTURES") or tmp_path)
    site = demo_settings.public_url

    async def window(name: str, role: str | None = None) -> Page:
        width, height = SIZES[name]
        context = await browser.new_context(
            base_url=site, locale="en", viewport={"width": width, "height": height}, reduced_motion="reduce"
        )
        page = await context.new_page()
        if role is not None:
            await page.goto(links[role])
            await page.locator("main form button").first.click()
            await page.wait_for_load_state()
        return page

    async def picture(page: Page, name: str) -> None:
        await page.screenshot(path=folder / f"{name}.png")
        await page.context.close()
        _require_picture(folder / f"{name}.png", SIZES[name])

    page = await window("region")
    await page.goto("/regions/UAS")
    await picture(page, "region")

    page = await window("inquiry", "Sponsor contact UAS")
    await page.goto("/inquiries/new?region=UAS")
    await page.locator("main form button").first.click()
    await page.goto(page.url.rpartition("/")[0] + "/condition")
    await page.locator('[name="condition.indication"]').press_sequentially("Svår astma, COPD")
    await page.get_by_text("We read this as:").wait_for()
    await picture(page, "inquiry")

    page = await window("queue", "Trial office UAS")
    await page.goto("/queue")
    await picture(page, "queue")

    page = await window("candidates", "Administrator")
    await page.goto(f"/inquiries/{open_inquiry}/candidates")
    await picture(page, "candidates")

    page = await window("answer")
    link = link_for(answer["invitation_id"], answer["to_id"], answer["link_number"], answer["due_on"])
    await page.goto(link_address(demo_settings, link))
    await picture(page, "answer")


@pytest.mark.parametrize("name", SIZES)
def test_the_pictures_of_the_guide_are_there(name: str) -> None:
    _require_picture(PICTURES / f"{name}.png", SIZES[name])


def _require_picture(path: Path, size: tuple[int, int]) -> None:
    """Fail unless a picture is a PNG of this size, not blank and not too heavy for a manual."""
    content = path.read_bytes()
    assert content.startswith(b"\x89PNG"), path
    assert struct.unpack(">II", content[16:24]) == size, path
    assert FEWEST_BYTES < len(content) < MOST_BYTES, (path, len(content))
