"""A whole deployment for journeys: API, worker and mail server as processes, with people who have accounts."""

import asyncio
import re
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from typing import Any, Literal, NamedTuple
from urllib.parse import urlsplit
from uuid import UUID

import asyncpg
from playwright.async_api import Browser, BrowserContext, ConsoleMessage, Page, Request, Response

from tests.cast import RESPIRATORY, Cast, unit_entry
from tests.conftest import TEMPLATE, Servers, as_app
from tests.journeys.processes import Program, wait_until_ready
from tests.mailbox import Mailbox
from trialport.accounts.models import SYSTEM
from trialport.accounts.people_models import RoleScope
from trialport.accounts.people_service import find_or_add_person, give_role
from trialport.accounts.signin_service import make_open_link
from trialport.core.config import Settings
from trialport.core.db import Transaction, prepare_connection
from trialport.core.language import Language
from trialport.core.servers.valkey import LOOPBACK, free_port
from trialport.core.translations import translate, translations
from trialport.units import capacity_queries, register_queries
from trialport.units.rules import valid_until

KEY = "a-key-for-journeys-and-for-nothing-else"
LINK = re.compile(r"https?://[^\s<>\"')]+")
# The token of a test is named like a code.
RAW_CODE = re.compile(r"\b[a-z]+(?:_[a-z0-9]+)+\b(?! \(test\))")
WAIT_SECONDS = 30.0
# Shorter words are the same in two languages by chance; this one is the name of a language.
SHORTEST, NAMES = 3, {"English"}
# A third unit, beside those of the cast, and colleagues of heads of unit.
SLEEP = "sleep"
COLLEAGUES = {"lung": "lung-second@example.org", SLEEP: "sleep-second@example.org"}

Role = Literal["sponsor_contact", "office", "unit_head", "investigator"]


class Town(NamedTuple):
    """A running deployment."""

    address: str
    database: str
    settings: Settings
    mailbox: Mailbox
    people: Cast
    programs: tuple[Program, ...]

    async def mail_to(self, email: str, path: str, *, seen: int = 0) -> "ReadMail":
        """Wait for a mail to somebody that leads to a path, among those after the first `seen`."""
        async with asyncio.timeout(WAIT_SECONDS):
            while True:
                for mail in reversed(self.mailbox.mails()[seen:]):
                    links = [link for link in LINK.findall(mail.text) if urlsplit(link).path.startswith(path)]
                    if links and email in str(mail.message["To"]):
                        return ReadMail(str(mail.message["Subject"]), mail.text, links[0])
                for program in self.programs:
                    assert program.child.exit_code() is None, program.words()
                # Another process writes them.
                await asyncio.sleep(0.05)

    async def add_person(self, role: Role, name: str, language: Language, unit: str = "") -> str:
        """Give somebody an account and a role; returns her address."""
        async with as_town(self.database) as tx:
            email = f"{role.replace('_', '-')}-{tx.now.timestamp()}@example.org"
            if unit:
                email = await tx.connection.fetchval(
                    "select email from investigator where investigator_id = $1", self.people.investigators[unit]
                )
            person = await find_or_add_person(tx, SYSTEM, email=email, name=f"{name} (test)", language=language)
            scope = RoleScope(
                role=role,
                region_id=self.people.regions["ours"],
                sponsor_id=self.people.sponsors["first"] if role == "sponsor_contact" else None,
                investigator_id=self.people.investigators[unit] if unit else None,
            )
            await give_role(tx, SYSTEM, person.person_id, scope, "command")
        return str(email)

    async def sign_in_link(self, email: str) -> str:
        """Return a link that signs somebody in, without the mail."""
        async with as_town(self.database) as tx:
            person = await find_or_add_person(tx, SYSTEM, email=email, name="", language="en")
            return await make_open_link(tx, self.settings, person)


class ReadMail(NamedTuple):
    subject: str
    text: str
    link: str


@asynccontextmanager
async def as_town(database: str) -> AsyncIterator[Transaction]:
    """Open a transaction of the tests' own."""
    connection = await asyncpg.connect(database)
    try:
        await prepare_connection(connection)
        async with connection.transaction():
            yield Transaction(connection, datetime.now(UTC), "test")
    finally:
        await connection.close()


@contextmanager
def running_town(servers: Servers, folder: Path, name: str) -> Iterator[Town]:
    """Start a deployment over a database of its own, and end it afterwards."""
    asyncio.run(_on_maintenance(servers, f'create database "{name}" template "{TEMPLATE}"'))
    database = servers.postgres.url(name)
    people = asyncio.run(_add_unit(database, servers.cast))
    mailbox = Mailbox(folder)
    port = free_port()
    settings = Settings(
        database_url=as_app(database),
        valkey_url=servers.valkey_url,
        public_url=f"http://{LOOPBACK}:{port}",
        secret_key=KEY,
        **mailbox.settings(),
    )
    names = ("database_url", "valkey_url", "public_url", "secret_key", "smtp_url", "mail_allow")
    environment = {f"TRIALPORT_{one.upper()}": str(getattr(settings, one)) for one in names}
    environment |= {"TRIALPORT_PORT": str(port), "TRIALPORT_SWEEP_SECONDS": "1", "TRIALPORT_DEBOUNCE_SECONDS": "0"}
    # Each mail of the story is read as it comes.
    environment |= {"TRIALPORT_GATHER_SECONDS": "0"}
    programs = tuple(Program(f"{name}-{one}", one, folder, environment) for one in ("serve", "work"))
    try:
        for program in programs:
            program.start()
        mailbox.start()
        wait_until_ready(settings.public_url, programs[0])
        yield Town(settings.public_url, database, settings, mailbox, people, programs)
    finally:
        for program in programs:
            program.stop()
        mailbox.stop()
        asyncio.run(_on_maintenance(servers, f'drop database "{name}" with (force)'))


async def _on_maintenance(servers: Servers, statement: str) -> None:
    maintenance = await servers.postgres.connect("postgres")
    await maintenance.execute(statement)
    await maintenance.close()


async def _add_unit(database: str, people: Cast) -> Cast:
    """Add a third unit that fits, and to two units a colleague of its head."""
    async with as_town(database) as tx:
        connection = tx.connection
        entry = unit_entry("test-sleep", "Unit sleep")
        await register_queries.upsert_units(connection, [entry], now=tx.now)
        unit_id: UUID = await connection.fetchval("select unit_id from unit where registry_id = 'test-sleep'")
        units = {**people.units, SLEEP: unit_id}
        await capacity_queries.insert_capacity(
            connection,
            region_id=people.regions["ours"],
            unit_id=unit_id,
            therapy_area="respiratory",
            capacity=RESPIRATORY,
            confirmed_at=tx.now,
            confirmed_by="Test",
            valid_until=valid_until(tx.now.date()),
            now=tx.now,
        )
        # Who has no account gets her mails in English.
        for email in ("heart@example.org", COLLEAGUES["lung"], "lung@example.org"):
            await find_or_add_person(tx, SYSTEM, email=email, name="Kim Test (test)", language="sv")
        head = await _add_investigator(
            connection, "sleep@example.org", "Demo sleep (demonstration)", unit_id, head=True
        )
        for unit, email in COLLEAGUES.items():
            name = f"Second {unit} (demonstration)"
            await _add_investigator(connection, email, name, units[unit], head=False)
        # Her invitations go to the colleague, so that there is a yes for her to sign off.
        await connection.execute("update investigator set invitations_per_month = 0 where email = 'lung@example.org'")
    return Cast(
        regions=people.regions,
        units=units,
        investigators={**people.investigators, SLEEP: head},
        sponsors=people.sponsors,
        tokens=people.tokens,
    )


async def _add_investigator(connection: Any, email: str, name: str, unit_id: UUID, *, head: bool) -> UUID:
    made: UUID = await connection.fetchval(
        "insert into investigator (email, name, speciality) values ($1, $2, '') returning investigator_id", email, name
    )
    await connection.execute(
        "insert into position (investigator_id, unit_id, share, is_head) values ($1, $2, 0.5, $3)", made, unit_id, head
    )
    return made


class Window:
    """A browser window of one person, and what was wrong with what it showed so far."""

    def __init__(self, page: Page, language: Language, faults: list[str]) -> None:
        self.page = page
        self.language = language
        self.faults = faults

    def words(self, text: str, /, **values: object) -> str:
        """Return a text of the pages in the language of this person."""
        return translate(self.language, text, **values)

    def count(self, one: str, many: str, number: int) -> str:
        """Return a text of the pages that has a number, in the language of this person."""
        return translations(self.language).ngettext(one, many, number) % {"num": number}

    async def go(self, path: str) -> None:
        await self.page.goto(path)
        await self.look()

    async def press(self, text: str, /, *, within: str = "main", is_said: bool = False) -> None:
        """Press the button with this text, given in English unless it `is_said` as it stands."""
        name = text if is_said else self.words(text)
        await self.page.locator(within).first.get_by_role("button", name=name, exact=True).first.click()
        await self.look()

    async def follow(self, text: str, /, *, within: str = "main") -> None:
        """Follow the link with this text, given in English."""
        name = self.words(text)
        await self.page.locator(within).first.get_by_role("link", name=name, exact=True).first.click()
        await self.look()

    async def unfold(self, text: str, /, *, within: str = "main") -> None:
        """Open what is folded away under this text, given in English."""
        await self.page.locator(within).first.locator("summary", has_text=self.words(text)).first.click()

    async def says(self, text: str, /, **values: object) -> None:
        """Wait until the page says this, given in English."""
        await self.shows(self.words(text, **values))

    async def shows(self, text: str) -> None:
        """Wait until this stands on the page."""
        await self.page.get_by_text(text).first.wait_for(state="attached")

    async def look(self) -> None:
        """Look at what a person would mind on any page: another language, a code, something to scroll aside for."""
        await self.page.wait_for_load_state()
        page = self.page
        # The buttons of the languages stand in their own.
        parts = [await one.inner_text() for one in await page.locator("nav, main, footer, #messages").all()]
        text = "\n".join(parts)
        language = await page.get_attribute("html", "lang")
        if language != self.language:
            self.faults.append(f"{page.url} is in {language}, not {self.language}")
        english = (english_only(self.language) - NAMES) & {line.strip() for line in text.splitlines()}
        self.faults += [f"{page.url} says in English: {line}" for line in english]
        self.faults += [f"{page.url} shows the code {code}" for code in RAW_CODE.findall(text)]
        assert not self.faults, self.faults


@cache
def english_only(language: Language) -> frozenset[str]:
    """Return the texts of the pages in English that are otherwise in a language."""
    catalogue = translations(language)
    known = getattr(catalogue, "_catalog", {})
    return frozenset(
        message
        for message, text in known.items()
        if isinstance(message, str)
        and len(message) > SHORTEST
        and text != message
        and "%" not in message
        and message != "English"
    )


async def open_window(
    browser: Browser, town: Town, language: Language, *, script: bool = True, width: int = 1280
) -> Window:
    """Open a browser of one person; whatever goes wrong in any of its tabs is collected."""
    context = await browser.new_context(
        base_url=town.address,
        locale=language,
        viewport={"width": width, "height": 844},
        java_script_enabled=script,
        reduced_motion="reduce",
        accept_downloads=True,
    )
    faults: list[str] = []
    watch(context, town.address, faults)
    return Window(await context.new_page(), language, faults)


def watch(context: BrowserContext, address: str, faults: list[str]) -> None:
    """Collect what browsers complain of, requests to anywhere else, and answers that are our own fault."""

    def note(message: ConsoleMessage) -> None:
        if message.type in ("error", "warning") and "Failed to load resource" not in message.text:
            faults.append(f"console: {message.text}")

    def asked(request: Request) -> None:
        if not request.url.startswith((address + "/", "data:", "about:")):
            faults.append(f"asked elsewhere: {request.url}")

    def answered(response: Response) -> None:
        if response.status >= 500:
            faults.append(f"{response.status}: {response.url}")

    context.on("console", note)
    context.on("weberror", lambda error: faults.append(f"script: {error.error.message}"))
    context.on("request", asked)
    context.on("response", answered)
