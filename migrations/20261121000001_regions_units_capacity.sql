-- migrate:up

create table region (
    region_id uuid not null default uuidv7(),
    code text not null,
    name text not null,
    country text not null,
    university text not null,
    timezone text not null,
    promised_working_days integer not null,
    confidentiality_mode text not null,
    created_at timestamptz not null default now(),
    constraint region_pkey primary key (region_id),
    constraint region_code_key unique (code),
    constraint region_code_check check (code ~ '^[A-Z]{2,6}$'),
    constraint region_country_check check (country ~ '^[A-Z]{2}$'),
    constraint region_promised_working_days_check check (promised_working_days between 1 and 60),
    constraint region_confidentiality_mode_check
        check (confidentiality_mode in ('statutory', 'master', 'cda_first'))
);

create table site (
    site_id uuid not null default uuidv7(),
    region_id uuid not null,
    name text not null,
    legal_name text not null,
    address text not null,
    country text not null,
    constraint site_pkey primary key (site_id),
    constraint site_region_id_fkey foreign key (region_id) references region (region_id),
    constraint site_region_id_name_key unique (region_id, name),
    -- A unit names its site together with the region, so that the two can never disagree.
    constraint site_site_id_region_id_key unique (site_id, region_id),
    constraint site_country_check check (country ~ '^[A-Z]{2}$')
);

create table unit (
    unit_id uuid not null default uuidv7(),
    region_id uuid not null,
    site_id uuid not null,
    registry_id text not null,
    name text not null,
    kind text not null,
    care_settings text[] not null default '{}',
    catchment_population integer,
    address text not null default '',
    latitude double precision,
    longitude double precision,
    research_council text,
    languages text[] not null default '{}',
    capabilities jsonb not null default '{}',
    updated_at timestamptz not null default now(),
    created_at timestamptz not null default now(),
    constraint unit_pkey primary key (unit_id),
    constraint unit_site_id_region_id_fkey
        foreign key (site_id, region_id) references site (site_id, region_id),
    constraint unit_region_id_registry_id_key unique (region_id, registry_id),
    constraint unit_unit_id_region_id_key unique (unit_id, region_id),
    constraint unit_kind_check
        check (kind in ('hospital_department', 'primary_care_centre', 'clinical_trial_unit', 'mobile_unit')),
    constraint unit_care_settings_check
        check (care_settings <@ array['inpatient', 'outpatient', 'primary_care', 'home']),
    constraint unit_catchment_population_check check (catchment_population >= 0),
    constraint unit_latitude_check check (latitude between -90 and 90),
    constraint unit_longitude_check check (longitude between -180 and 180)
);
create index unit_region_id_name_idx on unit (region_id, name, unit_id);

create table investigator (
    investigator_id uuid not null default uuidv7(),
    name text not null,
    email text not null,
    orcid text,
    speciality text not null default '',
    roles_wanted text[] not null default '{}',
    gcp_trained_on date,
    gcp_expires_on date,
    school_status text not null default 'none',
    school_completed_on date,
    experience_band text not null default '0',
    languages text[] not null default '{}',
    invitations_per_month integer,
    visibility text not null default 'office',
    updated_at timestamptz not null default now(),
    created_at timestamptz not null default now(),
    constraint investigator_pkey primary key (investigator_id),
    constraint investigator_email_key unique (email),
    constraint investigator_orcid_check check (orcid ~ '^\d{4}-\d{4}-\d{4}-\d{3}[0-9X]$'),
    constraint investigator_roles_wanted_check
        check (roles_wanted <@ array['principal', 'sub', 'recruiter_only', 'mentor']),
    constraint investigator_school_status_check check (school_status in ('none', 'enrolled', 'completed')),
    constraint investigator_experience_band_check check (experience_band in ('0', '1-3', '4-10', '>10')),
    constraint investigator_invitations_per_month_check check (invitations_per_month >= 0),
    constraint investigator_visibility_check check (visibility in ('office', 'region', 'nobody')),
    constraint investigator_gcp_expires_on_check check (gcp_expires_on >= gcp_trained_on)
);

create table investigator_delegate (
    investigator_id uuid not null,
    delegate_id uuid not null,
    constraint investigator_delegate_pkey primary key (investigator_id, delegate_id),
    constraint investigator_delegate_investigator_id_fkey
        foreign key (investigator_id) references investigator (investigator_id),
    constraint investigator_delegate_delegate_id_fkey
        foreign key (delegate_id) references investigator (investigator_id),
    constraint investigator_delegate_delegate_id_check check (delegate_id <> investigator_id)
);

create table investigator_absence (
    investigator_id uuid not null,
    first_day date not null,
    last_day date not null,
    constraint investigator_absence_pkey primary key (investigator_id, first_day),
    constraint investigator_absence_investigator_id_fkey
        foreign key (investigator_id) references investigator (investigator_id),
    constraint investigator_absence_last_day_check check (last_day >= first_day)
);

-- A shared position is two rows: one person, two units, two shares.
create table position (
    investigator_id uuid not null,
    unit_id uuid not null,
    share numeric(4, 3) not null,
    is_head boolean not null default false,
    constraint position_pkey primary key (investigator_id, unit_id),
    constraint position_investigator_id_fkey
        foreign key (investigator_id) references investigator (investigator_id),
    constraint position_unit_id_fkey foreign key (unit_id) references unit (unit_id),
    constraint position_share_check check (share between 0 and 1)
);
create unique index position_unit_id_is_head_key on position (unit_id) where is_head;
create index position_unit_id_idx on position (unit_id);

create table resource (
    resource_id uuid not null default uuidv7(),
    region_id uuid not null,
    kind text not null,
    name text not null,
    description text not null default '',
    nurse_hours_free numeric(7, 2),
    updated_at timestamptz not null default now(),
    constraint resource_pkey primary key (resource_id),
    constraint resource_region_id_fkey foreign key (region_id) references region (region_id),
    constraint resource_region_id_name_key unique (region_id, name),
    constraint resource_kind_check check (kind in (
        'biobank', 'trial_unit', 'statistics_and_data', 'precision_medicine_centre', 'atmp_centre',
        'medtech_centre', 'imaging', 'genomics', 'high_performance_computing', 'quality_register',
        'legal_and_contract', 'trial_pharmacy')),
    constraint resource_nurse_hours_free_check check (nurse_hours_free >= 0)
);

create table capacity (
    capacity_id uuid not null default uuidv7(),
    region_id uuid not null,
    unit_id uuid not null,
    therapy_area text not null,
    indications text[] not null,
    study_types text[] not null,
    phases text[] not null,
    age_groups text[] not null,
    care_settings text[] not null,
    state text not null,
    state_until date,
    new_trials_possible boolean,
    new_trials_from date,
    participants_per_month double precision,
    participants_basis text,
    participants_counted_on date,
    nurse_hours_free double precision,
    physician_hours_free double precision,
    protected_hours_planned double precision,
    protected_hours_taken double precision,
    running_trials integer,
    competing_trials text[] not null,
    lead_time_days integer,
    conditions text[] not null,
    dct_activities jsonb not null,
    equipment text[] not null,
    resources text[] not null,
    experience jsonb not null,
    primary_care_role text,
    revision integer not null default 1,
    confirmed_at timestamptz,
    confirmed_by text,
    valid_until date,
    updated_at timestamptz not null,
    constraint capacity_pkey primary key (capacity_id),
    constraint capacity_unit_id_region_id_fkey
        foreign key (unit_id, region_id) references unit (unit_id, region_id),
    constraint capacity_unit_id_therapy_area_key unique (unit_id, therapy_area),
    constraint capacity_therapy_area_check check (therapy_area in (
        'cardiovascular', 'dental-oral', 'dermatology', 'ear-nose-throat', 'endocrinology-metabolism',
        'gastroenterology-hepatology', 'gynaecology-obstetrics', 'haematology', 'immunology-allergy',
        'infectious-diseases', 'musculoskeletal-rheumatology', 'neurology', 'oncology', 'ophthalmology',
        'psychiatry', 'respiratory', 'trauma-injuries', 'urology-nephrology', 'anaesthesia-intensive-care',
        'geriatrics', 'paediatrics-neonatology', 'rare-genetic', 'pain-palliative',
        'general-practice-prevention')),
    constraint capacity_study_types_check check (study_types <@ array[
        'drug', 'device', 'ivd', 'atmp', 'procedure', 'behavioural', 'nutrition', 'non_interventional', 'other']),
    constraint capacity_phases_check check (phases <@ array[
        'early_1', '1', '1_2', '2', '2_3', '3', '4', 'device_pilot', 'device_pivotal', 'device_post_market',
        'not_applicable']),
    constraint capacity_age_groups_check check (age_groups <@ array[
        'newborn', 'infant', 'child', 'adolescent', 'adult', 'older_adult']),
    constraint capacity_care_settings_check
        check (care_settings <@ array['inpatient', 'outpatient', 'primary_care', 'home']),
    constraint capacity_state_check check (state in ('open', 'limited', 'full', 'paused')),
    constraint capacity_participants_per_month_check check (participants_per_month >= 0),
    constraint capacity_participants_basis_check
        check (participants_basis in ('estimate', 'register', 'ehr_count')),
    constraint capacity_nurse_hours_free_check check (nurse_hours_free >= 0),
    constraint capacity_physician_hours_free_check check (physician_hours_free >= 0),
    constraint capacity_protected_hours_planned_check check (protected_hours_planned >= 0),
    constraint capacity_protected_hours_taken_check check (protected_hours_taken >= 0),
    constraint capacity_running_trials_check check (running_trials >= 0),
    constraint capacity_lead_time_days_check check (lead_time_days >= 0),
    constraint capacity_dct_activities_check check (jsonb_typeof(dct_activities) = 'object'),
    constraint capacity_experience_check check (jsonb_typeof(experience) = 'array'),
    constraint capacity_primary_care_role_check
        check (primary_care_role in ('identify_only', 'sample', 'visit', 'full_site')),
    constraint capacity_revision_check check (revision >= 1)
);
create index capacity_region_id_therapy_area_idx on capacity (region_id, therapy_area);
create index capacity_valid_until_idx on capacity (valid_until);

create table capacity_history (
    capacity_id uuid not null,
    revision integer not null,
    action text not null,
    changed_at timestamptz not null,
    changed_by text not null,
    actor_id uuid,
    before jsonb,
    after jsonb not null,
    constraint capacity_history_pkey primary key (capacity_id, revision),
    constraint capacity_history_capacity_id_fkey
        foreign key (capacity_id) references capacity (capacity_id),
    constraint capacity_history_action_check
        check (action in ('created', 'changed', 'confirmed', 'imported'))
);

create function refuse_change() returns trigger language plpgsql as $$
begin
    raise exception '% is append-only', tg_table_name using errcode = 'restrict_violation';
end
$$;

create trigger capacity_history_append_only before update or delete or truncate on capacity_history
    for each statement execute function refuse_change();

-- migrate:down

drop table capacity_history, capacity, resource, position, investigator_absence, investigator_delegate,
    investigator, unit, site, region;
drop function refuse_change;
