-- migrate:up

-- Mails about one thing refer to one root, so that a mail program shows them together.
alter table message add column thread_id uuid;

-- The links that open an invitation carry this number: raising it makes all that were sent worthless.
alter table invitation
    add column link_number integer not null default 1,
    add constraint invitation_link_number_check check (link_number >= 1);

-- migrate:down

alter table invitation drop column link_number;
alter table message drop column thread_id;
