-- migrate:up
-- The same rules as before, written so that the planner sees them: whether an office reaches an inquiry was asked by a
-- function, once for every row; as a plain subquery it is looked up for one row and hashed for many.
alter policy inquiry_of_sponsor_or_region on inquiry
    using ((select viewer_sees_all())
           or ((select viewer_role()) = 'sponsor_contact' and sponsor_id = (select viewer_sponsor()))
           or ((select viewer_role()) in ('office', 'service')
               and (region_id = (select viewer_region())
                    or exists (select from inquiry_region ir
                               where ir.inquiry_id = inquiry.inquiry_id
                                 and ir.region_id = (select viewer_region())))));
do $$
declare
    name text;
begin
    foreach name in array array['inquiry_version', 'inquiry_confidential', 'assessment', 'reply', 'outcome',
                                 'outcome_step', 'milestone'] loop
        execute format(
            'alter policy %I on %I '
            'using ((select viewer_sees_all()) '
            'or ((select viewer_role()) in (''office'', ''service'') '
            'and exists (select from inquiry_region ir '
            'where ir.inquiry_id = %I.inquiry_id and ir.region_id = (select viewer_region()))) '
            'or ((select viewer_role()) = ''sponsor_contact'' and viewer_reaches_inquiry(inquiry_id)))',
            name || '_of_reached_inquiry', name, name);
    end loop;
end
$$;
alter policy sponsor_known_to_viewer on sponsor
    using ((select viewer_sees_all())
           or ((select viewer_role()) = 'sponsor_contact' and sponsor_id = (select viewer_sponsor()))
           or ((select viewer_role()) in ('office', 'service')
               and exists (select from inquiry i
                           join inquiry_region ir using (inquiry_id)
                           where i.sponsor_id = sponsor.sponsor_id and ir.region_id = (select viewer_region())))
           or ((select viewer_role()) = 'office'
               and exists (select from agreement a
                           where a.sponsor_id = sponsor.sponsor_id and a.region_id = (select viewer_region()))));

-- migrate:down
alter policy inquiry_of_sponsor_or_region on inquiry
    using ((select viewer_sees_all())
           or ((select viewer_role()) = 'sponsor_contact' and sponsor_id = (select viewer_sponsor()))
           or ((select viewer_role()) in ('office', 'service')
               and (region_id = (select viewer_region()) or viewer_reaches_inquiry(inquiry_id))));
do $$
declare
    name text;
begin
    foreach name in array array['inquiry_version', 'inquiry_confidential', 'assessment', 'reply', 'outcome',
                                 'outcome_step', 'milestone'] loop
        execute format(
            'alter policy %I on %I using ((select viewer_sees_all()) or viewer_reaches_inquiry(inquiry_id))',
            name || '_of_reached_inquiry', name);
    end loop;
end
$$;
alter policy sponsor_known_to_viewer on sponsor
    using ((select viewer_sees_all()) or viewer_knows_sponsor(sponsor_id));
