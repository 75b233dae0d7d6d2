-- migrate:up

-- How many more trials a unit can take in an area; null where it has not said.
alter table capacity
    add column trial_slots integer,
    add constraint capacity_trial_slots_check check (trial_slots between 0 and 1000);

-- What is set aside of a unit's capacity or of a shared resource for one invitation. Rows are kept: what was held and
-- why it was let go is the ledger's history. Who did it is an id; names are joined when read.
create table reservation (
    reservation_id uuid not null default uuidv7(),
    inquiry_id uuid not null,
    invitation_id uuid not null,
    region_id uuid not null,
    capacity_id uuid,
    resource_id uuid,
    -- A firm one is refused where nothing is free; a soft one is shown and limits nobody.
    strength text not null,
    trial_slots integer not null,
    -- Hours a week; null where the inquiry does not say them, or says them in confidence.
    nurse_hours numeric(7, 2),
    state text not null default 'held',
    reserved_at timestamptz not null,
    released_at timestamptz,
    release_reason text,
    actor_id uuid,
    constraint reservation_pkey primary key (reservation_id),
    constraint reservation_inquiry_id_fkey foreign key (inquiry_id) references inquiry (inquiry_id),
    constraint reservation_invitation_id_fkey foreign key (invitation_id) references invitation (invitation_id),
    constraint reservation_region_id_fkey foreign key (region_id) references region (region_id),
    constraint reservation_capacity_id_fkey foreign key (capacity_id) references capacity (capacity_id),
    constraint reservation_resource_id_fkey foreign key (resource_id) references resource (resource_id),
    constraint reservation_of_check check (num_nonnulls(capacity_id, resource_id) = 1),
    constraint reservation_strength_check check (strength in ('soft', 'firm')),
    constraint reservation_amount_check check (trial_slots >= 0 and nurse_hours >= 0),
    constraint reservation_state_check check (
        (state = 'held' and released_at is null and release_reason is null)
        or (state = 'released' and released_at is not null and release_reason is not null)),
    constraint reservation_release_reason_check check (release_reason in (
        'answered_no', 'answered_later', 'sign_off_refused', 'no_answer', 'withdrawn', 'not_selected',
        'sponsor_declined', 'sponsor_silent', 'trial_cancelled', 'inquiry_declined', 'inquiry_withdrawn', 'inquiry_closed',
        'condition_reopened', 'replaced', 'trial_started'))
);
create unique index reservation_invitation_id_capacity_id_key on reservation (invitation_id, capacity_id)
    where state = 'held' and capacity_id is not null;
create unique index reservation_invitation_id_resource_id_key on reservation (invitation_id, resource_id)
    where state = 'held' and resource_id is not null;
create index reservation_capacity_id_idx on reservation (capacity_id) where state = 'held';
create index reservation_resource_id_idx on reservation (resource_id) where state = 'held';
create index reservation_inquiry_id_idx on reservation (inquiry_id);

-- What a unit missed for its yes and the office got for it.
create table fill (
    fill_id uuid not null default uuidv7(),
    invitation_id uuid not null,
    condition text not null,
    resource_id uuid,
    note text,
    reservation_id uuid,
    filled_at timestamptz not null,
    taken_back_at timestamptz,
    actor_id uuid,
    constraint fill_pkey primary key (fill_id),
    constraint fill_invitation_id_fkey foreign key (invitation_id) references invitation (invitation_id),
    constraint fill_resource_id_fkey foreign key (resource_id) references resource (resource_id),
    constraint fill_reservation_id_fkey foreign key (reservation_id) references reservation (reservation_id),
    constraint fill_condition_check check (condition in (
        'nurse_hours', 'pharmacy', 'imaging', 'sub_investigator', 'data_manager', 'contract_help', 'training', 'money',
        'space')),
    constraint fill_means_check check (resource_id is not null or note is not null)
);
create unique index fill_invitation_id_condition_key on fill (invitation_id, condition) where taken_back_at is null;

-- Nothing is promised twice. A firm reservation takes its turn at the capacity or resource and is refused where less is
-- free than it needs; what a unit has not said limits nobody. One that does not grow is never refused, also where the
-- capacity has been reduced meanwhile.
create function refuse_overbooking() returns trigger
language plpgsql security definer set search_path = public as $$
declare
    said_slots integer;
    said_hours numeric;
    taken_slots integer;
    taken_hours numeric;
begin
    if new.state <> 'held' or new.strength <> 'firm' then
        return new;
    end if;
    if tg_op = 'UPDATE' and old.state = 'held' and old.strength = 'firm' and new.trial_slots <= old.trial_slots
        and coalesce(new.nurse_hours, 0) <= coalesce(old.nurse_hours, 0) then
        return new;
    end if;
    if new.capacity_id is not null then
        select case when new_trials_possible is false then 0 else trial_slots end, nurse_hours_free
        into said_slots, said_hours
        from capacity where capacity_id = new.capacity_id for no key update;
    else
        select null, nurse_hours_free into said_slots, said_hours
        from resource where resource_id = new.resource_id for no key update;
    end if;
    -- Read after the lock: a statement of its own sees what others have committed while this one waited.
    select coalesce(sum(trial_slots), 0), coalesce(sum(nurse_hours), 0) into taken_slots, taken_hours
    from reservation
    where state = 'held' and strength = 'firm' and reservation_id <> new.reservation_id
        and (capacity_id = new.capacity_id or resource_id = new.resource_id);
    if taken_slots + new.trial_slots > said_slots then
        raise exception 'no trial slot is free' using errcode = 'check_violation', table = 'reservation',
            constraint = 'reservation_trial_slots_check',
            detail = format('%s of %s trial slots are taken.', taken_slots, said_slots);
    end if;
    if new.nurse_hours > 0 and taken_hours + new.nurse_hours > said_hours then
        raise exception 'not enough nurse hours are free' using errcode = 'check_violation', table = 'reservation',
            constraint = case when new.capacity_id is null then 'reservation_lent_hours_check'
                              else 'reservation_nurse_hours_check' end,
            detail = format('%s of %s nurse hours a week are taken, and this needs %s.',
                            trim_scale(taken_hours), trim_scale(said_hours), trim_scale(new.nurse_hours));
    end if;
    return new;
end
$$;
create trigger reservation_overbooking before insert or update on reservation
    for each row execute function refuse_overbooking();

-- Who sees them: who sees the invitation they are for.
do $$
declare
    name text;
begin
    foreach name in array array['reservation', 'fill'] loop
        execute format('alter table %I enable row level security', name);
        execute format(
            'create policy %I on %I to trialport_app using ((select viewer_sees_all()) '
            'or exists (select from invitation i where i.invitation_id = %I.invitation_id))',
            name || '_of_own_invitation', name, name);
        execute format('grant select, insert on %I to trialport_app', name);
    end loop;
end
$$;
grant update (strength, trial_slots, nurse_hours, state, released_at, release_reason) on reservation to trialport_app;
grant update (taken_back_at) on fill to trialport_app;

-- migrate:down

drop table fill, reservation;
drop function refuse_overbooking();
alter table capacity drop column trial_slots;
