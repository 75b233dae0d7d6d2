-- migrate:up

-- The number in a reference counts within region and year. A sequence for each lets submissions number
-- themselves without waiting for each other's commit; a submission that fails leaves a number unused.
create function next_inquiry_number(of_region uuid, of_year integer) returns bigint
language plpgsql security definer set search_path = public as $$
declare
    sequence_name text := 'inquiry_number_' || replace(of_region::text, '-', '') || '_' || of_year;
begin
    if to_regclass(sequence_name) is null then
        perform pg_advisory_xact_lock(hashtextextended(sequence_name, 0));
        execute format('create sequence if not exists %I', sequence_name);
    end if;
    return nextval(sequence_name);
end
$$;

create table inquiry (
    inquiry_id uuid not null default uuidv7(),
    region_id uuid not null,
    sponsor_id uuid not null,
    reference text not null,
    state text not null,
    version integer not null default 1,
    revision integer not null default 1,
    submitted_at timestamptz not null,
    promised_on date not null,
    withdrawn_reason text,
    updated_at timestamptz not null,
    constraint inquiry_pkey primary key (inquiry_id),
    constraint inquiry_region_id_fkey foreign key (region_id) references region (region_id),
    constraint inquiry_sponsor_id_fkey foreign key (sponsor_id) references sponsor (sponsor_id),
    constraint inquiry_reference_key unique (reference),
    constraint inquiry_state_check check (state in (
        'draft', 'submitted', 'in_triage', 'inviting', 'collating', 'replied', 'closed',
        'needs_information', 'declined', 'withdrawn')),
    constraint inquiry_version_check check (version >= 1),
    constraint inquiry_revision_check check (revision >= version)
);
create index inquiry_region_id_idx on inquiry (region_id, inquiry_id);
create index inquiry_sponsor_id_idx on inquiry (sponsor_id, inquiry_id);

-- The regions an inquiry asks; the one that receives it (inquiry.region_id) is among them.
create table inquiry_region (
    inquiry_id uuid not null,
    region_id uuid not null,
    constraint inquiry_region_pkey primary key (inquiry_id, region_id),
    constraint inquiry_region_inquiry_id_fkey foreign key (inquiry_id) references inquiry (inquiry_id),
    constraint inquiry_region_region_id_fkey foreign key (region_id) references region (region_id)
);
create index inquiry_region_region_id_idx on inquiry_region (region_id, inquiry_id);

-- One immutable version of what the sponsor asked. `content` never holds a confidential field; those are in
-- inquiry_confidential, so that a statement that does not name that table cannot leak one.
create table inquiry_version (
    inquiry_id uuid not null,
    version integer not null,
    content jsonb not null,
    confidential_fields text[] not null,
    working_title text not null generated always as (content #>> '{identity,working_title}') stored,
    study_type text not null generated always as (content #>> '{kind,study_type}') stored,
    phase text not null generated always as (content #>> '{kind,phase}') stored,
    indication text not null generated always as (content #>> '{condition,indication}') stored,
    participants_wanted integer not null
        generated always as ((content #>> '{numbers,participants_wanted}')::integer) stored,
    created_at timestamptz not null,
    created_by uuid,
    constraint inquiry_version_pkey primary key (inquiry_id, version),
    constraint inquiry_version_inquiry_id_fkey foreign key (inquiry_id) references inquiry (inquiry_id),
    constraint inquiry_version_version_check check (version >= 1),
    constraint inquiry_version_content_check check (jsonb_typeof(content) = 'object'),
    constraint inquiry_version_study_type_check check (study_type in (
        'drug', 'device', 'ivd', 'atmp', 'procedure', 'behavioural', 'nutrition', 'non_interventional', 'other')),
    constraint inquiry_version_phase_check check (phase in (
        'early_1', '1', '1_2', '2', '2_3', '3', '4', 'device_pilot', 'device_pivotal', 'device_post_market',
        'not_applicable')),
    constraint inquiry_version_participants_wanted_check check (participants_wanted >= 1)
);
create trigger inquiry_version_append_only before update or delete or truncate on inquiry_version
    for each statement execute function refuse_change();

create table inquiry_confidential (
    inquiry_id uuid not null,
    version integer not null,
    content jsonb not null,
    constraint inquiry_confidential_pkey primary key (inquiry_id, version),
    constraint inquiry_confidential_inquiry_id_version_fkey
        foreign key (inquiry_id, version) references inquiry_version (inquiry_id, version)
        deferrable initially deferred,
    constraint inquiry_confidential_content_check check (jsonb_typeof(content) = 'object')
);
create trigger inquiry_confidential_append_only before update or delete or truncate on inquiry_confidential
    for each statement execute function refuse_change();

-- migrate:down

drop table inquiry_confidential, inquiry_version, inquiry_region, inquiry;
drop function next_inquiry_number;
do $$
declare
    sequence_name text;
begin
    for sequence_name in
        select relname from pg_class
        where relkind = 'S' and relnamespace = 'public'::regnamespace and relname like 'inquiry\_number\_%'
    loop
        execute format('drop sequence %I', sequence_name);
    end loop;
end
$$;
