-- migrate:up

-- The ranking also compares how many trials run, what a unit does as primary care, and the languages it works in.
-- New columns stand last: a view that is replaced keeps those it has.
create or replace view register_row with (security_invoker = true) as
select c.capacity_id as of_capacity, c.unit_id as of_unit,
       uuid_send(c.capacity_id) as capacity, uuid_send(c.unit_id) as unit, uuid_send(c.region_id) as region,
       u.name as unit_name, s.name as site_name, u.kind as unit_kind, c.therapy_area, c.indications,
       c.study_types::text, c.phases::text, c.age_groups::text,
       (case when c.care_settings = '{}' then u.care_settings else c.care_settings end)::text as care_settings,
       c.resources::text, c.state, c.state_until, c.new_trials_possible, c.new_trials_from,
       c.participants_per_month, c.participants_basis, c.nurse_hours_free, c.physician_hours_free,
       (c.confirmed_at at time zone 'UTC')::date as confirmed_on, c.valid_until, c.revision, c.lead_time_days,
       c.dct_activities::text, u.capabilities::text, c.equipment::text, c.competing_trials, c.conditions,
       c.experience::text, c.running_trials, c.primary_care_role, u.languages::text
from capacity c
join unit u using (unit_id)
join site s using (site_id);

-- migrate:down

drop view register_row;
create view register_row with (security_invoker = true) as
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
grant select on register_row to trialport_app;
