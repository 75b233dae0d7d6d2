-- What pages look for among everybody's rows.

-- migrate:up

-- The yeses that wait for one head of unit, and those that she can still take back.
create index sign_off_investigator_id_idx on sign_off (investigator_id);

-- migrate:down

drop index sign_off_investigator_id_idx;
