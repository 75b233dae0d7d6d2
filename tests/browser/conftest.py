"""The real API on loopback, and a real Chromium that looks at it."""

import asyncio
import os
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import AsyncExitStack
from typing import NamedTuple
from uuid import uuid4

import pytest
from playwright.async_api import Browser, ConsoleMessage, Error, Page, async_playwright

from tests.browser.chromium import NoBrowserError, find_chromium
from tests.browser.town import Town, running_town
from tests.conftest import TEMPLATE, Servers, as_app
from tests.journeys.served import served
from trialport.core.config import Settings

# Without these a browser that just started asks servers of its maker, which a closed network refuses noisily.
QUIET = ("--disable-background-networking", "--disable-component-update", "--disable-sync", "--disable-quic")


# Signs the links in mails.
LINK_KEY = "a-key-for-browser-tests-and-for-nothing-else"


# One for each file: what a file does to the cast (an absence, a limit) must not meet the next one.
@pytest.fixture(scope="module")
def database(servers: Servers) -> Iterator[str]:
    """A database of the browser tests' own, with the cast in it."""
    name = f"browser_{uuid4().hex}"

    async def run(statement: str) -> None:
        maintenance = await servers.postgres.connect("postgres")
        await maintenance.execute(statement)
        await maintenance.close()

    asyncio.run(run(f'create database "{name}" template "{TEMPLATE}"'))
    yield servers.postgres.url(name)
    asyncio.run(run(f'drop database "{name}" with (force)'))


@pytest.fixture(scope="module")
def site(database: str, servers: Servers, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of a running API (`trialport serve`)."""
    settings = Settings(database_url=as_app(database), valkey_url=servers.valkey_url, secret_key=LINK_KEY)
    with served(settings, tmp_path_factory.mktemp("site") / "api.log") as address:
        yield address


# Not longer than a module: its worker would take the work of other tests from their queue.
@pytest.fixture(scope="module")
def town(servers: Servers, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Town]:
    """A whole deployment for journeys, with a database of its own."""
    with running_town(servers, tmp_path_factory.mktemp("town"), f"town_{uuid4().hex}") as one:
        yield one


@pytest.fixture(scope="session")
def chromium() -> str | None:
    """The browser's program, installed where there is none; a browser that cannot be had is a failure."""
    try:
        return find_chromium()
    except NoBrowserError as error:
        pytest.fail(str(error))


@pytest.fixture(scope="module")
async def browser(chromium: str | None, anyio_backend: str) -> AsyncIterator[Browser]:
    async with async_playwright() as playwright:
        arguments = [*QUIET, "--no-sandbox"] if os.geteuid() == 0 else [*QUIET]
        one = await playwright.chromium.launch(executable_path=chromium, args=arguments)
        yield one
        await one.close()


class Visit(NamedTuple):
    """A page, and what the browser found wrong with it so far."""

    page: Page
    faults: list[str]


Visitor = Callable[..., Awaitable[Visit]]


@pytest.fixture
async def visitor(browser: Browser, site: str) -> AsyncIterator[Visitor]:
    """`await visitor(language="sv", width=320)` is a new browser window; what its console says is collected."""
    async with AsyncExitStack() as stack:

        async def open_window(language: str = "en", width: int = 1280, scheme: str = "light", **more: object) -> Visit:
            context = await browser.new_context(
                base_url=site,
                locale=language,
                viewport={"width": width, "height": 800},
                color_scheme=scheme,  # type: ignore[arg-type]
                reduced_motion="reduce",
                **more,  # type: ignore[arg-type]
            )
            stack.push_async_callback(context.close)
            page = await context.new_page()
            return Visit(page, hear(page))

        yield open_window


def hear(page: Page) -> list[str]:
    """Return where what the browser complains of is noted from now on."""
    faults: list[str] = []
    page.on("console", lambda message: _note(message, faults))
    page.on("pageerror", lambda error: faults.append(_said(error)))
    return faults


def _note(message: ConsoleMessage, faults: list[str]) -> None:
    # A page that is itself about a failure is told of by the browser too.
    if message.type in ("error", "warning") and "Failed to load resource" not in message.text:
        faults.append(message.text)


def _said(error: Error) -> str:
    return error.message
