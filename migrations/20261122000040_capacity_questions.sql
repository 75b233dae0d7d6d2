-- migrate:up

-- Whom a mail has asked whether capacities are still right; one question is one mail, about one or several.
create table capacity_question (
    capacity_question_id uuid not null,
    capacity_id uuid not null,
    investigator_id uuid not null,
    region_id uuid not null,
    asked_at timestamptz not null,
    -- The last day of the capacity as it was when asked.
    valid_until date,
    -- By the clock the same last day is asked about once; an office may ask again.
    cause text not null,
    constraint capacity_question_pkey primary key (capacity_question_id, capacity_id),
    constraint capacity_question_capacity_id_fkey
        foreign key (capacity_id) references capacity (capacity_id) on delete cascade,
    constraint capacity_question_investigator_id_fkey
        foreign key (investigator_id) references investigator (investigator_id),
    constraint capacity_question_region_id_fkey foreign key (region_id) references region (region_id),
    constraint capacity_question_cause_check check (cause in ('clock', 'office'))
);
create unique index capacity_question_capacity_id_valid_until_key on capacity_question (capacity_id, valid_until)
    where cause = 'clock';
create index capacity_question_investigator_id_idx on capacity_question (investigator_id, asked_at);

alter table capacity_question enable row level security;
create policy capacity_question_of_region on capacity_question to trialport_app
    using ((select viewer_sees_all())
           or ((select viewer_role()) in ('investigator', 'unit_head')
               and investigator_id = (select viewer_investigator()))
           or ((select viewer_role()) = 'office' and region_id = (select viewer_region())));
grant select, insert on capacity_question to trialport_app;

-- What a confirmation replaced, so that one made by mistake can be taken back.
alter table capacity_history
    add column confirmed_at_before timestamptz,
    add column valid_until_before date,
    drop constraint capacity_history_action_check,
    add constraint capacity_history_action_check
        check (action in ('created', 'changed', 'confirmed', 'imported', 'taken_back'));

-- migrate:down

alter table capacity_history
    drop column confirmed_at_before,
    drop column valid_until_before,
    drop constraint capacity_history_action_check,
    add constraint capacity_history_action_check
        check (action in ('created', 'changed', 'confirmed', 'imported'));
drop table capacity_question;
