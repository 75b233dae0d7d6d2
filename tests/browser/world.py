"""One set of data for the table of pages: inquiries at every stage, people of every role, lists full and empty."""

import asyncio
import re
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any, NamedTuple
from uuid import UUID

import asyncpg
import httpx
import pytest
from msgspec import Struct

from tests.accounts.browsers import PAGE
from tests.cast import Cast
from tests.inquiries.factories import inquiry_body
from tests.invitations.course import YES
from trialport.accounts.browser import SESSION_COOKIE
from trialport.accounts.models import SYSTEM
from trialport.accounts.people_models import RoleScope
from trialport.accounts.people_service import find_or_add_person, give_role
from trialport.accounts.sessions_service import start_session
from trialport.accounts.signin_service import make_open_link
from trialport.core.config import Settings
from trialport.core.db import Transaction, prepare_connection
from trialport.core.front_pages import NOTICE_VERSION
from trialport.core.signing import Purpose
from trialport.invitations.links import link_address, link_for
from trialport.sponsors.service import register_sponsor
from trialport.units.stale_service import QuestionLink, question_address

_TOKEN = re.compile(r'name="csrf_token" value="([^"]+)"')
TRIES = 5


class World(Struct, frozen=True, kw_only=True):
    """Who is signed in, by the secret of a session, and what addresses are made of, by name."""

    site: str
    sessions: dict[str, str]
    ids: dict[str, str]


class Maker(NamedTuple):
    """What the world is made with."""

    site: str
    people: Cast
    settings: Settings
    connection: asyncpg.Connection
    api: httpx.AsyncClient

    async def ask(self, who: str, method: str, path: str, /, body: Any = None) -> Any:
        headers = {"Authorization": f"Bearer {self.people.tokens[who]}"}
        answer = await self.api.request(method, "/api/v1" + path, json=body, headers=headers)
        assert answer.is_success, (path, answer.text)
        return answer.json()


async def make_world(site: str, database: str, people: Cast, settings: Settings) -> World:
    """Make everything the table of pages shows."""
    connection = await asyncpg.connect(database)
    await prepare_connection(connection)
    async with httpx.AsyncClient(base_url=site, timeout=30) as api:
        maker = Maker(site, people, settings, connection, api)
        ids = {name: str(found) for name, found in people.units.items()}
        ids |= {"ours": str(people.regions["ours"]), "nothing": "0198f3a0-5b7e-7c31-9d55-3f0a1c2b4d6e"}
        ids |= await _inquiries(maker)
        sessions = await _sessions(maker, ids)
        ids |= await _forms(maker, sessions)
        await _register(maker, ids)
    await connection.close()
    return World(site=site, sessions=sessions, ids=ids)


async def _inquiries(maker: Maker) -> dict[str, str]:
    """Take inquiries to every stage; those to be assessed wait for the worker."""
    stages = ("new", "triaged", "asked", "replied", "closed", "declined", "withdrawn", "waiting")
    made = await asyncio.gather(*(_submitted(maker, stage) for stage in stages))
    ids = dict(zip(stages, made, strict=True))
    await asyncio.gather(*(_assessed(maker, one) for one in ids.values()))
    for stage in ("triaged", "asked", "replied", "closed"):
        await maker.ask("office", "POST", f"/inquiries/{ids[stage]}/triage")
    lung = str(maker.people.units["lung"])
    for stage in ("asked", "replied", "closed"):
        units = {"unit_ids": [str(maker.people.units[unit]) for unit in ("lung", "heart")]}
        sent = (await maker.ask("office", "POST", f"/inquiries/{ids[stage]}/invitations", units))["invited"]
        for one in sent:
            unit = "lung" if one["unit_id"] == lung else "heart"
            ids[f"{stage}_{unit}"] = one["invitation_id"]
        answer = f"/invitations/{ids[f'{stage}_lung']}"
        await maker.ask("investigator", "POST", f"{answer}/eoi", YES)
        await maker.ask("investigator", "POST", f"{answer}/questions", {"text": "Is home sampling possible?"})
    for stage in ("replied", "closed"):
        (put,) = (await maker.ask("office", "GET", f"/questions?inquiry_id={ids[stage]}"))["items"]
        await maker.ask("office", "POST", f"/questions/{put['question_id']}/forward", {})
        await maker.ask("office", "POST", f"/inquiries/{ids[stage]}/reply", {"note": "Second. " + "w" * 200})
    await maker.ask("sponsor", "POST", f"/inquiries/{ids['closed']}/outcome", {"decision": "no_decision"})
    await maker.ask("office", "POST", f"/inquiries/{ids['declined']}/decline", {"reason": "other"})
    await maker.ask("sponsor", "POST", f"/inquiries/{ids['withdrawn']}/withdraw", {})
    asking = {"fields": ["population.age_from"], "note": "From which age?"}
    await maker.ask("office", "POST", f"/inquiries/{ids['waiting']}/information-request", asking)
    shortlist = {"command": "add", "unit_ids": [lung], "reason": "Has done it before"}
    await maker.ask("office", "POST", f"/inquiries/{ids['triaged']}/shortlist", shortlist)
    return ids | _links(maker, ids)


async def _submitted(maker: Maker, stage: str) -> str:
    body = inquiry_body(
        identity={"working_title": f"Once-daily inhaler in COPD ({stage})", "protocol_number": "SECRET-1"},
        burden={"visits": 8, "minutes_per_visit": 30},
        needs={"primary_care_role": "visit", "unit_pay": "900 SEK"},
    )
    return str((await maker.ask("sponsor", "POST", "/inquiries", body))["inquiry_id"])


async def _assessed(maker: Maker, inquiry_id: str) -> None:
    headers = {"Authorization": f"Bearer {maker.people.tokens['office']}"}
    address = f"/api/v1/inquiries/{inquiry_id}/assessments/latest"
    for _ in range(600):
        if (await maker.api.get(address, headers=headers)).status_code == httpx.codes.OK:
            return
        await asyncio.sleep(0.1)
    pytest.fail("the worker compares nothing")


def _links(maker: Maker, ids: Mapping[str, str]) -> dict[str, str]:
    """Return the addresses behind the mails: open, answered, for the head, lapsed."""

    def link(invitation: str, who: str, days: int, purpose: Purpose = "invitation") -> str:
        day = datetime.now(UTC).date() + timedelta(days=days)
        made = link_for(UUID(ids[invitation]), maker.people.investigators[who], 1, day)
        return link_address(maker.settings, made, purpose).rpartition("/")[2]

    return {
        "link": link("asked_heart", "heart", 5),
        "link_answered": link("asked_lung", "lung", 5),
        "link_replied": link("replied_lung", "lung", 5),
        "link_ended": link("closed_lung", "lung", 5),
        "link_lapsed": link("asked_heart", "heart", -400),
        "link_head": link("asked_lung", "lung", 5, "sign_off"),
    }


async def _sessions(maker: Maker, ids: dict[str, str]) -> dict[str, str]:
    """Sign one person of each kind in."""
    people = maker.people
    ours, theirs = people.regions["ours"], people.regions["theirs"]
    newcomer = await register_sponsor(maker.connection, name="New Pharma (demonstration)", kind="company")
    roles = {
        "sponsor": [RoleScope(role="sponsor_contact", region_id=ours, sponsor_id=people.sponsors["first"])],
        "rival": [RoleScope(role="sponsor_contact", region_id=ours, sponsor_id=people.sponsors["rival"])],
        "new_sponsor": [RoleScope(role="sponsor_contact", region_id=ours, sponsor_id=newcomer)],
        "office": [RoleScope(role="office", region_id=ours)],
        "new_office": [RoleScope(role="office", region_id=theirs)],
        "head": [RoleScope(role="unit_head", region_id=ours, investigator_id=people.investigators["lung"])],
        "investigator": [RoleScope(role="investigator", region_id=ours, investigator_id=people.investigators["heart"])],
        "new_head": [RoleScope(role="unit_head", region_id=theirs, investigator_id=people.investigators["foreign"])],
        "management": [RoleScope(role="management", region_id=ours)],
        "admin": [RoleScope(role="admin")],
        "importer": [RoleScope(role="office", region_id=ours)],
        "several": [RoleScope(role="office", region_id=ours), RoleScope(role="management", region_id=ours)],
        "unread": [RoleScope(role="office", region_id=ours)],
        "roleless": [],
    }
    sessions = {}
    for who, scopes in roles.items():
        async with maker.connection.transaction():
            tx = Transaction(maker.connection, datetime.now(UTC), "test")
            email = f"page-{who}@example.org"
            person = await find_or_add_person(tx, SYSTEM, email=email, name=f"Kim {who} (test)", language="en")
            for scope in scopes:
                assert await give_role(tx, SYSTEM, person.person_id, scope, "command")
            started = await start_session(tx, maker.settings, person, "link", "Test/1", None)
            sessions[who] = started.secret
            if who == "unread":
                ids["sign_in_link"] = (await make_open_link(tx, maker.settings, person)).rpartition("/")[2]
            else:
                await maker.connection.execute(
                    "update person set notice_version = $1 where email = $2", NOTICE_VERSION, email
                )
    return sessions


async def _forms(maker: Maker, sessions: Mapping[str, str]) -> dict[str, str]:
    """Make what only forms make: drafts, a file that was tried, a view of the queue; use an address's tries up."""

    async def post(who: str, path: str, form: dict[str, str], files: Any = None, page_path: str = "") -> str:
        async with httpx.AsyncClient(base_url=maker.site, timeout=30) as browser:
            headers = {**PAGE, "Cookie": f"{SESSION_COOKIE}={sessions[who]}", "Origin": maker.site}
            page = await browser.get(page_path or path, headers=headers)
            found = _TOKEN.search(page.text)
            assert found, (path, page.status_code, page.text[:300])
            sent = await browser.post(path, data={"csrf_token": found[1], **form}, files=files, headers=headers)
            assert sent.status_code == httpx.codes.SEE_OTHER, (path, sent.status_code, sent.text[:2000])
            return str(sent.headers["location"])

    draft = (await post("sponsor", "/inquiries/new", {"region": "TST"})).split("/")[-2]
    broken = (await post("rival", "/inquiries/new", {"region": "TST"})).split("/")[-2]
    await maker.connection.execute(
        """update inquiry_draft set content = '{"condition.indication": {"not": "a text"}}' where draft_id = $1""",
        UUID(broken),
    )
    rows = "unit,therapy_area,state,nurse_hours_free\ntest-lung,respiratory,limited,7.5\ntest-heart,oncology,{},\n"
    trial = await post("office", "/register/import", {}, {"file": ("a.csv", rows.format("open").encode())})
    wrong = await post("importer", "/register/import", {}, {"file": ("a.csv", rows.format("closed").encode())})
    unit = f"/register/units/{maker.people.units['heart']}"
    await post("office", f"{unit}/capacities/respiratory/ask", {}, page_path=unit)
    asked = await maker.connection.fetchval("select capacity_question_id from capacity_question limit 1")
    link = QuestionLink(capacity_question_id=asked, last_day=datetime.now(UTC).date() + timedelta(days=5))
    question = question_address(maker.settings, link).rpartition("/")[2]
    return {
        "question": question,
        "draft": draft,
        "broken": broken,
        "trial": trial.rpartition("/")[2],
        "wrong_trial": wrong.rpartition("/")[2],
    }


async def _register(maker: Maker, ids: dict[str, str]) -> None:
    """Make a capacity stale, somebody away, a resource, and tasks of two kinds."""
    run, people = maker.connection.execute, maker.people
    await run("update capacity set valid_until = now()::date - 1 where unit_id = $1", people.units["heart"])
    await run(
        "insert into investigator_absence values ($1, now()::date - 1, now()::date + 5)", people.investigators["lung"]
    )
    await run(
        """insert into office_task (region_id, kind, object_type, object_id, message, dedupe_key, created_at)
           select $1, kind, 'invitation', uuidv7(), 'See the log.', kind, now()
           from unnest(array['silent_unit', 'dead_job']) as kind""",
        people.regions["ours"],
    )
    ids["task"] = str(
        await maker.connection.fetchval("select office_task_id from office_task where kind = 'silent_unit' limit 1")
    )
    ids["lung_person"] = str(people.investigators["lung"])
    ids["ended_role"] = str(
        await maker.connection.fetchval(
            """insert into role_grant (person_id, role, region_id, source, granted_at, granted_by, revoked_at)
               select person_id, 'management', $1, 'command', now(), 'test', now() from person limit 1
               returning role_grant_id""",
            people.regions["ours"],
        )
    )
    ids["resource"] = str(
        await maker.connection.fetchval(
            "insert into resource (region_id, kind, name) values ($1, 'biobank', 'Biobank') returning resource_id",
            people.regions["ours"],
        )
    )
