-- migrate:up

-- What an office promises it may change itself; the rest of a region comes from the register.
create policy region_set_by_office on region for update to trialport_app
    using ((select viewer_sees_all())
           or ((select viewer_role()) = 'office' and region_id = (select viewer_region())));
grant update (promised_working_days) on region to trialport_app;

-- migrate:down

revoke update (promised_working_days) on region from trialport_app;
drop policy region_set_by_office on region;
