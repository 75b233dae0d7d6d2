"""The job table: the only statements that write it."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

import msgspec

from trialport.core.db import Connection
from trialport.core.jobs.models import ClaimedJob, DueJob, JobQueue


async def upsert_job(
    connection: Connection,
    *,
    kind: str,
    subject_id: UUID,
    subject_version: int,
    dedupe_key: str,
    now: datetime,
    available_at: datetime,
    max_attempts: int,
) -> DueJob:
    """Ask for a job.

    One row per dedupe key: a queued one stays as it is; one that runs, or is over, is queued again, and the new
    fencing token makes a run under way roll back, so that it cannot miss the news.
    """
    record = await connection.fetchrow(
        """
        insert into job
            (kind, subject_id, subject_version, dedupe_key, requested_at, available_at, max_attempts)
        values ($1, $2, $3, $4, $5, $6, $7)
        on conflict (dedupe_key) do update set
            state = 'queued',
            requested_at = case when job.state = 'queued' then job.requested_at else excluded.requested_at end,
            available_at = case when job.state = 'queued'
                then least(job.available_at, excluded.available_at) else excluded.available_at end,
            attempt = case when job.state = 'queued' then job.attempt else 0 end,
            lease_token = '00000000-0000-0000-0000-000000000000',
            lease_until = '-infinity',
            finished_at = null,
            last_error = case when job.state = 'queued' then job.last_error end
        returning job_id, kind,
            attempt::text || '-' || floor(extract(epoch from available_at) * 1000)::text || '-0' as bell
        """,
        kind,
        subject_id,
        subject_version,
        dedupe_key,
        now,
        available_at,
        max_attempts,
    )
    return msgspec.convert(record, DueJob, from_attributes=False)


async def insert_jobs(
    connection: Connection, *, kind: str, subject_ids: Sequence[UUID], now: datetime, max_attempts: int
) -> list[DueJob]:
    """Ask for the same kind of job for many new subjects in one statement; a job that is there stays as it is."""
    records = await connection.fetch(
        """
        insert into job (kind, subject_id, subject_version, dedupe_key, requested_at, available_at, max_attempts)
        select $1, subject_id, 0, $1 || ':' || subject_id || ':0', $3, $3, $4
        from unnest($2::uuid[]) as s (subject_id)
        on conflict (dedupe_key) do nothing
        returning job_id, kind,
            attempt::text || '-' || floor(extract(epoch from available_at) * 1000)::text || '-0' as bell
        """,
        kind,
        subject_ids,
        now,
        max_attempts,
    )
    return msgspec.convert(records, list[DueJob])


async def claim_job(
    connection: Connection, *, job_id: UUID, lease_token: UUID, now: datetime, lease_until: datetime
) -> ClaimedJob | None:
    """Take a job that is due, or whose holder let its lease run out; None when there is nothing to take."""
    record = await connection.fetchrow(
        """
        update job
        set state = 'running', attempt = attempt + 1, lease_token = $2, lease_until = $4
        where job_id = $1
          and attempt < max_attempts
          and ((state = 'queued' and available_at <= $3) or (state = 'running' and lease_until < $3))
        returning job_id, kind, subject_id, subject_version, lease_token, attempt, max_attempts
        """,
        job_id,
        lease_token,
        now,
        lease_until,
    )
    return None if record is None else msgspec.convert(record, ClaimedJob)


async def update_job_done(connection: Connection, *, job_id: UUID, lease_token: UUID, now: datetime) -> int:
    """Finish a job; returns the number of rows, 0 when the lease was lost."""
    status: str = await connection.execute(
        """
        update job
        set state = 'done', finished_at = $3, lease_until = '-infinity', last_error = null
        where job_id = $1 and lease_token = $2 and state = 'running'
        """,
        job_id,
        lease_token,
        now,
    )
    return int(status.rpartition(" ")[2])


async def update_job_released(
    connection: Connection, *, job_id: UUID, lease_token: UUID, available_at: datetime, error: str
) -> str | None:
    """Give a failed job back: queued for another attempt, or dead after its last; None when the lease was lost."""
    state: str | None = await connection.fetchval(
        """
        update job
        set state = case when attempt >= max_attempts then 'dead' else 'queued' end,
            available_at = $3, lease_until = '-infinity', last_error = $4
        where job_id = $1 and lease_token = $2 and state = 'running'
        returning state
        """,
        job_id,
        lease_token,
        available_at,
        error,
    )
    return state


async def update_expired_jobs_dead(connection: Connection, *, now: datetime) -> list[ClaimedJob]:
    """Give up jobs whose last attempt ended without a word (its process was killed)."""
    records = await connection.fetch(
        """
        update job
        set state = 'dead', lease_until = '-infinity', last_error = 'the worker process ended'
        where state = 'running' and lease_until < $1 and attempt >= max_attempts
        returning job_id, kind, subject_id, subject_version, lease_token, attempt, max_attempts
        """,
        now,
    )
    return msgspec.convert(records, list[ClaimedJob])


async def select_due_jobs(
    connection: Connection, *, now: datetime, limit: int, patience_seconds: float = 60.0
) -> list[DueJob]:
    """Find jobs that nobody is working on although they are due; skips rows another sweep holds.

    A job that is still due after `patience_seconds` gets another bell: the worker that took the ring may have
    died before it claimed the job, and arq refuses the old bell until it has noticed, which takes it longer.
    """
    records = await connection.fetch(
        """
        select job_id, kind,
               attempt::text || '-' || floor(extract(epoch from available_at) * 1000)::text || '-'
                   || floor(extract(epoch from $1 - greatest(available_at, lease_until)) / $3::double precision)::text
                   as bell
        from job
        where (state = 'queued' and available_at <= $1)
           or (state = 'running' and lease_until < $1 and attempt < max_attempts)
        order by available_at
        limit $2
        for update skip locked
        """,
        now,
        limit,
        patience_seconds,
    )
    return msgspec.convert(records, list[DueJob])


async def select_job_queue(connection: Connection, *, now: datetime) -> JobQueue:
    """Count what waits and tell how long the oldest due job has waited (seconds)."""
    record = await connection.fetchrow(
        """
        select
            count(*) filter (where state in ('queued', 'running')) as waiting,
            count(*) filter (where state = 'dead') as dead,
            coalesce(extract(epoch from $1 - min(available_at)
                filter (where state = 'queued' and available_at <= $1)), 0)::double precision
                as oldest_due_seconds
        from job
        where state in ('queued', 'running', 'dead')
        """,
        now,
    )
    return msgspec.convert(record, JobQueue)
