-- migrate:up

-- When the sponsor is reminded of the outcome it promised, each step settled once.
create table outcome_step (
    inquiry_id uuid not null,
    step text not null,
    promised_on date not null,
    due_at timestamptz not null,
    settled_at timestamptz,
    -- Whether it went out; one that the outcome overtook did not.
    sent boolean,
    constraint outcome_step_pkey primary key (inquiry_id, step),
    constraint outcome_step_inquiry_id_fkey foreign key (inquiry_id) references inquiry (inquiry_id),
    constraint outcome_step_step_check check (step in ('ahead', 'due', 'overdue', 'office'))
);
create index outcome_step_due_at_idx on outcome_step (due_at) where settled_at is null;

-- That the units asked have been told how an inquiry ended; once an ending.
create table units_told (
    inquiry_id uuid not null,
    ending text not null,
    told_at timestamptz not null,
    constraint units_told_pkey primary key (inquiry_id, ending),
    constraint units_told_inquiry_id_fkey foreign key (inquiry_id) references inquiry (inquiry_id),
    constraint units_told_ending_check check (ending in ('no_word', 'closed', 'declined', 'withdrawn'))
);

-- What became of a trial at a unit that was selected. A later row about the same unit and kind corrects an earlier one.
create table milestone (
    milestone_id uuid not null default uuidv7(),
    inquiry_id uuid not null,
    unit_id uuid not null,
    kind text not null,
    happened_on date not null,
    -- Participants recruited until then, where the kind counts them.
    participants integer,
    recorded_at timestamptz not null,
    actor_id uuid,
    constraint milestone_pkey primary key (milestone_id),
    constraint milestone_inquiry_id_unit_id_fkey
        foreign key (inquiry_id, unit_id) references invitation (inquiry_id, unit_id),
    constraint milestone_kind_check check (kind in ('started', 'first_participant', 'recruited')),
    constraint milestone_participants_check check ((kind = 'recruited') = (participants is not null)),
    constraint milestone_participants_range_check check (participants >= 0)
);
create index milestone_inquiry_id_idx on milestone (inquiry_id, unit_id, kind, milestone_id);
create trigger milestone_append_only before update or delete or truncate on milestone
    for each statement execute function refuse_change();

do $$
declare
    name text;
begin
    foreach name in array array['outcome_step', 'units_told', 'milestone'] loop
        execute format('alter table %I enable row level security', name);
        execute format(
            'create policy %I on %I to trialport_app using ((select viewer_sees_all()) '
            'or viewer_reaches_inquiry(inquiry_id))',
            name || '_of_reached_inquiry', name);
    end loop;
end
$$;
grant select, insert, update on outcome_step to trialport_app;
grant select, insert on units_told, milestone to trialport_app;

-- migrate:down

drop table milestone, units_told, outcome_step;
