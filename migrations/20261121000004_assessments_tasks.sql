-- migrate:up

create table assessment (
    assessment_id uuid not null default uuidv7(),
    inquiry_id uuid not null,
    version integer not null,
    -- Counts the assessments of one version: 1 is its first, higher ones follow a change of capacity.
    run integer not null,
    algorithm_version text not null,
    vocabulary_version text not null,
    input_hash bytea not null,
    weights jsonb not null,
    reading jsonb not null,
    assessed_at timestamptz not null,
    outdated_at timestamptz,
    constraint assessment_pkey primary key (assessment_id),
    constraint assessment_inquiry_id_version_fkey
        foreign key (inquiry_id, version) references inquiry_version (inquiry_id, version),
    constraint assessment_inquiry_id_version_run_key unique (inquiry_id, version, run),
    constraint assessment_run_check check (run >= 1)
);

-- An assessment is immutable: the only change allowed is to mark it outdated, once.
create function refuse_assessment_change() returns trigger language plpgsql as $$
begin
    if tg_op = 'UPDATE' and old.outdated_at is null and new.outdated_at is not null
        and to_jsonb(old) - 'outdated_at' = to_jsonb(new) - 'outdated_at' then
        return new;
    end if;
    raise exception 'assessment is immutable' using errcode = 'restrict_violation';
end
$$;
create trigger assessment_immutable before update or delete on assessment
    for each row execute function refuse_assessment_change();

create table candidate (
    assessment_id uuid not null,
    capacity_id uuid not null,
    region_id uuid not null,
    unit_id uuid not null,
    therapy_area text not null,
    capacity_revision integer not null,
    rank integer not null,
    score double precision not null,
    stale boolean not null,
    criteria jsonb not null,
    constraint candidate_pkey primary key (assessment_id, capacity_id),
    constraint candidate_assessment_id_rank_key unique (assessment_id, rank),
    constraint candidate_assessment_id_fkey
        foreign key (assessment_id) references assessment (assessment_id),
    constraint candidate_capacity_id_fkey foreign key (capacity_id) references capacity (capacity_id),
    constraint candidate_unit_id_region_id_fkey
        foreign key (unit_id, region_id) references unit (unit_id, region_id),
    constraint candidate_rank_check check (rank >= 1),
    constraint candidate_score_check check (score between 0 and 100)
);
create trigger candidate_append_only before update or delete or truncate on candidate
    for each statement execute function refuse_change();

create table exclusion (
    assessment_id uuid not null,
    capacity_id uuid not null,
    region_id uuid not null,
    unit_id uuid not null,
    therapy_area text not null,
    capacity_revision integer not null,
    reason text not null,
    constraint exclusion_pkey primary key (assessment_id, capacity_id),
    constraint exclusion_assessment_id_fkey
        foreign key (assessment_id) references assessment (assessment_id),
    constraint exclusion_capacity_id_fkey foreign key (capacity_id) references capacity (capacity_id),
    constraint exclusion_unit_id_region_id_fkey
        foreign key (unit_id, region_id) references unit (unit_id, region_id)
);
create trigger exclusion_append_only before update or delete or truncate on exclusion
    for each statement execute function refuse_change();

create table office_task (
    office_task_id uuid not null default uuidv7(),
    region_id uuid not null,
    kind text not null,
    object_type text not null,
    object_id uuid not null,
    message text not null,
    dedupe_key text not null,
    created_at timestamptz not null,
    done_at timestamptz,
    done_by uuid,
    constraint office_task_pkey primary key (office_task_id),
    constraint office_task_dedupe_key_key unique (dedupe_key),
    constraint office_task_region_id_fkey foreign key (region_id) references region (region_id),
    constraint office_task_kind_check check (kind in ('dead_job'))
);
create index office_task_object_id_idx on office_task (object_id) where done_at is null;
create index office_task_region_id_idx on office_task (region_id, office_task_id);

-- migrate:down

drop table office_task, exclusion, candidate, assessment;
drop function refuse_assessment_change;
