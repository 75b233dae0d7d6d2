"""300 invitations while API, workers, Valkey and the mail server are killed at random, with time sped up.

Each mail goes out, none twice to the server but with the same Message-ID, every reminder is settled once, and nothing
that was set aside stays so once the inquiries are over.
"""

import asyncio
import itertools
import os
import random
from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path
from typing import Any, NamedTuple
from uuid import UUID

import asyncpg
import httpx
import msgspec
import pytest
import redis.asyncio
from msgspec import Struct

from bench.invitation_data import add_units
from tests.cast import Cast
from tests.conftest import as_app
from tests.inquiries.factories import inquiry_body
from tests.journeys.processes import Program, RestartableValkey, wait_until_ready
from tests.mailbox import Mailbox
from trialport.accounts.service import create_token
from trialport.core.servers.valkey import LOOPBACK, free_port

INQUIRIES, UNITS = 10, 30
# The whole ladder of every invitation passes within so many seconds.
LADDER_SECONDS = 14.0
SETTLE_SECONDS = 90.0
LEASE_SECONDS = 4.0
KEY = "a-key-for-tests-and-for-nothing-else"

# What must not be: each statement counts how often it is.
FAULTS = {
    "invitations": "select 300 - count(*) from invitation",
    "invitations without exactly one first mail": """
        select count(*) from invitation v
        where (select count(*) from message m where m.kind = 'invitation' and m.subject_id = v.invitation_id) <> 1""",
    "reminders not settled": "select count(*) from reminder where settled_at is null",
    "reminders without what became of them": "select count(*) from reminder where sent is null",
    "reminders that went out in no mail": """
        select count(*) from reminder where sent and step <> 'office' and message_id is null""",
    "units reminded more often than the ladder says": """
        with mailed as (
            select params ->> 'invitation_id' as invitation_id from message where kind = 'invitation_reminder'
            union all
            select item -> 'params' ->> 'invitation_id'
            from message cross join jsonb_array_elements(params -> 'items') item where kind = 'digest')
        select count(*) from invitation v
        where (select count(*) from mailed m where m.invitation_id = v.invitation_id::text)
           <> (select count(*) from reminder r
               where r.invitation_id = v.invitation_id and r.sent and r.step <> 'office')""",
    "waiting units that were reminded of nothing": """
        select count(*) from invitation v
        where v.state = 'no_answer'
          and not exists (select from reminder r where r.invitation_id = v.invitation_id and r.sent)""",
    "units still waited for": "select count(*) from invitation where state in ('planned', 'sent', 'opened')",
    "mails under way": "select count(*) from message where state in ('queued', 'carried', 'sending')",
    "mails lost": "select count(*) from message where state = 'failed'",
    "mails held back though nothing overtook them": """
        select count(*) from message where state = 'suppressed' and last_error is distinct from 'overtaken'""",
    "invitations held back though nobody had answered": """
        select count(*) from message m join invitation v on v.invitation_id = m.subject_id
        where m.kind = 'invitation' and m.state = 'suppressed' and v.answered_at is null""",
    "jobs not done": "select count(*) from job where state <> 'done'",
    "answers stored twice": """
        select count(*) from (select from eoi group by invitation_id, content having count(*) > 1) twice""",
    "silent units without a task": """
        select count(*) from invitation v
        where v.state = 'no_answer' and not exists (
            select from office_task t where t.kind = 'silent_unit' and t.object_id = v.invitation_id)""",
    "inquiries not handed to the office": "select count(*) from inquiry where state = 'inviting'",
}


class Record(Struct, kw_only=True):
    """What happened in one run."""

    seed: int
    kills: dict[str, int] = msgspec.field(default_factory=dict)
    retries: int = 0
    answers: int = 0
    mails_due: int = 0
    mails_at_server: int = 0
    mails_repeated: int = 0


class Deployment(NamedTuple):
    apis: list[Program]
    workers: list[Program]
    addresses: list[str]
    valkey: RestartableValkey
    mailbox: Mailbox


@pytest.fixture
async def deployment(database_url: str, tmp_path: Path) -> AsyncIterator[Deployment]:
    """Two APIs, two workers, a Valkey and a mail server of their own."""
    valkey, mailbox = RestartableValkey(tmp_path / "valkey"), Mailbox(tmp_path)
    mailbox.start()
    shared = {
        "TRIALPORT_DATABASE_URL": as_app(database_url),
        "TRIALPORT_VALKEY_URL": valkey.begin(),
        "TRIALPORT_SECRET_KEY": KEY,
        "TRIALPORT_SMTP_URL": mailbox.smtp_url,
        "TRIALPORT_MAIL_ALLOW": "*",
        "TRIALPORT_LEASE_SECONDS": str(LEASE_SECONDS),
        "TRIALPORT_SWEEP_SECONDS": "1",
        "TRIALPORT_REMIND_SECONDS": "1",
        "TRIALPORT_GATHER_SECONDS": "1",
        "TRIALPORT_BACKOFF_SECONDS": "0.2",
        # More than the monkey can use up on one mail: being given up is shown elsewhere.
        "TRIALPORT_MAIL_ATTEMPTS": "60",
        "TRIALPORT_JOB_ATTEMPTS": "30",
    }
    ports = [free_port() for _ in range(2)]
    apis = [Program(f"api-{port}", "serve", tmp_path, {**shared, "TRIALPORT_PORT": str(port)}) for port in ports]
    workers = [Program(f"worker-{number}", "work", tmp_path, shared) for number in range(2)]
    addresses = [f"http://{LOOPBACK}:{port}" for port in ports]
    try:
        for program in (*apis, *workers):
            program.start()
        for address, program in zip(addresses, apis, strict=True):
            await asyncio.to_thread(wait_until_ready, address, program)
        yield Deployment(apis, workers, addresses, valkey, mailbox)
    finally:
        for program in (*apis, *workers):
            program.stop()
        valkey.stop()
        mailbox.stop()


class Callers:
    """The office, the sponsor and the units: each asks until there is an answer."""

    def __init__(self, addresses: list[str], record: Record) -> None:
        self._addresses, self._record = addresses, record
        self._random = random.Random(record.seed)  # noqa: S311 - chance that can be repeated, not secrecy
        self._http = httpx.AsyncClient(timeout=20.0, trust_env=False)

    async def ask(self, token: str, method: str, path: str, body: Any = None, *, done: int | None = None) -> Any:
        """Ask until there is an answer; `done` is the status that says that it was done before."""
        for attempt in itertools.count():
            try:
                answer = await self._http.request(
                    method,
                    self._random.choice(self._addresses) + path,
                    json=body,
                    headers={"Authorization": f"Bearer {token}", "If-Match": "*"},
                )
            except httpx.TransportError:
                answer = None
            if answer is not None and answer.status_code < 500:
                assert answer.is_success or answer.status_code == done, f"{method} {path}: {answer.text}"
                return answer.json()
            self._record.retries += 1
            await asyncio.sleep(self._random.uniform(0.05, min(0.1 * 2**attempt, 1.0)))
        raise AssertionError("unreachable")

    async def close(self) -> None:
        await self._http.aclose()


async def invite(callers: Callers, people: Cast, units: list[str]) -> list[str]:
    """Submit the inquiries and invite every unit to each; returns the addresses of the inquiries."""
    inquiries = []
    for number in range(INQUIRIES):
        body = inquiry_body(identity={"working_title": f"chaos {number}"}, placement={"regions_wanted": ["TST"]})
        made = await callers.ask(people.tokens["sponsor"], "POST", "/api/v1/inquiries", body)
        address = made["status_url"]
        await callers.ask(people.tokens["office"], "POST", address + "/triage", done=409)
        await callers.ask(people.tokens["office"], "POST", address + "/invitations", {"unit_ids": units})
        inquiries.append(address)
    return inquiries


async def answer(callers: Callers, token: str, invitation_ids: list[str], record: Record) -> None:
    """Have a third of the units answer at some moment, as people do: yes, no, or on a condition."""
    chance = random.Random(record.seed + 1)  # noqa: S311 - see above
    answers = (
        {"answer": "yes", "participants": 2, "participants_basis": "register"},
        {"answer": "no", "reasons": ["no_nurse_time"]},
        {"answer": "yes_if", "participants": 2, "participants_basis": "estimate", "conditions": ["nurse_hours"]},
    )

    async def one(invitation_id: str) -> None:
        await asyncio.sleep(chance.uniform(0, LADDER_SECONDS))
        body = chance.choice(answers)
        address = f"/api/v1/invitations/{invitation_id}"
        # Whoever does not know whether the answer arrived looks before answering again.
        while (await callers.ask(token, "GET", address))["answer"] is None:
            await callers.ask(token, "POST", address + "/eoi", body)
        record.answers += 1

    async with asyncio.TaskGroup() as group:
        for invitation_id in chance.sample(invitation_ids, len(invitation_ids) // 3):
            group.create_task(one(invitation_id))


class Monkey:
    """Kills what serves, in a seeded order."""

    def __init__(self, deployment: Deployment, record: Record) -> None:
        self._deployment, self._record = deployment, record
        self._random = random.Random(record.seed + 2)  # noqa: S311 - see above

    async def run(self, pause: float) -> None:
        deeds: list[Callable[[], Awaitable[None]]] = [
            *[self._kill_api] * 3,
            *[self._kill_worker] * 7,
            *[self._flush] * 3,
            *[self._restart_valkey] * 2,
            *[self._kill_mail_server] * 5,
        ]
        self._random.shuffle(deeds)
        for deed in deeds:
            await asyncio.sleep(self._random.uniform(0, 2 * pause))
            await deed()
            name = deed.__name__.removeprefix("_")
            self._record.kills[name] = self._record.kills.get(name, 0) + 1

    async def _kill_api(self) -> None:
        victim = self._random.choice(self._deployment.apis)
        victim.kill()
        victim.start()

    async def _kill_worker(self) -> None:
        victim = self._random.choice(self._deployment.workers)
        victim.kill()
        victim.start()

    async def _flush(self) -> None:
        valkey = redis.asyncio.Redis.from_url(self._deployment.valkey.url)
        try:
            await valkey.flushall()
        finally:
            await valkey.aclose()

    async def _restart_valkey(self) -> None:
        self._deployment.valkey.kill()
        await asyncio.sleep(self._random.uniform(0.2, 1.0))
        self._deployment.valkey.come_back()

    async def _kill_mail_server(self) -> None:
        self._deployment.mailbox.kill()
        await asyncio.sleep(self._random.uniform(0.2, 1.0))
        await asyncio.to_thread(self._deployment.mailbox.start)


@pytest.mark.xdist_group("chaos")
async def test_every_mail_goes_out_and_everything_settles(
    deployment: Deployment, connection: asyncpg.Connection, people: Cast
) -> None:
    record = Record(seed=int(os.environ.get("TRIALPORT_CHAOS_SEED") or random.SystemRandom().randrange(10**6)))
    units = [str(unit_id) for unit_id in await add_units(connection, people.regions["ours"], UNITS)]
    everywhere = await _somebody_everywhere(connection, people.regions["ours"])
    callers = Callers(deployment.addresses, record)
    try:
        async with asyncio.timeout(170):
            async with asyncio.TaskGroup() as group:
                group.create_task(Monkey(deployment, record).run(1.0))
                inquiries = await invite(callers, people, units)
                await _speed_up(connection, record)
                asked = [str(one) for (one,) in await connection.fetch("select invitation_id from invitation")]
                group.create_task(answer(callers, everywhere, asked, record))
            await _settled(connection)
            faults = await _faults(connection, deployment, record)
            for address in inquiries:
                await callers.ask(people.tokens["office"], "POST", address + "/reply", {}, done=409)
                decided = {"decision": "not_selected"}
                await callers.ask(people.tokens["office"], "POST", address + "/outcome", decided, done=409)
            held = await connection.fetchval("select count(*) from reservation where state = 'held'")
    except BaseException as error:
        error.add_note(f"what happened: {record}\nTRIALPORT_CHAOS_SEED={record.seed} repeats the order.")
        raise
    finally:
        await callers.close()
    print(f"\nchaos: {msgspec.json.encode(record).decode()}")  # noqa: T201 - shown by -s and on failure
    assert (faults, held) == ({}, 0), f"TRIALPORT_CHAOS_SEED={record.seed} repeats {record}"
    # A run in which nothing went wrong would prove nothing.
    assert sum(record.kills.values()) == 20
    assert record.retries > 0
    assert record.answers == INQUIRIES * UNITS // 3
    assert record.mails_due > INQUIRIES * UNITS / 2
    # Those that wait for one person leave as one; how many do depends on what was dead when.
    assert record.mails_at_server >= 2 * UNITS


async def _somebody_everywhere(connection: asyncpg.Connection, region_id: UUID) -> str:
    """Let one person work at every unit beside its head, and return her token."""
    investigator_id = await connection.fetchval(
        "insert into investigator (name, email) values ('Demo everywhere (demonstration)', 'everywhere@example.org') "
        "returning investigator_id"
    )
    await connection.execute(
        "insert into position select $1, unit_id, 0, false from unit where registry_id like 'many-%'", investigator_id
    )
    await connection.execute(
        """
        insert into capacity (region_id, unit_id, therapy_area, indications, study_types, phases, age_groups,
                              care_settings, state, competing_trials, conditions, dct_activities, equipment, resources,
                              experience, updated_at)
        select region_id, unit_id, 'respiratory', '{}', '{}', '{}', '{}', '{}', 'open', '{}', '{}', '{}', '{}', '{}',
               '[]', now()
        from unit where registry_id like 'many-%'
        """
    )
    return await create_token(
        connection, name="everywhere", role="investigator", region_id=region_id, investigator_id=investigator_id
    )


async def _speed_up(connection: asyncpg.Connection, record: Record) -> None:
    """Let the ladder of every invitation pass within seconds, each at moments of its own, in its order."""
    await connection.execute("select setseed($1)", (record.seed % 1000) / 1000)
    await connection.execute(
        """
        update reminder r
        set due_at = now() + make_interval(secs => $1 * (l.place + o.part) / 6)
        from (select invitation_id, random() as part from invitation) o,
             unnest(array['half', 'nearly', 'overdue', 'head', 'office']) with ordinality as l (step, place)
        where o.invitation_id = r.invitation_id and l.step = r.step and r.settled_at is null
        """,
        LADDER_SECONDS,
    )


async def _settled(connection: asyncpg.Connection) -> None:
    """Wait until no reminder, mail or job is open; gives up after a while, and the faults say what is."""
    deadline = asyncio.get_running_loop().time() + SETTLE_SECONDS
    while asyncio.get_running_loop().time() < deadline:
        if await connection.fetchval(
            "select not exists (select from reminder where settled_at is null) "
            "and not exists (select from message where state in ('queued', 'carried', 'sending')) "
            "and not exists (select from job where state <> 'done')"
        ):
            return
        await asyncio.sleep(0.2)


async def _faults(connection: asyncpg.Connection, deployment: Deployment, record: Record) -> dict[str, Any]:
    """Return what is wrong and how often; empty when all is as it must be."""
    counted = {what: await connection.fetchval(statement) for what, statement in FAULTS.items()}
    found: dict[str, Any] = {what: count for what, count in counted.items() if count}
    at_server = [(str(mail.message["Message-ID"]), str(mail.message["To"])) for mail in deployment.mailbox.mails()]
    record.mails_at_server, record.mails_repeated = len(at_server), len(at_server) - len(set(at_server))
    rows = await connection.fetch(
        "select coalesce(carried_by, message_id) as message_id, to_address from message where state = 'sent'"
    )
    record.mails_due = len(rows)
    sent = {(f"<{row['message_id']}@localhost>", row["to_address"]) for row in rows}
    if missing := len(sent - set(at_server)):
        found["mails that never arrived"] = missing
    if strange := len(set(at_server) - sent):
        found["mails that nobody sent"] = strange
    return found
