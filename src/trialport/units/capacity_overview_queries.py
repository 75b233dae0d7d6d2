"""Sums over a region's capacity; what they return goes through the bands before anybody sees it."""

from datetime import date
from uuid import UUID

import msgspec
from msgspec import Struct

from trialport.core.db import Connection
from trialport.vocabulary.codes import DctActivity, StudyType, TherapyArea


class AreaSums(Struct, frozen=True, kw_only=True):
    """Exact figures of one therapy area. For the rules only."""

    therapy_area: TherapyArea
    units: int
    units_with_participants: int
    participants_per_month: float
    study_types: tuple[StudyType, ...]
    dct_activities: tuple[DctActivity, ...]


async def select_area_sums(connection: Connection, *, region_id: UUID, today: date) -> list[AreaSums]:
    """Add up fresh records of units that take new trials. Unscoped: the caller shows bands only."""
    records = await connection.fetch(
        """
        select c.therapy_area, count(*) as units, count(c.participants_per_month) as units_with_participants,
               coalesce(sum(c.participants_per_month), 0) as participants_per_month,
               (select coalesce(array_agg(distinct one order by one), '{}')
                from capacity o, unnest(o.study_types) as one
                where o.region_id = $1 and o.therapy_area = c.therapy_area and o.valid_until >= $2
                  and o.state in ('open', 'limited') and o.new_trials_possible is not false) as study_types,
               (select coalesce(array_agg(distinct offer.key order by offer.key), '{}')
                from capacity o, jsonb_each(o.dct_activities) as offer
                where o.region_id = $1 and o.therapy_area = c.therapy_area and o.valid_until >= $2
                  and o.state in ('open', 'limited') and o.new_trials_possible is not false
                  and offer.value ->> 'answer' in ('own', 'with_partner')) as dct_activities
        from capacity c
        where c.region_id = $1 and c.valid_until >= $2 and c.state in ('open', 'limited')
          and c.new_trials_possible is not false
        group by c.therapy_area
        order by c.therapy_area
        """,
        region_id,
        today,
    )
    return msgspec.convert(records, list[AreaSums])


class ReachSums(Struct, frozen=True, kw_only=True):
    """How many units of a region take trials beyond the hospital. For the rules only."""

    primary_care_units: int
    decentralised_units: int
    dct_activities: dict[DctActivity, int]


async def select_reach_sums(connection: Connection, *, region_id: UUID, today: date) -> ReachSums:
    """Count units with a fresh record that take new trials. Unscoped: the caller shows bands only."""
    record = await connection.fetchrow(
        """
        with fresh as (
            select c.unit_id, u.kind, c.dct_activities
            from capacity c
            join unit u using (unit_id)
            where c.region_id = $1 and c.valid_until >= $2 and c.state in ('open', 'limited')
              and c.new_trials_possible is not false
        ), offer as materialized (
            select distinct f.unit_id, offer.key as activity
            from fresh f, jsonb_each(f.dct_activities) as offer
            where offer.value ->> 'answer' in ('own', 'with_partner')
        ), offered as (
            select activity, count(*) as units from offer group by activity
        )
        select (select count(distinct unit_id) from fresh where kind = 'primary_care_centre') as primary_care_units,
               (select count(distinct unit_id) from offer) as decentralised_units,
               (select coalesce(jsonb_object_agg(activity, units), '{}') from offered) as dct_activities
        """,
        region_id,
        today,
    )
    return msgspec.convert(record, ReachSums)
