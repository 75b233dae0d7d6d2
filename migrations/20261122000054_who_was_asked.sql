-- migrate:up

-- Whom an invitation was sent to, and when: a person's invitations of a month are counted by it. Somebody else who is
-- asked in her place makes another row, so that what she was asked stays counted.
create table invitation_addressee (
    invitation_id uuid not null,
    investigator_id uuid not null,
    asked_at timestamptz not null,
    constraint invitation_addressee_pkey primary key (invitation_id, investigator_id),
    constraint invitation_addressee_invitation_id_fkey foreign key (invitation_id) references invitation (invitation_id),
    constraint invitation_addressee_investigator_id_fkey
        foreign key (investigator_id) references investigator (investigator_id)
);
create index invitation_addressee_investigator_id_idx on invitation_addressee (investigator_id, asked_at);
insert into invitation_addressee select invitation_id, recipient_id, invited_at from invitation;

alter table invitation_addressee enable row level security;
create policy invitation_addressee_of_own_region on invitation_addressee to trialport_app
    using ((select viewer_sees_all())
           or ((select viewer_role()) = 'office'
               and exists (select from invitation i
                           where i.invitation_id = invitation_addressee.invitation_id
                             and i.region_id = (select viewer_region()))));
grant select, insert, update on invitation_addressee to trialport_app;

-- migrate:down

drop table invitation_addressee;
