"""Who holds the link of a mail, and what takes links back."""

from datetime import date
from uuid import UUID

import msgspec
from msgspec import Struct

from trialport.core.db import Connection
from trialport.core.language import Language


class LinkHolder(Struct, frozen=True, kw_only=True):
    """The person a link was sent to, and what it goes by whether it opens."""

    link_number: int
    name: str
    objected: bool
    works_there: bool
    # Whom of the unit she stands in for as a delegate.
    stands_for: UUID | None
    person_id: UUID | None
    language: Language | None


class Contact(Struct, frozen=True, kw_only=True):
    """Where a mail about an invitation goes."""

    investigator_id: UUID
    email: str
    language: Language


async def select_link_holder(
    connection: Connection, *, invitation_id: UUID, investigator_id: UUID
) -> LinkHolder | None:
    """Read who holds a link; run as the program, which has checked the signature."""
    record = await connection.fetchrow(
        """
        select v.link_number, i.name, i.objected_at is not null as objected, person.person_id, person.language,
               exists (select from position p
                       where p.unit_id = v.unit_id and p.investigator_id = i.investigator_id) as works_there,
               (select d.investigator_id
                from investigator_delegate d
                join position p on p.investigator_id = d.investigator_id and p.unit_id = v.unit_id
                where d.delegate_id = i.investigator_id
                order by p.is_head desc, p.share desc, d.investigator_id
                limit 1) as stands_for
        from invitation v
        join investigator i on i.investigator_id = $2
        left join person on person.email = lower(i.email) and person.erased_at is null
        where v.invitation_id = $1
        """,
        invitation_id,
        investigator_id,
    )
    return None if record is None else msgspec.convert(record, LinkHolder)


async def select_contact(connection: Connection, *, investigator_id: UUID) -> Contact | None:
    """Read where to write to; run as the program."""
    record = await connection.fetchrow(
        """
        select i.investigator_id, i.email, coalesce(person.language, 'en') as language
        from investigator i
        left join person on person.email = lower(i.email)
        where i.investigator_id = $1 and i.objected_at is null
        """,
        investigator_id,
    )
    return None if record is None else msgspec.convert(record, Contact)


async def count_colleagues(connection: Connection, *, unit_id: UUID, investigator_id: UUID) -> int:
    """Say with 1 that somebody works at a unit and may be proposed, else with 0; run as the program."""
    count: int = await connection.fetchval(
        """
        select count(*)
        from position p
        join investigator i using (investigator_id)
        where p.unit_id = $1 and p.investigator_id = $2 and i.objected_at is null
        """,
        unit_id,
        investigator_id,
    )
    return count


async def update_links_revoked(connection: Connection, *, invitation_id: UUID) -> None:
    """Make every link sent so far worthless."""
    await connection.execute(
        "update invitation set link_number = link_number + 1, revision = revision + 1 where invitation_id = $1",
        invitation_id,
    )


async def update_recipient(connection: Connection, *, invitation_id: UUID, recipient_id: UUID, due_on: date) -> None:
    """Ask somebody else; the links of whoever was asked before are worthless from then on."""
    await connection.execute(
        """
        update invitation
        set recipient_id = $2, due_on = $3, state = 'sent', link_number = link_number + 1, revision = revision + 1
        where invitation_id = $1
        """,
        invitation_id,
        recipient_id,
        due_on,
    )
