-- migrate:up

-- Whom the person stands in for in this session: an investigator who named her as a delegate. Null: for nobody.
alter table session
    add column acting_for_id uuid,
    add constraint session_acting_for_id_fkey
        foreign key (acting_for_id) references investigator (investigator_id);

-- The history names for whom a delegate changed the record; by id, so that a name can be erased.
alter table capacity_history
    add column acting_for_id uuid,
    add constraint capacity_history_acting_for_id_fkey
        foreign key (acting_for_id) references investigator (investigator_id);
create index investigator_delegate_delegate_id_idx on investigator_delegate (delegate_id);

-- While the delegation stands the session reaches what its principal's units are, as an investigator and never as a
-- head; when it ends, the very next request is in the person's own name again. Delegations do not chain: what counts
-- is who was named as the delegate of the principal herself.
drop function session_of;
create function session_of(of_hash bytea)
returns table (
    session_id uuid,
    person_id uuid,
    csrf_token text,
    last_seen_at timestamptz,
    expires_at timestamptz,
    name text,
    email text,
    language text,
    notice_version text,
    role_grant_id uuid,
    role text,
    region_id uuid,
    region text,
    sponsor_id uuid,
    sponsor text,
    investigator_id uuid,
    own_investigator_id uuid,
    acting_for_id uuid,
    acting_for_name text
)
language sql stable security definer set search_path = public
begin atomic
    select s.session_id, s.person_id, s.csrf_token, s.last_seen_at, s.expires_at,
           p.name, p.email, p.language, p.notice_version,
           g.role_grant_id, case when d.investigator_id is null then g.role else 'investigator' end,
           g.region_id, r.code, g.sponsor_id, o.name,
           coalesce(d.investigator_id, g.investigator_id), g.investigator_id, d.investigator_id, i.name
    from session s
    join person p using (person_id)
    left join role_grant g
        on g.role_grant_id = s.role_grant_id and g.person_id = s.person_id and g.revoked_at is null
    left join region r on r.region_id = g.region_id
    left join sponsor o on o.sponsor_id = g.sponsor_id
    left join investigator_delegate d
        on d.investigator_id = s.acting_for_id and d.delegate_id = g.investigator_id
           and g.role in ('investigator', 'unit_head')
    left join investigator i on i.investigator_id = d.investigator_id
    where s.secret_hash = of_hash and s.revoked_at is null and p.erased_at is null;
end;
revoke all on function session_of from public;
grant execute on function session_of to trialport_app;

-- A delegation that ends is over for the sessions that rest on it, too: they do not come back with a later one.
create function end_deputising() returns trigger
language plpgsql security definer set search_path = public as $$
begin
    update session s set acting_for_id = null
    from role_grant g
    where s.acting_for_id = old.investigator_id
      and g.role_grant_id = s.role_grant_id and g.investigator_id = old.delegate_id;
    return null;
end
$$;
revoke all on function end_deputising from public;
create trigger investigator_delegate_ends_sessions after delete on investigator_delegate
    for each row execute function end_deputising();
create index session_acting_for_id_idx on session (acting_for_id) where acting_for_id is not null;

-- Whether the viewer is the investigator herself, not somebody who stands in for her. A machine's token has no person.
create function viewer_is_investigator() returns boolean
language sql stable security definer set search_path = public
return viewer_role() in ('investigator', 'unit_head') and viewer_investigator() is not null
    and (viewer_person() is null
         or exists (select from role_grant where person_id = viewer_person() and revoked_at is null
                    and investigator_id = viewer_investigator()));
revoke all on function viewer_is_investigator from public;
grant execute on function viewer_is_investigator to trialport_app;

-- Who stands in for whom is seen by both and by the office of the region. An investigator alone names her delegates,
-- among people of her own units.
drop policy investigator_delegate_of_own_people on investigator_delegate;
create policy investigator_delegate_seen on investigator_delegate for select to trialport_app
    using ((select viewer_sees_all())
           or ((select viewer_role()) in ('investigator', 'unit_head')
               and (select viewer_investigator()) in (investigator_id, delegate_id))
           or ((select viewer_role()) = 'office'
               and exists (select from investigator i
                           where i.investigator_id = investigator_delegate.investigator_id)));
create policy investigator_delegate_named on investigator_delegate for insert to trialport_app
    with check ((select viewer_sees_all())
                or (investigator_id = (select viewer_investigator()) and (select viewer_is_investigator())
                    and exists (select from position p where p.investigator_id = delegate_id
                                and p.unit_id = any ((select viewer_units())::uuid[]))));
create policy investigator_delegate_ended on investigator_delegate for delete to trialport_app
    using ((select viewer_sees_all())
           or (investigator_id = (select viewer_investigator()) and (select viewer_is_investigator())));

-- People who signed in repeat requests, too: an answer is stored for whoever asked, a person or a machine's token.
-- The rule of row-level security follows the new name.
alter table idempotency_key drop constraint idempotency_key_token_id_fkey;
alter table idempotency_key rename column token_id to actor_id;

-- migrate:down

delete from idempotency_key where actor_id not in (select token_id from access_token);
alter table idempotency_key rename column actor_id to token_id;
alter table idempotency_key add constraint idempotency_key_token_id_fkey
    foreign key (token_id) references access_token (token_id);

drop policy investigator_delegate_ended on investigator_delegate;
drop policy investigator_delegate_named on investigator_delegate;
drop policy investigator_delegate_seen on investigator_delegate;
create policy investigator_delegate_of_own_people on investigator_delegate to trialport_app
    using (exists (select from investigator i where i.investigator_id = investigator_delegate.investigator_id)
           or delegate_id = (select viewer_investigator()));
drop function viewer_is_investigator;

drop index session_acting_for_id_idx;
drop trigger investigator_delegate_ends_sessions on investigator_delegate;
drop function end_deputising;
-- Sessions for somebody else would otherwise go on in another scope than the one chosen.
delete from session where acting_for_id is not null;
drop function session_of;
create function session_of(of_hash bytea)
returns table (
    session_id uuid,
    person_id uuid,
    csrf_token text,
    last_seen_at timestamptz,
    expires_at timestamptz,
    name text,
    email text,
    language text,
    notice_version text,
    role_grant_id uuid,
    role text,
    region_id uuid,
    region text,
    sponsor_id uuid,
    sponsor text,
    investigator_id uuid
)
language sql stable security definer set search_path = public
begin atomic
    select s.session_id, s.person_id, s.csrf_token, s.last_seen_at, s.expires_at,
           p.name, p.email, p.language, p.notice_version,
           g.role_grant_id, g.role, g.region_id, r.code, g.sponsor_id, o.name, g.investigator_id
    from session s
    join person p using (person_id)
    left join role_grant g
        on g.role_grant_id = s.role_grant_id and g.person_id = s.person_id and g.revoked_at is null
    left join region r on r.region_id = g.region_id
    left join sponsor o on o.sponsor_id = g.sponsor_id
    where s.secret_hash = of_hash and s.revoked_at is null and p.erased_at is null;
end;
revoke all on function session_of from public;
grant execute on function session_of to trialport_app;

drop index investigator_delegate_delegate_id_idx;
alter table capacity_history drop constraint capacity_history_acting_for_id_fkey, drop column acting_for_id;
alter table session drop constraint session_acting_for_id_fkey, drop column acting_for_id;
