"""The one adapter to arq: ringing tells a worker to look at a job row now instead of at the next sweep.

A ring may be lost, doubled or refused without harm. The id `kind:job:bell` is new for every attempt,
because arq refuses an id that it still remembers.
"""

import asyncio
import logging
import time
from collections.abc import Iterable
from typing import Any

import msgspec
from arq.connections import ArqRedis
from arq.constants import job_key_prefix
from arq.jobs import serialize_job
from arq.utils import timestamp_ms

from trialport.core.jobs.models import DueJob

log = logging.getLogger(__name__)

QUEUE = "trialport:jobs"
# Longest waits for Valkey (seconds): for a connection, for an answer, and for all rings of one call.
_CONNECT_SECONDS = 1.0
_ANSWER_SECONDS = 5.0
_RING_SECONDS = 2.0
# How long a Valkey that did not answer is left alone (seconds).
_PAUSE_SECONDS = 2.0
# How long a ring that nobody answers is kept (milliseconds); the sweep rings again long before.
_KEPT_MS = 3_600_000


def encode_ring(value: dict[str, Any]) -> bytes:
    """Encode what goes to the queue; msgpack, because unpickling would run whatever was written there.

    arq also encodes the errors of rings it cannot serve: their kind says enough, their text may quote a person.
    """
    return msgspec.msgpack.encode(value, enc_hook=lambda error: type(error).__name__)


def decode_ring(value: bytes) -> dict[str, Any]:
    """Decode what came from the queue."""
    return msgspec.msgpack.decode(value, type=dict[str, Any])


def open_queue(url: str) -> ArqRedis:
    """Return arq's client for a Valkey address; it connects when it is first used.

    arq's own way to connect sets no longest wait for an answer: a server that vanished without closing the
    connection would be waited for until the operating system gives up, which takes a quarter of an hour.
    """
    queue: ArqRedis = ArqRedis.from_url(
        url,
        socket_connect_timeout=_CONNECT_SECONDS,
        socket_timeout=_ANSWER_SECONDS,
        socket_keepalive=True,
    )
    queue.job_serializer = encode_ring
    queue.job_deserializer = decode_ring
    queue.default_queue_name = QUEUE
    return queue


class Doorbell:
    """Rings for jobs; an unreachable Valkey is noted once and left alone for two seconds."""

    def __init__(self, url: str) -> None:
        self._queue = open_queue(url)
        self._silent_until = 0.0
        self._waiting: list[DueJob] = []
        self._ringing: asyncio.Task[None] | None = None

    def ring_later(self, jobs: Iterable[DueJob]) -> None:
        """Ring without making the caller wait; rings that come meanwhile go out together."""
        self._waiting.extend(jobs)
        if self._waiting and (self._ringing is None or self._ringing.done()):
            self._ringing = asyncio.get_running_loop().create_task(self._ring_waiting())

    async def _ring_waiting(self) -> None:
        while self._waiting:
            jobs, self._waiting = self._waiting, []
            await self.ring(jobs)

    async def ring(self, jobs: Iterable[DueJob]) -> None:
        """Ring for each job, all in one exchange with Valkey; failures are logged, never raised."""
        if time.monotonic() < self._silent_until:
            return
        try:
            async with asyncio.timeout(_RING_SECONDS):
                await self._enqueue(list(jobs))
        except Exception as error:  # noqa: BLE001 - the sweep finds the job, whatever went wrong here
            self._silent_until = time.monotonic() + _PAUSE_SECONDS
            log.warning("the doorbell did not ring: %s", type(error).__name__)

    async def _enqueue(self, jobs: list[DueJob]) -> None:
        """Write what arq's `enqueue_job` writes, without its three exchanges a job.

        Those make sure that an id is queued once; ours may be rung for twice without harm.
        """
        now = timestamp_ms()
        async with self._queue.pipeline(transaction=False) as pipe:
            for job in jobs:
                ring_id = f"{job.kind}:{job.job_id}:{job.bell}"
                ring = serialize_job(job.kind, (str(job.job_id),), {}, None, now, serializer=encode_ring)
                pipe.psetex(job_key_prefix + ring_id, _KEPT_MS, ring)
                pipe.zadd(QUEUE, {ring_id: now})
            await pipe.execute()

    async def close(self) -> None:
        """Let rings under way finish, then close the connection."""
        if self._ringing is not None and not self._ringing.done():
            await asyncio.wait({self._ringing}, timeout=_RING_SECONDS)
        await self._queue.aclose()
