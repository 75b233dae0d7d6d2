"""The worker process: arq listens to the doorbell, the work itself is claimed from PostgreSQL."""

import asyncio
import logging
import signal
from typing import Any

from arq.worker import Worker, func

from trialport.core.config import Settings
from trialport.core.db import open_pool
from trialport.core.jobs.doorbell import QUEUE, Doorbell, decode_ring, encode_ring, valkey_settings
from trialport.matching.register import Register
from trialport.vocabulary.index import load_vocabulary
from trialport.vocabulary.reading import Reader
from workers import jobs, schedule

log = logging.getLogger(__name__)

# How long a stopped Valkey is given before it is tried again (seconds).
_RESTART_SECONDS = 1.0


async def open_context(settings: Settings) -> dict[str, Any]:
    """Open what every job needs."""
    vocabulary = await asyncio.to_thread(load_vocabulary)
    return {
        "settings": settings,
        "pool": await open_pool(settings, "trialport-worker"),
        "doorbell": Doorbell(settings.valkey_url),
        "reader": Reader(vocabulary),
        "register": Register(vocabulary),
    }


def make_worker(settings: Settings, context: dict[str, Any]) -> Worker:
    """Make one arq worker; a job's result is never kept, because arq refuses an id that it remembers."""
    return Worker(
        functions=[func(job, keep_result=0, max_tries=1) for job in jobs.JOBS],
        cron_jobs=schedule.cron_jobs(settings),
        queue_name=QUEUE,
        redis_settings=valkey_settings(settings.valkey_url),
        max_jobs=settings.worker_jobs,
        job_timeout=settings.lease_seconds + 5,
        keep_result=0,
        poll_delay=0.1,
        max_tries=1,
        retry_jobs=False,
        handle_signals=False,
        job_completion_wait=0,
        health_check_interval=10,
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
    try:
        while not stopping.is_set():
            await _work_once(settings, context, stopping)
    finally:
        await context["doorbell"].close()
        await context["pool"].close()


async def _work_once(settings: Settings, context: dict[str, Any], stopping: asyncio.Event) -> None:
    worker = make_worker(settings, context)
    running = asyncio.create_task(worker.async_run())
    stop = asyncio.create_task(stopping.wait())
    await asyncio.wait({running, stop}, return_when=asyncio.FIRST_COMPLETED)
    stop.cancel()
    running.cancel()
    outcome = (await asyncio.gather(running, return_exceptions=True))[0]
    pending = [task for task in worker.tasks.values() if not task.done()]
    if pending:
        await asyncio.wait(pending, timeout=10)
    await asyncio.gather(worker.close(), return_exceptions=True)
    if not stopping.is_set():
        log.warning("the worker lost Valkey (%s); trying again", type(outcome).__name__)
        await asyncio.sleep(_RESTART_SECONDS)
