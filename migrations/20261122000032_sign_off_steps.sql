-- migrate:up

-- When a head of unit who has not signed off is reminded, and when her silence becomes a task; each settled once.
create table sign_off_step (
    eoi_id uuid not null,
    step text not null,
    due_at timestamptz not null,
    settled_at timestamptz,
    -- Whether it went out; one that her word or a newer answer overtook did not.
    sent boolean,
    constraint sign_off_step_pkey primary key (eoi_id, step),
    constraint sign_off_step_eoi_id_fkey foreign key (eoi_id) references sign_off (eoi_id),
    constraint sign_off_step_step_check check (step in ('reminder', 'office')),
    constraint sign_off_step_sent_check check ((settled_at is null) = (sent is null))
);
create index sign_off_step_due_at_idx on sign_off_step (due_at) where settled_at is null;

alter table sign_off_step enable row level security;
create policy sign_off_step_of_own_sign_off on sign_off_step to trialport_app
    using ((select viewer_sees_all())
           or exists (select from sign_off o where o.eoi_id = sign_off_step.eoi_id));
grant select, insert, update on sign_off_step to trialport_app;

-- An office may leave a unit's question unasked, and tells the unit why.
alter table question
    add column dismissal text,
    add column dismissed_at timestamptz,
    add column dismisser_id uuid,
    drop constraint question_state_check,
    drop constraint question_wording_check,
    add constraint question_state_check
        check (state in ('asked', 'forwarded', 'answered', 'shared', 'dismissed')),
    add constraint question_wording_check check (state in ('asked', 'dismissed') or wording is not null),
    add constraint question_dismissal_check check ((state = 'dismissed') = (dismissal is not null));

-- What was never put to the sponsor she does not read, dismissed or not.
drop policy question_of_own_inquiry on question;
create policy question_of_own_inquiry on question to trialport_app
    using ((select viewer_sees_all())
           or ((select viewer_role()) = 'office' and region_id = (select viewer_region()))
           or ((select viewer_role()) = 'sponsor_contact' and state in ('forwarded', 'answered', 'shared')
               and viewer_reaches_inquiry(inquiry_id))
           or ((select viewer_role()) in ('investigator', 'unit_head')
               and exists (select from invitation i
                           where i.invitation_id = question.invitation_id
                              or (i.inquiry_id = question.inquiry_id and question.share = 'all'))));

-- migrate:down

drop policy question_of_own_inquiry on question;
create policy question_of_own_inquiry on question to trialport_app
    using ((select viewer_sees_all())
           or ((select viewer_role()) = 'office' and region_id = (select viewer_region()))
           or ((select viewer_role()) = 'sponsor_contact' and state <> 'asked' and viewer_reaches_inquiry(inquiry_id))
           or ((select viewer_role()) in ('investigator', 'unit_head')
               and exists (select from invitation i
                           where i.invitation_id = question.invitation_id
                              or (i.inquiry_id = question.inquiry_id and question.share = 'all'))));
delete from question where state = 'dismissed';
alter table question
    drop constraint question_dismissal_check,
    drop constraint question_wording_check,
    drop constraint question_state_check,
    add constraint question_state_check check (state in ('asked', 'forwarded', 'answered', 'shared')),
    add constraint question_wording_check check (state = 'asked' or wording is not null),
    drop column dismisser_id,
    drop column dismissed_at,
    drop column dismissal;
drop table sign_off_step;
