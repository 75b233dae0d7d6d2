-- migrate:up

-- One kind of task more: a unit was selected whose capacity is taken by now.
do $$
declare
    old text;
begin
    select pg_get_constraintdef(oid) into strict old from pg_constraint where conname = 'office_task_kind_check';
    alter table office_task drop constraint office_task_kind_check;
    execute 'alter table office_task add constraint office_task_kind_check '
        || replace(old, 'ARRAY[', 'ARRAY[''selected_without_room''::text, ');
end
$$;

-- migrate:down

delete from office_task where kind = 'selected_without_room';
do $$
declare
    old text;
begin
    select pg_get_constraintdef(oid) into strict old from pg_constraint where conname = 'office_task_kind_check';
    alter table office_task drop constraint office_task_kind_check;
    execute 'alter table office_task add constraint office_task_kind_check '
        || replace(old, '''selected_without_room''::text, ', '');
end
$$;
