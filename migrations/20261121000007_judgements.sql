-- migrate:up

-- What people decided against, or after, a ranking: an office's overrides and a sponsor's selection. Only ever added
-- to; the newest decision of a kind about an inquiry counts. The rows of one decision share its id.
create table judgement (
    judgement_id uuid not null default uuidv7(),
    decision_id uuid not null,
    inquiry_id uuid not null,
    version integer not null,
    assessment_id uuid not null,
    region_id uuid not null,
    unit_id uuid not null,
    capacity_id uuid not null,
    kind text not null,
    -- The capacity that a moved one was put above.
    above_capacity_id uuid,
    reason text not null,
    judged_at timestamptz not null,
    judged_by text not null,
    actor_id uuid,
    constraint judgement_pkey primary key (judgement_id),
    constraint judgement_inquiry_id_version_fkey
        foreign key (inquiry_id, version) references inquiry_version (inquiry_id, version),
    constraint judgement_assessment_id_fkey foreign key (assessment_id) references assessment (assessment_id),
    constraint judgement_unit_id_region_id_fkey foreign key (unit_id, region_id) references unit (unit_id, region_id),
    constraint judgement_capacity_id_fkey foreign key (capacity_id) references capacity (capacity_id),
    constraint judgement_above_capacity_id_fkey foreign key (above_capacity_id) references capacity (capacity_id),
    constraint judgement_decision_id_capacity_id_key unique (decision_id, capacity_id),
    constraint judgement_kind_check check (kind in (
        'override_added', 'override_dropped', 'override_moved', 'selected', 'not_selected')),
    constraint judgement_above_capacity_id_check
        check ((kind = 'override_moved') = (above_capacity_id is not null) and above_capacity_id <> capacity_id)
);
create index judgement_inquiry_id_idx on judgement (inquiry_id, judgement_id);
create index judgement_region_id_idx on judgement (region_id, assessment_id);
create trigger judgement_append_only before update or delete or truncate on judgement
    for each statement execute function refuse_change();

-- What a judgement says of two capacities of the same assessment and region: the one preferred, and the other.
create table judged_pair (
    judgement_id uuid not null,
    preferred_capacity_id uuid not null,
    other_capacity_id uuid not null,
    constraint judged_pair_pkey primary key (judgement_id, preferred_capacity_id, other_capacity_id),
    constraint judged_pair_judgement_id_fkey foreign key (judgement_id) references judgement (judgement_id),
    constraint judged_pair_preferred_capacity_id_fkey
        foreign key (preferred_capacity_id) references capacity (capacity_id),
    constraint judged_pair_other_capacity_id_fkey foreign key (other_capacity_id) references capacity (capacity_id),
    constraint judged_pair_other_capacity_id_check check (other_capacity_id <> preferred_capacity_id)
);
create trigger judged_pair_append_only before update or delete or truncate on judged_pair
    for each statement execute function refuse_change();

-- migrate:down

drop table judged_pair, judgement;
