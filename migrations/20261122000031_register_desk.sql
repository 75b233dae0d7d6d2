-- migrate:up

-- When the owner of a capacity was last asked whether it still holds. Earlier times are in the audit trail.
create table capacity_ask (
    capacity_id uuid not null,
    region_id uuid not null,
    investigator_id uuid not null,
    asked_at timestamptz not null,
    actor_id uuid,
    constraint capacity_ask_pkey primary key (capacity_id),
    constraint capacity_ask_capacity_id_fkey foreign key (capacity_id) references capacity (capacity_id) on delete cascade,
    constraint capacity_ask_region_id_fkey foreign key (region_id) references region (region_id),
    constraint capacity_ask_investigator_id_fkey foreign key (investigator_id) references investigator (investigator_id)
);

-- A file of capacity as it was tried: what is confirmed is exactly this, byte by byte.
create table import_draft (
    import_draft_id uuid not null default uuidv7(),
    actor_id uuid not null,
    file_name text not null,
    -- The rows as CSV, whatever the file was, and the hash of that.
    content bytea not null,
    sha256 text not null,
    -- What was shown of it, and the hash of that: somebody may change a record before it is confirmed.
    report jsonb not null,
    report_sha256 text not null,
    created_at timestamptz not null,
    constraint import_draft_pkey primary key (import_draft_id),
    constraint import_draft_sha256_check check (sha256 ~ '^[0-9a-f]{64}$' and report_sha256 ~ '^[0-9a-f]{64}$')
);
create index import_draft_actor_id_idx on import_draft (actor_id);

-- What a region's office has set of the region itself; every version is kept, the highest counts.
create table region_setting (
    region_id uuid not null,
    version integer not null,
    promised_working_days integer not null,
    confidentiality_mode text not null,
    reason text not null,
    changed_at timestamptz not null,
    actor_id uuid,
    constraint region_setting_pkey primary key (region_id, version),
    constraint region_setting_region_id_fkey foreign key (region_id) references region (region_id),
    constraint region_setting_version_check check (version >= 1),
    constraint region_setting_promised_working_days_check check (promised_working_days between 1 and 60),
    constraint region_setting_confidentiality_mode_check
        check (confidentiality_mode in ('statutory', 'master', 'cda_first'))
);

alter table capacity_ask enable row level security;
create policy capacity_ask_of_region on capacity_ask to trialport_app
    using ((select viewer_sees_all())
           or ((select viewer_role()) = 'office' and region_id = (select viewer_region())));
grant select, insert, update on capacity_ask to trialport_app;

alter table import_draft enable row level security;
create policy import_draft_of_oneself on import_draft to trialport_app
    using (actor_id = (select viewer_actor()));
grant select, insert, delete on import_draft to trialport_app;

alter table region_setting enable row level security;
create policy region_setting_of_region on region_setting to trialport_app
    using ((select viewer_sees_all())
           or ((select viewer_role()) = 'office' and region_id = (select viewer_region())));
grant select, insert on region_setting to trialport_app;

-- migrate:down

drop table region_setting, import_draft, capacity_ask;
