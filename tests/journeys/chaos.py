"""Clients that never give up, and a monkey that kills what serves them."""

import asyncio
import itertools
import random
import signal
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from typing import Any

import asyncpg
import httpx
import redis.asyncio
from msgspec import Struct

from tests.inquiries.factories import inquiry_body
from tests.journeys.processes import Program, RestartableValkey

# A client that waits this briefly (seconds) hangs up while the server is still at work.
IMPATIENT_SECONDS = 0.02
# Inquiries come in bursts, so that the workers have more than one job in hand when they are hit.
BURSTS = 10
# Jobs between their claim and their result read the register. With five of them held up there, both workers
# have some, since each does four at a time.
REGISTER = ("capacity", "access exclusive", "trialport-worker", 5)
REQUESTS_HELD = 2


class Record(Struct, kw_only=True):
    """What happened in one run."""

    seed: int
    submissions: int = 0
    amendments: int = 0
    api_kills: int = 0
    worker_kills: int = 0
    hits_amid_work: int = 0
    worker_freezes: int = 0
    flushes: int = 0
    valkey_restarts: int = 0
    retries: int = 0
    replays: int = 0
    claims: int = 0
    lease_take_overs: int = 0
    releases: int = 0


class Clients:
    """Sponsors' systems: each repeats a request under the same key until it has an answer."""

    def __init__(self, addresses: list[str], token: str, record: Record, seconds: float) -> None:
        self._addresses = addresses
        self._headers = {"Authorization": f"Bearer {token}"}
        self._record = record
        self._seconds = seconds
        self._random = random.Random(record.seed)  # noqa: S311 - chance that can be repeated, not secrecy
        self._http = httpx.AsyncClient(timeout=20.0, trust_env=False, limits=httpx.Limits(max_connections=40))
        self.receipts: dict[str, dict[str, Any]] = {}
        self.amended: set[str] = set()

    async def run(self, count: int, amended: int) -> None:
        """Send `count` inquiries in bursts over the run and amend `amended` of them."""
        plans = [
            (
                f"chaos-{number:03}",
                number < amended,
                self._random.randrange(BURSTS) * self._seconds / BURSTS + self._random.uniform(0, 0.3),
            )
            for number in range(count)
        ]
        try:
            async with asyncio.TaskGroup() as group:
                for key, amend, start in plans:
                    group.create_task(self._live(key, amend=amend, start=start))
        finally:
            await self._http.aclose()

    async def _live(self, key: str, *, amend: bool, start: float) -> None:
        await asyncio.sleep(start)
        body = inquiry_body(identity={"working_title": key})
        self.receipts[key] = await self._submit(key, body)
        self._record.submissions += 1
        if self._random.random() < 0.1:
            # A client that lost the answer asks again and is told the same.
            assert await self._submit(key, body) == self.receipts[key]
        if amend:
            await asyncio.sleep(self._random.uniform(0, 1))
            await self._amend(self.receipts[key]["status_url"])
            self.amended.add(key)
            self._record.amendments += 1

    async def _submit(self, key: str, body: dict[str, Any]) -> dict[str, Any]:
        answer = await self._persist("POST", "/api/v1/inquiries", body, {"Idempotency-Key": key})
        assert answer.status_code == httpx.codes.ACCEPTED, answer.text
        self._record.replays += answer.headers.get("Idempotent-Replayed") == "true"
        receipt: dict[str, Any] = answer.json()
        return receipt

    async def _amend(self, address: str) -> None:
        body = {"population": {"age_from": 18, "age_to": 70}}
        answer = await self._persist("PATCH", address, body, {"If-Match": '"1"'})
        # The amendment that a lost answer had already confirmed is refused the second time.
        assert answer.status_code in (httpx.codes.OK, httpx.codes.PRECONDITION_FAILED), answer.text

    async def _persist(self, method: str, path: str, body: dict[str, Any], headers: dict[str, str]) -> httpx.Response:
        for attempt in itertools.count():
            impatient = self._random.random() < 0.1
            try:
                answer = await self._http.request(
                    method,
                    self._random.choice(self._addresses) + path,
                    json=body,
                    headers={**self._headers, **headers},
                    timeout=IMPATIENT_SECONDS if impatient else 20.0,
                )
            except httpx.TransportError:
                answer = None
            if answer is not None and answer.status_code < 500:
                return answer
            self._record.retries += 1
            await asyncio.sleep(self._random.uniform(0.02, min(0.1 * 2**attempt, 1.0)))
        raise AssertionError("unreachable")


class Monkey:
    """Kills and freezes programs, empties and restarts Valkey, in a seeded order."""

    def __init__(
        self,
        record: Record,
        programs: dict[str, list[Program]],
        valkey: RestartableValkey,
        connection: asyncpg.Connection,
        lease_seconds: float,
    ) -> None:
        self._record = record
        self._programs = programs
        self._valkey = valkey
        self._connection = connection
        self._lease_seconds = lease_seconds
        self._frozen: set[Program] = set()
        # Its own stream of numbers: how often clients ask must not change what is killed.
        self._random = random.Random(record.seed + 1)  # noqa: S311 - see above

    async def run(self, pause: float) -> None:
        """Do every deed in the order of the seed, `pause` seconds apart on average."""
        deeds = [
            *[self._kill_api] * 3,
            *[self._kill_api_amid_requests] * 5,
            *[self._kill_worker] * 4,
            *[self._kill_worker_amid_a_job] * 5,
            *[self._freeze_worker] * 4,
            *[self._flush] * 8,
            *[self._restart_valkey] * 2,
        ]
        self._random.shuffle(deeds)
        async with asyncio.TaskGroup() as self._thawing:
            for deed in deeds:
                await asyncio.sleep(self._random.uniform(0, 2 * pause))
                await deed()

    async def _kill_api(self) -> None:
        victim = self._random.choice(self._programs["serve"])
        victim.kill()
        self._record.api_kills += 1
        victim.start()

    async def _kill_api_amid_requests(self) -> None:
        """Kill where a submission is half written: before its job, its audit event or its answer."""
        table = self._random.choice(("job", "job", "audit_event", "idempotency_key"))
        async with self._held_up(table, "share row exclusive", "trialport-api", REQUESTS_HELD):
            await self._kill_api()

    async def _kill_worker(self) -> None:
        self._kill_workers([self._random.choice(self._awake())])

    async def _kill_worker_amid_a_job(self) -> None:
        """Kill whichever worker waits at the register, by killing all that are awake: one of them holds a job."""
        async with self._held_up(*REGISTER):
            self._kill_workers(self._awake())

    def _kill_workers(self, victims: Sequence[Program]) -> None:
        for victim in victims:
            victim.kill()
            self._record.worker_kills += 1
        for victim in victims:
            victim.start()

    async def _freeze_worker(self) -> None:
        """Stop a worker for longer than its lease: it wakes up believing that it still holds its jobs."""
        victim = self._random.choice(self._awake())
        async with self._held_up(*REGISTER):
            victim.signal(signal.SIGSTOP)
        self._frozen.add(victim)
        self._record.worker_freezes += 1
        self._thawing.create_task(self._thaw(victim))

    def _awake(self) -> list[Program]:
        """Return the workers to choose a victim from; a frozen one is left to wake up, if there is another."""
        return [one for one in self._programs["work"] if one not in self._frozen] or self._programs["work"]

    @asynccontextmanager
    async def _held_up(self, table: str, mode: str, whose: str, wanted: int) -> AsyncIterator[None]:
        """Lock a table until so many connections of that name wait for it, then let the deed be done to them."""
        async with self._connection.transaction():
            await self._connection.execute(f"lock table {table} in {mode} mode")
            # Shorter than a lease, or the wait itself would use up attempts.
            for _ in range(220):
                # Within a transaction PostgreSQL shows the same connections again unless it is told to look anew.
                await self._connection.execute("select pg_stat_clear_snapshot()")
                waiting = await self._connection.fetchval(
                    """select count(*) from pg_locks join pg_stat_activity using (pid)
                       where not granted and relation = $1::regclass and application_name = $2""",
                    table,
                    whose,
                )
                if waiting >= wanted:
                    self._record.hits_amid_work += 1
                    break
                await asyncio.sleep(0.01)
            yield

    async def _thaw(self, victim: Program) -> None:
        await asyncio.sleep(self._lease_seconds * 1.5)
        victim.signal(signal.SIGCONT)
        self._frozen.discard(victim)

    async def _flush(self) -> None:
        valkey = redis.asyncio.Redis.from_url(self._valkey.url)
        try:
            await valkey.flushall()
        finally:
            await valkey.aclose()
        self._record.flushes += 1

    async def _restart_valkey(self) -> None:
        self._valkey.kill()
        await asyncio.sleep(self._random.uniform(0.2, 1.5))
        self._valkey.come_back()
        self._record.valkey_restarts += 1
