"""Asking who has not been here for two years, and erasing who does not answer (docs/privacy.md).

It stands here because an investigator is erased with the person: everything it calls lies lower in the house.
"""

from datetime import timedelta

from trialport.accounts import retention_queries as people
from trialport.accounts.models import SYSTEM
from trialport.accounts.retention_queries import InactivePerson
from trialport.accounts.retention_rules import ANSWER_DAYS, asked_when_inactive_since, erased_when_asked_before
from trialport.accounts.service import record_audit_event
from trialport.core.config import Settings
from trialport.core.db import Transaction
from trialport.notifications import erasure_queries as mails
from trialport.notifications.messages import queue_message
from trialport.units import erasure_queries as register
from trialport.units.service import ask_for_refresh

_AT_ONCE = 100


async def ask_inactive_people(tx: Transaction, settings: Settings) -> int:
    """Ask by mail who has been away for 24 months; returns how many. Needs the system's view."""
    found = await people.select_people_to_ask(
        tx.connection, inactive_since=asked_when_inactive_since(tx.now), limit=_AT_ONCE
    )
    # The sweep runs once a day, so the day named may pass before the data are gone, never the other way round.
    erased_on = tx.today + timedelta(days=ANSWER_DAYS)
    for person in found:
        await queue_message(
            tx,
            settings,
            kind="retention_question",
            to_address=person.email,
            language=person.language,
            params={"link": f"{settings.public_url}/sign-in", "erased_on": erased_on.isoformat()},
            dedupe_key=f"retention_question:{person.person_id}:{tx.today.isoformat()}",
            person_id=person.person_id,
        )
        await record_audit_event(
            tx, SYSTEM, action="person.retention_asked", object_type="person", object_id=person.person_id
        )
    await people.update_people_asked(tx.connection, person_ids=[one.person_id for one in found], now=tx.now)
    return len(found)


async def erase_people_who_kept_away(tx: Transaction, settings: Settings) -> int:
    """Erase who was asked 30 days ago and has not been here since; returns how many. Needs the system's view."""
    found = await people.select_people_to_erase(
        tx.connection, asked_before=erased_when_asked_before(tx.now), limit=_AT_ONCE
    )
    for person in found:
        await _erase(tx, settings, person)
    return len(found)


async def _erase(tx: Transaction, settings: Settings, person: InactivePerson) -> None:
    connection, person_id = tx.connection, person.person_id
    investigator_ids = await people.select_investigators_of_only(connection, person_id=person_id)
    regions = await register.select_regions_of(connection, investigator_ids=investigator_ids)
    await people.update_person_erased(connection, person_id=person_id, now=tx.now)
    await people.update_grants_ended(connection, person_id=person_id, now=tx.now)
    await people.delete_sessions(connection, person_id=person_id)
    await people.delete_identities(connection, person_id=person_id)
    await people.delete_signin_requests(connection, email=person.email)
    await people.update_name_forgotten(connection, person_id=person_id)
    await mails.update_messages_erased(connection, person_id=person_id, email=person.email)
    await register.delete_positions(connection, investigator_ids=investigator_ids)
    await register.delete_delegates(connection, investigator_ids=investigator_ids)
    await register.delete_absences(connection, investigator_ids=investigator_ids)
    await register.update_investigators_erased(connection, investigator_ids=investigator_ids, now=tx.now)
    for region_id in regions:
        await ask_for_refresh(tx, settings, region_id)
    await record_audit_event(tx, SYSTEM, action="person.erased", object_type="person", object_id=person_id)
