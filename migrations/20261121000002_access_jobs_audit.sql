-- migrate:up

create table sponsor (
    sponsor_id uuid not null default uuidv7(),
    name text not null,
    kind text not null,
    organisation_number text,
    country text,
    created_at timestamptz not null default now(),
    constraint sponsor_pkey primary key (sponsor_id),
    constraint sponsor_kind_check check (kind in ('company', 'cro', 'academic')),
    constraint sponsor_country_check check (country ~ '^[A-Z]{2}$')
);
-- The same organisation writes its name with other capitals and spaces from one inquiry to the next.
create unique index sponsor_kind_name_key
    on sponsor (kind, lower(regexp_replace(btrim(name), '\s+', ' ', 'g')));

create table access_token (
    token_id uuid not null default uuidv7(),
    token_hash bytea not null,
    name text not null,
    role text not null,
    region_id uuid,
    sponsor_id uuid,
    investigator_id uuid,
    created_at timestamptz not null default now(),
    revoked_at timestamptz,
    constraint access_token_pkey primary key (token_id),
    constraint access_token_token_hash_key unique (token_hash),
    constraint access_token_token_hash_check check (octet_length(token_hash) = 32),
    constraint access_token_region_id_fkey foreign key (region_id) references region (region_id),
    constraint access_token_sponsor_id_fkey foreign key (sponsor_id) references sponsor (sponsor_id),
    constraint access_token_investigator_id_fkey
        foreign key (investigator_id) references investigator (investigator_id),
    constraint access_token_role_check check (role in (
        'sponsor_contact', 'investigator', 'unit_head', 'office', 'management', 'admin', 'service')),
    -- Deny by default: a role without the scope it needs cannot exist.
    constraint access_token_scope_check check (
        case role
            when 'admin' then true
            when 'sponsor_contact' then region_id is not null and sponsor_id is not null
            when 'investigator' then region_id is not null and investigator_id is not null
            when 'unit_head' then region_id is not null and investigator_id is not null
            else region_id is not null
        end)
);

create table job (
    job_id uuid not null default uuidv7(),
    kind text not null,
    subject_id uuid not null,
    subject_version integer not null,
    dedupe_key text not null,
    state text not null default 'queued',
    requested_at timestamptz not null,
    available_at timestamptz not null,
    attempt integer not null default 0,
    max_attempts integer not null,
    lease_token uuid not null default '00000000-0000-0000-0000-000000000000',
    lease_until timestamptz not null default '-infinity',
    finished_at timestamptz,
    last_error text,
    constraint job_pkey primary key (job_id),
    constraint job_dedupe_key_key unique (dedupe_key),
    constraint job_state_check check (state in ('queued', 'running', 'done', 'dead', 'cancelled')),
    constraint job_attempt_check check (attempt >= 0),
    constraint job_max_attempts_check check (max_attempts >= 1)
);
create index job_due_idx on job (available_at) where state = 'queued';
create index job_lease_until_idx on job (lease_until) where state = 'running';

create table audit_event (
    audit_event_id uuid not null default uuidv7(),
    region_id uuid,
    happened_at timestamptz not null default now(),
    actor_id uuid,
    actor_role text not null,
    actor_name text not null,
    action text not null,
    object_type text not null,
    object_id uuid not null,
    details jsonb not null default '{}',
    request_id text not null,
    constraint audit_event_pkey primary key (audit_event_id),
    constraint audit_event_region_id_fkey foreign key (region_id) references region (region_id)
);
create index audit_event_object_id_idx on audit_event (object_id, happened_at);

create trigger audit_event_append_only before update or delete or truncate on audit_event
    for each statement execute function refuse_change();

create table idempotency_key (
    token_id uuid not null,
    key text not null,
    request_hash bytea not null,
    status_code integer not null,
    headers jsonb not null,
    body text not null,
    created_at timestamptz not null default now(),
    constraint idempotency_key_pkey primary key (token_id, key),
    constraint idempotency_key_token_id_fkey foreign key (token_id) references access_token (token_id)
);
create index idempotency_key_created_at_idx on idempotency_key (created_at);

-- migrate:down

drop table idempotency_key, audit_event, job, access_token, sponsor;
