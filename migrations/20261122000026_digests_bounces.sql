-- migrate:up

-- A reminder names the mail it went out in; several of one person's go out in one.
alter table reminder
    add column message_id uuid,
    add constraint reminder_message_id_fkey
        foreign key (message_id) references message (message_id) on delete set null;
create index reminder_message_id_idx on reminder (message_id) where message_id is not null;

-- Reminders name the inquiry's reference; those that wait to leave get it.
update message m
set params = m.params || jsonb_build_object('reference', v.reference)
from invitation v
where m.kind = 'invitation_reminder' and v.invitation_id = m.subject_id and m.state in ('queued', 'sending', 'failed');

-- A mail that came back.
alter table message
    drop constraint message_state_check,
    add constraint message_state_check
        check (state in ('queued', 'sending', 'sent', 'failed', 'suppressed', 'bounced'));

-- How far the mailbox of bounces has been read: every mail in it is looked at once, and none is touched.
create table bounce_position (
    -- User, host and folder; never the password.
    mailbox text not null,
    -- The numbers of the mails count under this one: a mailbox that was made anew has another (RFC 3501, 2.3.1.1).
    uid_validity bigint not null,
    last_uid bigint not null,
    read_at timestamptz not null,
    constraint bounce_position_pkey primary key (mailbox),
    constraint bounce_position_last_uid_check check (last_uid >= 0)
);
alter table bounce_position enable row level security;
create policy bounce_position_of_program on bounce_position to trialport_app
    using ((select viewer_role()) = 'system');
grant select, insert, update on bounce_position to trialport_app;

-- One kind of task more, whatever kinds other steps have brought.
do $$
declare
    old text;
begin
    select pg_get_constraintdef(oid) into strict old from pg_constraint where conname = 'office_task_kind_check';
    alter table office_task drop constraint office_task_kind_check;
    execute 'alter table office_task add constraint office_task_kind_check '
        || replace(old, 'ARRAY[', 'ARRAY[''bounced_message''::text, ');
end
$$;

-- migrate:down

delete from office_task where kind = 'bounced_message';
do $$
declare
    old text;
begin
    select pg_get_constraintdef(oid) into strict old from pg_constraint where conname = 'office_task_kind_check';
    alter table office_task drop constraint office_task_kind_check;
    execute 'alter table office_task add constraint office_task_kind_check '
        || replace(old, '''bounced_message''::text, ', '');
end
$$;
drop table bounce_position;
update message set state = 'failed', last_error = coalesce(last_error, 'bounced') where state = 'bounced';
alter table message
    drop constraint message_state_check,
    add constraint message_state_check
        check (state in ('queued', 'sending', 'sent', 'failed', 'suppressed'));
drop index reminder_message_id_idx;
alter table reminder drop column message_id;
