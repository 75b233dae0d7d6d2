-- migrate:up

-- From match to answer. What the office asks of the sponsor, and why an inquiry was declined.
alter table inquiry
    add column information_wanted text[] not null default '{}',
    add column information_note text,
    add column declined_reason text,
    add column declined_note text,
    add column replied_at timestamptz,
    add column closed_at timestamptz,
    add constraint inquiry_declined_reason_check check (declined_reason in (
        'outside_region', 'no_suitable_units', 'incomplete', 'duplicate', 'not_a_trial', 'other'));

-- The inquiry as sent to one unit; one per (inquiry, unit), ever.
create table invitation (
    invitation_id uuid not null default uuidv7(),
    inquiry_id uuid not null,
    region_id uuid not null,
    unit_id uuid not null,
    -- The inquiry's reference: the unit's people read it, and the inquiry itself not.
    reference text not null,
    -- The version of the inquiry that the unit was asked about.
    version integer not null,
    -- Whom the mail goes to: the head of unit, or the person with the largest share who is at work.
    recipient_id uuid not null,
    state text not null,
    revision integer not null default 1,
    due_on date not null,
    invited_at timestamptz not null,
    invited_by text not null,
    actor_id uuid,
    opened_at timestamptz,
    answered_at timestamptz,
    withdrawn_reason text,
    constraint invitation_pkey primary key (invitation_id),
    constraint invitation_inquiry_id_unit_id_key unique (inquiry_id, unit_id),
    constraint invitation_inquiry_id_version_fkey
        foreign key (inquiry_id, version) references inquiry_version (inquiry_id, version),
    constraint invitation_inquiry_id_region_id_fkey
        foreign key (inquiry_id, region_id) references inquiry_region (inquiry_id, region_id),
    constraint invitation_unit_id_region_id_fkey
        foreign key (unit_id, region_id) references unit (unit_id, region_id),
    constraint invitation_recipient_id_fkey foreign key (recipient_id) references investigator (investigator_id),
    constraint invitation_state_check check (state in (
        'planned', 'sent', 'opened', 'answered', 'no_answer', 'withdrawn'))
);
create index invitation_unit_id_idx on invitation (unit_id, invitation_id);
create index invitation_recipient_id_idx on invitation (recipient_id, invited_at);
create index invitation_due_on_idx on invitation (due_on) where state in ('sent', 'opened');

-- The unit's answer; a changed answer is a new revision, nothing is overwritten.
create table eoi (
    eoi_id uuid not null default uuidv7(),
    invitation_id uuid not null,
    revision integer not null,
    -- The version of the inquiry it answers.
    version integer not null,
    answer text not null,
    content jsonb not null,
    late boolean not null,
    answered_at timestamptz not null,
    answered_by text not null,
    actor_id uuid,
    constraint eoi_pkey primary key (eoi_id),
    constraint eoi_invitation_id_fkey foreign key (invitation_id) references invitation (invitation_id),
    constraint eoi_invitation_id_revision_key unique (invitation_id, revision),
    constraint eoi_answer_check check (answer in ('yes', 'yes_if', 'later', 'no', 'not_me')),
    constraint eoi_content_check check (jsonb_typeof(content) = 'object')
);
create trigger eoi_append_only before delete or truncate on eoi
    for each statement execute function refuse_change();
create trigger eoi_but_name before update on eoi
    for each row execute function refuse_change_but_name('answered_by');

-- The reminders of an invitation, each sent once. Made with the invitation, made anew when its day moves.
create table reminder (
    invitation_id uuid not null,
    step text not null,
    due_at timestamptz not null,
    settled_at timestamptz,
    -- Whether it went out; one that was overtaken by an answer did not.
    sent boolean,
    constraint reminder_pkey primary key (invitation_id, step),
    constraint reminder_invitation_id_fkey foreign key (invitation_id) references invitation (invitation_id),
    constraint reminder_step_check check (step in ('half', 'nearly', 'overdue', 'head', 'office'))
);
create index reminder_due_at_idx on reminder (due_at) where settled_at is null;

-- The office's collated answer to the sponsor.
create table reply (
    reply_id uuid not null default uuidv7(),
    inquiry_id uuid not null,
    region_id uuid not null,
    version integer not null,
    content jsonb not null,
    note text not null,
    replied_at timestamptz not null,
    replied_by text not null,
    actor_id uuid,
    constraint reply_pkey primary key (reply_id),
    constraint reply_inquiry_id_fkey foreign key (inquiry_id) references inquiry (inquiry_id),
    constraint reply_region_id_fkey foreign key (region_id) references region (region_id),
    constraint reply_inquiry_id_version_key unique (inquiry_id, version),
    constraint reply_content_check check (jsonb_typeof(content) = 'object')
);
create trigger reply_append_only before delete or truncate on reply
    for each statement execute function refuse_change();
create trigger reply_but_name before update on reply
    for each row execute function refuse_change_but_name('replied_by');

-- What the sponsor decided in the end.
create table outcome (
    inquiry_id uuid not null,
    decision text not null,
    selected_unit_ids uuid[] not null,
    note text,
    recorded_at timestamptz not null,
    recorded_by text not null,
    actor_id uuid,
    constraint outcome_pkey primary key (inquiry_id),
    constraint outcome_inquiry_id_fkey foreign key (inquiry_id) references inquiry (inquiry_id),
    constraint outcome_decision_check check (decision in ('selected', 'not_selected', 'trial_cancelled', 'no_decision'))
);

alter table office_task
    drop constraint office_task_kind_check,
    add constraint office_task_kind_check check (kind in (
        'dead_job', 'dead_message', 'all_answered', 'target_reached', 'silent_unit', 'review_condition'));

-- Who sees them: the office of the unit's region, and whoever works at the unit asked; never a sibling unit.
alter table invitation enable row level security;
create policy invitation_of_unit_or_region on invitation to trialport_app
    using ((select viewer_sees_all()) or unit_id = any ((select viewer_units())::uuid[])
           or ((select viewer_role()) = 'office' and region_id = (select viewer_region())));
grant select, insert, update on invitation to trialport_app;
do $$
declare
    name text;
begin
    foreach name in array array['eoi', 'reminder'] loop
        execute format('alter table %I enable row level security', name);
        execute format(
            'create policy %I on %I to trialport_app using ((select viewer_sees_all()) '
            'or exists (select from invitation i where i.invitation_id = %I.invitation_id))',
            name || '_of_own_invitation', name, name);
        execute format('grant select, insert, update on %I to trialport_app', name);
    end loop;
end
$$;
revoke update on eoi from trialport_app;
alter table reply enable row level security;
create policy reply_of_reached_inquiry on reply to trialport_app
    using ((select viewer_sees_all()) or viewer_reaches_inquiry(inquiry_id));
grant select, insert on reply to trialport_app;
alter table outcome enable row level security;
create policy outcome_of_reached_inquiry on outcome to trialport_app
    using ((select viewer_sees_all()) or viewer_reaches_inquiry(inquiry_id));
grant select, insert, update on outcome to trialport_app;

-- Names of erased persons give way in these tables too.
create or replace function forget_name(of_person uuid) returns void
language plpgsql security definer set search_path = public as $$
declare
    mark constant text := 'erased person';
begin
    if not exists (select from person where person_id = of_person and erased_at is not null) then
        raise exception 'only the name of an erased person is forgotten' using errcode = 'restrict_violation';
    end if;
    update capacity c set confirmed_by = mark
    from capacity_history h
    where h.capacity_id = c.capacity_id and h.revision = c.revision and h.actor_id = of_person;
    update capacity_history set changed_by = mark where actor_id = of_person;
    update weight_set set changed_by = mark where actor_id = of_person;
    update local_term t set agreed_by = mark
    from local_term_history h
    where h.local_term_id = t.local_term_id and h.action = 'agreed' and h.actor_id = of_person;
    update local_term set proposed_by = mark where proposer_id = of_person;
    update local_term_history set changed_by = mark where actor_id = of_person;
    update judgement set judged_by = mark where actor_id = of_person;
    update attachment set uploaded_by = mark where actor_id = of_person;
    update agreement set recorded_by = mark where actor_id = of_person;
    update disclosure set disclosed_by = mark where actor_id = of_person;
    update invitation set invited_by = mark where actor_id = of_person;
    update eoi set answered_by = mark where actor_id = of_person;
    update reply set replied_by = mark where actor_id = of_person;
    update outcome set recorded_by = mark where actor_id = of_person;
end
$$;

-- migrate:down

create or replace function forget_name(of_person uuid) returns void
language plpgsql security definer set search_path = public as $$
declare
    mark constant text := 'erased person';
begin
    if not exists (select from person where person_id = of_person and erased_at is not null) then
        raise exception 'only the name of an erased person is forgotten' using errcode = 'restrict_violation';
    end if;
    update capacity c set confirmed_by = mark
    from capacity_history h
    where h.capacity_id = c.capacity_id and h.revision = c.revision and h.actor_id = of_person;
    update capacity_history set changed_by = mark where actor_id = of_person;
    update weight_set set changed_by = mark where actor_id = of_person;
    update local_term t set agreed_by = mark
    from local_term_history h
    where h.local_term_id = t.local_term_id and h.action = 'agreed' and h.actor_id = of_person;
    update local_term set proposed_by = mark where proposer_id = of_person;
    update local_term_history set changed_by = mark where actor_id = of_person;
    update judgement set judged_by = mark where actor_id = of_person;
    update attachment set uploaded_by = mark where actor_id = of_person;
    update agreement set recorded_by = mark where actor_id = of_person;
    update disclosure set disclosed_by = mark where actor_id = of_person;
end
$$;

drop table outcome, reply, reminder, eoi, invitation;
delete from office_task where kind in ('all_answered', 'target_reached', 'silent_unit', 'review_condition');
alter table office_task
    drop constraint office_task_kind_check,
    add constraint office_task_kind_check check (kind in ('dead_job', 'dead_message'));
alter table inquiry
    drop column information_wanted, drop column information_note, drop column declined_reason,
    drop column declined_note, drop column replied_at, drop column closed_at;
