-- migrate:up

-- A mail that could not be delivered becomes a task of the region's office.
alter table office_task
    drop constraint office_task_kind_check,
    add constraint office_task_kind_check check (kind in ('dead_job', 'dead_message'));

-- Mails under way whose process died are looked for by the hour they began.
create index message_sending_at_idx on message (sending_at) where state = 'sending';
create index message_created_at_idx on message (created_at);

-- Mails that are over are forgotten after a while: they hold addresses.
grant delete on message to trialport_app;

-- migrate:down

revoke delete on message from trialport_app;
drop index message_created_at_idx;
drop index message_sending_at_idx;
delete from office_task where kind = 'dead_message';
alter table office_task
    drop constraint office_task_kind_check,
    add constraint office_task_kind_check check (kind in ('dead_job'));
