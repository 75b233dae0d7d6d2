"""The third door: one job is about ten lines, an id in, one desk called, safe to run twice."""

import asyncio
from typing import Any
from uuid import UUID

from trialport.core.db import Transaction, transaction
from trialport.core.jobs.lease import run_leased
from trialport.core.jobs.models import ClaimedJob
from trialport.matching import service as matching
from trialport.notifications import service as notifications

Context = dict[str, Any]


async def assess_inquiry(ctx: Context, job_id: str) -> None:
    """Assess one version of an inquiry."""

    async def work(job: ClaimedJob) -> None:
        async with transaction(ctx["pool"], readonly=True) as tx:
            snapshot = await matching.take_snapshot(tx, ctx["register"], job.subject_id, job.subject_version)
        if snapshot is None:
            raise LookupError(f"no version {job.subject_version} of inquiry {job.subject_id}")
        assessed = await asyncio.to_thread(matching.assess, snapshot, ctx["reader"])
        async with transaction(ctx["pool"], request_id=f"job:{job.job_id}") as tx:
            await matching.record_assessment(tx, ctx["settings"], assessed, job)
        ctx["doorbell"].ring_later(tx.rung)

    await run_leased(ctx["pool"], ctx["settings"], UUID(job_id), work, bury)


async def refresh_assessments(ctx: Context, job_id: str) -> None:
    """Find the assessments that changed capacity has outdated."""

    async def work(job: ClaimedJob) -> None:
        async with transaction(ctx["pool"], request_id=f"job:{job.job_id}") as tx:
            await matching.refresh_assessments(tx, ctx["settings"], job.subject_id, job)
        ctx["doorbell"].ring_later(tx.rung)

    await run_leased(ctx["pool"], ctx["settings"], UUID(job_id), work, bury)


async def bury(tx: Transaction, job: ClaimedJob) -> None:
    """Tell the office about a job that was given up."""
    if job.kind == "assess_inquiry":
        await matching.report_dead_assessment(tx, job.subject_id)
    else:
        await notifications.open_office_task(
            tx,
            region_id=job.subject_id,
            kind="dead_job",
            object_type="region",
            object_id=job.subject_id,
            message="Assessments could not be checked after a change of capacity. "
            "Ask for new assessments of open inquiries and tell the system's administrator.",
        )


JOBS = (assess_inquiry, refresh_assessments)
