-- migrate:up

-- Files of an inquiry that is still being written. They become files of the inquiry when it is sent, and go with the
-- draft otherwise; their bytes are then removed by the sweep of objects that belong to no file.
create table draft_attachment (
    draft_attachment_id uuid not null default uuidv7(),
    draft_id uuid not null,
    sponsor_id uuid not null,
    kind text not null,
    file_name text not null,
    media_type text not null,
    size_bytes bigint not null,
    sha256 bytea not null,
    object_key text not null,
    scan_state text not null,
    held_back boolean not null,
    uploaded_at timestamptz not null,
    uploaded_by text not null,
    actor_id uuid,
    -- Taken out again; it can be put back until the draft is sent.
    removed_at timestamptz,
    constraint draft_attachment_pkey primary key (draft_attachment_id),
    -- Sent twice, a file is there once.
    constraint draft_attachment_draft_id_sha256_key unique (draft_id, sha256),
    constraint draft_attachment_object_key_key unique (object_key),
    constraint draft_attachment_draft_id_fkey
        foreign key (draft_id) references inquiry_draft (draft_id) on delete cascade,
    constraint draft_attachment_sponsor_id_fkey foreign key (sponsor_id) references sponsor (sponsor_id),
    constraint draft_attachment_kind_check check (kind in (
        'synopsis', 'protocol', 'sponsor_questionnaire', 'other')),
    constraint draft_attachment_size_bytes_check check (size_bytes > 0),
    constraint draft_attachment_sha256_check check (octet_length(sha256) = 32),
    constraint draft_attachment_scan_state_check check (scan_state in ('clean', 'not_scanned'))
);
create index draft_attachment_sponsor_id_idx on draft_attachment (sponsor_id);
alter table draft_attachment enable row level security;
create policy draft_attachment_of_sponsor on draft_attachment to trialport_app
    using ((select viewer_role()) = 'system'
           or ((select viewer_role()) = 'sponsor_contact' and sponsor_id = (select viewer_sponsor())));
grant select, insert, update, delete on draft_attachment to trialport_app;

-- migrate:down

drop table draft_attachment;
