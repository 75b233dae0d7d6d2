"""Letting people sign in: a role for somebody of an office, or for an investigator of the register."""

from typing import Annotated, Literal
from uuid import UUID

from msgspec import Meta, Struct

from trialport.accounts import role_service
from trialport.accounts.models import Actor
from trialport.accounts.people_models import RoleScope
from trialport.accounts.people_service import find_or_add_person
from trialport.core.config import Settings
from trialport.core.db import Transaction, as_system
from trialport.core.errors import Contradiction
from trialport.core.fields import NOT_BLANK, Email
from trialport.core.language import Language
from trialport.notifications.messages import queue_message
from trialport.units.person_models import PersonEntry

StaffRole = Literal["office", "management", "admin"]
UnitRole = Literal["investigator", "unit_head"]


class AccessOrder(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Who is to work where; `region_id` is None for an administrator and where the actor has one region only."""

    email: Email
    name: Annotated[str, Meta(min_length=1, max_length=200, pattern=NOT_BLANK)]
    language: Language
    role: StaffRole
    region_id: UUID | None = None


class UnitAccessOrder(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """As what somebody of the register is to sign in."""

    role: UnitRole
    language: Language


async def give_access(tx: Transaction, settings: Settings, actor: Actor, order: AccessOrder) -> bool:
    """Give somebody a role in an office or as administrator; returns False when she holds it already.

    Who is new is told by mail. Raises Contradiction at the field, NotAllowed for a role above the actor's own.
    """
    region_id = None if order.role == "admin" else actor.region_id or order.region_id
    if region_id is None and order.role != "admin":
        raise Contradiction.at("region_id", "Choose the region.")
    scope = RoleScope(role=order.role, region_id=region_id)
    return await _give(tx, settings, actor, scope, email=order.email, name=order.name, language=order.language)


async def give_unit_access(
    tx: Transaction, settings: Settings, actor: Actor, person: PersonEntry, order: UnitAccessOrder
) -> bool:
    """Give an investigator of the register her own role, by her address at work; returns False when she holds it.

    Raises Contradiction for a head of unit who is none: the employer's registry says who is.
    """
    if order.role == "unit_head" and not any(one.is_head for one in person.positions):
        raise Contradiction.at("role", "The register names somebody else as head of these units.")
    scope = RoleScope(role=order.role, region_id=person.region_id, investigator_id=person.investigator_id)
    return await _give(tx, settings, actor, scope, email=person.email, name=person.name, language=order.language)


async def _give(
    tx: Transaction, settings: Settings, actor: Actor, scope: RoleScope, *, email: str, name: str, language: Language
) -> bool:
    role_service.require_giving(actor, scope)
    async with as_system(tx.connection):
        person = await find_or_add_person(tx, actor, email=email, name=name, language=language)
    given = await role_service.give(tx, actor, person.person_id, scope)
    if given:
        # Told once an account: a second role is there when she signs in.
        await queue_message(
            tx,
            settings,
            kind="account_created",
            to_address=person.email,
            language=person.language,
            params={"link": f"{settings.public_url}/sign-in"},
            dedupe_key=f"account_created:{person.person_id}",
            person_id=person.person_id,
            region_id=scope.region_id,
        )
    return given
