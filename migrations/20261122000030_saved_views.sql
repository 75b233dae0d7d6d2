-- migrate:up

-- A filter of the queue that somebody of the office keeps under a name. It holds codes only, nothing of an inquiry.
create table saved_view (
    saved_view_id uuid not null default uuidv7(),
    person_id uuid not null,
    name text not null,
    query text not null,
    saved_at timestamptz not null,
    constraint saved_view_pkey primary key (saved_view_id),
    constraint saved_view_person_id_fkey foreign key (person_id) references person (person_id) on delete cascade,
    constraint saved_view_person_id_name_key unique (person_id, name),
    constraint saved_view_name_check check (length(name) between 1 and 60),
    constraint saved_view_query_check check (length(query) <= 500)
);

alter table saved_view enable row level security;
create policy saved_view_of_oneself on saved_view to trialport_app
    using ((select viewer_role()) = 'system' or person_id = (select viewer_person()));
grant select, insert, update, delete on saved_view to trialport_app;

-- migrate:down

drop table saved_view;
