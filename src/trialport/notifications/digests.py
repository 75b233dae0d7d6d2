"""Reminders of one person that fall due together are written as one mail, which lists them."""

import hashlib
import logging
from collections.abc import Sequence
from uuid import UUID

import msgspec

from trialport.core.config import Settings
from trialport.core.db import Transaction
from trialport.notifications.mail_models import Digest, DigestItem, NewMessage
from trialport.notifications.messages import is_address, queue_messages

log = logging.getLogger(__name__)

# A longer list than this is read by nobody (things that wait, in one mail).
_AT_MOST = 50


async def queue_reminders(tx: Transaction, settings: Settings, due: Sequence[NewMessage]) -> dict[str, UUID]:
    """Write the mails that remind people, one for each person and office however many of hers fall due.

    Who has one gets it as it is; who has several gets a `digest` in the order given. Returns for the dedupe key of
    each reminder the mail that it goes out in; one without a mail address goes out in none. The kinds need a `line` in
    their wording.
    """
    by_address: dict[tuple[str, UUID | None], list[NewMessage]] = {}
    for one in due:
        if not is_address(one.to_address):
            # One address in a register that is none must not keep the reminders of all others back.
            log.warning("a reminder about %s has no mail address to go to", one.subject_id)
            continue
        # Each office hears of what comes back to it, so each has a mail of its own; they leave as one all the same.
        by_address.setdefault((one.to_address.lower(), one.region_id), []).append(one)
    mails, keys = [], []
    for whole in by_address.values():
        for start in range(0, len(whole), _AT_MOST):
            part = whole[start : start + _AT_MOST]
            mail = part[0] if len(part) == 1 else _digest(part)
            mails.append(mail)
            keys.append((mail.dedupe_key, [one.dedupe_key for one in part]))
    made = await queue_messages(tx, settings, mails)
    return {key: made[mail_key] for mail_key, part_keys in keys if mail_key in made for key in part_keys}


def _digest(due: Sequence[NewMessage]) -> NewMessage:
    first = due[0]
    items = tuple(
        DigestItem(kind=one.kind, params=one.params, region_id=one.region_id, subject_id=one.subject_id) for one in due
    )
    together = "\n".join(sorted(one.dedupe_key for one in due)).encode()
    return NewMessage(
        kind="digest",
        to_address=first.to_address,
        language=first.language,
        params=msgspec.to_builtins(Digest(items=items)),
        dedupe_key=f"digest:{hashlib.sha256(together).hexdigest()}",
        region_id=first.region_id,
    )
