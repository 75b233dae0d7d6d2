-- migrate:up

-- What a region says of itself on its front page and below its mails; every version is kept, the highest counts.
create table region_text (
    region_id uuid not null,
    version integer not null,
    -- {"front": {"sv": "...", "da": "...", "en": "..."}, "signature": {...}}: plain text, absent where nothing is said.
    texts jsonb not null,
    reverts_to integer,
    changed_at timestamptz not null,
    actor_id uuid,
    constraint region_text_pkey primary key (region_id, version),
    constraint region_text_region_id_fkey foreign key (region_id) references region (region_id),
    constraint region_text_version_check check (version >= 1),
    constraint region_text_texts_check check (jsonb_typeof(texts) = 'object')
);
alter table region_text enable row level security;
create policy region_text_of_region on region_text to trialport_app
    using ((select viewer_sees_all())
           or ((select viewer_role()) = 'office' and region_id = (select viewer_region())));
grant select, insert on region_text to trialport_app;

-- How confidentiality is settled follows from the law; which of the lawful ways, the office says.
grant update (confidentiality_mode) on region to trialport_app;

-- Who of the office has taken a task on.
alter table office_task
    add column assigned_to uuid,
    add constraint office_task_assigned_to_fkey foreign key (assigned_to) references person (person_id);
create index office_task_assigned_to_idx on office_task (assigned_to) where done_at is null;

-- migrate:down

alter table office_task drop column assigned_to;
revoke update (confidentiality_mode) on region from trialport_app;
drop table region_text;
