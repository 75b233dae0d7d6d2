-- migrate:up

-- A mail that goes out within another one to the same person: that one carries it, and what becomes of it becomes
-- of both.
alter table message
    add column carried_by uuid,
    add constraint message_carried_by_fkey
        foreign key (carried_by) references message (message_id) on delete cascade,
    drop constraint message_state_check,
    add constraint message_state_check
        check (state in ('queued', 'carried', 'sending', 'sent', 'failed', 'suppressed', 'bounced'));
create index message_carried_by_idx on message (carried_by) where carried_by is not null;
-- What waits for a person, and when she had a mail last, is looked up before each one leaves.
create index message_to_address_idx on message (lower(to_address), sending_at);

-- migrate:down

drop index message_to_address_idx;
update message set state = 'queued', carried_by = null where state = 'carried';
alter table message
    drop column carried_by,
    drop constraint message_state_check,
    add constraint message_state_check
        check (state in ('queued', 'sending', 'sent', 'failed', 'suppressed', 'bounced'));
