-- migrate:up

-- A trial office names and ends delegates of people at its units, too: among colleagues at a unit it reaches.
alter policy investigator_delegate_named on investigator_delegate
    with check ((select viewer_sees_all())
                or (investigator_id = (select viewer_investigator()) and (select viewer_is_investigator())
                    and exists (select from position p where p.investigator_id = delegate_id
                                and p.unit_id = any ((select viewer_units())::uuid[])))
                or ((select viewer_role()) = 'office'
                    and exists (select from position mine
                                join position theirs using (unit_id)
                                where mine.investigator_id = investigator_delegate.investigator_id
                                  and theirs.investigator_id = investigator_delegate.delegate_id)));
alter policy investigator_delegate_ended on investigator_delegate
    using ((select viewer_sees_all())
           or (investigator_id = (select viewer_investigator()) and (select viewer_is_investigator()))
           or ((select viewer_role()) = 'office'
               and exists (select from position p
                           where p.investigator_id = investigator_delegate.investigator_id)));

-- migrate:down

alter policy investigator_delegate_ended on investigator_delegate
    using ((select viewer_sees_all())
           or (investigator_id = (select viewer_investigator()) and (select viewer_is_investigator())));
alter policy investigator_delegate_named on investigator_delegate
    with check ((select viewer_sees_all())
                or (investigator_id = (select viewer_investigator()) and (select viewer_is_investigator())
                    and exists (select from position p where p.investigator_id = delegate_id
                                and p.unit_id = any ((select viewer_units())::uuid[]))));
