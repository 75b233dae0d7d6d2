-- migrate:up
-- An office reaches an inquiry by a row of this very table, so its own rows need no look into it again.
alter policy inquiry_region_of_reached_inquiry on inquiry_region
    using ((select viewer_sees_all())
           or ((select viewer_role()) in ('office', 'service') and region_id = (select viewer_region()))
           or viewer_reaches_inquiry(inquiry_id));

-- migrate:down
alter policy inquiry_region_of_reached_inquiry on inquiry_region
    using ((select viewer_sees_all()) or viewer_reaches_inquiry(inquiry_id));
