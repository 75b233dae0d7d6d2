"""What a person may know about herself: who she is here, all that is stored about her, who saw her name."""

from uuid import UUID

import msgspec

from trialport.accounts import own_data_queries as queries
from trialport.accounts.models import Actor
from trialport.accounts.own_data_models import DataSubject, MeDetail, MyRole, NameReading, OwnDataExport
from trialport.accounts.service import record_audit_event
from trialport.core.db import Transaction, as_system

# More readings of one name than anybody pages through; the audit trail has them all.
_MOST_READINGS = 10_000


async def read_me(tx: Transaction, subject: DataSubject) -> MeDetail:
    """Return who somebody is, in which role she acts, and which roles she holds."""
    async with as_system(tx.connection):
        person = await queries.select_own_person(tx.connection, person_id=subject.person_id)
        grants = await queries.select_own_role_grants(tx.connection, person_id=subject.person_id)
        investigators = await queries.select_own_investigators(
            tx.connection, investigator_ids=[subject.investigator_id] if subject.investigator_id else []
        )
    return MeDetail(
        person_id=subject.person_id,
        name=subject.name if person is None else person["name"],
        email=None if person is None else person["email"],
        language=None if person is None else person["language"],
        acting_as=subject.role,
        acting_for=subject.acting_for_name,
        roles=tuple(msgspec.convert(grant, MyRole) for grant in grants if grant["revoked_at"] is None),
        objected_at=investigators[0]["objected_at"] if investigators else None,
    )


async def list_name_readings(
    tx: Transaction, investigator_id: UUID | None, *, before: UUID | None, limit: int
) -> list[NameReading]:
    """Return when and by whom an investigator's name was read, newest first."""
    if investigator_id is None:
        return []
    async with as_system(tx.connection):
        return await queries.select_name_readings(
            tx.connection, investigator_id=investigator_id, before=before, limit=limit
        )


async def export_own_data(tx: Transaction, subject: DataSubject) -> OwnDataExport:
    """Return everything stored about somebody, and note that it was handed out."""
    async with as_system(tx.connection):
        export = await _read_all(tx, subject)
        # Under the system's view, because who holds no role could write nothing.
        await record_audit_event(
            tx,
            _as_actor(subject),
            action="own_data.exported",
            object_type="person" if subject.person_id else "access_token",
            object_id=subject.own_id,
            region_id=subject.region_id,
        )
    return export


def _as_actor(subject: DataSubject) -> Actor:
    """Return who did it, for the trail; somebody without a role is the program's guest."""
    return Actor(
        token_id=subject.token_id, person_id=subject.person_id, name=subject.name, role=subject.role or "service"
    )


async def _read_all(tx: Transaction, subject: DataSubject) -> OwnDataExport:
    connection, person_id = tx.connection, subject.person_id
    person = await queries.select_own_person(connection, person_id=person_id)
    email = "" if person is None else person["email"]
    grants = await queries.select_own_role_grants(connection, person_id=person_id)
    investigator_ids = {grant["investigator_id"] for grant in grants if grant["revoked_at"] is None}
    investigator_ids = {one for one in (*investigator_ids, subject.investigator_id) if one is not None}
    own_ids = {*investigator_ids, subject.own_id}
    mine = sorted(investigator_ids)
    readings = [
        reading
        for investigator_id in mine
        for reading in await queries.select_name_readings(
            connection, investigator_id=investigator_id, before=None, limit=_MOST_READINGS
        )
    ]
    return OwnDataExport(
        exported_at=tx.now,
        person=person,
        role_grants=tuple(grants),
        identities=tuple(await queries.select_own_identities(connection, person_id=person_id)),
        sessions=tuple(await queries.select_own_sessions(connection, person_id=person_id)),
        investigators=tuple(await queries.select_own_investigators(connection, investigator_ids=mine)),
        invitations=tuple(await queries.select_own_invitations(connection, investigator_ids=mine)),
        answers=tuple(await queries.select_own_answers(connection, investigator_ids=mine)),
        sign_offs=tuple(await queries.select_own_sign_offs(connection, investigator_ids=mine)),
        inquiries_naming_you=tuple(await queries.select_inquiries_naming(connection, email=email)),
        drafts=tuple(await queries.select_own_drafts(connection, person_id=person_id)),
        messages=tuple(await queries.select_own_messages(connection, person_id=person_id, email=email)),
        events_by_you=tuple(await queries.select_events_by(connection, actor_id=subject.own_id)),
        events_about_you=tuple(await queries.select_events_about(connection, object_ids=sorted(own_ids))),
        name_readings=tuple(readings),
    )
