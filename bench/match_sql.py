"""The same question put to PostgreSQL alone: trigrams of the indication, hard filters, a weighted score, the best 50.

Everything the score needs stands ready in columns; indications have a table of their own with a trigram index.
"""

from collections.abc import Iterable, Iterator, Sequence
from typing import Any

import asyncpg

from bench.match_data import EXPLAINED, ON
from trialport.matching.models import CapacityRow
from trialport.matching.question import MatchQuestion
from trialport.vocabulary.codes import CAPABILITIES

_AT_ONCE = 20_000
_TABLES = """
    create extension if not exists pg_trgm;
    drop table if exists capacity, indication, experience;
    create table capacity (
        capacity_id uuid not null, unit_id uuid not null, unit_name text not null, therapy_area text not null,
        whole_area boolean not null, study_types text[] not null, phases text[] not null,
        age_groups text[] not null, care_settings text[] not null, state text not null, state_until date,
        new_trials_possible boolean, new_trials_from date, lead_time_days integer not null,
        participants_per_month double precision, participants_basis text, competing integer not null,
        nurse_hours_free double precision, physician_hours_free double precision, gcp_investigators integer,
        confirmed_at timestamptz, valid_until date, resources text[] not null, held text[] not null,
        refused text[] not null, dct_own text[] not null, dct_partner text[] not null, dct_cannot text[] not null);
    create table indication (capacity_id uuid not null, words text not null);
    create table experience (
        capacity_id uuid not null, therapy_area text not null, phase text not null, trials integer not null);
"""
_INDEXES = """
    create index on indication using gin (words gin_trgm_ops);
    create unique index on capacity (capacity_id);
    create index on capacity (therapy_area);
    create index on experience (capacity_id) include (therapy_area, phase, trials);
"""
# The weights are those of the program; what is not known counts 0.4, as there.
_QUERY = """
    with near as materialized (
        select capacity_id, max(similarity(words, $1)) as nearness
        from indication
        where words % $1
        group by capacity_id
    ), fits as (
        select c.capacity_id, c.unit_id, c.unit_name, c.therapy_area, c.valid_until,
            greatest(n.nearness, case when c.therapy_area <> all ($2::text[]) then 0
                                      when c.whole_area then 0.8 else 0.3 end) as indication,
            case when c.study_types = '{}' then 0.4 else 1 end as study_type,
            case when c.phases = '{}' then 0.4 when $4 = any (c.phases) then 1 else 0 end as phase,
            case when c.age_groups = '{}' then 0.4
                 else (('adult' = any (c.age_groups))::int + ('older_adult' = any (c.age_groups))::int) / 2.0
            end as age_group,
            case when c.care_settings = '{}' then 0.4
                 else (('outpatient' = any (c.care_settings))::int + ('home' = any (c.care_settings))::int) / 2.0
            end as care_setting,
            o.share * case c.state when 'limited' then 0.7 else 1 end as availability,
            case when c.participants_per_month is null then 0.4
                 else least(c.participants_per_month * $6 * o.share * (1 - 0.1 * least(c.competing, 3)) / $7, 1)
                      * case c.participants_basis when 'estimate' then 0.93 when 'register' then 0.97
                                                  when 'ehr_count' then 1 else 0.9 end end as participants,
            (coalesce(least(c.nurse_hours_free / $8, 1), 0.4)
             + coalesce(least(c.physician_hours_free / $9, 1), 0.4)) / 2 as staff_hours,
            case when c.valid_until is null or c.confirmed_at is null then 0.4
                 else (c.valid_until >= $10)::int end as freshness,
            case when c.gcp_investigators = 0 then 0.05
                 else (coalesce(e.fit, 0.4) + case when c.gcp_investigators is null then 0.4 else 1 end) / 2
            end as experience,
            case when c.refused && $11::text[] then 0.1
                 else (select avg(case when item = any (c.held) then 1 else 0.4 end)
                       from unnest($11::text[]) as item) end as equipment,
            (select avg(case when kind = any (c.resources) then 1 else 0.7 end)
             from unnest($12::text[]) as kind) as resources,
            case when c.dct_cannot && $13::text[] then 0.1
                 else (select sum(weight * case when activity = any (c.dct_own) then 1
                                                when activity = any (c.dct_partner) then 0.85
                                                when activity = any (c.dct_cannot) then 0 else 0.4 end) / sum(weight)
                       from (select unnest($13::text[]), 2.0 union all select unnest($14::text[]), 1.0)
                            as asked (activity, weight)) end as dct_activities,
            case when c.held && $15::text[] then 1 else 0.4 end as gmo,
            case when 'atmp_handling' = any (c.held) then 1 else 0.4 end as atmp,
            case when c.unit_id = any ($16::uuid[]) then 1 else 0.2 end as unit_wanted
        from capacity c
        left join near n using (capacity_id)
        left join lateral (
            select 0.25 + 0.75 * sum(e.trials * case when e.phase = $4 then 1 else 0.5 end)
                   / (sum(e.trials * case when e.phase = $4 then 1 else 0.5 end) + 2.0) as fit
            from experience e
            where e.capacity_id = c.capacity_id and e.therapy_area = any ($2::text[])
        ) e on true
        cross join lateral (
            select case when c.state in ('full', 'paused') and c.state_until is null then 0.0
                        else least(greatest(1 - greatest(
                            case when c.state in ('full', 'paused') then c.state_until - $5::date end,
                            c.new_trials_from - $5::date, $10::date + c.lead_time_days - $5::date, 0)
                            / (30.4 * $6), 0), 1) end as share
        ) o
        where (n.capacity_id is not null or c.therapy_area = any ($2::text[]))
          and (c.study_types = '{}' or $3 = any (c.study_types))
          and (c.age_groups = '{}' or c.age_groups && '{adult,older_adult}')
          and c.new_trials_possible is distinct from false
          and not (c.state = 'paused' and (c.state_until is null or c.state_until - $5::date >= 30.4 * $6))
          and not (c.refused @> $15::text[])
    )
    select capacity_id, unit_name, valid_until < $10 as stale, indication, study_type, phase, age_group,
           care_setting, availability, participants, staff_hours, freshness, experience, equipment, resources,
           dct_activities, gmo, atmp, unit_wanted,
           round((100 * (26 * indication + 5 * study_type + 7 * phase + 7 * age_group + 5 * care_setting
                         + 12 * availability + 14 * participants + 8 * staff_hours + 26 * freshness
                         + 8 * experience + 6 * equipment + 4 * resources + 8 * dct_activities + 5 * gmo
                         + 6 * case when $3 = 'atmp' then atmp else 0 end + 4 * unit_wanted)
                  / (145 + case when $3 = 'atmp' then 6 else 0 end))::numeric, 2) as score
    from fits
    order by score desc, unit_id, capacity_id
    limit $17
"""


async def fill(connection: asyncpg.Connection, rows: Iterable[CapacityRow]) -> int:
    """Write capacities into tables made for the query; returns the size of tables and indexes (bytes)."""
    await connection.execute(_TABLES)
    page: list[CapacityRow] = []
    for row in rows:
        page.append(row)
        if len(page) == _AT_ONCE:
            await _write(connection, page)
            page = []
    await _write(connection, page)
    await connection.execute(_INDEXES)
    await connection.execute("vacuum analyze")
    size: int = await connection.fetchval(
        """select sum(pg_total_relation_size(oid))::bigint from pg_class
           where relname in ('capacity', 'indication', 'experience') and relkind = 'r'"""
    )
    return size


async def _write(connection: asyncpg.Connection, rows: Sequence[CapacityRow]) -> None:
    await connection.copy_records_to_table("capacity", records=map(_capacity, rows))
    await connection.copy_records_to_table("indication", records=_indications(rows))
    experience = ((row.capacity_id, e.therapy_area, e.phase, e.trials) for row in rows for e in row.experience)
    await connection.copy_records_to_table("experience", records=experience)


def _capacity(row: CapacityRow) -> Sequence[Any]:
    offers = row.capabilities
    held = {*row.equipment, *(item for item in CAPABILITIES if item in offers and offers[item].available)}
    refused = {item for item in CAPABILITIES if item in offers and not offers[item].available} - held
    answers = [
        [activity for activity, offer in row.dct_activities.items() if offer.answer == answer]
        for answer in ("own", "with_partner", "cannot")
    ]
    return (
        row.capacity_id, row.unit_id, row.unit_name, row.therapy_area, not row.indications, row.study_types,
        row.phases, row.age_groups, row.care_settings, row.state, row.state_until, row.new_trials_possible,
        row.new_trials_from, row.lead_time_days or 0, row.participants_per_month, row.participants_basis,
        len(row.competing_trials), row.nurse_hours_free, row.physician_hours_free, row.gcp_investigators,
        row.confirmed_at, row.valid_until, row.resources, sorted(held), sorted(refused), *answers,
    )  # fmt: skip


def _indications(rows: Iterable[CapacityRow]) -> Iterator[Sequence[Any]]:
    return ((row.capacity_id, words) for row in rows for words in row.indications)


async def best(connection: asyncpg.Connection, asked: MatchQuestion) -> list[asyncpg.Record]:
    """Return the best capacities with what each criterion counts."""
    found: list[asyncpg.Record] = await connection.fetch(
        _QUERY,
        asked.indication,
        asked.therapy_areas,
        asked.study_type,
        asked.phase,
        asked.planned_start,
        float(asked.recruitment_months),
        float(asked.participants_per_unit),
        asked.nurse_hours,
        asked.physician_hours,
        ON,
        asked.equipment,
        asked.resources,
        asked.dct_required,
        asked.dct_optional,
        ("gmo_contained_use", "gmo_deliberate_release"),
        asked.units_wanted,
        EXPLAINED,
    )
    return found
