"""What runs by the clock: the sweep that finds lost work, and tidying."""

from datetime import timedelta
from functools import partial
from typing import Any

from arq.cron import CronJob, cron

from trialport.accounts.audit_chain import chains_to_extend, extend_chain
from trialport.accounts.oidc_queries import delete_old_oidc_visits
from trialport.accounts.queries import delete_old_idempotency_keys
from trialport.accounts.sessions_queries import delete_old_sessions
from trialport.accounts.signin_queries import delete_old_signin_requests
from trialport.core.config import Settings
from trialport.core.db import SYSTEM_VIEWER, transaction
from trialport.core.jobs.lease import bury_expired
from trialport.core.jobs.queries import select_due_jobs
from trialport.core.object_store import ObjectStore
from trialport.inquiries.attachment_service import remove_deleted_objects, remove_orphans
from trialport.inquiries.draft_service import forget_erased_people, tidy_drafts
from trialport.invitations import ending, outcome
from trialport.invitations.reminding import remind_units
from trialport.invitations.sign_off_clock import remind_heads
from trialport.matching.register_queries import delete_old_register_changes
from trialport.notifications.bounces import read_bounces
from trialport.notifications.messages import tidy_messages
from trialport.units.retention_service import ask_inactive_people, erase_people_who_kept_away
from trialport.units.stale_service import ask_about_stale
from workers.jobs import bury

Context = dict[str, Any]

_SWEPT_AT_ONCE = 500
_REMINDED_AT_ONCE = 1000
_ASKED_AT_ONCE = 200
_KEEP_KEYS_DAYS = 30
_KEEP_SESSIONS_DAYS = 30
# Processes read the log of the register every few seconds; one that was away for longer reads the register anew.
_KEEP_CHANGES = timedelta(minutes=5)


async def sweep(ctx: Context) -> None:
    """Ring for every job that is due and that nobody works on; give up those whose last worker died; fold the log."""
    async with transaction(ctx["pool"], viewer=SYSTEM_VIEWER) as tx:
        due = await select_due_jobs(
            tx.connection,
            now=tx.now,
            limit=_SWEPT_AT_ONCE,
            patience_seconds=ctx["settings"].lease_seconds,
        )
    await ctx["doorbell"].ring(due)
    # Apart from the ringing, so that trouble with one job that is given up never silences the others.
    async with transaction(ctx["pool"], viewer=SYSTEM_VIEWER) as tx:
        await bury_expired(tx, bury)
    async with transaction(ctx["pool"], viewer=SYSTEM_VIEWER) as tx:
        await delete_old_register_changes(tx.connection, before=tx.now - _KEEP_CHANGES)


async def remind(ctx: Context) -> None:
    """Send the reminders that are due, and make up for those that fell due while no worker ran."""
    found = _REMINDED_AT_ONCE
    while found >= _REMINDED_AT_ONCE:
        async with transaction(ctx["pool"], viewer=SYSTEM_VIEWER, request_id="reminders") as tx:
            found = await remind_units(tx, ctx["settings"], _REMINDED_AT_ONCE)
        ctx["doorbell"].ring_later(tx.rung)


async def remind_sponsors(ctx: Context) -> None:
    """Ask sponsors for the outcome they promised and heads for their sign-off, and tell units how inquiries ended."""
    for step in (outcome.remind_sponsors, remind_heads, ending.end_inquiries):
        found = _REMINDED_AT_ONCE
        while found == _REMINDED_AT_ONCE:
            async with transaction(ctx["pool"], viewer=SYSTEM_VIEWER, request_id="outcomes") as tx:
                found = await step(tx, ctx["settings"], _REMINDED_AT_ONCE)
            ctx["doorbell"].ring_later(tx.rung)


async def ask_about_capacity(ctx: Context) -> None:
    """Ask whether capacities that run out are still right, and make up for those that ran out meanwhile."""
    found = _ASKED_AT_ONCE
    while found == _ASKED_AT_ONCE:
        async with transaction(ctx["pool"], viewer=SYSTEM_VIEWER, request_id="capacity") as tx:
            found = await ask_about_stale(tx, ctx["settings"], _ASKED_AT_ONCE)
        ctx["doorbell"].ring_later(tx.rung)


async def seal(ctx: Context, *, everything: bool = False) -> int:
    """Link new events of the audit trail into the chains; returns how many."""
    async with transaction(ctx["pool"], viewer=SYSTEM_VIEWER, readonly=True) as tx:
        chains, after = await chains_to_extend(tx, everything=everything)
    linked = 0
    for chain_id in chains:
        while True:
            async with transaction(ctx["pool"], viewer=SYSTEM_VIEWER) as tx:
                added = await extend_chain(tx, chain_id, after)
            linked += added
            if not added:
                break
    return linked


async def retain(ctx: Context) -> None:
    """Ask who has not been here for two years, and erase who was asked and kept away; link events left behind."""
    for step in (ask_inactive_people, erase_people_who_kept_away):
        while True:
            async with transaction(ctx["pool"], viewer=SYSTEM_VIEWER, request_id="retention") as tx:
                found = await step(tx, ctx["settings"])
            ctx["doorbell"].ring_later(tx.rung)
            if not found:
                break
    async with transaction(ctx["pool"], viewer=SYSTEM_VIEWER, request_id="retention") as tx:
        await forget_erased_people(tx)
    await seal(ctx, everything=True)


async def collect_bounces(ctx: Context) -> None:
    """Read the mails that came back."""
    open_transaction = partial(transaction, ctx["pool"], viewer=SYSTEM_VIEWER, request_id="bounces")
    while await read_bounces(open_transaction, ctx["settings"]):
        pass


async def tidy(ctx: Context) -> None:
    """Forget answers kept for repeated requests after a month, and mails after a year."""
    async with transaction(ctx["pool"], viewer=SYSTEM_VIEWER) as tx:
        await delete_old_idempotency_keys(tx.connection, before=tx.now - timedelta(days=_KEEP_KEYS_DAYS))
    async with transaction(ctx["pool"], viewer=SYSTEM_VIEWER) as tx:
        await tidy_messages(tx)
    async with transaction(ctx["pool"], viewer=SYSTEM_VIEWER) as tx:
        await tidy_drafts(tx)
    async with transaction(ctx["pool"], viewer=SYSTEM_VIEWER) as tx:
        # Shown to nobody any more; a day's grace keeps what a person may still ask about.
        await delete_old_signin_requests(tx.connection, before=tx.now - timedelta(days=1))
        await delete_old_oidc_visits(tx.connection, before=tx.now - timedelta(days=1))
        await delete_old_sessions(tx.connection, before=tx.now - timedelta(days=_KEEP_SESSIONS_DAYS))


async def sweep_files(ctx: Context) -> None:
    """Remove the bytes of deleted attachments, and of uploads whose process died."""
    files = ObjectStore(ctx["settings"].files_url)
    open_transaction = partial(transaction, ctx["pool"], viewer=SYSTEM_VIEWER)
    while await remove_deleted_objects(open_transaction, files):
        pass
    await remove_orphans(open_transaction, files)


def cron_jobs(settings: Settings) -> list[CronJob]:
    """Return the schedule; every tick may be missed or doubled without harm."""
    seconds = set(range(0, 60, settings.sweep_seconds))
    reminding = set(range(0, 60, settings.remind_seconds))
    return [
        cron(sweep, second=seconds, run_at_startup=True, unique=False, max_tries=1, keep_result=0),
        cron(seal, second=seconds, run_at_startup=True, unique=False, max_tries=1, keep_result=0),
        cron(
            remind_sponsors,
            second=reminding,
            run_at_startup=True,
            unique=True,
            max_tries=1,
            keep_result=0,
        ),
        cron(
            remind,
            second=reminding,
            run_at_startup=True,
            unique=True,
            max_tries=1,
            keep_result=0,
        ),
        cron(ask_about_capacity, minute={19}, second=0, run_at_startup=True, unique=True, max_tries=1, keep_result=0),
        cron(collect_bounces, second=47, unique=True, max_tries=1, keep_result=0),
        cron(retain, hour=2, minute=37, second=0, unique=True, max_tries=1, keep_result=0),
        cron(sweep_files, minute={11, 41}, second=0, unique=True, max_tries=1, keep_result=0),
        cron(tidy, hour=3, minute=7, second=0, unique=True, max_tries=1, keep_result=0),
    ]
