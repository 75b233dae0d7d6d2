"""Browsers, people who sign in, a mail server that takes their links, and objects that routes are about."""

import re
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator

import asyncpg
import pytest
from litestar import Litestar
from msgspec.structs import replace

from tests.accounts.browsers import SITE, Browser, add_person
from tests.accounts.objects import Objects, make_objects, public_parameters
from tests.cast import Cast
from tests.conftest import Client
from tests.mailbox import Mailbox
from trialport.core.config import Settings

MakeBrowser = Callable[..., Browser]
SignIn = Callable[..., Awaitable[Browser]]
Drain = Callable[[], Awaitable[int]]
_LINK = re.compile(r"https://test/sign-in/link/[\w-]+")


@pytest.fixture(scope="module")
def mailbox(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Mailbox]:
    """A mail server as a process; one for the tests of a file."""
    box = Mailbox(tmp_path_factory.mktemp("mail")).start()
    yield box
    box.stop()


@pytest.fixture
def settings(settings: Settings) -> Settings:
    return replace(settings, public_url=SITE)


@pytest.fixture
async def browser(app: Litestar) -> AsyncIterator[MakeBrowser]:
    """`browser()` opens a new browser without cookies."""
    opened: list[Browser] = []

    def make(peer: str = "127.0.0.1") -> Browser:
        opened.append(Browser(app, peer))
        return opened[-1]

    yield make
    for one in opened:
        await one.http.aclose()


@pytest.fixture
def office_grant(people: Cast) -> dict[str, object]:
    return {"role": "office", "region_id": people.regions["ours"]}


@pytest.fixture
async def kim(connection: asyncpg.Connection, office_grant: dict[str, object]) -> str:
    """Somebody of the trial office."""
    await add_person(connection, "kim@example.org", office_grant)
    return "kim@example.org"


@pytest.fixture
def last_link(mailbox: Mailbox) -> Callable[[], str]:
    """Return the link of the newest mail."""

    def read() -> str:
        found = _LINK.search(mailbox.mails()[-1].text)
        assert found, mailbox.mails()[-1].text
        return found[0]

    return read


@pytest.fixture
def sign_in(browser: MakeBrowser, drain: Drain, last_link: Callable[[], str]) -> SignIn:
    """`await sign_in("kim@example.org")` goes the whole way in a new browser."""

    async def go(email: str, **form: str) -> Browser:
        one = browser()
        assert (await one.ask_for_link(email, **form)).status_code == 303
        assert await drain() == 1
        answer = await one.open_link(last_link())
        assert answer.status_code == 303, answer.text
        return one

    return go


@pytest.fixture
async def objects(client: Client, drain: Drain, people: Cast, connection: asyncpg.Connection) -> Objects:
    """Path parameters of an object for each entry of REACH."""
    return await make_objects(client, drain, people, connection)


@pytest.fixture
async def register(people: Cast, connection: asyncpg.Connection) -> dict[str, str]:
    """Path parameters of what everybody may read."""
    return await public_parameters(people, connection)
