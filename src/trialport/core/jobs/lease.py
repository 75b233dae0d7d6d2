"""Claiming a job, doing it, and giving it back whatever happens."""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Sequence
from datetime import UTC, datetime, timedelta
from uuid import UUID, uuid4

from trialport.core.config import Settings
from trialport.core.db import SYSTEM_VIEWER, Pool, Transaction, transaction
from trialport.core.jobs import queries
from trialport.core.jobs.models import ClaimedJob, LeaseLostError

log = logging.getLogger(__name__)

Work = Callable[[ClaimedJob], Awaitable[None]]
Bury = Callable[[Transaction, ClaimedJob], Awaitable[None]]


async def ask_for_job(
    tx: Transaction,
    settings: Settings,
    *,
    kind: str,
    subject_id: UUID,
    subject_version: int = 0,
    delay_seconds: float = 0,
) -> None:
    """Write a job row in the caller's transaction; its bell rings after the commit when it is due at once.

    One row exists per kind, subject and version; asking again renews it.
    """
    job = await queries.upsert_job(
        tx.connection,
        kind=kind,
        subject_id=subject_id,
        subject_version=subject_version,
        dedupe_key=f"{kind}:{subject_id}:{subject_version}",
        now=tx.now,
        available_at=tx.now + timedelta(seconds=delay_seconds),
        max_attempts=settings.job_attempts,
    )
    if delay_seconds <= 0:
        tx.rung.append(job)


async def ask_for_jobs(tx: Transaction, settings: Settings, *, kind: str, subject_ids: Sequence[UUID]) -> None:
    """Write a job row for each of many new subjects in one statement; their bells ring after the commit."""
    tx.rung.extend(
        await queries.insert_jobs(
            tx.connection, kind=kind, subject_ids=subject_ids, now=tx.now, max_attempts=settings.job_attempts
        )
    )


async def finish_job(tx: Transaction, job: ClaimedJob) -> None:
    """Mark the job done in the transaction that holds its result; raises LeaseLostError to roll that back."""
    done = await queries.update_job_done(tx.connection, job_id=job.job_id, lease_token=job.lease_token, now=tx.now)
    if not done:
        raise LeaseLostError(str(job.job_id))


async def run_leased(pool: Pool, settings: Settings, job_id: UUID, work: Work, bury: Bury) -> bool:
    """Claim the job, run `work` on it, and give it back on any failure, a cancellation included.

    `bury` is called in the transaction that gives a job up for good. Returns whether the work was done.
    """
    # Both clocks start before the claim: the holder stops before others may take the job over.
    give_up_at = asyncio.get_running_loop().time() + settings.lease_seconds
    now = datetime.now(UTC)
    async with transaction(pool, viewer=SYSTEM_VIEWER) as tx:
        job = await queries.claim_job(
            tx.connection,
            job_id=job_id,
            lease_token=uuid4(),
            now=now,
            lease_until=now + timedelta(seconds=settings.lease_seconds),
        )
    if job is None:
        return False
    try:
        async with asyncio.timeout_at(give_up_at):
            await work(job)
    except LeaseLostError:
        log.info("job %s was taken over", job.job_id)
        return False
    except BaseException as error:
        await asyncio.shield(_release(pool, settings, job, error, bury))
        if not isinstance(error, Exception):
            raise
        return False
    return True


async def _release(pool: Pool, settings: Settings, job: ClaimedJob, error: BaseException, bury: Bury) -> None:
    # The error's text may quote what a person wrote; only its kind goes to the row and the log.
    kind = type(error).__name__
    wait = settings.backoff_seconds * 2 ** (job.attempt - 1)
    log.warning("job %s (%s) failed, attempt %d: %s", job.job_id, job.kind, job.attempt, kind)
    async with transaction(pool, viewer=SYSTEM_VIEWER) as tx:
        state = await queries.update_job_released(
            tx.connection,
            job_id=job.job_id,
            lease_token=job.lease_token,
            available_at=tx.now + timedelta(seconds=min(wait, 3600)),
            error=kind,
        )
        if state == "dead":
            await bury(tx, job)


async def bury_expired(tx: Transaction, bury: Bury) -> None:
    """Give up jobs whose last attempt died with its process."""
    for job in await queries.update_expired_jobs_dead(tx.connection, now=tx.now):
        await bury(tx, job)
