-- migrate:up

-- One capacity with all of its unit and site that its place in a ranking is made of: what the index in memory is
-- built from. Identifiers (as 16 bytes), lists of codes and structures come in the form that is read fastest.
create view register_row as
select c.capacity_id as of_capacity, c.unit_id as of_unit,
       uuid_send(c.capacity_id) as capacity, uuid_send(c.unit_id) as unit, uuid_send(c.region_id) as region,
       u.name as unit_name, s.name as site_name, u.kind as unit_kind, c.therapy_area, c.indications,
       c.study_types::text, c.phases::text, c.age_groups::text,
       (case when c.care_settings = '{}' then u.care_settings else c.care_settings end)::text as care_settings,
       c.resources::text, c.state, c.state_until, c.new_trials_possible, c.new_trials_from,
       c.participants_per_month, c.participants_basis, c.nurse_hours_free, c.physician_hours_free,
       (c.confirmed_at at time zone 'UTC')::date as confirmed_on, c.valid_until, c.revision, c.lead_time_days,
       c.dct_activities::text, u.capabilities::text, c.equipment::text, c.competing_trials, c.conditions,
       c.experience::text
from capacity c
join unit u using (unit_id)
join site s using (site_id);

-- What has changed in the register, for the processes that hold it in memory. A process reads what its last look
-- could not see, by the transaction's number: transactions commit in another order than they write. `mark` is a
-- random number; all marks together, put together by "exclusive or", tell whether a process has seen everything.
-- Old rows are folded into one for each region, which keeps their marks.
create table register_change (
    change_id bigint not null generated always as identity,
    xid xid8 not null default pg_current_xact_id(),
    changed_at timestamptz not null default now(),
    kind text not null,
    -- The changed object; for a resource its region. Several kinds share the column, so it is no foreign key.
    subject_id uuid,
    -- Where it lies; null stands for every region.
    of_region uuid,
    mark bigint not null default hashtextextended(gen_random_uuid()::text, 0),
    constraint register_change_pkey primary key (change_id),
    -- `everything` makes each process read the register anew: for whoever has written past the triggers.
    constraint register_change_kind_check check (kind in (
        'capacity', 'unit', 'site', 'investigator', 'resource', 'everything', 'older_capacity', 'older'))
);

create function ring_register() returns trigger language plpgsql as $$
begin
    perform pg_notify('register_change', '');
    return null;
end
$$;
create trigger register_change_rings after insert on register_change
    for each statement execute function ring_register();

-- Logs a row of a table that has a region; the arguments are the kind and the column of the changed object.
create function log_register_change() returns trigger language plpgsql as $$
declare
    before jsonb := case when tg_op <> 'INSERT' then to_jsonb(old) end;
    after jsonb := case when tg_op <> 'DELETE' then to_jsonb(new) end;
begin
    insert into register_change (kind, subject_id, of_region)
    select distinct tg_argv[0], (version ->> tg_argv[1])::uuid, (version ->> 'region_id')::uuid
    from unnest(array[before, after]) as version
    where version is not null;
    return null;
end
$$;
create trigger capacity_logs_change after insert or update or delete on capacity
    for each row execute function log_register_change('capacity', 'capacity_id');
create trigger unit_logs_change after insert or update or delete on unit
    for each row execute function log_register_change('unit', 'unit_id');
create trigger site_logs_change after update of name on site
    for each row execute function log_register_change('site', 'site_id');
create trigger resource_logs_change after insert or update or delete on resource
    for each row execute function log_register_change('resource', 'region_id');

-- A position counts as a change of its unit.
create function log_position_change() returns trigger language plpgsql as $$
begin
    insert into register_change (kind, subject_id, of_region)
    select 'unit', unit_id, (select region_id from unit where unit.unit_id = changed.unit_id)
    from (select old.unit_id where tg_op <> 'INSERT' union select new.unit_id where tg_op <> 'DELETE') as changed;
    return null;
end
$$;
create trigger position_logs_change after insert or update or delete on position
    for each row execute function log_position_change();

-- At which units an investigator works is looked up when the change is read, together with positions written
-- at the same time by others.
create function log_investigator_change() returns trigger language plpgsql as $$
begin
    insert into register_change (kind, subject_id) values ('investigator', new.investigator_id);
    return null;
end
$$;
create trigger investigator_logs_change after update of gcp_expires_on on investigator
    for each row when (old.gcp_expires_on is distinct from new.gcp_expires_on)
    execute function log_investigator_change();

-- migrate:down

drop trigger investigator_logs_change on investigator;
drop trigger position_logs_change on position;
drop trigger resource_logs_change on resource;
drop trigger site_logs_change on site;
drop trigger unit_logs_change on unit;
drop trigger capacity_logs_change on capacity;
drop table register_change;
drop function log_investigator_change, log_position_change, log_register_change, ring_register;
drop view register_row;
