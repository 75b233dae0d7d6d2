-- migrate:up

-- What tells one trial from another, kept beside the long content so that comparing an inquiry with those of two years
-- opens none of it. None of these is confidential; PostgreSQL keeps them the same as the content.
alter table inquiry_version
    add column mechanism text generated always as (content #>> '{product,mechanism}') stored,
    add column planned_start text generated always as (content #>> '{numbers,planned_start}') stored,
    add column eu_ct_number text generated always as (content #>> '{identity,eu_ct_number}') stored,
    add column nct_number text generated always as (content #>> '{identity,nct_number}') stored,
    add column civ_id text generated always as (content #>> '{identity,civ_id}') stored;

-- migrate:down

alter table inquiry_version
    drop column mechanism,
    drop column planned_start,
    drop column eu_ct_number,
    drop column nct_number,
    drop column civ_id;
