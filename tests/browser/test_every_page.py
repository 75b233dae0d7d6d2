"""Every page in every state and language: by axe, by size, by focus, by what the browser itself complains of."""

import asyncio
import os
import re
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Literal

import pytest
from playwright.async_api import Browser, BrowserContext, Page

from tests.browser.axe import script
from tests.browser.conftest import LINK_KEY, hear
from tests.browser.looking import NARROW, WIDE, faults_of
from tests.browser.page_table import NO_PAGES, PAGES, Shown
from tests.browser.world import World, make_world
from tests.conftest import Servers, as_app
from tests.journeys.processes import Program
from trialport.accounts.browser import SESSION_COOKIE
from trialport.core.config import Settings
from trialport.core.language import LANGUAGE_COOKIE, Language
from trialport.main import create_app

# Each language in a window and in colours of its own, so that each page is seen in all of them.
WINDOWS: dict[Language, tuple[int, Literal["light", "dark"]]] = {
    "en": (WIDE, "light"),
    "sv": (NARROW, "light"),
    "da": (NARROW, "dark"),
}


@pytest.fixture(scope="module")
async def world(
    site: str, database: str, servers: Servers, tmp_path_factory: pytest.TempPathFactory
) -> AsyncIterator[World]:
    """The data of the table, with a worker that compares inquiries with units while they are made."""
    environment = {
        "TRIALPORT_DATABASE_URL": as_app(database),
        "TRIALPORT_VALKEY_URL": servers.valkey_url,
        "TRIALPORT_DEBOUNCE_SECONDS": "0",
    }
    worker = Program("worker", "work", tmp_path_factory.mktemp("worker"), environment)
    worker.start()
    try:
        settings = Settings(database_url=database, valkey_url=servers.valkey_url, secret_key=LINK_KEY, public_url="")
        yield await make_world(site, database, servers.cast, settings)
    finally:
        worker.stop()


class Looker:
    """A window of one language, in which one person after another is signed in."""

    def __init__(self, window: BrowserContext, page: Page, world: World, language: Language) -> None:
        self._window, self._page, self._world, self._language = window, page, world, language
        self._heard = hear(page)
        page.on("request", lambda request: self._note(request.url))

    def _note(self, url: str) -> None:
        if not url.startswith((self._world.site, "data:")):
            self._heard.append(f"asks {url}")

    async def look(self, name: str, shown: Shown) -> list[str]:
        """Open a page, bring it into its state; returns what is wrong with it."""
        self._heard.clear()
        await self._be(shown.who)
        answer = await self._page.goto(shown.path.format_map(self._world.ids))
        if answer is None or answer.status != shown.status:
            return [f"status {answer and answer.status}, not {shown.status}"]
        if shown.act:
            await shown.act(self._page)
            await self._page.wait_for_load_state()
        width, scheme = WINDOWS[self._language]
        if folder := os.environ.get("TRIALPORT_SCREENSHOTS"):
            await self._page.screenshot(path=Path(folder) / f"{name}-{self._language}-{width}.png", full_page=True)
        # Light in English, dark in Danish.
        has_colours = self._language == "en" or scheme == "dark"
        return await faults_of(self._page, self._language, width=width, has_colours=has_colours) + self._heard

    async def _be(self, who: str | None) -> None:
        cookies: dict[str, str] = {LANGUAGE_COOKIE: self._language}
        if who:
            cookies[SESSION_COOKIE] = self._world.sessions[who]
        await self._window.clear_cookies()
        address = self._world.site.replace("http:", "https:")
        await self._window.add_cookies(
            [{"name": name, "value": value, "url": address, "secure": True} for name, value in cookies.items()]
        )


@pytest.fixture(scope="module")
async def lookers(browser: Browser, world: World) -> dict[Language, Looker]:
    made: dict[Language, Looker] = {}
    for language, (width, scheme) in WINDOWS.items():
        window = await browser.new_context(
            base_url=world.site,
            locale=language,
            viewport={"width": width, "height": 800},
            color_scheme=scheme,
            reduced_motion="reduce",
        )
        await window.add_init_script(script())
        made[language] = Looker(window, await window.new_page(), world, language)
    return made


@pytest.mark.parametrize("name", PAGES)
async def test_every_page_is_well(lookers: dict[Language, Looker], name: str) -> None:
    found = await asyncio.gather(*(looker.look(name, PAGES[name]) for looker in lookers.values()))
    assert {language: faults for language, faults in zip(lookers, found, strict=True) if faults} == {}


def test_the_table_has_every_page() -> None:
    app = create_app(Settings(database_url="postgresql://nowhere/x", valkey_url="redis://nowhere"))
    routes = [
        route.path
        for route in app.routes
        if "GET" in route.methods and not route.path.startswith(("/api/", "/schema", "/health/", *NO_PAGES))
    ]
    assert [one for one in routes if not any(_is_of(one, shown.path) for shown in PAGES.values())] == []


def _is_of(route: str, path: str) -> bool:
    return re.fullmatch(re.sub(r"\{[^}]*\}", "[^/]+", route), path.partition("?")[0]) is not None
