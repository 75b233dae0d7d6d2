"""From submission to collated reply with 60 units asked; and 10,000 reminders in one pass, beside one at a time.

The first runs over HTTP against an API and a worker as processes. The second runs in this process on one connection:
ours takes a thousand reminders at a time; the alternative does what a plain loop does, one reminder after the other
with its own statements, on the same rows, in turns. Run: `uv run python -m bench.invitations`.
"""

import asyncio
import statistics
import time
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import asyncpg
import httpx

from bench.invitation_data import add_open_invitations, add_units
from bench.servers import Stand, free_port, process, stand
from trialport.accounts.service import create_token
from trialport.core.config import Settings
from trialport.core.db import SYSTEM_VIEWER, Pool, Transaction, open_pool, prepare_connection, transaction
from trialport.demo.load import sample_inquiry
from trialport.invitations import reminder_queries
from trialport.invitations.reminder_queries import SettledReminder
from trialport.invitations.reminding import remind_units
from trialport.notifications.messages import queue_message

UNITS_ASKED = 60
JOURNEYS = 5
KEY = "a-key-for-measuring-and-for-nothing-else"
OPEN = 10_000
ROUNDS = 3
AT_ONCE = 1_000


def main() -> None:
    with stand() as here:
        _journeys(here)
        asyncio.run(_sweeps(here))


def _journeys(here: Stand) -> None:
    port = free_port()
    environment = here.environment(port) | {"TRIALPORT_SECRET_KEY": KEY, "TRIALPORT_SWEEP_SECONDS": "1"}
    units, token = asyncio.run(_make_units(here))
    with (
        process(["-m", "trialport", "serve"], environment, f"http://127.0.0.1:{port}/health/live"),
        process(["-m", "trialport", "work"], environment),
    ):
        runs = [_journey(here, port, units, token) for _ in range(JOURNEYS + 1)][1:]
    print("| step | ms, median (range) |\n|---|---:|")
    for step in runs[0]:
        taken = [run[step] * 1000 for run in runs]
        print(f"| {step} | {statistics.median(taken):.0f} ({min(taken):.0f} to {max(taken):.0f}) |")


def _journey(here: Stand, port: int, units: list[str], token: str) -> dict[str, float]:
    taken: dict[str, float] = {}
    with httpx.Client(base_url=f"http://127.0.0.1:{port}", timeout=60.0, trust_env=False) as http:

        def ask(who: str, method: str, path: str, body: Any = None) -> Any:
            answer = http.request(method, path, json=body, headers={"Authorization": f"Bearer {who}"})
            answer.raise_for_status()
            return answer.json()

        office = here.tokens.office_uas
        began = at = time.perf_counter()

        def lap(step: str) -> None:
            nonlocal at
            now = time.perf_counter()
            taken[step], at = now - at, now

        body = sample_inquiry(datetime.now(UTC).date())
        address = ask(here.tokens.sponsor, "POST", "/api/v1/inquiries", body)["status_url"]
        lap("submit")
        newest, bearer = f"{address}/assessments/latest", {"Authorization": f"Bearer {office}"}
        while http.get(newest, headers=bearer).status_code != httpx.codes.OK:
            time.sleep(0.01)
        lap("assessed by the worker")
        ask(office, "POST", address + "/triage")
        invited = ask(office, "POST", address + "/invitations", {"unit_ids": units})["invited"]
        lap(f"taken up, {UNITS_ASKED} units invited in one request")
        if len(invited) != UNITS_ASKED:
            raise RuntimeError(f"{len(invited)} units were invited")
        eoi = {"answer": "yes", "participants": 2, "participants_basis": "register"}
        for one in invited:
            ask(token, "POST", f"/api/v1/invitations/{one['invitation_id']}/eoi", eoi)
        lap(f"{UNITS_ASKED} answers, one after the other")
        ask(office, "POST", address + "/reply", {})
        lap("collated reply sent")
        taken["all of it"] = time.perf_counter() - began
    return taken


async def _make_units(here: Stand) -> tuple[list[str], str]:
    """Write units and one person who works at all of them; returns their ids and her token."""
    connection = await asyncpg.connect(here.owner_url)
    await prepare_connection(connection)
    region_id = await connection.fetchval("select region_id from region where code = 'UAS'")
    units = await add_units(connection, region_id, UNITS_ASKED)
    person = await connection.fetchval(
        "insert into investigator (name, email) values ('Bench (demonstration)', 'bench@example.org') "
        "returning investigator_id"
    )
    await connection.execute(
        "insert into position select $1, unit_id, 0, false from unnest($2::uuid[]) unit_id", person, units
    )
    token = await create_token(
        connection, name="bench", role="investigator", region_id=region_id, investigator_id=person
    )
    await connection.close()
    return [str(unit_id) for unit_id in units], token


async def _sweeps(here: Stand) -> None:
    settings = Settings(database_url=here.database_url, valkey_url=here.valkey_url, secret_key=KEY)
    owner = await asyncpg.connect(here.owner_url)
    await prepare_connection(owner)
    # The journeys before this have left reminders that are none of ours.
    await owner.execute("update reminder set settled_at = now(), sent = false")
    region_id = await owner.fetchval("select region_id from region where code = 'UAS'")
    await owner.execute(
        "delete from position where unit_id in (select unit_id from unit where registry_id like 'many-%')"
    )
    await owner.execute("update unit set registry_id = 'old-' || registry_id where registry_id like 'many-%'")
    await owner.execute("update investigator set email = 'old-' || email where email like 'many-%'")
    day = datetime.now(UTC).date() + timedelta(days=10)
    await add_open_invitations(owner, region_id, units=1_000, inquiries=OPEN // 1_000, due_on=day)
    pool = await open_pool(settings, "bench")
    print("| reminders | in batches (s) | statements | mails | one at a time (s) | statements | mails | ratio |")
    print("|---|---:|---:|---:|---:|---:|---:|---:|")
    rounds = []
    for number in range(ROUNDS + 1):
        ours = await _sweep(pool, owner, settings, remind_units, AT_ONCE)
        plain = await _sweep(pool, owner, settings, _one_at_a_time, AT_ONCE)
        # The first round warms both up.
        if number:
            rounds.append((ours, plain))
    ratios = [plain[0] / ours[0] for ours, plain in rounds]
    batches, single = ([statistics.median(pair[at][of] for pair in rounds) for of in range(3)] for at in range(2))
    print(
        f"| {OPEN}, ten to a person | {batches[0]:.2f} | {batches[1]:.0f} | {batches[2]:.0f} "
        f"| {single[0]:.2f} | {single[1]:.0f} | {single[2]:.0f} "
        f"| {statistics.median(ratios):.1f} ({min(ratios):.1f} to {max(ratios):.1f}) |"
    )
    await pool.close()
    await owner.close()


Sweep = Callable[[Transaction, Settings, int], Awaitable[int]]


async def _sweep(
    pool: Pool, owner: asyncpg.Connection, settings: Settings, sweep: Sweep, limit: int
) -> tuple[float, int, int]:
    """Let the first reminder of every invitation fall due and settle them; returns seconds, statements and mails."""
    await owner.execute(
        """
        with gone as (delete from message where kind in ('digest', 'invitation_reminder')),
             jobs as (delete from job where kind = 'send_message')
        update reminder r
        set settled_at = null, sent = null, message_id = null, due_at = now() - interval '1 hour'
        from invitation v
        where v.invitation_id = r.invitation_id and v.reference like 'MANY-%' and r.step = 'half'
        """
    )
    await owner.execute("vacuum analyze reminder, message, job")
    statements = 0

    def count(_: Any) -> None:
        nonlocal statements
        statements += 1

    began, found = time.perf_counter(), limit
    while found >= limit:
        async with transaction(pool, viewer=SYSTEM_VIEWER) as tx:
            tx.connection.add_query_logger(count)
            found = await sweep(tx, settings, limit)
            tx.connection.remove_query_logger(count)
    taken = time.perf_counter() - began
    mails = await owner.fetchval("select count(*) from message where kind in ('digest', 'invitation_reminder')")
    left = await owner.fetchval("select count(*) from reminder where settled_at is null and due_at <= now()")
    if left:
        raise RuntimeError(f"{left} reminders were left")
    return taken, statements, mails


async def _one_at_a_time(tx: Transaction, settings: Settings, limit: int) -> int:
    """Settle reminders as a plain loop does: each with a mail of its own and statements of its own."""
    due = await reminder_queries.claim_due_reminders(tx.connection, now=tx.now, limit=limit)
    for one in due:
        await queue_message(
            tx,
            settings,
            kind="invitation_reminder",
            to_address=one.email,
            language=one.language,
            params={
                "invitation_id": str(one.invitation_id),
                "to_id": str(one.to_id),
                "reference": one.reference,
                "due_on": one.due_on.isoformat(),
                "is_overdue": False,
            },
            dedupe_key=f"plain:{one.invitation_id}:{one.step}",
            region_id=one.region_id,
            subject_id=one.invitation_id,
            thread_id=one.invitation_id,
        )
        settled = SettledReminder(invitation_id=one.invitation_id, step=one.step, sent=True, message_id=None)
        await reminder_queries.update_reminders_settled(tx.connection, settled=[settled], now=tx.now)
    return len(due)


if __name__ == "__main__":
    main()
