-- migrate:up

-- How a region weighs the criteria: one row a change, never updated; the highest version counts. `weights` holds
-- only what differs from the table of the program, as {criterion: {weight, reason}}. A row without any is the
-- return to that table.
create table weight_set (
    region_id uuid not null,
    version integer not null,
    weights jsonb not null,
    reason text not null,
    -- The version whose weights were taken up again; 0 is the table of the program.
    reverts_to integer,
    -- Whether open inquiries assessed with an older version are to be assessed again.
    applies_to_open boolean not null,
    changed_at timestamptz not null,
    changed_by text not null,
    actor_id uuid,
    constraint weight_set_pkey primary key (region_id, version),
    constraint weight_set_region_id_fkey foreign key (region_id) references region (region_id),
    constraint weight_set_version_check check (version >= 1),
    constraint weight_set_reverts_to_check check (reverts_to >= 0 and reverts_to < version),
    constraint weight_set_weights_check check (jsonb_typeof(weights) = 'object')
);
create trigger weight_set_append_only before update or delete or truncate on weight_set
    for each statement execute function refuse_change();

-- What each region's candidates were weighed with: {region_id: {version, weights}}; version 0 is the table of the
-- program. Empty in assessments made before regions could weigh for themselves.
alter table assessment add column region_weights jsonb not null default '{}';

-- migrate:down

alter table assessment drop column region_weights;
drop table weight_set;
