"""Reading the register for a trial office: units with their staleness, people, resources and what is set aside."""

from datetime import datetime, timedelta
from uuid import UUID

from msgspec import Struct

from trialport.accounts import role_service
from trialport.accounts.models import Actor, Role
from trialport.core.days import month_start
from trialport.core.db import Transaction
from trialport.core.errors import NotFound
from trialport.units import capacity_queries, office_queries, queries, stale_queries
from trialport.units.models import CapacityDetail, UnitDetail
from trialport.units.office_models import (
    LedgerLine,
    Register,
    RegisterFilter,
    ResourceLine,
    RosterFilter,
    RosterPerson,
    SiteChoice,
)
from trialport.units.service import note_listed_names

UNITS_A_PAGE = 15
PEOPLE_A_PAGE = 50
_MOST = 200
# How far back it counts how often a unit was asked.
_LOAD = timedelta(days=90)
# The regions lie in one time zone; a month of invitations begins at its midnight.


class UnitFile(Struct, frozen=True, kw_only=True):
    """Everything an office sees of one unit."""

    unit: UnitDetail
    capacities: tuple[CapacityDetail, ...]
    people: tuple[RosterPerson, ...]
    ledger: tuple[LedgerLine, ...]
    asked: dict[UUID, datetime]


class Roster(Struct, frozen=True, kw_only=True):
    """One page of people."""

    people: tuple[RosterPerson, ...]
    roles: dict[UUID, tuple[Role, ...]]
    number: int
    has_more: bool


class ResourceFile(Struct, frozen=True, kw_only=True):
    """A resource, and what is and was set aside of it."""

    resource: ResourceLine
    ledger: tuple[LedgerLine, ...]


async def read_register(tx: Transaction, actor: Actor, wanted: RegisterFilter, number: int) -> Register:
    """Return one page (from 1) of the units that fit."""
    today = tx.today
    sums = await office_queries.select_register_sums(tx.connection, actor=actor, wanted=wanted, today=today)
    pages = max(1, -(-sums.units // UNITS_A_PAGE))
    number = min(max(number, 1), pages)
    units = await office_queries.select_register_units(
        tx.connection,
        actor=actor,
        wanted=wanted,
        today=today,
        asked_since=tx.now - _LOAD,
        offset=(number - 1) * UNITS_A_PAGE,
        limit=UNITS_A_PAGE,
    )
    sites: list[SiteChoice] = await office_queries.select_site_choices(tx.connection, actor=actor)
    return Register(units=tuple(units), sums=sums, sites=tuple(sites), number=number, pages=pages)


async def read_unit_file(tx: Transaction, actor: Actor, unit_id: UUID) -> UnitFile:
    """Return a unit of the actor's region; raises NotFound otherwise. That names were shown is noted."""
    unit = await queries.select_unit(tx.connection, unit_id=unit_id)
    if unit is None or (actor.role != "admin" and unit.region_id != actor.region_id):
        raise NotFound("No unit of yours here. Check the unit.")
    capacities = await capacity_queries.select_capacities(
        tx.connection,
        actor=actor,
        unit_id=unit_id,
        therapy_area=None,
        state=None,
        stale=None,
        today=tx.today,
        after=None,
        limit=_MOST,
    )
    people = await _people(tx, actor, unit_id=unit_id, wanted=RosterFilter(), offset=0, limit=_MOST)
    ledger = await office_queries.select_ledger(
        tx.connection, actor=actor, unit_id=unit_id, resource_id=None, limit=_MOST
    )
    asked = await stale_queries.select_asks(
        tx.connection, actor=actor, capacity_ids=[one.capacity_id for one in capacities]
    )
    return UnitFile(
        unit=unit,
        capacities=tuple(sorted(capacities, key=lambda one: (not one.stale, one.therapy_area))),
        people=people,
        ledger=tuple(ledger),
        asked=asked,
    )


async def read_roster(tx: Transaction, actor: Actor, wanted: RosterFilter, number: int) -> Roster:
    """Return one page (from 1) of the people of the actor's region; that their names were shown is noted."""
    number = max(number, 1)
    people = await _people(
        tx, actor, unit_id=None, wanted=wanted, offset=(number - 1) * PEOPLE_A_PAGE, limit=PEOPLE_A_PAGE + 1
    )
    shown = people[:PEOPLE_A_PAGE]
    roles = await role_service.roles_of_investigators(tx, actor, [one.investigator_id for one in shown])
    return Roster(people=shown, roles=roles, number=number, has_more=len(people) > PEOPLE_A_PAGE)


async def read_resources(tx: Transaction, actor: Actor) -> tuple[ResourceLine, ...]:
    """Return the shared resources of the actor's region with what is free of each."""
    return tuple(await office_queries.select_resource_lines(tx.connection, actor=actor, resource_id=None))


async def read_resource_file(tx: Transaction, actor: Actor, resource_id: UUID) -> ResourceFile:
    """Return a resource of the actor's region with its ledger; raises NotFound otherwise."""
    found = await office_queries.select_resource_lines(tx.connection, actor=actor, resource_id=resource_id)
    if not found:
        raise NotFound("No resource of yours here.")
    ledger = await office_queries.select_ledger(
        tx.connection, actor=actor, unit_id=None, resource_id=resource_id, limit=_MOST
    )
    return ResourceFile(resource=found[0], ledger=tuple(ledger))


async def _people(
    tx: Transaction, actor: Actor, *, unit_id: UUID | None, wanted: RosterFilter, offset: int, limit: int
) -> tuple[RosterPerson, ...]:
    holders = None
    if wanted.role is not None:
        # Who holds a role is not for the office's own eyes in the database; whom it finds by it, is.
        role = None if wanted.role == "none" else wanted.role
        holders = await role_service.investigators_with_role(tx, actor, role)
    people = await office_queries.select_roster(
        tx.connection,
        actor=actor,
        unit_id=unit_id,
        wanted=wanted,
        among=None if wanted.role == "none" else holders,
        without=holders if wanted.role == "none" else None,
        today=tx.today,
        month_start=month_start(tx.now),
        offset=offset,
        limit=limit,
    )
    await note_listed_names(tx, actor, people)
    return tuple(people)
