"""Wrong input on every form of every page: told to the person in her language, kept as typed, and nothing written."""

import re
from html import unescape
from typing import NamedTuple
from urllib.parse import urlencode

import asyncpg
import httpx
import pytest
import redis.asyncio
from litestar import Litestar
from msgspec.structs import replace

from tests.accounts.browsers import SITE, Browser
from tests.accounts.browsers import add_person as add_account
from tests.accounts.test_every_route import handled_routes
from tests.browser.wrong_input import FORMS
from tests.browser.wrong_kinds import NOBODY, Form
from tests.cast import Cast
from tests.conftest import Client
from tests.inquiries.factories import submit
from tests.invitations.course import Drain, invite, ok, taken_up
from tests.invitations.test_answer_page import path_of
from tests.invitations.test_not_me import add_person
from tests.signed_in import signed_in
from trialport.accounts.people_models import RoleScope
from trialport.core.config import Settings

LANGUAGES = {"sponsor": "da", "rival": "da"}
FROM_US = {"Origin": SITE, "Sec-Fetch-Site": "same-origin"}
LEAKS = re.compile(r"traceback|asyncpg|msgspec|litestar|site-packages|urn:trialport|Expected `|\$\.", re.IGNORECASE)
# Written by looking: when somebody was last here, who read what, how often a form was tried.
LOOKING = "action like '%read%' or action like '%opened%' or action like '%disclosed%' or action like '%shown%'"
UNWATCHED = ("session", "name_reading", "schema_migrations")
_NAME, _VALUE = re.compile(r' name="([^"]+)"'), re.compile(r' value="([^"]*)"')


@pytest.fixture
def settings(settings: Settings) -> Settings:
    return replace(settings, public_url=SITE)


class World(NamedTuple):
    """People in their browsers, and where the objects of the table stand, by name."""

    browsers: dict[str, Browser]
    at: dict[str, str]
    connection: asyncpg.Connection
    valkey: redis.asyncio.Redis

    def filled(self, text: str) -> str:
        """Put the names of the world into a text of the table."""
        return re.sub(r"\{(\w+)\}", lambda found: self.at[found[1]], text)

    async def forget_tries(self) -> None:
        """Let everybody try again: here it is not about how often."""
        async for key in self.valkey.scan_iter("trialport:limit:*"):
            await self.valkey.delete(key)


async def make_world(
    app: Litestar, client: Client, drain: Drain, connection: asyncpg.Connection, people: Cast, valkey_url: str
) -> World:
    ours = people.regions["ours"]
    roles = {
        "sponsor": RoleScope(role="sponsor_contact", region_id=ours, sponsor_id=people.sponsors["first"]),
        "rival": RoleScope(role="sponsor_contact", region_id=ours, sponsor_id=people.sponsors["rival"]),
        "office": RoleScope(role="office", region_id=ours),
        "other_office": RoleScope(role="office", region_id=people.regions["theirs"]),
        "lung_head": RoleScope(role="unit_head", region_id=ours, investigator_id=people.investigators["lung"]),
        "heart": RoleScope(role="investigator", region_id=ours, investigator_id=people.investigators["heart"]),
    }
    browsers = {
        name: await signed_in(app, connection, name.replace("_", "-"), role, LANGUAGES.get(name, "sv"))
        for name, role in roles.items()
    }
    browsers["passer"] = Browser(app)
    for name, browser in browsers.items():
        browser.http.headers["Accept-Language"] = LANGUAGES.get(name, "sv")
    return World(
        browsers,
        await make_objects(app, client, drain, connection, people, browsers),
        connection,
        redis.asyncio.Redis.from_url(valkey_url),
    )


async def make_objects(
    app: Litestar,
    client: Client,
    drain: Drain,
    connection: asyncpg.Connection,
    people: Cast,
    browsers: dict[str, Browser],
) -> dict[str, str]:
    """Make what the forms are about."""
    second = await add_person(connection, "second@example.org", people.units["lung"])
    first = await taken_up(client, drain)
    inviting = await taken_up(client, drain)
    invitations = await invite(client, inviting, people, "lung", "heart")
    lung, heart = invitations["lung"], invitations["heart"]
    settings = app.state.settings
    by_second = path_of(settings, lung, second)
    passer = Browser(app)
    form = {
        "answer": "yes_if",
        "participants": "8",
        "participants_basis": "register",
        "condition_training": "on",
        "seen": "0",
    }
    assert (await passer.post(by_second, form, page=by_second)).status_code == 303
    for text in ("At home?", "How many visits?"):
        await ok(client("investigator").post(lung + "/questions", json={"text": text}))
    questions = [str(row[0]) for row in await connection.fetch("select question_id from question")]
    await ok(client("office").post(f"/api/v1/questions/{questions[1]}/forward", json={}))
    sponsor = browsers["sponsor"]
    draft = (await sponsor.post("/inquiries/new", {"region": "TST"}, page="/inquiries/new")).headers["location"]
    answer_link = path_of(settings, heart, people.investigators["heart"])
    sign_off_link = path_of(settings, lung, people.investigators["lung"], purpose="sign_off")

    async def one(statement: str) -> str:
        return str(await connection.fetchval(statement))

    view = await browsers["office"].post("/queue/views", {"name": "Old", "mine": "on"}, page="/queue")
    assert view.status_code == 303, view.text
    csv = "unit,therapy_area,state\ntest-lung,respiratory,open\n"
    http = browsers["office"].http
    token = await browsers["office"].token_on("/register/import")
    files = {"file": ("a.csv", csv.encode(), "text/csv")}
    tried = await http.post("/register/import", data={"csrf_token": token}, files=files, headers=FROM_US)
    assert tried.status_code == 303, tried.text
    return {
        "nothing": "nothing",
        "nobody": NOBODY,
        "draft": draft.split("/")[3],
        "step": "numbers",
        "taken_up": first.rpartition("/")[2],
        "submitted": (await submit(client))["inquiry_id"],
        "another": (await submit(client))["inquiry_id"],
        "inviting": inviting.rpartition("/")[2],
        "waiting": heart.rpartition("/")[2],
        "conditional": lung.rpartition("/")[2],
        "question": questions[0],
        "question_put": questions[1],
        "answer_link": answer_link,
        "answer_signed": answer_link.rpartition("/")[2],
        "sign_off_link": sign_off_link,
        "sign_off_signed": sign_off_link.rpartition("/")[2],
        "eoi": await one("select eoi_id from eoi order by answered_at desc limit 1"),
        "lung": str(people.units["lung"]),
        "heart_unit": str(people.units["heart"]),
        "area": "respiratory",
        "head": str(people.investigators["heart"]),
        "colleague": str(people.investigators["lung"]),
        "spare_grant": await _spare_grant(connection, people),
        "second": str(second),
        "region": str(people.regions["ours"]),
        "person": await one("select person_id from person where email = 'office@example.org'"),
        "grant": await one(
            "select role_grant_id from role_grant join person using (person_id) where email = 'heart@example.org'"
        ),
        "session": await one(
            "select session_id from session join person using (person_id) where email = 'office@example.org'"
        ),
        "task": await one(
            # No form settles this one in passing.
            "select office_task_id from office_task where kind = 'review_condition' and done_at is null limit 1"
        ),
        "view": await one("select saved_view_id from saved_view"),
        "import": tried.headers["location"].rpartition("/")[2],
    }


async def _spare_grant(connection: asyncpg.Connection, people: Cast) -> str:
    """Make a role that nobody here acts in."""
    scope = {"role": "management", "region_id": people.regions["ours"]}
    person_id = await add_account(connection, "spare@example.org", scope)
    found = await connection.fetchval("select role_grant_id from role_grant where person_id = $1", person_id)
    return str(found)


async def stored(connection: asyncpg.Connection, *, but: tuple[str, ...] = ()) -> dict[str, str]:
    """Return a fingerprint of what each table holds, without what looking writes."""
    tables = await connection.fetch(
        "select table_name from information_schema.tables where table_schema = 'public' and table_type = 'BASE TABLE'"
    )
    names = [name for (name,) in tables if name not in (*UNWATCHED, *but)]
    assert len(names) > 20
    parts = [
        f"select '{name}', coalesce(md5(string_agg(j, '' order by j)), '') "
        f"from (select (to_jsonb(t) - 'last_active_at')::text as j from \"{name}\" t"
        + (f" where not ({LOOKING})) t" if name == "audit_event" else ") t")
        for name in names
    ]
    return dict([tuple(row) for row in await connection.fetch(" union all ".join(parts))])


class Trier:
    """Somebody who sends one form in many wrong ways."""

    def __init__(self, world: World, key: str, form: Form) -> None:
        self.world, self.key, self.form = world, key, form
        self.browser = world.browsers[form.who]
        self.language = LANGUAGES.get(form.who, "sv")
        self.route = key.partition("#")[0]
        self.path = self.path_with({name: world.at[of] for name, of in form.ids.items()})
        self.right = {world.filled(name): world.filled(value) for name, value in form.right.items()}
        self.token = ""
        self.page_fields: dict[str, str] = {}
        self.wrong: list[str] = []

    def path_with(self, ids: dict[str, str]) -> str:
        return self.route.format(**ids)

    async def look(self) -> None:
        """Open the page of the form, and read its token and the state it was made from."""
        answer = await self.browser.get(self.world.filled(self.form.page))
        self.page_fields = {
            name[1]: unescape(value[1])
            for tag in re.findall(r"<input[^>]*>", answer.text)
            if (name := _NAME.search(tag)) and (value := _VALUE.search(tag))
        }
        self.token = self.page_fields.get("csrf_token", "")
        assert self.token, (self.key, answer.status_code, answer.headers, answer.text[:300])
        if self.form.is_whole:
            self.right = {**self.page_fields, **self.right}
            del self.right["csrf_token"]
        if self.form.seen and self.form.seen in self.page_fields:
            self.right[self.form.seen] = self.page_fields[self.form.seen]

    async def send(self, fields: dict[str, str], path: str = "", who: str = "", **headers: str) -> httpx.Response:
        browser = self.world.browsers[who] if who else self.browser
        token = self.token if not who else await browser.token_on("/me")
        body = urlencode({"csrf_token": token, **fields})
        sent = {**FROM_US, "Content-Type": "application/x-www-form-urlencoded", **headers}
        return await browser.http.post(path or self.path, content=body, headers=sent)

    def judge(self, what: str, answer: httpx.Response, kept: dict[str, str], statuses: tuple[int, ...]) -> None:
        """Note what a person would mind about an answer."""
        text = answer.text
        faults = []
        if answer.status_code not in statuses:
            faults.append(f"answered {answer.status_code}")
        if answer.status_code >= 400:
            if not answer.headers.get("content-type", "").startswith("text/html"):
                faults.append(f"is {answer.headers.get('content-type')}")
            elif f'<html lang="{self.language}"' not in text:
                faults.append("is in another language")
            elif "<h1" not in text:
                faults.append("has no heading")
            if leak := LEAKS.search(text):
                faults.append(f"says {leak[0]}")
            shown = unescape(text).replace("\r\n", "\n")
            faults += [f"loses {name}" for name, value in kept.items() if value and value not in shown]
        if faults:
            self.wrong.append(f"{self.key} {what}: {', '.join(faults)}")

    async def try_all(self) -> None:
        # Opening a page may be noted; it is about what is sent.
        await self.look()
        before = await stored(self.world.connection, but=self.form.keeps)
        await self.try_fields()
        await self.try_forgeries()
        await self.try_strangers()
        after = await stored(self.world.connection, but=self.form.keeps)
        if changed := [name for name, was in before.items() if after[name] != was]:
            self.wrong.append(f"{self.key} wrote to {', '.join(changed)}")

    async def try_fields(self) -> None:
        for name, kind in self.form.fields.items():
            field = self.world.filled(name)
            typed = {one: value for one, value in self.right.items() if self._is_typed(one)}
            for value in kind.wrong:
                sent = {one: text for one, text in (self.right | {field: value}).items() if text is not None}
                # No browser sends a NUL character.
                is_forged = kind.is_forged or "\0" in (value or "")
                kept = {one: sent[one].strip() for one in typed if one in sent}
                kept |= {field: value.strip()} if kind.is_typed and value else {}
                answer = await self.send(sent)
                shown = value if value is None or len(value) < 40 else f"{value[:20]}... ({len(value)})"
                statuses = (400, 409, 422) if kind.is_typed else (400, 404, 409, 422)
                self.judge(f"with {name}={shown!r}", answer, {} if is_forged else kept, statuses)
        if self.form.seen:
            answer = await self.send(self.right | {self.form.seen: "77"})
            typed = {one: value for one, value in self.right.items() if self._is_typed(one)}
            self.judge("from an old page", answer, typed, (409, 412))
        await self.world.forget_tries()

    def _is_typed(self, field: str) -> bool:
        return any(self.world.filled(name) == field and kind.is_typed for name, kind in self.form.fields.items())

    async def try_forgeries(self) -> None:
        statuses = (401, 403)
        token, self.token = self.token, "f" * 64
        typed = {one: value for one, value in self.right.items() if self._is_typed(one)}
        if self.route != "/sign-out":
            self.judge("without our token", await self.send(self.right), typed, statuses)
        self.token = token
        elsewhere = {"Origin": "https://evil.example", "Sec-Fetch-Site": "cross-site"}
        self.judge("from elsewhere", await self.send(self.right, **elsewhere), {}, statuses)
        self.judge("as JSON", await self.send(self.right, **{"Content-Type": "application/json"}), {}, (415,))
        self.judge(
            "too large", await self.send(self.right, **{"Content-Length": str(self.form.largest + 1)}), {}, (413,)
        )

    async def try_strangers(self) -> None:
        if self.form.stranger:
            self.judge("by a stranger", await self.send(self.right, who=self.form.stranger), {}, (403, 404))
        if "{" not in self.route:
            return
        for value in (NOBODY, "nonsense", "%00", "%ff"):
            answer = await self.send(self.right, self.path_with(dict.fromkeys(self.form.ids, value)))
            self.judge(f"about {value}", answer, {}, (*self.form.nothing, 410))

    async def send_right(self) -> None:
        """Send what is right, so that what was wrong before was wrong for the reason meant."""
        await self.look()
        answer = await self.send(self.right)
        if answer.status_code != self.form.ok:
            faults = re.findall(r'(?s)<(?:h1|div class="ds-error-summary|div class="ds-alert).*?</', answer.text)
            self.wrong.append(f"{self.key} rightly filled in: answered {answer.status_code} {faults}")


async def test_every_form_stands_in_the_table(app: Litestar) -> None:
    forms = {path for method, path in handled_routes(app) if method == "POST" and not path.startswith("/api/")}
    assert {key.partition("#")[0] for key in FORMS} == forms


async def test_wrong_input_is_told_and_kept_and_not_written(
    app: Litestar, client: Client, drain: Drain, connection: asyncpg.Connection, people: Cast, settings: Settings
) -> None:
    world = await make_world(app, client, drain, connection, people, settings.valkey_url)
    wrong = []
    for key, form in FORMS.items():
        trier = Trier(world, key, form)
        # What the one before asked of the worker, as a comparison with the units.
        await drain()
        await trier.try_all()
        if form.is_tried:
            await trier.send_right()
        wrong += trier.wrong
    await world.valkey.aclose()
    assert not wrong, "\n".join(["", *wrong])
