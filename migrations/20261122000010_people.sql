-- migrate:up

-- The login of API and workers. It owns nothing, so it can neither pass by row security nor change what is
-- append-only. A deployment makes it with a password beforehand (compose.yaml); otherwise it is made here.
do $$
begin
    if not exists (select from pg_roles where rolname = 'trialport_app') then
        create role trialport_app login nosuperuser nocreatedb nocreaterole nobypassrls;
    end if;
exception when duplicate_object or unique_violation then
    -- Another database of the same server made it at this moment.
    null;
end
$$;

-- A person who signs in. What she may do stands in role_grant.
create table person (
    person_id uuid not null default uuidv7(),
    email text not null,
    name text not null,
    language text not null default 'en',
    -- The version of the privacy notice she has seen, and when.
    notice_version text,
    notice_seen_at timestamptz,
    last_active_at timestamptz,
    -- When she was asked whether she still needs the account, and when her data were erased.
    retention_asked_at timestamptz,
    erased_at timestamptz,
    created_at timestamptz not null,
    constraint person_pkey primary key (person_id),
    constraint person_email_key unique (email),
    constraint person_email_check check (email = lower(btrim(email)) and email like '%_@_%'),
    constraint person_language_check check (language in ('en', 'sv', 'da'))
);

-- One role of a person, with the scope it holds in. A person can hold several, in several regions.
create table role_grant (
    role_grant_id uuid not null default uuidv7(),
    person_id uuid not null,
    role text not null,
    region_id uuid,
    sponsor_id uuid,
    investigator_id uuid,
    -- Where it comes from: the command line, an OpenID Connect claim, or a colleague who invited.
    source text not null,
    granted_at timestamptz not null,
    granted_by text not null,
    revoked_at timestamptz,
    constraint role_grant_pkey primary key (role_grant_id),
    constraint role_grant_person_id_fkey foreign key (person_id) references person (person_id),
    constraint role_grant_region_id_fkey foreign key (region_id) references region (region_id),
    constraint role_grant_sponsor_id_fkey foreign key (sponsor_id) references sponsor (sponsor_id),
    constraint role_grant_investigator_id_fkey foreign key (investigator_id) references investigator (investigator_id),
    constraint role_grant_source_check check (source in ('command', 'oidc', 'invitation', 'demo')),
    constraint role_grant_role_check check (role in (
        'sponsor_contact', 'investigator', 'unit_head', 'office', 'management', 'admin')),
    constraint role_grant_scope_check check (
        case role
            when 'admin' then true
            when 'sponsor_contact' then region_id is not null and sponsor_id is not null
            when 'investigator' then region_id is not null and investigator_id is not null
            when 'unit_head' then region_id is not null and investigator_id is not null
            else region_id is not null
        end)
);
create unique index role_grant_person_id_role_key
    on role_grant (person_id, role, region_id, sponsor_id, investigator_id) nulls not distinct
    where revoked_at is null;

-- Who a person is to an OpenID Connect provider.
create table identity (
    issuer text not null,
    subject text not null,
    person_id uuid not null,
    created_at timestamptz not null,
    constraint identity_pkey primary key (issuer, subject),
    constraint identity_person_id_fkey foreign key (person_id) references person (person_id)
);
create index identity_person_id_idx on identity (person_id);

-- Somebody asked for a link by mail. The row exists whether or not the address is known: the worker finds out.
-- The link's secret is made when the mail is sent; only its hash is kept.
create table signin_request (
    signin_request_id uuid not null default uuidv7(),
    email text not null,
    language text not null,
    browser_hash bytea not null,
    link_hash bytea,
    requested_at timestamptz not null,
    expires_at timestamptz not null,
    used_at timestamptz,
    constraint signin_request_pkey primary key (signin_request_id),
    constraint signin_request_link_hash_key unique (link_hash),
    constraint signin_request_language_check check (language in ('en', 'sv', 'da'))
);
create index signin_request_expires_at_idx on signin_request (expires_at);

-- A visit to the OpenID Connect provider under way: what its answer is held against.
create table oidc_visit (
    state_hash bytea not null,
    browser_hash bytea not null,
    nonce text not null,
    code_verifier text not null,
    return_to text not null,
    expires_at timestamptz not null,
    constraint oidc_visit_pkey primary key (state_hash)
);

create table session (
    session_id uuid not null default uuidv7(),
    secret_hash bytea not null,
    csrf_token text not null,
    person_id uuid not null,
    -- The role she acts in just now; null while she has none.
    role_grant_id uuid,
    method text not null,
    user_agent text not null,
    created_at timestamptz not null,
    last_seen_at timestamptz not null,
    expires_at timestamptz not null,
    revoked_at timestamptz,
    constraint session_pkey primary key (session_id),
    constraint session_secret_hash_key unique (secret_hash),
    constraint session_person_id_fkey foreign key (person_id) references person (person_id),
    constraint session_role_grant_id_fkey foreign key (role_grant_id) references role_grant (role_grant_id),
    constraint session_method_check check (method in ('link', 'oidc')),
    constraint session_secret_hash_check check (octet_length(secret_hash) = 32)
);
create index session_person_id_idx on session (person_id) where revoked_at is null;

-- Tokens of machines: what they may do, until when, and when they last did.
alter table access_token
    add column scopes text[] not null default '{read,write}',
    add column expires_at timestamptz,
    add column last_used_at timestamptz,
    add constraint access_token_scopes_check check (scopes <@ array['read', 'write'] and scopes <> '{}');

-- A mail to send, written in the transaction that causes it. `params` never holds a confidential field's value.
create table message (
    message_id uuid not null default uuidv7(),
    kind text not null,
    region_id uuid,
    person_id uuid,
    to_address text not null,
    language text not null,
    params jsonb not null default '{}',
    subject_id uuid,
    dedupe_key text not null,
    state text not null default 'queued',
    created_at timestamptz not null,
    sending_at timestamptz,
    sent_at timestamptz,
    last_error text,
    constraint message_pkey primary key (message_id),
    constraint message_dedupe_key_key unique (dedupe_key),
    constraint message_region_id_fkey foreign key (region_id) references region (region_id),
    constraint message_person_id_fkey foreign key (person_id) references person (person_id),
    constraint message_language_check check (language in ('en', 'sv', 'da')),
    constraint message_state_check check (state in ('queued', 'sending', 'sent', 'failed', 'suppressed'))
);
create index message_region_id_idx on message (region_id, message_id);

-- A file that belongs to an inquiry or an agreement. Its bytes lie in the object store under object_key.
create table attachment (
    attachment_id uuid not null default uuidv7(),
    region_id uuid not null,
    sponsor_id uuid not null,
    inquiry_id uuid,
    kind text not null,
    file_name text not null,
    media_type text not null,
    size_bytes bigint not null,
    sha256 bytea not null,
    object_key text not null,
    scan_state text not null,
    -- Held back from units until a unit has said yes (sponsor questionnaires).
    held_back boolean not null,
    uploaded_at timestamptz not null,
    uploaded_by text not null,
    actor_id uuid,
    deleted_at timestamptz,
    constraint attachment_pkey primary key (attachment_id),
    constraint attachment_object_key_key unique (object_key),
    constraint attachment_region_id_fkey foreign key (region_id) references region (region_id),
    constraint attachment_sponsor_id_fkey foreign key (sponsor_id) references sponsor (sponsor_id),
    constraint attachment_inquiry_id_fkey foreign key (inquiry_id) references inquiry (inquiry_id),
    constraint attachment_kind_check check (kind in (
        'synopsis', 'protocol', 'sponsor_questionnaire', 'agreement', 'other')),
    constraint attachment_size_bytes_check check (size_bytes > 0),
    constraint attachment_sha256_check check (octet_length(sha256) = 32),
    constraint attachment_scan_state_check check (scan_state in ('clean', 'infected', 'not_scanned')),
    constraint attachment_inquiry_id_check check (inquiry_id is not null or kind = 'agreement')
);
create index attachment_inquiry_id_idx on attachment (inquiry_id) where deleted_at is null;

-- How confidentiality is settled between a sponsor and a region or one of its sites.
create table agreement (
    agreement_id uuid not null default uuidv7(),
    region_id uuid not null,
    sponsor_id uuid not null,
    -- Null: the whole region.
    site_id uuid,
    -- Null: every inquiry of the sponsor.
    inquiry_id uuid,
    mode text not null,
    region_party text not null,
    sponsor_party text not null,
    signatory text,
    signed_on date not null,
    valid_until date,
    attachment_id uuid,
    recorded_at timestamptz not null,
    recorded_by text not null,
    ended_at timestamptz,
    ended_reason text,
    constraint agreement_pkey primary key (agreement_id),
    constraint agreement_region_id_fkey foreign key (region_id) references region (region_id),
    constraint agreement_sponsor_id_fkey foreign key (sponsor_id) references sponsor (sponsor_id),
    constraint agreement_site_id_region_id_fkey
        foreign key (site_id, region_id) references site (site_id, region_id),
    constraint agreement_inquiry_id_fkey foreign key (inquiry_id) references inquiry (inquiry_id),
    constraint agreement_attachment_id_fkey foreign key (attachment_id) references attachment (attachment_id),
    -- In statutory mode the law binds; there is nothing to sign.
    constraint agreement_mode_check check (mode in ('master', 'cda_first')),
    constraint agreement_signatory_check check (mode <> 'cda_first' or signatory is not null),
    constraint agreement_valid_until_check check (valid_until >= signed_on)
);
create index agreement_sponsor_id_idx on agreement (sponsor_id, region_id) where ended_at is null;

-- The audit trail gets whom the actor stood in for, and the values before and after.
alter table audit_event
    add column acting_for text,
    add column before jsonb,
    add column after jsonb;

-- The chain over a region's events (or over those of no region): link n holds the hash of its event and of link
-- n - 1, so that a changed, removed or reordered event shows. Links are added right after the events' commit.
create table audit_link (
    -- The region, or zeros for events of no region.
    chain_id uuid not null,
    number bigint not null,
    audit_event_id uuid not null,
    link_hash bytea not null,
    linked_at timestamptz not null,
    constraint audit_link_pkey primary key (chain_id, number),
    constraint audit_link_audit_event_id_key unique (audit_event_id),
    constraint audit_link_audit_event_id_fkey foreign key (audit_event_id) references audit_event (audit_event_id),
    constraint audit_link_link_hash_check check (octet_length(link_hash) = 32),
    constraint audit_link_number_check check (number >= 1)
);
create trigger audit_link_append_only before update or delete or truncate on audit_link
    for each statement execute function refuse_change();

-- The diary number under which the region registered the inquiry as a public record.
alter table inquiry add column diary_number text;
create unique index inquiry_region_id_diary_number_key on inquiry (region_id, diary_number);

-- What was handed out of the records on request, and what was withheld.
create table disclosure (
    disclosure_id uuid not null default uuidv7(),
    region_id uuid not null,
    inquiry_id uuid not null,
    diary_number text not null,
    withheld_fields text[] not null,
    note text not null,
    disclosed_at timestamptz not null,
    disclosed_by text not null,
    actor_id uuid,
    constraint disclosure_pkey primary key (disclosure_id),
    constraint disclosure_region_id_fkey foreign key (region_id) references region (region_id),
    constraint disclosure_inquiry_id_fkey foreign key (inquiry_id) references inquiry (inquiry_id)
);
create index disclosure_region_id_idx on disclosure (region_id, disclosure_id);
create trigger disclosure_append_only before update or delete or truncate on disclosure
    for each statement execute function refuse_change();

-- Who objects is proposed no more.
alter table investigator add column objected_at timestamptz;

-- migrate:down

alter table investigator drop column objected_at;
drop table disclosure;
drop index inquiry_region_id_diary_number_key;
alter table inquiry drop column diary_number;
drop table audit_link;
alter table audit_event drop column acting_for, drop column before, drop column after;
drop table agreement, attachment, message;
alter table access_token drop column scopes, drop column expires_at, drop column last_used_at;
drop table session, oidc_visit, signin_request, identity, role_grant, person;
-- The role trialport_app stays: other databases of the server may use it.
