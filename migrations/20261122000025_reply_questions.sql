-- migrate:up

-- What comes next, and when, as the office tells the sponsor.
alter table reply
    add column next_step text,
    add column next_step_on date,
    add constraint reply_next_step_on_check check (next_step_on is null or next_step is not null);

-- A unit's question to the sponsor, which goes through the office. No names: who did what is told by ids.
create table question (
    question_id uuid not null default uuidv7(),
    inquiry_id uuid not null,
    region_id uuid not null,
    invitation_id uuid not null,
    state text not null,
    -- As the unit asked it; the sponsor never reads this.
    text text not null,
    -- As the office put it to the sponsor.
    wording text,
    answer text,
    -- Who reads the answer: the unit that asked, or every unit asked.
    share text,
    asked_at timestamptz not null,
    asker_id uuid,
    forwarded_at timestamptz,
    forwarder_id uuid,
    answered_at timestamptz,
    answerer_id uuid,
    shared_at timestamptz,
    sharer_id uuid,
    constraint question_pkey primary key (question_id),
    constraint question_inquiry_id_fkey foreign key (inquiry_id) references inquiry (inquiry_id),
    constraint question_region_id_fkey foreign key (region_id) references region (region_id),
    constraint question_invitation_id_fkey foreign key (invitation_id) references invitation (invitation_id),
    constraint question_state_check check (state in ('asked', 'forwarded', 'answered', 'shared')),
    constraint question_share_check check (share in ('asker', 'all')),
    constraint question_wording_check check (state = 'asked' or wording is not null),
    constraint question_answer_check check ((state in ('answered', 'shared')) = (answer is not null)),
    constraint question_shared_check check ((state = 'shared') = (share is not null))
);
create index question_inquiry_id_idx on question (inquiry_id, question_id);
create index question_invitation_id_idx on question (invitation_id);

alter table question enable row level security;
create policy question_of_own_inquiry on question to trialport_app
    using ((select viewer_sees_all())
           or ((select viewer_role()) = 'office' and region_id = (select viewer_region()))
           or ((select viewer_role()) = 'sponsor_contact' and state <> 'asked' and viewer_reaches_inquiry(inquiry_id))
           or ((select viewer_role()) in ('investigator', 'unit_head')
               and exists (select from invitation i
                           where i.invitation_id = question.invitation_id
                              or (i.inquiry_id = question.inquiry_id and question.share = 'all'))));
grant select, insert, update on question to trialport_app;

-- The sponsor's structured questions to the units that say yes; a changed list is a new version.
create table questionnaire (
    inquiry_id uuid not null,
    version integer not null,
    language text not null,
    questions jsonb not null,
    created_at timestamptz not null,
    actor_id uuid,
    constraint questionnaire_pkey primary key (inquiry_id, version),
    constraint questionnaire_inquiry_id_fkey foreign key (inquiry_id) references inquiry (inquiry_id),
    constraint questionnaire_language_check check (language in ('en', 'sv', 'da')),
    constraint questionnaire_questions_check check (jsonb_typeof(questions) = 'array')
);
alter table questionnaire enable row level security;
create policy questionnaire_of_reached_inquiry on questionnaire to trialport_app
    using ((select viewer_sees_all()) or viewer_reaches_inquiry(inquiry_id));
grant select, insert on questionnaire to trialport_app;

-- A unit's answers to it, first a draft, then approved by the unit.
create table questionnaire_answer (
    invitation_id uuid not null,
    state text not null,
    revision integer not null default 1,
    answers jsonb not null,
    updated_at timestamptz not null,
    actor_id uuid,
    approved_at timestamptz,
    approver_id uuid,
    constraint questionnaire_answer_pkey primary key (invitation_id),
    constraint questionnaire_answer_invitation_id_fkey
        foreign key (invitation_id) references invitation (invitation_id),
    constraint questionnaire_answer_state_check check (state in ('draft', 'approved')),
    constraint questionnaire_answer_approved_at_check check ((state = 'approved') = (approved_at is not null)),
    constraint questionnaire_answer_answers_check check (jsonb_typeof(answers) = 'object')
);
alter table questionnaire_answer enable row level security;
create policy questionnaire_answer_of_own_invitation on questionnaire_answer to trialport_app
    using ((select viewer_sees_all())
           or exists (select from invitation i where i.invitation_id = questionnaire_answer.invitation_id));
grant select, insert, update on questionnaire_answer to trialport_app;

-- Answer once: what a unit has approved is kept and offered to it for the next questionnaire.
create table site_answer (
    site_answer_id uuid not null default uuidv7(),
    unit_id uuid not null,
    region_id uuid not null,
    invitation_id uuid not null,
    key text not null,
    language text not null,
    question text not null,
    normalised text not null,
    answer jsonb not null,
    approved_at timestamptz not null,
    actor_id uuid,
    constraint site_answer_pkey primary key (site_answer_id),
    constraint site_answer_unit_id_region_id_fkey foreign key (unit_id, region_id) references unit (unit_id, region_id),
    constraint site_answer_invitation_id_fkey foreign key (invitation_id) references invitation (invitation_id),
    constraint site_answer_invitation_id_key_key unique (invitation_id, key),
    constraint site_answer_language_check check (language in ('en', 'sv', 'da'))
);
create index site_answer_unit_id_idx on site_answer (unit_id, approved_at);
alter table site_answer enable row level security;
create policy site_answer_of_own_unit on site_answer to trialport_app
    using ((select viewer_sees_all()) or unit_id = any ((select viewer_units())::uuid[])
           or ((select viewer_role()) = 'office' and region_id = (select viewer_region())));
grant select, insert, update on site_answer to trialport_app;


-- migrate:down

drop table site_answer, questionnaire_answer, questionnaire, question;
alter table reply drop column next_step_on, drop column next_step;
