"""The worker process: arq listens to the doorbell, the work itself is claimed from PostgreSQL."""

import asyncio
import contextlib
import logging
import signal
from typing import Any

from arq.connections import ArqRedis
from arq.worker import Worker, func
from redis.exceptions import RedisError

from trialport.core.config import Settings
from trialport.core.db import open_pool
from trialport.core.jobs.doorbell import QUEUE, Doorbell, decode_ring, encode_ring, open_queue
from trialport.core.listening import Listener
from trialport.matching.register import CHANNEL, Register
from trialport.vocabulary.index import load_vocabulary
from trialport.vocabulary.reading import Reader
from workers import jobs, schedule
from workers.health import health_key

log = logging.getLogger(__name__)

# How often the queue is looked at (seconds). arq takes up to `max_jobs` jobs a look, so this bounds the throughput.
_POLL_SECONDS = 0.02
# How long a cancelled worker is given before it is cancelled again (seconds).
_CANCEL_SECONDS = 0.5
# How long a stopped Valkey is given before it is tried again (seconds).
_RESTART_SECONDS = 1.0
# How long jobs under way may take when the worker shall end (seconds).
_FINISH_SECONDS = 10.0


async def open_context(settings: Settings) -> dict[str, Any]:
    """Open what every job needs."""
    vocabulary = await asyncio.to_thread(load_vocabulary)
    register = Register(vocabulary)
    return {
        "settings": settings,
        "pool": await open_pool(settings, "trialport-worker"),
        "doorbell": Doorbell(settings.valkey_url),
        "reader": Reader(vocabulary),
        "register": register,
        "listener": Listener(settings, CHANNEL, register.catch_up),
    }


def make_worker(settings: Settings, context: dict[str, Any], queue: ArqRedis) -> Worker:
    """Make one arq worker; a job's result is never kept, because arq refuses an id that it remembers."""
    return Worker(
        functions=[func(job, keep_result=0, max_tries=1) for job in jobs.JOBS],
        cron_jobs=schedule.cron_jobs(settings),
        queue_name=QUEUE,
        redis_pool=queue,
        max_jobs=settings.worker_jobs,
        job_timeout=settings.lease_seconds + 5,
        keep_result=0,
        poll_delay=_POLL_SECONDS,
        max_tries=1,
        retry_jobs=False,
        handle_signals=False,
        health_check_interval=10,
        health_check_key=health_key(),
        ctx=context,
        job_serializer=encode_ring,
        job_deserializer=decode_ring,
    )


async def work(settings: Settings) -> None:
    """Work until SIGINT or SIGTERM; a Valkey that stops is waited for, jobs under way are finished first."""
    stopping = asyncio.Event()
    for name in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(name, stopping.set)
    context = await open_context(settings)
    context["listener"].start()
    try:
        while not stopping.is_set():
            await _work_once(settings, context, stopping)
    finally:
        await context["listener"].close()
        await context["doorbell"].close()
        await context["pool"].close()


async def _work_once(settings: Settings, context: dict[str, Any], stopping: asyncio.Event) -> None:
    queue = open_queue(settings.valkey_url)
    worker = make_worker(settings, context, queue)
    running = asyncio.create_task(worker.async_run())
    stop = asyncio.create_task(stopping.wait())
    await asyncio.wait({running, stop}, return_when=asyncio.FIRST_COMPLETED)
    await cancel_until_done(running)
    outcome = None if running.cancelled() else running.exception()
    await _end_jobs(worker)
    with contextlib.suppress(RedisError, OSError):
        await queue.delete(worker.health_check_key)
    await queue.aclose()
    if not stopping.is_set():
        log.warning("the worker lost Valkey (%s); trying again", type(outcome).__name__)
        await asyncio.wait({stop}, timeout=_RESTART_SECONDS)
    stop.cancel()


async def cancel_until_done(task: "asyncio.Task[None]") -> None:
    """Cancel a task again and again until it has ended.

    A single cancellation can be lost within the client of the queue, when an answer arrives at the same moment;
    the task would go on as if nobody had asked.
    """
    while not task.done():
        task.cancel()
        await asyncio.wait({task}, timeout=_CANCEL_SECONDS)


async def _end_jobs(worker: Worker) -> None:
    """Let jobs under way finish; those that take too long are cancelled, which gives them back to the queue.

    arq's own `close` ends at the first job that failed, with the connection still open.
    """
    under_way = set(worker.tasks.values())
    if under_way:
        _, late = await asyncio.wait(under_way, timeout=_FINISH_SECONDS)
        for task in late:
            task.cancel()
        await asyncio.gather(*under_way, return_exceptions=True)
