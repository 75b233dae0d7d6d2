-- migrate:up

-- What a sponsor has typed so far, for a new inquiry or for a change of one. It is no inquiry yet: no office reads it,
-- and it is deleted when it is sent, or half a year after somebody last wrote in it.
create table inquiry_draft (
    draft_id uuid not null default uuidv7(),
    sponsor_id uuid not null,
    person_id uuid,
    -- The inquiry that is to be changed, and the state of it that the change was begun from.
    inquiry_id uuid,
    inquiry_version integer,
    -- As typed, field by field, however wrong. Some fields are confidential: treat all of it so.
    content jsonb not null,
    step text not null,
    revision integer not null default 1,
    created_at timestamptz not null,
    updated_at timestamptz not null,
    constraint inquiry_draft_pkey primary key (draft_id),
    constraint inquiry_draft_inquiry_id_key unique (inquiry_id),
    constraint inquiry_draft_sponsor_id_fkey foreign key (sponsor_id) references sponsor (sponsor_id),
    constraint inquiry_draft_person_id_fkey foreign key (person_id) references person (person_id),
    constraint inquiry_draft_inquiry_id_inquiry_version_fkey
        foreign key (inquiry_id, inquiry_version) references inquiry_version (inquiry_id, version),
    constraint inquiry_draft_inquiry_version_check check ((inquiry_id is null) = (inquiry_version is null)),
    constraint inquiry_draft_content_check check (jsonb_typeof(content) = 'object')
);
create index inquiry_draft_sponsor_id_idx on inquiry_draft (sponsor_id, updated_at);
create index inquiry_draft_updated_at_idx on inquiry_draft (updated_at);
alter table inquiry_draft enable row level security;
create policy inquiry_draft_of_sponsor on inquiry_draft to trialport_app
    using ((select viewer_role()) = 'system'
           or ((select viewer_role()) = 'sponsor_contact' and sponsor_id = (select viewer_sponsor())));
grant select, insert, update, delete on inquiry_draft to trialport_app;

-- The answer times that a region's front page shows.
create index inquiry_replied_at_idx on inquiry (region_id, replied_at) where replied_at is not null;

-- migrate:down

drop index inquiry_replied_at_idx;
drop table inquiry_draft;
