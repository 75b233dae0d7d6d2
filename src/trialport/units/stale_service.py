"""Asking who answers for a capacity whether it still holds: by the clock, and when the office wants to know."""

from datetime import date, timedelta
from typing import Literal
from uuid import UUID, uuid4

import msgspec
from msgspec import Struct

from trialport.accounts.models import SYSTEM, Actor
from trialport.accounts.service import record_audit_event, record_audit_events
from trialport.core.config import Settings
from trialport.core.db import Transaction, as_system
from trialport.core.errors import NotFound
from trialport.core.signing import read_signed, sign_value
from trialport.notifications.mail_models import CapacityStale, Filling, MailParams, NewMessage
from trialport.notifications.messages import is_address, queue_messages
from trialport.units import stale_queries
from trialport.units.stale_queries import StaleCapacity
from trialport.vocabulary.codes import TherapyArea

# Nobody is asked about the same capacity more often than this.
ASK_EVERY = timedelta(days=7)
# What has become of the wish to ask: `nobody` works at the unit who may be asked.
Asked = Literal["asked", "already", "nobody"]
# Asked a little before the last day, so that who answers at once never sinks in the ranking.
ASK_BEFORE = timedelta(days=7)
# A link outlives the question, for mails are read late (days).
OPEN_DAYS = 60
# More than any region has; nobody waits for more mails than this to be written.
_MOST_AT_ONCE = 500


class QuestionLink(Struct, frozen=True, kw_only=True):
    """What the link of a mail says; the names are short because they stand in an address."""

    capacity_question_id: UUID = msgspec.field(name="q")
    last_day: date = msgspec.field(name="d")


async def ask_about_stale(tx: Transaction, settings: Settings, limit: int) -> int:
    """Ask by one mail each who answers for capacities that run out; returns how many were found.

    Each last day is asked about once, and nobody more than once in `ASK_EVERY`. Needs the program's view.
    """
    found = await stale_queries.claim_stale_capacities(
        tx.connection,
        today=tx.today,
        due_by=tx.today + ASK_BEFORE,
        asked_since=tx.now - ASK_EVERY,
        limit=limit,
    )
    questions = {one.investigator_id: uuid4() for one in found}
    # One address in a register that is none must not keep the mails of all others back: it is settled unsent.
    new = await stale_queries.insert_questions(
        tx.connection, asked=[(questions[one.investigator_id], one) for one in found], cause="clock", now=tx.now
    )
    first = {questions[one.investigator_id]: one for one in reversed(found) if is_address(one.email)}
    mails = [_mail(tx, question_id, one) for question_id, one in first.items() if question_id in new]
    await queue_messages(tx, settings, mails)
    await record_audit_events(
        tx,
        SYSTEM,
        action="capacity.asked",
        object_type="capacity",
        events=[
            (one.capacity_id, one.region_id, {"investigator_id": str(one.investigator_id)})
            for one in found
            if questions[one.investigator_id] in new
        ],
    )
    return len(found)


async def ask_all_stale(tx: Transaction, settings: Settings, actor: Actor) -> int:
    """Ask the owners of the actor's stale capacities, one mail a person; returns about how many capacities.

    Those asked within `ASK_EVERY` are left alone, and of very many the oldest are asked first.
    """
    # Whom a mail goes to and in which language stands in tables that an office does not read.
    async with as_system(tx.connection):
        found = await stale_queries.select_unasked_stale(
            tx.connection,
            actor=actor,
            today=tx.today,
            asked_since=tx.now - ASK_EVERY,
            limit=_MOST_AT_ONCE,
        )
    found = [one for one in found if is_address(one.email)]
    questions = {one.investigator_id: uuid4() for one in found}
    await stale_queries.upsert_asks(tx.connection, asked=found, actor_id=actor.actor_id, now=tx.now)
    await stale_queries.insert_questions(
        tx.connection, asked=[(questions[one.investigator_id], one) for one in found], cause="office", now=tx.now
    )
    first = {one.investigator_id: one for one in reversed(found)}
    await queue_messages(tx, settings, [_mail(tx, questions[who], one) for who, one in first.items()])
    await record_audit_events(
        tx,
        actor,
        action="capacity.asked",
        object_type="capacity",
        events=[(one.capacity_id, one.region_id, {"investigator_id": str(one.investigator_id)}) for one in found],
    )
    return len(found)


def _mail(tx: Transaction, question_id: UUID, one: StaleCapacity) -> NewMessage:
    return NewMessage(
        kind="capacity_stale",
        to_address=one.email,
        language=one.language,
        params={"capacity_question_id": str(question_id), "last_day": _last_day(tx).isoformat()},
        dedupe_key=f"capacity_stale:{question_id}",
        region_id=one.region_id,
        subject_id=one.capacity_id,
    )


def _last_day(tx: Transaction) -> date:
    return tx.today + timedelta(days=OPEN_DAYS)


def question_address(settings: Settings, link: QuestionLink) -> str:
    """Write the address of the page for a question: a secret, because whoever has it may answer."""
    return f"{settings.public_url}/still-right/{sign_value(settings, 'confirm_capacity', msgspec.to_builtins(link))}"


def read_question_link(settings: Settings, signed: str) -> QuestionLink | None:
    """Return what a link says; None when it was not made here. Whether it has lapsed is the caller's to ask."""
    value = read_signed(settings, "confirm_capacity", signed)
    try:
        return None if value is None else msgspec.convert(value, QuestionLink)
    except msgspec.ValidationError:
        return None


async def fill_question(tx: Transaction, settings: Settings, params: MailParams) -> Filling | None:
    """Give a question its link as the mail leaves; None where everything it asks about is settled by then."""
    if not isinstance(params, CapacityStale):
        raise TypeError(f"these are not the parameters of a question: {type(params).__name__}")
    due = await stale_queries.count_due_capacities(tx.connection, capacity_question_id=params.capacity_question_id)
    if not due:
        return None
    link = QuestionLink(capacity_question_id=params.capacity_question_id, last_day=params.last_day)
    return Filling(values={"link": question_address(settings, link)})


async def ask_to_confirm(
    tx: Transaction, settings: Settings, actor: Actor, unit_id: UUID, therapy_area: TherapyArea
) -> Asked:
    """Send the owner of a capacity a mail that asks whether it is still right, once a week at most.

    Raises NotFound out of scope.
    """
    # Whom the mail goes to and in which language stands in tables that an office does not read.
    async with as_system(tx.connection):
        owner = await stale_queries.select_owner(
            tx.connection, actor=actor, unit_id=unit_id, therapy_area=therapy_area, today=tx.today
        )
    if owner is None:
        raise NotFound("No capacity record of yours here. Check the unit and the therapy area.")
    if owner.investigator_id is None or owner.email is None:
        return "nobody"
    is_new = await stale_queries.upsert_ask(
        tx.connection,
        capacity_id=owner.capacity_id,
        region_id=owner.region_id,
        investigator_id=owner.investigator_id,
        actor_id=actor.actor_id,
        now=tx.now,
        not_since=tx.now - ASK_EVERY,
    )
    if not is_new:
        return "already"
    one = StaleCapacity(
        capacity_id=owner.capacity_id,
        region_id=owner.region_id,
        valid_until=owner.valid_until,
        investigator_id=owner.investigator_id,
        email=owner.email,
        language=owner.language,
    )
    question_id = uuid4()
    await stale_queries.insert_questions(tx.connection, asked=[(question_id, one)], cause="office", now=tx.now)
    await queue_messages(tx, settings, [_mail(tx, question_id, one)])
    await record_audit_event(
        tx,
        actor,
        action="capacity.asked",
        object_type="capacity",
        object_id=owner.capacity_id,
        region_id=owner.region_id,
        details={"investigator_id": str(owner.investigator_id)},
    )
    return "asked"
