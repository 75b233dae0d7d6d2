"""The third door: one job is about ten lines, an id in, one desk called, safe to run twice."""

import asyncio
from functools import partial
from typing import Any
from uuid import UUID

from trialport.accounts import signin_service as signin
from trialport.core.config import Settings
from trialport.core.db import SYSTEM_VIEWER, OpenTransaction, Transaction, transaction
from trialport.core.jobs.lease import finish_job, run_leased
from trialport.core.jobs.models import ClaimedJob
from trialport.invitations import amendment
from trialport.matching import service as matching
from trialport.notifications import messages
from trialport.notifications import service as notifications
from workers.fillers import FILLERS

Context = dict[str, Any]


async def assess_inquiry(ctx: Context, job_id: str) -> None:
    """Assess one version of an inquiry."""

    async def work(job: ClaimedJob) -> None:
        async with transaction(ctx["pool"], viewer=SYSTEM_VIEWER, readonly=True) as tx:
            snapshot = await matching.take_snapshot(tx, ctx["register"], job.subject_id, job.subject_version)
        if snapshot is None:
            raise LookupError(f"no version {job.subject_version} of inquiry {job.subject_id}")
        assessed = await asyncio.to_thread(matching.assess, snapshot, ctx["reader"])
        async with transaction(ctx["pool"], viewer=SYSTEM_VIEWER, request_id=f"job:{job.job_id}") as tx:
            await matching.record_assessment(tx, ctx["settings"], assessed, job)
        ctx["doorbell"].ring_later(tx.rung)

    await run_leased(ctx["pool"], ctx["settings"], UUID(job_id), work, bury)


async def refresh_assessments(ctx: Context, job_id: str) -> None:
    """Find the assessments that changed capacity has outdated."""

    async def work(job: ClaimedJob) -> None:
        async with transaction(ctx["pool"], viewer=SYSTEM_VIEWER, request_id=f"job:{job.job_id}") as tx:
            await matching.refresh_assessments(tx, ctx["settings"], job.subject_id, job)
        ctx["doorbell"].ring_later(tx.rung)

    await run_leased(ctx["pool"], ctx["settings"], UUID(job_id), work, bury)


async def ask_about_amendment(ctx: Context, job_id: str) -> None:
    """Ask the units about what the sponsor changed."""

    async def work(job: ClaimedJob) -> None:
        async with transaction(ctx["pool"], viewer=SYSTEM_VIEWER, request_id=f"job:{job.job_id}") as tx:
            await amendment.ask_about_amendment(tx, ctx["settings"], job.subject_id, job.subject_version)
            await finish_job(tx, job)
        ctx["doorbell"].ring_later(tx.rung)

    await run_leased(ctx["pool"], ctx["settings"], UUID(job_id), work, bury)


async def send_message(ctx: Context, job_id: str) -> None:
    """Send one mail that lies in the database."""
    open_transaction = partial(transaction, ctx["pool"], viewer=SYSTEM_VIEWER, request_id=f"job:{job_id}")

    async def work(job: ClaimedJob) -> None:
        await messages.send_queued(open_transaction, ctx["settings"], job, FILLERS)

    await run_leased(ctx["pool"], ctx["settings"], UUID(job_id), work, bury)


async def send_signin_link(ctx: Context, job_id: str) -> None:
    """Make the link that somebody asked for and mail it, if her address is known; the link lies in no table."""
    open_transaction = partial(transaction, ctx["pool"], viewer=SYSTEM_VIEWER, request_id=f"job:{job_id}")

    async def work(job: ClaimedJob) -> None:
        async with open_transaction() as tx:
            link = await signin.make_link(tx, ctx["settings"], job.subject_id)
        if link is not None:
            await _mail_link(open_transaction, ctx["settings"], job.subject_id, link)
        async with open_transaction() as tx:
            await finish_job(tx, job)

    await run_leased(ctx["pool"], ctx["settings"], UUID(job_id), work, bury)


async def _mail_link(
    open_transaction: OpenTransaction, settings: Settings, signin_request_id: UUID, link: signin.Link
) -> None:
    await messages.send_direct(
        open_transaction,
        settings,
        kind="signin_link",
        to_address=link.person.email,
        language=link.person.language,
        params={"link": link.url, "minutes": signin.LINK_MINUTES},
        person_id=link.person.person_id,
        subject_id=signin_request_id,
    )


async def bury(tx: Transaction, job: ClaimedJob) -> None:
    """Tell the office about a job that was given up."""
    if job.kind == "assess_inquiry":
        await matching.report_dead_assessment(tx, job.subject_id)
    elif job.kind == "ask_about_amendment":
        await amendment.report_dead_amendment(tx, job.subject_id)
    elif job.kind == messages.JOB_KIND:
        await messages.report_dead_message(tx, job.subject_id)
    elif job.kind != signin.JOB_KIND:
        # Of a sign-in link nobody need be told: who waits for it asks again, and the log names the job.
        await _report_dead_refresh(tx, job)


async def _report_dead_refresh(tx: Transaction, job: ClaimedJob) -> None:
    await notifications.open_office_task(
        tx,
        region_id=job.subject_id,
        kind="dead_job",
        object_type="region",
        object_id=job.subject_id,
        message="Assessments could not be checked after a change of capacity. "
        "Ask for new assessments of open inquiries and tell the system's administrator.",
    )


JOBS = (assess_inquiry, refresh_assessments, ask_about_amendment, send_message, send_signin_link)
