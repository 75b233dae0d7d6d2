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
from arq.connections import ArqRedis, RedisSettings, create_pool

from trialport.core.jobs.models import DueJob

log = logging.getLogger(__name__)

QUEUE = "trialport:jobs"
_PAUSE_SECONDS = 2.0


def encode_ring(value: dict[str, Any]) -> bytes:
    """Encode what goes to the queue; msgpack, because unpickling would run whatever was written there."""
    return msgspec.msgpack.encode(value)


def decode_ring(value: bytes) -> dict[str, Any]:
    """Decode what came from the queue."""
    return msgspec.msgpack.decode(value, type=dict[str, Any])


def valkey_settings(url: str) -> RedisSettings:
    """Read a Valkey address into arq's settings, with short time-outs: a doorbell is never waited for."""
    settings = RedisSettings.from_dsn(url)
    settings.conn_timeout = 1
    settings.conn_retries = 0
    settings.conn_retry_delay = 0
    return settings


class Doorbell:
    """Rings for jobs; an unreachable Valkey is noted once and left alone for two seconds."""

    def __init__(self, url: str) -> None:
        self._settings = valkey_settings(url)
        self._redis: ArqRedis | None = None
        self._silent_until = 0.0
        self._tasks: set[asyncio.Task[None]] = set()

    def ring_later(self, jobs: Iterable[DueJob]) -> None:
        """Ring without making the caller wait."""
        task = asyncio.get_running_loop().create_task(self.ring(list(jobs)))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def ring(self, jobs: Iterable[DueJob]) -> None:
        """Ring for each job; failures are logged, never raised."""
        if time.monotonic() < self._silent_until:
            return
        try:
            async with asyncio.timeout(2):
                redis = await self._connect()
                for job in jobs:
                    await redis.enqueue_job(
                        job.kind,
                        str(job.job_id),
                        _job_id=f"{job.kind}:{job.job_id}:{job.bell}",
                        _queue_name=QUEUE,
                    )
        except Exception as error:  # noqa: BLE001 - the sweep finds the job, whatever went wrong here
            self._silent_until = time.monotonic() + _PAUSE_SECONDS
            log.warning("the doorbell did not ring: %s", type(error).__name__)

    async def _connect(self) -> ArqRedis:
        if self._redis is None:
            self._redis = await create_pool(
                self._settings,
                job_serializer=encode_ring,
                job_deserializer=decode_ring,
                default_queue_name=QUEUE,
            )
        return self._redis

    async def close(self) -> None:
        """Let rings under way finish, then close the connection."""
        if self._tasks:
            await asyncio.wait(self._tasks, timeout=2)
        if self._redis is not None:
            await self._redis.aclose()
