-- migrate:up
-- The office reads what was left out of its own therapy area, and only counts the rest, which is most of it.
create index exclusion_assessment_id_reason_idx on exclusion (assessment_id, reason) include (region_id);

-- migrate:down
drop index exclusion_assessment_id_reason_idx;
