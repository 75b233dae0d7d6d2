"""What runs by the clock: the sweep that finds lost work, and tidying."""

from datetime import timedelta
from typing import Any

from arq.cron import CronJob, cron

from trialport.accounts.queries import delete_old_idempotency_keys
from trialport.core.config import Settings
from trialport.core.db import transaction
from trialport.core.jobs.lease import bury_expired
from trialport.core.jobs.queries import select_due_jobs
from trialport.matching.register_queries import delete_old_register_changes
from workers.jobs import bury

Context = dict[str, Any]

_SWEPT_AT_ONCE = 500
_KEEP_KEYS_DAYS = 30
# Processes read the log of the register every few seconds; one that was away for longer reads the register anew.
_KEEP_CHANGES = timedelta(minutes=5)


async def sweep(ctx: Context) -> None:
    """Ring for every job that is due and that nobody works on; give up those whose last worker died; fold the log."""
    async with transaction(ctx["pool"]) as tx:
        due = await select_due_jobs(
            tx.connection,
            now=tx.now,
            limit=_SWEPT_AT_ONCE,
            patience_seconds=ctx["settings"].lease_seconds,
        )
    await ctx["doorbell"].ring(due)
    # Apart from the ringing, so that trouble with one job that is given up never silences the others.
    async with transaction(ctx["pool"]) as tx:
        await bury_expired(tx, bury)
    async with transaction(ctx["pool"]) as tx:
        await delete_old_register_changes(tx.connection, before=tx.now - _KEEP_CHANGES)


async def tidy(ctx: Context) -> None:
    """Forget answers kept for repeated requests after a month."""
    async with transaction(ctx["pool"]) as tx:
        await delete_old_idempotency_keys(tx.connection, before=tx.now - timedelta(days=_KEEP_KEYS_DAYS))


def cron_jobs(settings: Settings) -> list[CronJob]:
    """Return the schedule; every tick may be missed or doubled without harm."""
    seconds = set(range(0, 60, settings.sweep_seconds))
    return [
        cron(sweep, second=seconds, run_at_startup=True, unique=False, max_tries=1, keep_result=0),
        cron(tidy, hour=3, minute=7, second=0, unique=True, max_tries=1, keep_result=0),
    ]
