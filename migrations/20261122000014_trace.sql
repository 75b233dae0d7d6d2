-- migrate:up

-- The trail is searched by who did it, and a person finds there who was shown her name in a list.
create index audit_event_actor_id_idx on audit_event (actor_id, audit_event_id);
create index audit_event_region_id_idx on audit_event (region_id, audit_event_id);
create index audit_event_investigators_idx on audit_event using gin (details jsonb_path_ops)
    where action = 'investigator.listed';

-- A machine, too, finds its own events: reading the same object again is not noted twice.
alter policy audit_event_read on audit_event
    using ((select viewer_sees_all())
           or (select viewer_role()) = 'office' and region_id = (select viewer_region())
           or actor_id = (select viewer_actor()));

-- Who recorded an agreement, by id too, so that her name can be found when it has to go.
alter table agreement add column actor_id uuid;

-- What is append-only may lose one thing only: the name of a person who was erased, which gives way to a mark.
create function refuse_change_but_name() returns trigger language plpgsql as $$
begin
    if to_jsonb(new) ->> tg_argv[0] = 'erased person'
       and to_jsonb(new) - tg_argv[0] = to_jsonb(old) - tg_argv[0] then
        return new;
    end if;
    raise exception '% is append-only', tg_table_name using errcode = 'restrict_violation';
end
$$;
do $$
declare
    name text;
    name_column text;
begin
    for name, name_column in values
        ('capacity_history', 'changed_by'), ('weight_set', 'changed_by'), ('local_term_history', 'changed_by'),
        ('judgement', 'judged_by'), ('disclosure', 'disclosed_by')
    loop
        execute format('drop trigger %I on %I', name || '_append_only', name);
        execute format('create trigger %I before delete or truncate on %I for each statement '
            'execute function refuse_change()', name || '_append_only', name);
        execute format('create trigger %I before update on %I for each row '
            'execute function refuse_change_but_name(%L)', name || '_but_name', name, name_column);
    end loop;
end
$$;

-- Puts the mark in place of the name of a person who is erased, wherever a name is kept beside what somebody did.
-- The audit trail holds no names of persons; it stays untouched.
create function forget_name(of_person uuid) returns void
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
revoke all on function forget_name from public;
grant execute on function forget_name to trialport_app;
-- An erased investigator has no positions.
grant delete on position to trialport_app;

-- Who objects to being proposed no longer counts for her unit, so that is a change of the register too.
drop trigger investigator_logs_change on investigator;
create trigger investigator_logs_change after update of gcp_expires_on, objected_at on investigator
    for each row when (old.gcp_expires_on is distinct from new.gcp_expires_on
                       or old.objected_at is distinct from new.objected_at)
    execute function log_investigator_change();

-- migrate:down

drop trigger investigator_logs_change on investigator;
create trigger investigator_logs_change after update of gcp_expires_on on investigator
    for each row when (old.gcp_expires_on is distinct from new.gcp_expires_on)
    execute function log_investigator_change();

revoke delete on position from trialport_app;
drop function forget_name;
do $$
declare
    name text;
begin
    foreach name in array array['capacity_history', 'weight_set', 'local_term_history', 'judgement', 'disclosure'] loop
        execute format('drop trigger %I on %I', name || '_but_name', name);
        execute format('drop trigger %I on %I', name || '_append_only', name);
        execute format('create trigger %I before update or delete or truncate on %I for each statement '
            'execute function refuse_change()', name || '_append_only', name);
    end loop;
end
$$;
drop function refuse_change_but_name;
alter table agreement drop column actor_id;
alter policy audit_event_read on audit_event
    using ((select viewer_sees_all())
           or (select viewer_role()) = 'office' and region_id = (select viewer_region())
           or actor_id = (select viewer_person()));
drop index audit_event_investigators_idx;
drop index audit_event_region_id_idx;
drop index audit_event_actor_id_idx;
