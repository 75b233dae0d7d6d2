"""People and the roles they hold: given, taken away, and always in the audit trail."""

from uuid import UUID

from trialport.accounts import people_queries
from trialport.accounts.models import Actor
from trialport.accounts.people_models import GrantSource, PersonRow, RoleScope
from trialport.accounts.service import record_audit_event
from trialport.core.db import Transaction
from trialport.core.errors import Refused, explain
from trialport.core.language import Language

explain("person_email_key", Refused, "email", "Somebody with this address is known already.")


def normal_email(text: str) -> str:
    """Return an address as it is stored: small letters, nothing around it."""
    return text.strip().lower()


async def find_or_add_person(tx: Transaction, actor: Actor, *, email: str, name: str, language: Language) -> PersonRow:
    """Return the person with this address, a new one if it is not known."""
    known = await people_queries.select_person_by_email(tx.connection, email=normal_email(email))
    if known is not None:
        return known
    person = await people_queries.insert_person(
        tx.connection, email=normal_email(email), name=name, language=language, now=tx.now
    )
    if person is None:
        raise Refused("Somebody with this address is known already.")
    await record_audit_event(tx, actor, action="person.added", object_type="person", object_id=person.person_id)
    return person


async def give_role(tx: Transaction, actor: Actor, person_id: UUID, scope: RoleScope, source: GrantSource) -> bool:
    """Give a person a role; returns False when she holds it already."""
    # Who gave it is known by her id, so that her name can be erased.
    giver = actor.name if actor.person_id is None else str(actor.person_id)
    role_grant_id = await people_queries.insert_role_grant(
        tx.connection, person_id=person_id, scope=scope, source=source, granted_by=giver, now=tx.now
    )
    if role_grant_id is not None:
        await _record(tx, actor, "role.given", person_id, scope, source)
    return role_grant_id is not None


async def take_role(tx: Transaction, actor: Actor, role_grant_id: UUID) -> bool:
    """Take a role away, at once for every session that acts in it; returns False when nobody holds it."""
    taken = await people_queries.update_role_grant_revoked(tx.connection, role_grant_id=role_grant_id, now=tx.now)
    if taken is not None:
        await _record(tx, actor, "role.taken", *taken, None)
    return taken is not None


async def _record(
    tx: Transaction, actor: Actor, action: str, person_id: UUID, scope: RoleScope, source: GrantSource | None
) -> None:
    await record_audit_event(
        tx,
        actor,
        action=action,
        object_type="person",
        object_id=person_id,
        region_id=scope.region_id,
        details={"role": scope.role} | ({"source": source} if source else {}),
    )
