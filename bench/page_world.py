"""A region with everything that its pages show: made by the desks once, then copied to the wanted size."""

from collections.abc import Awaitable, Callable, Sequence
from datetime import date
from typing import Any
from uuid import UUID

import asyncpg
import httpx
from msgspec import Struct

from bench.page_rows import copy_around, copy_inquiry
from trialport.accounts.browser import SESSION_COOKIE
from trialport.accounts.people_queries import select_person_by_email
from trialport.accounts.secret import hash_secret, new_secret
from trialport.accounts.service import create_token
from trialport.accounts.signin_service import make_open_link
from trialport.core.config import Settings
from trialport.core.db import SYSTEM_VIEWER, Pool, transaction
from trialport.core.front_pages import NOTICE_VERSION
from trialport.invitations.links import link_address, link_for
from trialport.units.stale_service import QuestionLink, question_address

ROLES = ("sponsor_contact", "investigator", "unit_head", "office", "admin")
# Token, method, path, body; returns the answer's JSON.
Ask = Callable[[str, str, str, Any], Awaitable[Any]]


class Ground(Struct, frozen=True, kw_only=True):
    """What is there before: a region with a unit, its head, and a sponsor."""

    region_id: UUID
    region: str
    unit_id: UUID
    head_id: UUID
    sponsor_id: UUID


class World(Struct, kw_only=True):
    """Who looks, and at what: session secrets and tokens by role, path parameters by kind of object."""

    ground: Ground
    sessions: dict[str, str]
    tokens: dict[str, str]
    colleague_id: UUID
    objects: dict[str, dict[str, str]] = {}
    links: dict[str, list[str]] = {}


async def people_of(connection: asyncpg.Connection, ground: Ground) -> World:
    """Sign a person of each role in; the investigator is a colleague of the unit's head."""
    colleague_id: UUID = await connection.fetchval(
        "insert into investigator (name, email) values ('Colleague (demonstration)', 'colleague@example.org') "
        "returning investigator_id"
    )
    await connection.execute("insert into position values ($1, $2, 0.5, false)", colleague_id, ground.unit_id)
    await connection.execute(
        "insert into investigator_absence select unnest($1::uuid[]), '2030-01-01', '2030-01-02'",
        [colleague_id, ground.head_id],
    )
    world = World(ground=ground, sessions={}, tokens={}, colleague_id=colleague_id)
    for role in ROLES:
        scope = {
            "region_id": None if role == "admin" else ground.region_id,
            "sponsor_id": ground.sponsor_id if role == "sponsor_contact" else None,
            "investigator_id": {"investigator": colleague_id, "unit_head": ground.head_id}.get(role),
        }
        world.tokens[role] = await create_token(connection, name=f"{role} of pages", role=role, **scope)  # type: ignore[arg-type]
        world.sessions[role] = await _sign_in(connection, role, scope)
    return world


async def _sign_in(connection: asyncpg.Connection, role: str, scope: dict[str, UUID | None]) -> str:
    secret = new_secret()
    person_id = await connection.fetchval(
        """
        insert into person (email, name, notice_version, notice_seen_at, created_at)
        values ($1, $2, $3, now(), now()) returning person_id
        """,
        f"{role}@pages.example.org",
        f"Demo {role} (demonstration)",
        NOTICE_VERSION,
    )
    await connection.execute(
        """
        with granted as (
            insert into role_grant
                (person_id, role, region_id, sponsor_id, investigator_id, source, granted_at, granted_by)
            values ($1, $2, $3, $4, $5, 'demo', now(), 'pages') returning role_grant_id),
        viewed as (
            insert into saved_view (person_id, name, query, saved_at) values ($1, 'View', 'state=inviting', now()))
        insert into session
            (secret_hash, csrf_token, person_id, role_grant_id, method, user_agent, created_at, last_seen_at,
             expires_at)
        select $6, $7, $1, role_grant_id, 'link', 'page bench', now(), now(), now() + interval '1 day' from granted
        """,
        person_id,
        role,
        scope["region_id"],
        scope["sponsor_id"],
        scope["investigator_id"],
        hash_secret(secret),
        new_secret(),
    )
    return secret


async def make_course(
    connection: asyncpg.Connection,
    world: World,
    ask: Ask,
    assessed: Callable[[str], Awaitable[object]],
    body: dict[str, Any],
    *,
    units: Sequence[UUID],
    settings: Settings,
) -> None:
    """Take two inquiries to their answers, and one of them to its reply; `assessed` waits for the comparison."""
    for about in ("open", "replied"):
        path = await _answered(connection, world, ask, assessed, body, units)
        inquiry_id = UUID(path.rpartition("/")[2])
        world.objects[about] = {"inquiry_id": str(inquiry_id), "unit_id": str(units[0])}
        if about == "replied":
            await ask(world.tokens["office"], "POST", f"{path}/reply", {})
    await _answer_rest(connection)
    await _add_around(connection, world)
    await _link(connection, world, settings)


async def _answered(
    connection: asyncpg.Connection,
    world: World,
    ask: Ask,
    assessed: Callable[[str], Awaitable[object]],
    body: dict[str, Any],
    units: Sequence[UUID],
) -> str:
    office, sponsor, unit = (world.tokens[role] for role in ("office", "sponsor_contact", "investigator"))
    path = str((await ask(sponsor, "POST", "/api/v1/inquiries", body))["status_url"])
    await assessed(path)
    await ask(office, "POST", f"{path}/triage", None)
    await ask(office, "POST", f"{path}/comments", {"body": "Called them."})
    unit_ids = [str(one) for one in units]
    shortlist = {"command": "add", "unit_ids": unit_ids[:1], "reason": "Known for it."}
    await ask(office, "POST", f"{path}/shortlist", shortlist)
    invited = (await ask(office, "POST", f"{path}/invitations", {"unit_ids": unit_ids}))["invited"]
    own = next(one for one in invited if one["unit_id"] == str(world.ground.unit_id))
    invitation = f"/api/v1/invitations/{own['invitation_id']}"
    await ask(unit, "POST", f"{invitation}/questions", {"text": "From which week on?"})
    yes = {"answer": "yes", "participants": 12, "participants_basis": "register", "conditions": []}
    await ask(unit, "POST", f"{invitation}/eoi", yes)
    await connection.execute("update question set state = 'forwarded', wording = text, forwarded_at = now()")
    return path


async def _answer_rest(connection: asyncpg.Connection) -> None:
    """Answer two of three invitations that wait as the first one was answered."""
    await connection.execute("set session_replication_role = replica")
    await connection.execute(
        """
        insert into eoi (invitation_id, revision, version, answer, content, late, answered_at, answered_by, actor_id,
                         investigator_id)
        select v.invitation_id, 1, e.version, e.answer, e.content, false, e.answered_at, e.answered_by, e.actor_id,
               v.recipient_id
        from invitation v
        cross join (select version, answer, content, answered_at, answered_by, actor_id from eoi
                    order by eoi_id limit 1) e
        where v.state in ('sent', 'opened') and get_byte(uuid_send(v.unit_id), 15) % 3 > 0
        """
    )
    await connection.execute(
        "update invitation v set state = 'answered', answered_at = now() from eoi e "
        "where e.invitation_id = v.invitation_id and v.state in ('sent', 'opened')"
    )
    await connection.execute("set session_replication_role = default")


async def _add_around(connection: asyncpg.Connection, world: World) -> None:
    """Write what only copies are made of: tasks, a draft, a file, what is held of a resource, a set of weights."""
    region_id, inquiry_id = world.ground.region_id, UUID(world.objects["open"]["inquiry_id"])
    await connection.execute(
        """
        insert into office_task (region_id, kind, object_type, object_id, message, dedupe_key, created_at, done_at)
        select $1, kind, 'inquiry', $2, 'Look at it.', kind, now(), done_at
        from (values ('all_answered', null), ('target_reached', null), ('sponsor_overdue', now())) as k (kind, done_at)
        """,
        region_id,
        inquiry_id,
    )
    await connection.execute(
        """
        insert into inquiry_draft (sponsor_id, content, step, created_at, updated_at)
        values ($1, '{"working_title": "A draft", "indication": "COPD"}', 'trial', now(), now())
        """,
        world.ground.sponsor_id,
    )
    await connection.execute(
        """
        insert into attachment (region_id, sponsor_id, inquiry_id, kind, file_name, media_type, size_bytes, sha256,
                                object_key, scan_state, held_back, uploaded_at, uploaded_by)
        values ($1, $2, $3, 'synopsis', 'synopsis.txt', 'text/plain', 8, sha256('a'), 'none', 'clean', false, now(),
                'pages')
        """,
        region_id,
        world.ground.sponsor_id,
        inquiry_id,
    )
    resource_id = await connection.fetchval(
        "insert into resource (region_id, kind, name, nurse_hours_free) values ($1, 'trial_unit', 'Lender', 100) "
        "returning resource_id",
        region_id,
    )
    await connection.execute(
        """
        insert into reservation (inquiry_id, invitation_id, region_id, resource_id, strength, trial_slots, nurse_hours,
                                 reserved_at)
        select inquiry_id, invitation_id, region_id, $2, 'firm', 0, 1, now()
        from invitation where inquiry_id = $1 order by invitation_id limit 1
        """,
        inquiry_id,
        resource_id,
    )
    await connection.execute(
        """
        insert into weight_set (region_id, version, weights, reason, applies_to_open, changed_at, changed_by)
        select $1, 1, '{}', 'First', false, now(), 'pages'
        """,
        region_id,
    )
    await connection.execute(
        """
        insert into local_term (region_id, term, language, concept, term_key, state, proposed_at, proposed_by,
                                updated_at)
        values ($1, 'Lung track', 'en', 'J44', 'lung track', 'proposed', now(), 'pages', now())
        """,
        region_id,
    )
    draft_id = await connection.fetchval("select draft_id from inquiry_draft limit 1")
    world.objects["draft"] = {"draft_id": str(draft_id), "step_name": "trial"}
    world.objects["resource"] = {"resource_id": str(resource_id)}
    world.objects["region"] = {"region_id": str(region_id), "code": world.ground.region}
    area = await connection.fetchval(
        "select therapy_area from capacity where unit_id = $1 order by 1 limit 1", world.ground.unit_id
    )
    world.objects["unit"] = {"unit_id": str(world.ground.unit_id), "therapy_area": area}
    world.objects["person"] = {"investigator_id": str(world.ground.head_id)}


async def _link(connection: asyncpg.Connection, world: World, settings: Settings) -> None:
    """Note the unit's own invitation, and the links of mails about it and about others."""
    own = await connection.fetchval(
        "select invitation_id from invitation where inquiry_id = $1 and unit_id = $2",
        UUID(world.objects["open"]["inquiry_id"]),
        world.ground.unit_id,
    )
    world.objects["invitation"] = {"invitation_id": str(own)}
    invitations = await connection.fetch(
        "select invitation_id, recipient_id, link_number, due_on from invitation where inquiry_id = $1 "
        "and invitation_id <> $2 order by invitation_id",
        UUID(world.objects["open"]["inquiry_id"]),
        own,
    )
    link = link_for(own, world.ground.head_id, 1, date(2035, 1, 1))
    world.links["sign_off"] = [link_address(settings, link, "sign_off")]
    world.links["answer"] = [link_address(settings, link_for(*tuple(one))) for one in invitations]


async def ask_about_capacities(connection: asyncpg.Connection, world: World, settings: Settings) -> None:
    """Ask the investigator by mail whether the capacities of her units still hold; several links, for many looks."""
    world.links["still_right"] = []
    for _ in range(3):
        question_id = await connection.fetchval("select uuidv7()")
        await connection.execute(
            """
            insert into capacity_question
                (capacity_question_id, capacity_id, investigator_id, region_id, asked_at, cause)
            select $1, c.capacity_id, $2, c.region_id, now(), 'office'
            from capacity c join position p using (unit_id)
            where p.investigator_id = $2
            """,
            question_id,
            world.colleague_id,
        )
        link = QuestionLink(capacity_question_id=question_id, last_day=date(2035, 1, 1))
        world.links["still_right"].append(question_address(settings, link))


async def try_import(http: httpx.AsyncClient, connection: asyncpg.Connection, world: World, rows: int) -> None:
    """Have the office try a file of capacities with this many rows."""
    unit = await connection.fetchval("select registry_id from unit where unit_id = $1", world.ground.unit_id)
    table = "unit,therapy_area,state\n" + f"{unit},nonsense,open\n" * rows
    secret = world.sessions["office"]
    token = await connection.fetchval("select csrf_token from session where secret_hash = $1", hash_secret(secret))
    made = await http.post(
        "/register/import",
        data={"csrf_token": token},
        files={"file": ("capacity.csv", table)},
        headers={
            "Cookie": f"{SESSION_COOKIE}={secret}",
            "Accept": "text/html",
            "Origin": str(http.base_url).rstrip("/"),
            "Sec-Fetch-Site": "same-origin",
        },
    )
    assert made.status_code == httpx.codes.SEE_OTHER, made.text
    world.objects["import"] = {"import_draft_id": made.headers["location"].rpartition("/")[2]}


async def invite_copies(
    connection: asyncpg.Connection, world: World, ask: Ask, assessed: Callable[[str], Awaitable[object]]
) -> None:
    """Compare an inquiry anew, ask every unit of the region that was not asked yet, and have two of three answer."""
    inquiry_id = UUID(world.objects["open"]["inquiry_id"])
    units = await connection.fetch(
        """
        select unit_id from unit
        where region_id = $1 and unit_id not in (select unit_id from invitation where inquiry_id = $2)
        """,
        world.ground.region_id,
        inquiry_id,
    )
    path, office = f"/api/v1/inquiries/{inquiry_id}", world.tokens["office"]
    await ask(office, "POST", f"{path}/assessments", None)
    await assessed(path)
    await ask(office, "POST", f"{path}/invitations", {"unit_ids": [str(one["unit_id"]) for one in units]})
    await _answer_rest(connection)


async def place_people(connection: asyncpg.Connection, world: World, units: int) -> None:
    """Have the unit's people work at further units of the region, so many at most."""
    await connection.execute(
        """
        insert into position (investigator_id, unit_id, share, is_head)
        select investigator_id, unit_id, 0, false
        from unnest($1::uuid[]) investigator_id
        cross join (select unit_id from unit where region_id = $2 order by name limit $3) u
        on conflict do nothing
        """,
        [world.colleague_id, world.ground.head_id],
        world.ground.region_id,
        units,
    )


async def lengthen_reply(connection: asyncpg.Connection, world: World, units: int) -> None:
    """Give the reply that was sent so many units."""
    await connection.execute("set session_replication_role = replica")
    await connection.execute(
        """
        update reply r
        set content = jsonb_set(r.content, '{units}', long.units)
        from (select jsonb_agg(s.content #> '{units,0}') as units
              from reply s cross join generate_series(1, $2::integer)
              where s.inquiry_id = $1) long
        where r.inquiry_id = $1
        """,
        UUID(world.objects["replied"]["inquiry_id"]),
        units,
    )
    await connection.execute("set session_replication_role = default")


async def grow(connection: asyncpg.Connection, world: World, first: int, last: int) -> None:
    """Copy inquiries, open and replied to."""
    for about in ("open", "replied"):
        await copy_inquiry(connection, UUID(world.objects[about]["inquiry_id"]), first, last)


async def grow_around(connection: asyncpg.Connection, world: World, first: int, last: int) -> None:
    """Copy what stands around the open inquiry, and around the people."""
    inquiry_id = UUID(world.objects["open"]["inquiry_id"])
    await copy_around(connection, world.ground.region_id, inquiry_id, first, last)


async def sign_in_link(pool: Pool, settings: Settings, world: World) -> None:
    """Make a link that signs the office's person in, which looking at its page does not."""
    async with transaction(pool, viewer=SYSTEM_VIEWER) as tx:
        person = await select_person_by_email(tx.connection, email="office@pages.example.org")
        assert person is not None
        world.links["sign_in"] = [await make_open_link(tx, settings, person)]
