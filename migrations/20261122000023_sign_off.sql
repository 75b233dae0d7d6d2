-- migrate:up

-- The head of unit's word on a yes that somebody else of the unit gave. One per answer; an answer that the head gave
-- herself has one too, decided as it was made. Without `investigator_id` the unit has no head who can be asked.
create table sign_off (
    eoi_id uuid not null,
    invitation_id uuid not null,
    asked_at timestamptz not null,
    investigator_id uuid,
    decision text,
    decided_at timestamptz,
    note text,
    actor_id uuid,
    constraint sign_off_pkey primary key (eoi_id),
    constraint sign_off_eoi_id_fkey foreign key (eoi_id) references eoi (eoi_id),
    constraint sign_off_invitation_id_fkey foreign key (invitation_id) references invitation (invitation_id),
    constraint sign_off_investigator_id_fkey foreign key (investigator_id) references investigator (investigator_id),
    constraint sign_off_decision_check check (decision in ('approved', 'refused')),
    constraint sign_off_decided_at_check check ((decision is null) = (decided_at is null))
);
create index sign_off_invitation_id_idx on sign_off (invitation_id);

-- A yes from before heads were asked counts as it did.
insert into sign_off (eoi_id, invitation_id, asked_at)
select eoi_id, invitation_id, answered_at from eoi where answer in ('yes', 'yes_if');

-- Who of the unit answered: the link of a mail needs no account.
alter table eoi
    add column investigator_id uuid,
    add constraint eoi_investigator_id_fkey foreign key (investigator_id) references investigator (investigator_id);

alter table sign_off enable row level security;
create policy sign_off_of_own_invitation on sign_off to trialport_app
    using ((select viewer_sees_all())
           or exists (select from invitation i where i.invitation_id = sign_off.invitation_id));
grant select, insert, update on sign_off to trialport_app;


-- migrate:down

alter table eoi drop column investigator_id;
drop table sign_off;
