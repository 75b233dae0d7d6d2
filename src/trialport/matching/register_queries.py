"""The register as the index in memory reads it: the view register_row, and the log register_change of what changed."""

from collections.abc import AsyncIterable, Collection
from datetime import datetime
from uuid import UUID

import msgspec
from msgspec import Struct

from trialport.core.db import Connection
from trialport.matching.encoding import Record
from trialport.vocabulary.codes import ResourceKind


class RegisterChange(Struct, frozen=True, kw_only=True):
    """One entry of the log; without a region it is about all of them."""

    kind: str
    subject_id: UUID | None
    of_region: UUID | None
    mark: int


class RegisterNews(Struct, frozen=True, kw_only=True):
    """What a transaction sees of the log that an earlier look did not.

    `position` is how far it sees; `own` is its number, if it has one, and `changed` says whether it has itself
    changed the register. `mark` puts together the marks of all changes there ever were.
    """

    position: str
    own: int | None
    changed: bool
    mark: int
    changes: list[RegisterChange]


class RegisterMark(Struct, frozen=True, kw_only=True):
    """The marks of all changes of one region (None: of all regions), those of capacities or all others."""

    of_region: UUID | None
    of_capacity: bool
    mark: int


class RegisterMarks(Struct, frozen=True, kw_only=True):
    """The marks of all changes that a transaction sees; the rest is as in `RegisterNews`."""

    position: str
    own: int | None
    changed: bool
    marks: list[RegisterMark]


async def select_register_news(connection: Connection, *, position: str) -> RegisterNews:
    """Read what was logged by transactions that a look at this position could not see.

    A number that no transaction has had yet stands in a row from a restored copy of another server.
    """
    record = await connection.fetchrow(
        """
        select pg_current_snapshot()::text as position,
               pg_current_xact_id_if_assigned()::text::bigint as own,
               coalesce(bool_or(xid = pg_current_xact_id_if_assigned()), false) as changed,
               coalesce(bit_xor(mark), 0) as mark,
               coalesce(jsonb_agg(jsonb_build_object(
                   'kind', kind, 'subject_id', subject_id, 'of_region', of_region, 'mark', mark))
                   filter (where kind not in ('older', 'older_capacity')
                           and not pg_visible_in_snapshot(xid, $1::text::pg_snapshot)
                           and xid < pg_snapshot_xmax(pg_current_snapshot())), '[]') as changes
        from register_change
        """,
        position,
    )
    return msgspec.convert(record, RegisterNews)


async def select_register_marks(connection: Connection) -> RegisterMarks:
    """Read how far the transaction sees, and what all changes so far are told by."""
    record = await connection.fetchrow(
        """
        select pg_current_snapshot()::text as position,
               pg_current_xact_id_if_assigned()::text::bigint as own,
               coalesce(bool_or(changed), false) as changed,
               coalesce(jsonb_agg(jsonb_build_object(
                   'of_region', of_region, 'of_capacity', of_capacity, 'mark', mark)), '[]') as marks
        from (
            select of_region, kind in ('capacity', 'older_capacity') as of_capacity, bit_xor(mark) as mark,
                   bool_or(xid = pg_current_xact_id_if_assigned()) as changed
            from register_change
            group by 1, 2
        ) as by_region
        """
    )
    return msgspec.convert(record, RegisterMarks)


def select_register_rows(connection: Connection, *, page: int) -> AsyncIterable[Record]:
    """Read every capacity, so many at a time; `gcp_until` is the last day of each investigator's GCP training."""
    rows: AsyncIterable[Record] = connection.cursor(
        """
        select capacity, unit, region, unit_name, site_name, unit_kind, therapy_area, indications, study_types,
               phases, age_groups, care_settings, resources, state, state_until, new_trials_possible,
               new_trials_from, lead_time_days, participants_per_month, participants_basis, nurse_hours_free,
               physician_hours_free, confirmed_on, valid_until, revision, dct_activities, capabilities, equipment,
               competing_trials, conditions, experience, running_trials, primary_care_role, languages, gcp_until
        from register_row
        left join (
            select p.unit_id, array_agg(i.gcp_expires_on)::text as gcp_until
            from position p
            join investigator i using (investigator_id)
            where i.objected_at is null
            group by p.unit_id
        ) as staff on staff.unit_id = of_unit
        """,
        prefetch=page,
    )
    return rows


async def select_changed_rows(connection: Connection, *, capacity_ids: Collection[UUID]) -> list[Record]:
    """Read these capacities, those of them that there still are."""
    records: list[Record] = await connection.fetch(
        """
        select capacity, unit, region, unit_name, site_name, unit_kind, therapy_area, indications, study_types,
               phases, age_groups, care_settings, resources, state, state_until, new_trials_possible,
               new_trials_from, lead_time_days, participants_per_month, participants_basis, nurse_hours_free,
               physician_hours_free, confirmed_on, valid_until, revision, dct_activities, capabilities, equipment,
               competing_trials, conditions, experience, running_trials, primary_care_role, languages,
               (select array_agg(i.gcp_expires_on)
                from position p
                join investigator i using (investigator_id)
                where p.unit_id = of_unit and i.objected_at is null)::text as gcp_until
        from register_row
        where of_capacity = any ($1::uuid[])
        """,
        capacity_ids,
    )
    return records


async def select_capacities_of(
    connection: Connection,
    *,
    unit_ids: Collection[UUID],
    site_ids: Collection[UUID],
    investigator_ids: Collection[UUID],
) -> list[UUID]:
    """Find the capacities of these units, of the units of these sites, and of those where these persons work."""
    records = await connection.fetch(
        """
        select c.capacity_id
        from capacity c
        where c.unit_id in (
            select unnest($1::uuid[])
            union select unit_id from unit where site_id = any ($2::uuid[])
            union select unit_id from position where investigator_id = any ($3::uuid[]))
        """,
        unit_ids,
        site_ids,
        investigator_ids,
    )
    return [record["capacity_id"] for record in records]


async def select_region_resources(connection: Connection) -> dict[UUID, frozenset[ResourceKind]]:
    records = await connection.fetch(
        "select region_id, array_agg(distinct kind) as kinds from resource group by region_id"
    )
    return {record["region_id"]: frozenset(record["kinds"]) for record in records}


async def delete_old_register_changes(connection: Connection, *, before: datetime) -> None:
    """Fold what was logged before into one row for each region, which keeps the marks.

    Only what every look from now on takes for seen goes, and what a restored copy of another server has left.
    """
    await connection.execute(
        """
        with gone as (
            delete from register_change
            where changed_at < $1
              and (xid < pg_snapshot_xmin(pg_current_snapshot()) or xid >= pg_snapshot_xmax(pg_current_snapshot()))
              and exists (select from register_change
                          where changed_at < $1 and kind not in ('older', 'older_capacity'))
            returning kind, of_region, mark
        )
        insert into register_change (kind, of_region, mark)
        select case when kind in ('capacity', 'older_capacity') then 'older_capacity' else 'older' end,
               of_region, bit_xor(mark)
        from gone
        group by 1, 2
        """,
        before,
    )
