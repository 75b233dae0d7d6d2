-- migrate:up

-- Where to go once signed in: an address of ours, never another site's.
alter table signin_request add column return_to text not null default '/me';
create index oidc_visit_expires_at_idx on oidc_visit (expires_at);
create index session_expires_at_idx on session (expires_at);

-- Who signed in stands before every request of hers, when nobody is known yet; only the secret's hash opens it.
-- A role that was taken away is gone at once: the session goes on without it.
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

-- migrate:down

drop function session_of;
drop index session_expires_at_idx;
drop index oidc_visit_expires_at_idx;
alter table signin_request drop column return_to;
