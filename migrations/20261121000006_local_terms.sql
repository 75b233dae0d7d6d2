-- migrate:up

-- Words that a region reads in its own way, beside the shipped vocabulary. What is said never changes: a row only
-- moves on from state to state.
create table local_term (
    local_term_id uuid not null default uuidv7(),
    region_id uuid not null,
    term text not null,
    language text not null,
    concept text not null,
    -- A correction names what the words were read as, and where; a term added directly does not.
    read_as text,
    inquiry_id uuid,
    note text,
    -- The stems the words are found by: other inflections and another order are the same words.
    term_key text not null,
    state text not null,
    revision integer not null default 1,
    proposed_at timestamptz not null,
    proposed_by text not null,
    proposer_id uuid,
    agreed_at timestamptz,
    agreed_by text,
    reason text,
    updated_at timestamptz not null,
    constraint local_term_pkey primary key (local_term_id),
    constraint local_term_region_id_fkey foreign key (region_id) references region (region_id),
    constraint local_term_inquiry_id_fkey foreign key (inquiry_id) references inquiry (inquiry_id),
    constraint local_term_language_check check (language in ('en', 'sv', 'da')),
    constraint local_term_state_check check (state in ('proposed', 'agreed', 'rejected', 'withdrawn')),
    constraint local_term_agreed_at_check check (state <> 'agreed' or agreed_at is not null),
    constraint local_term_read_as_check check (read_as <> concept)
);
-- The same words mean one thing at a time.
create unique index local_term_region_id_language_term_key_key on local_term (region_id, language, term_key)
    where state in ('proposed', 'agreed');
create index local_term_region_id_idx on local_term (region_id, local_term_id);
create index local_term_agreed_idx on local_term (region_id) include (local_term_id, updated_at)
    where state = 'agreed';
create index local_term_updated_at_idx on local_term (region_id, updated_at) where agreed_at is not null;

create table local_term_history (
    local_term_id uuid not null,
    revision integer not null,
    action text not null,
    reason text,
    changed_at timestamptz not null,
    changed_by text not null,
    actor_id uuid,
    constraint local_term_history_pkey primary key (local_term_id, revision),
    constraint local_term_history_local_term_id_fkey
        foreign key (local_term_id) references local_term (local_term_id),
    constraint local_term_history_action_check
        check (action in ('proposed', 'agreed', 'rejected', 'withdrawn'))
);
create trigger local_term_history_append_only before update or delete or truncate on local_term_history
    for each statement execute function refuse_change();

-- migrate:down

drop table local_term_history, local_term;
