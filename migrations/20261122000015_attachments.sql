-- migrate:up

-- When the bytes of a deleted attachment were removed from the object store; the row stays as a trace.
alter table attachment
    add column object_removed_at timestamptz,
    add constraint attachment_object_removed_at_check check (object_removed_at is null or deleted_at is not null);
create index attachment_deleted_at_idx on attachment (deleted_at)
    where deleted_at is not null and object_removed_at is null;

-- migrate:down

drop index attachment_deleted_at_idx;
alter table attachment
    drop constraint attachment_object_removed_at_check,
    drop column object_removed_at;
