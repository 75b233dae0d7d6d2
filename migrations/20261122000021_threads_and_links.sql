-- migrate:up

-- Mails about one thing refer to one root, so that a mail program shows them together.
alter table message add column thread_id uuid;

-- The links that open an invitation carry this number: raising it makes all that were sent worthless.
alter table invitation
    add column link_number integer not null default 1,
    add constraint invitation_link_number_check check (link_number >= 1);

-- The kinds of tasks are those of notifications/models.py; every slice that opens tasks adds its own there.
alter table office_task
    drop constraint office_task_kind_check,
    add constraint office_task_kind_check check (kind ~ '^[a-z]+(_[a-z]+)*$');

-- migrate:down

delete from office_task where kind not in (
    'dead_job', 'dead_message', 'all_answered', 'target_reached', 'silent_unit', 'review_condition');
alter table office_task
    drop constraint office_task_kind_check,
    add constraint office_task_kind_check check (kind in (
        'dead_job', 'dead_message', 'all_answered', 'target_reached', 'silent_unit', 'review_condition'));

alter table invitation drop column link_number;
alter table message drop column thread_id;
