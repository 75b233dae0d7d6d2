-- migrate:up

-- The clock stands still while the office waits for the sponsor: since when, and how many working days in all so far.
alter table inquiry
    add column paused_at timestamptz,
    add column paused_working_days integer not null default 0,
    add constraint inquiry_paused_working_days_check check (paused_working_days >= 0),
    add constraint inquiry_paused_at_check check (paused_at is null or state = 'needs_information');
update inquiry set paused_at = updated_at where state = 'needs_information';

-- The areas a region wants more of: one row a change, never updated; the highest version counts. `priorities` is a
-- list of {therapy_area, weight, reason, from_day, until_day}, the weight in working days.
create table region_priority (
    region_id uuid not null,
    version integer not null,
    priorities jsonb not null,
    changed_at timestamptz not null,
    actor_id uuid,
    constraint region_priority_pkey primary key (region_id, version),
    constraint region_priority_region_id_fkey foreign key (region_id) references region (region_id),
    constraint region_priority_version_check check (version >= 1),
    constraint region_priority_priorities_check check (jsonb_typeof(priorities) = 'array')
);
create trigger region_priority_append_only before update or delete or truncate on region_priority
    for each statement execute function refuse_change();

-- Days that do not count as working days in a region though they are no holidays, in the same way. `periods` is a
-- list of {first_day, last_day, label}: `07-06` stands for every year, `2027-07-05` for one.
create table region_quiet_period (
    region_id uuid not null,
    version integer not null,
    periods jsonb not null,
    changed_at timestamptz not null,
    actor_id uuid,
    constraint region_quiet_period_pkey primary key (region_id, version),
    constraint region_quiet_period_region_id_fkey foreign key (region_id) references region (region_id),
    constraint region_quiet_period_version_check check (version >= 1),
    constraint region_quiet_period_periods_check check (jsonb_typeof(periods) = 'array')
);
create trigger region_quiet_period_append_only before update or delete or truncate on region_quiet_period
    for each statement execute function refuse_change();

-- Who of a region's office has an inquiry in hand.
create table assignment (
    inquiry_id uuid not null,
    region_id uuid not null,
    person_id uuid not null,
    assigned_at timestamptz not null,
    actor_id uuid,
    constraint assignment_pkey primary key (inquiry_id, region_id),
    constraint assignment_inquiry_id_region_id_fkey
        foreign key (inquiry_id, region_id) references inquiry_region (inquiry_id, region_id),
    constraint assignment_person_id_fkey foreign key (person_id) references person (person_id)
);
create index assignment_person_id_idx on assignment (person_id);

-- What an office notes for itself about an inquiry.
create table inquiry_comment (
    inquiry_comment_id uuid not null default uuidv7(),
    inquiry_id uuid not null,
    region_id uuid not null,
    body text not null,
    written_at timestamptz not null,
    actor_id uuid,
    constraint inquiry_comment_pkey primary key (inquiry_comment_id),
    constraint inquiry_comment_inquiry_id_region_id_fkey
        foreign key (inquiry_id, region_id) references inquiry_region (inquiry_id, region_id)
);
create index inquiry_comment_inquiry_id_idx on inquiry_comment (inquiry_id, inquiry_comment_id);
create trigger inquiry_comment_append_only before update or delete or truncate on inquiry_comment
    for each statement execute function refuse_change();

-- The units an office means to ask, in its own order, beside what the ranking said at that time.
create table shortlist_entry (
    inquiry_id uuid not null,
    region_id uuid not null,
    unit_id uuid not null,
    -- Null where the unit is neither candidate nor left out: it has no capacity that the assessment saw.
    capacity_id uuid,
    -- Place among those listed; null once dropped.
    position integer,
    state text not null,
    reason text not null,
    assessment_id uuid,
    -- Place and score in the region's ranking when it was last decided about.
    rank integer,
    score double precision,
    changed_at timestamptz not null,
    actor_id uuid,
    constraint shortlist_entry_pkey primary key (inquiry_id, unit_id),
    constraint shortlist_entry_inquiry_id_region_id_fkey
        foreign key (inquiry_id, region_id) references inquiry_region (inquiry_id, region_id),
    constraint shortlist_entry_unit_id_region_id_fkey
        foreign key (unit_id, region_id) references unit (unit_id, region_id),
    constraint shortlist_entry_capacity_id_fkey foreign key (capacity_id) references capacity (capacity_id),
    constraint shortlist_entry_assessment_id_fkey foreign key (assessment_id) references assessment (assessment_id),
    constraint shortlist_entry_state_check check (state in ('listed', 'dropped')),
    constraint shortlist_entry_position_check check ((state = 'listed') = (position is not null) and position >= 1)
);
create index shortlist_entry_region_id_idx on shortlist_entry (region_id, inquiry_id);

-- Who sees them. What does not count as a working day is public, because promises rest on it.
alter table region_quiet_period enable row level security;
create policy region_quiet_period_is_public on region_quiet_period for select to trialport_app
    using ((select viewer_role()) is not null);
create policy region_quiet_period_by_office on region_quiet_period for insert to trialport_app
    with check ((select viewer_sees_all())
                or (select viewer_role()) = 'office' and region_id = (select viewer_region()));
grant select, insert on region_quiet_period to trialport_app;
alter table region_priority enable row level security;
create policy region_priority_of_own_region on region_priority for select to trialport_app
    using ((select viewer_sees_all())
           or (select viewer_role()) in ('office', 'management') and region_id = (select viewer_region()));
create policy region_priority_by_office on region_priority for insert to trialport_app
    with check ((select viewer_sees_all())
                or (select viewer_role()) = 'office' and region_id = (select viewer_region()));
grant select, insert on region_priority to trialport_app;
do $$
declare
    name text;
begin
    foreach name in array array['assignment', 'inquiry_comment', 'shortlist_entry'] loop
        execute format('alter table %I enable row level security', name);
        execute format(
            'create policy %I on %I to trialport_app using ((select viewer_sees_all()) '
            'or (select viewer_role()) = ''office'' and region_id = (select viewer_region()))',
            name || '_of_own_office', name);
        execute format('grant select, insert on %I to trialport_app', name);
    end loop;
end
$$;
grant update, delete on assignment to trialport_app;
grant update on shortlist_entry to trialport_app;

-- migrate:down

drop table shortlist_entry, inquiry_comment, assignment, region_quiet_period, region_priority;
alter table inquiry drop column paused_at, drop column paused_working_days;
