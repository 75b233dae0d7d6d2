"""An office, or an administrator, gives roles and ends them: never one that may more than her own."""

from collections.abc import Collection
from uuid import UUID

from msgspec import Struct

from trialport.accounts import people_service
from trialport.accounts import role_queries as queries
from trialport.accounts.audit_service import note_reading
from trialport.accounts.models import Actor, Role
from trialport.accounts.people_models import AccountFilter, AccountLine, GrantFile, HeldRole, RoleScope
from trialport.accounts.permissions import allowed_commands
from trialport.core.db import Transaction, as_system
from trialport.core.errors import NotAllowed, NotFound, Refused

ACCOUNTS_A_PAGE = 50


class AccountPage(Struct, frozen=True, kw_only=True):
    """One page (from 1) of the people who may sign in."""

    accounts: tuple[AccountLine, ...]
    number: int
    has_more: bool


async def list_accounts(tx: Transaction, actor: Actor, wanted: AccountFilter, number: int) -> AccountPage:
    """Return who may sign in, and note that their names were shown."""
    number = max(number, 1)
    async with as_system(tx.connection):
        found = await queries.select_accounts(
            tx.connection,
            actor=actor,
            wanted=wanted,
            offset=(number - 1) * ACCOUNTS_A_PAGE,
            limit=ACCOUNTS_A_PAGE + 1,
        )
    shown = found[:ACCOUNTS_A_PAGE]
    if shown and actor.actor_id is not None:
        await note_reading(
            tx,
            actor,
            action="person.listed",
            object_type="reader",
            object_id=actor.actor_id,
            region_id=actor.region_id,
            details={"person_ids": [str(one.person_id) for one in shown]},
        )
    return AccountPage(accounts=tuple(shown), number=number, has_more=len(found) > ACCOUNTS_A_PAGE)


async def list_roles_of(tx: Transaction, actor: Actor, investigator_id: UUID) -> tuple[HeldRole, ...]:
    """Return the roles that somebody holds as this investigator; the caller has checked that the actor sees her."""
    async with as_system(tx.connection):
        return tuple(
            await queries.select_roles_of_investigator(tx.connection, actor=actor, investigator_id=investigator_id)
        )


async def roles_of_investigators(
    tx: Transaction, actor: Actor, investigator_ids: Collection[UUID]
) -> dict[UUID, tuple[Role, ...]]:
    """Return as what each of them signs in; the caller has checked that the actor sees them."""
    async with as_system(tx.connection):
        return await queries.select_roles_of_investigators(
            tx.connection, actor=actor, investigator_ids=investigator_ids
        )


async def investigators_with_role(tx: Transaction, actor: Actor, role: Role | None) -> list[UUID]:
    """Return which investigators hold a role, or any at all, in the actor's reach."""
    async with as_system(tx.connection):
        return await queries.select_investigators_with_role(tx.connection, actor=actor, role=role)


async def read_grant(tx: Transaction, actor: Actor, role_grant_id: UUID) -> GrantFile:
    """Return a role, held or ended; raises NotFound out of the actor's reach."""
    async with as_system(tx.connection):
        found = await queries.select_grant(tx.connection, actor=actor, role_grant_id=role_grant_id)
    if found is None or not allowed_commands("role_grant", actor.role, found.role):
        raise NotFound("No role of yours to see here.")
    return found


async def read_ended(tx: Transaction, actor: Actor, role_grant_id: str) -> GrantFile | None:
    """Return a role that was ended, by the id an address names; None for any other text."""
    try:
        found = await read_grant(tx, actor, UUID(role_grant_id))
    except (ValueError, NotFound):
        return None
    return None if found.revoked_at is None else found


def require_giving(actor: Actor, scope: RoleScope) -> None:
    """Check that the actor may give this role there; raises NotAllowed for more than her own, NotFound elsewhere."""
    if "give" not in allowed_commands("role_grant", actor.role, scope.role):
        raise NotAllowed("You cannot give this role. Ask an administrator.")
    if actor.role != "admin" and scope.region_id != actor.region_id:
        raise NotFound("No region of yours here.")


async def give(tx: Transaction, actor: Actor, person_id: UUID, scope: RoleScope) -> bool:
    """Give a person a role; returns False when she holds it already. Raises as `require_giving` does."""
    require_giving(actor, scope)
    async with as_system(tx.connection):
        return await people_service.give_role(tx, actor, person_id, scope, "invitation")


async def end(tx: Transaction, actor: Actor, role_grant_id: UUID) -> GrantFile:
    """End a role at once, also for who acts in it now; one that is ended already stays so.

    Raises NotFound out of reach, Refused for a role of one's own: otherwise the last administrator could go.
    """
    grant = await read_grant(tx, actor, role_grant_id)
    if "end" not in allowed_commands("role_grant", actor.role, grant.role):
        raise NotAllowed("You cannot end this role. Ask an administrator.")
    if grant.person_id == actor.person_id:
        raise Refused("You cannot end a role of your own. Ask a colleague to do it.")
    async with as_system(tx.connection):
        await people_service.take_role(tx, actor, role_grant_id)
    return grant


async def restore(tx: Transaction, actor: Actor, role_grant_id: UUID) -> GrantFile:
    """Take back that a role was ended: the same person gets the same role; nothing happens when she holds it."""
    grant = await read_grant(tx, actor, role_grant_id)
    if "end" not in allowed_commands("role_grant", actor.role, grant.role):
        raise NotAllowed("You cannot give this role. Ask an administrator.")
    if grant.revoked_at is not None:
        async with as_system(tx.connection):
            await people_service.give_role(tx, actor, grant.person_id, grant.scope, "invitation")
    return grant
