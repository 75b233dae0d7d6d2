-- migrate:up

-- Row-level security: the second lock behind every WHERE clause. API and workers log in as trialport_app, which owns
-- nothing; each transaction says who looks (core/db.py), and a statement that forgets its scope finds nothing that
-- is not hers. Migrations and the command line run as the owner, whom these rules do not bind.

-- Who looks, set for the transaction; null where nobody has been named, and then nothing is visible.
create function viewer_role() returns text language sql stable parallel safe
return nullif(current_setting('trialport.role', true), '');
create function viewer_region() returns uuid language sql stable parallel safe
return nullif(current_setting('trialport.region', true), '')::uuid;
create function viewer_sponsor() returns uuid language sql stable parallel safe
return nullif(current_setting('trialport.sponsor', true), '')::uuid;
create function viewer_investigator() returns uuid language sql stable parallel safe
return nullif(current_setting('trialport.investigator', true), '')::uuid;
create function viewer_person() returns uuid language sql stable parallel safe
return nullif(current_setting('trialport.person', true), '')::uuid;
create function viewer_actor() returns uuid language sql stable parallel safe
return nullif(current_setting('trialport.actor', true), '')::uuid;

-- `system` is the program itself where no person acts: workers, and the lookups that core/db.py calls as_system.
create function viewer_sees_all() returns boolean language sql stable parallel safe
return viewer_role() in ('system', 'admin');

-- The functions below look past row security, so that the rules of one table may ask another without a circle.
-- They tell no more than yes or no about the viewer's own reach.
create function viewer_units() returns uuid[] language sql stable security definer set search_path = public
return (
    select coalesce(array_agg(unit_id), '{}') from position
    where viewer_role() in ('investigator', 'unit_head') and investigator_id = viewer_investigator()
);
create function viewer_reaches_inquiry(of_inquiry uuid) returns boolean
language sql stable security definer set search_path = public
return case viewer_role()
    when 'system' then true
    when 'admin' then true
    when 'sponsor_contact' then exists (
        select from inquiry where inquiry_id = of_inquiry and sponsor_id = viewer_sponsor())
    when 'office' then exists (
        select from inquiry_region where inquiry_id = of_inquiry and region_id = viewer_region())
    when 'service' then exists (
        select from inquiry_region where inquiry_id = of_inquiry and region_id = viewer_region())
    else false
end;
create function viewer_knows_sponsor(of_sponsor uuid) returns boolean
language sql stable security definer set search_path = public
return case viewer_role()
    when 'sponsor_contact' then of_sponsor = viewer_sponsor()
    when 'office' then exists (
        select from inquiry i join inquiry_region r using (inquiry_id)
        where i.sponsor_id = of_sponsor and r.region_id = viewer_region()
    ) or exists (select from agreement where sponsor_id = of_sponsor and region_id = viewer_region())
    when 'service' then exists (
        select from inquiry i join inquiry_region r using (inquiry_id)
        where i.sponsor_id = of_sponsor and r.region_id = viewer_region()
    )
    else viewer_sees_all()
end;
-- Who holds a token stands before every request, when nobody is known yet; only the secret's hash opens it.
create function token_of(of_hash bytea) returns setof access_token
language sql stable security definer set search_path = public
begin atomic
    select * from access_token where token_hash = of_hash and revoked_at is null;
end;
revoke all on function viewer_units, viewer_reaches_inquiry, viewer_knows_sponsor, token_of from public;
grant execute on function viewer_units, viewer_reaches_inquiry, viewer_knows_sponsor, token_of to trialport_app;

grant usage on schema public to trialport_app;
grant select on schema_migrations to trialport_app;

-- What stands in the public directory: everybody who is signed in reads it.
do $$
declare
    name text;
begin
    foreach name in array array['region', 'site', 'unit', 'resource'] loop
        execute format('alter table %I enable row level security', name);
        execute format('create policy %I on %I for select to trialport_app using ((select viewer_role()) is not null)',
            name || '_is_public', name);
        execute format('grant select on %I to trialport_app', name);
    end loop;
end
$$;

-- Capacity: of the viewer's own units, or of the whole region.
alter table capacity enable row level security;
create policy capacity_of_own_units on capacity to trialport_app
    using ((select viewer_sees_all()) or unit_id = any ((select viewer_units())::uuid[])
           or ((select viewer_role()) in ('office', 'service') and region_id = (select viewer_region())));
grant select, insert, update on capacity to trialport_app;
alter table capacity_history enable row level security;
create policy capacity_history_of_own_capacity on capacity_history to trialport_app
    using (exists (select from capacity c where c.capacity_id = capacity_history.capacity_id))
    with check ((select viewer_role()) is not null);
grant select, insert on capacity_history to trialport_app;
-- The view reads with its reader's rights, not with its owner's.
alter view register_row set (security_invoker = true);
grant select on register_row to trialport_app;

-- People of the register: colleagues at the same unit, and the office of a unit's region.
alter table position enable row level security;
create policy position_of_own_units on position to trialport_app
    using ((select viewer_sees_all()) or unit_id = any ((select viewer_units())::uuid[])
           or ((select viewer_role()) in ('office', 'service')
               and exists (select from unit u
                           where u.unit_id = position.unit_id and u.region_id = (select viewer_region()))));
grant select on position to trialport_app;
alter table investigator enable row level security;
create policy investigator_at_own_units on investigator to trialport_app
    using ((select viewer_sees_all()) or investigator_id = (select viewer_investigator())
           or exists (select from position p where p.investigator_id = investigator.investigator_id));
grant select, update on investigator to trialport_app;
alter table investigator_delegate enable row level security;
create policy investigator_delegate_of_own_people on investigator_delegate to trialport_app
    using (exists (select from investigator i where i.investigator_id = investigator_delegate.investigator_id)
           or delegate_id = (select viewer_investigator()));
grant select, insert, delete on investigator_delegate to trialport_app;
alter table investigator_absence enable row level security;
create policy investigator_absence_of_own_people on investigator_absence to trialport_app
    using (exists (select from investigator i where i.investigator_id = investigator_absence.investigator_id));
grant select, insert, update, delete on investigator_absence to trialport_app;

-- Sponsors and their inquiries.
alter table sponsor enable row level security;
create policy sponsor_known_to_viewer on sponsor to trialport_app
    using ((select viewer_sees_all()) or viewer_knows_sponsor(sponsor_id))
    with check ((select viewer_role()) = 'system');
grant select, insert, update on sponsor to trialport_app;
alter table inquiry enable row level security;
create policy inquiry_of_sponsor_or_region on inquiry to trialport_app
    using ((select viewer_sees_all())
           or ((select viewer_role()) = 'sponsor_contact' and sponsor_id = (select viewer_sponsor()))
           or ((select viewer_role()) in ('office', 'service')
               and (region_id = (select viewer_region()) or viewer_reaches_inquiry(inquiry_id))));
grant select, insert, update on inquiry to trialport_app;
alter table inquiry_region enable row level security;
create policy inquiry_region_of_reached_inquiry on inquiry_region to trialport_app
    using ((select viewer_sees_all()) or viewer_reaches_inquiry(inquiry_id))
    -- The inquiry is stored in the same statement and not yet to be seen.
    with check ((select viewer_role()) in ('sponsor_contact', 'office', 'service', 'admin', 'system'));
grant select, insert on inquiry_region to trialport_app;
do $$
declare
    name text;
begin
    foreach name in array array['inquiry_version', 'inquiry_confidential'] loop
        execute format('alter table %I enable row level security', name);
        execute format(
            'create policy %I on %I to trialport_app '
            'using ((select viewer_sees_all()) or viewer_reaches_inquiry(inquiry_id)) '
            'with check ((select viewer_role()) in (''sponsor_contact'', ''office'', ''service'', ''admin'', ''system''))',
            name || '_of_reached_inquiry', name);
        execute format('grant select, insert on %I to trialport_app', name);
    end loop;
end
$$;
alter table attachment enable row level security;
create policy attachment_of_reached_inquiry on attachment to trialport_app
    using ((select viewer_sees_all())
           or case when inquiry_id is null
               then (select viewer_role()) = 'office' and region_id = (select viewer_region())
                    or (select viewer_role()) = 'sponsor_contact' and sponsor_id = (select viewer_sponsor())
               else viewer_reaches_inquiry(inquiry_id)
           end);
grant select, insert, update on attachment to trialport_app;
alter table agreement enable row level security;
create policy agreement_of_either_party on agreement to trialport_app
    using ((select viewer_sees_all())
           or (select viewer_role()) = 'office' and region_id = (select viewer_region())
           or (select viewer_role()) = 'sponsor_contact' and sponsor_id = (select viewer_sponsor()));
grant select, insert, update on agreement to trialport_app;
alter table disclosure enable row level security;
create policy disclosure_of_own_region on disclosure to trialport_app
    using ((select viewer_sees_all()) or (select viewer_role()) = 'office' and region_id = (select viewer_region()));
grant select, insert on disclosure to trialport_app;

-- Assessments and what was judged of them.
alter table assessment enable row level security;
create policy assessment_of_reached_inquiry on assessment to trialport_app
    using ((select viewer_sees_all()) or viewer_reaches_inquiry(inquiry_id));
grant select, insert, update on assessment to trialport_app;
do $$
declare
    name text;
begin
    foreach name in array array['candidate', 'exclusion', 'judgement'] loop
        execute format('alter table %I enable row level security', name);
        execute format(
            'create policy %I on %I to trialport_app '
            'using ((select viewer_sees_all()) or ((select viewer_role()) in (''office'', ''service'') '
            'and region_id = (select viewer_region())))',
            name || '_of_own_region', name);
        execute format('grant select, insert on %I to trialport_app', name);
    end loop;
end
$$;
alter table judged_pair enable row level security;
create policy judged_pair_of_own_judgement on judged_pair to trialport_app
    using ((select viewer_sees_all())
           or exists (select from judgement j where j.judgement_id = judged_pair.judgement_id))
    with check ((select viewer_role()) in ('office', 'service', 'admin', 'system'));
grant select, insert on judged_pair to trialport_app;

-- The office's own tables.
alter table office_task enable row level security;
create policy office_task_of_own_region on office_task to trialport_app
    using ((select viewer_sees_all()) or (select viewer_role()) = 'office' and region_id = (select viewer_region()));
grant select, insert, update on office_task to trialport_app;
alter table weight_set enable row level security;
create policy weight_set_of_own_region on weight_set to trialport_app
    using ((select viewer_sees_all())
           or (select viewer_role()) in ('office', 'service', 'management') and region_id = (select viewer_region()));
grant select, insert on weight_set to trialport_app;
alter table local_term enable row level security;
create policy local_term_of_own_region on local_term to trialport_app
    using ((select viewer_sees_all())
           or (select viewer_role()) in ('office', 'service') and region_id = (select viewer_region()));
grant select, insert, update on local_term to trialport_app;
alter table local_term_history enable row level security;
create policy local_term_history_of_own_term on local_term_history to trialport_app
    using ((select viewer_sees_all())
           or exists (select from local_term t where t.local_term_id = local_term_history.local_term_id))
    with check ((select viewer_role()) in ('office', 'service', 'admin', 'system'));
grant select, insert on local_term_history to trialport_app;

-- People who sign in: each her own.
alter table person enable row level security;
create policy person_is_viewer on person to trialport_app
    using ((select viewer_role()) = 'system' or person_id = (select viewer_person()));
grant select, insert, update on person to trialport_app;
do $$
declare
    name text;
begin
    foreach name in array array['role_grant', 'identity', 'session', 'message'] loop
        execute format('alter table %I enable row level security', name);
        execute format(
            'create policy %I on %I to trialport_app '
            'using ((select viewer_role()) = ''system'' or person_id = (select viewer_person()))',
            name || '_of_viewer', name);
        execute format('grant select, insert, update on %I to trialport_app', name);
    end loop;
    -- What only the program itself reads: before anybody is signed in, and the tokens of machines.
    foreach name in array array['signin_request', 'oidc_visit', 'access_token'] loop
        execute format('alter table %I enable row level security', name);
        execute format('create policy %I on %I to trialport_app using ((select viewer_role()) = ''system'')',
            name || '_of_program', name);
        execute format('grant select, insert, update, delete on %I to trialport_app', name);
    end loop;
end
$$;
grant delete on session, identity to trialport_app;
alter table idempotency_key enable row level security;
create policy idempotency_key_of_viewer on idempotency_key to trialport_app
    using ((select viewer_role()) = 'system' or token_id = (select viewer_actor()));
grant select, insert, delete on idempotency_key to trialport_app;

-- The trail: everybody writes it, the office reads its region's, nobody changes it.
alter table audit_event enable row level security;
create policy audit_event_read on audit_event for select to trialport_app
    using ((select viewer_sees_all())
           or (select viewer_role()) = 'office' and region_id = (select viewer_region())
           or actor_id = (select viewer_person()));
create policy audit_event_written on audit_event for insert to trialport_app
    with check ((select viewer_role()) is not null);
grant select, insert on audit_event to trialport_app;
alter table audit_link enable row level security;
create policy audit_link_of_program on audit_link to trialport_app using ((select viewer_sees_all()));
grant select, insert on audit_link to trialport_app;

-- Work and the log of the register name objects by id only.
alter table job enable row level security;
create policy job_of_anybody_signed_in on job to trialport_app using ((select viewer_role()) is not null);
grant select, insert, update on job to trialport_app;
alter table register_change enable row level security;
create policy register_change_of_anybody_signed_in on register_change to trialport_app
    using ((select viewer_role()) is not null);
grant select, insert, delete on register_change to trialport_app;

-- migrate:down

do $$
declare
    found record;
begin
    for found in select policyname, tablename from pg_policies where schemaname = 'public' loop
        execute format('drop policy %I on %I', found.policyname, found.tablename);
        execute format('alter table %I disable row level security', found.tablename);
    end loop;
end
$$;
alter view register_row reset (security_invoker);
revoke all on all tables in schema public from trialport_app;
revoke usage on schema public from trialport_app;
drop function token_of, viewer_knows_sponsor, viewer_reaches_inquiry, viewer_units, viewer_sees_all,
    viewer_actor, viewer_person, viewer_investigator, viewer_sponsor, viewer_region, viewer_role;
