"""Who plays the demonstration's story, and where: the ids behind the names that its script uses."""

from datetime import date
from uuid import UUID

from msgspec import Struct

from trialport.accounts.models import Actor
from trialport.accounts.people_queries import select_person_by_email, select_role_grants
from trialport.core.db import Connection
from trialport.demo import queries
from trialport.demo.files import demo_rows
from trialport.demo.models import DemoSponsor
from trialport.demo.people import demo_people

# As the link of a mail names whom it lets act: without an account no name of hers is kept in any text.
_BY_LINK = "investigator, by the link of a mail"


class Cast(Struct, frozen=True, kw_only=True):
    """Regions by code, units by their file's key, resources by name, investigators by number, people by address."""

    regions: dict[str, UUID]
    timezones: dict[str, str]
    units: dict[str, UUID]
    resources: dict[str, UUID]
    investigators: dict[int, UUID]
    people: dict[str, Actor]
    people_of: dict[UUID, Actor]
    sponsors: dict[str, DemoSponsor]

    def somebody(self, who: str | int, *, invitation_id: UUID | None = None, is_head: bool = False) -> Actor:
        """Return who acts: a person who signs in by her address, an investigator by her number in the file.

        An investigator without an account acts by the link of a mail, on one invitation.
        """
        if isinstance(who, str):
            return self.people[who]
        investigator_id = self.investigators[who]
        return self.people_of.get(investigator_id) or Actor(
            token_id=None,
            name=_BY_LINK,
            role="unit_head" if is_head else "investigator",
            investigator_id=investigator_id,
            invitation_id=invitation_id,
        )


async def read_cast(connection: Connection, today: date) -> Cast:
    """Find everybody and everything of the loaded demonstration."""
    rows = demo_rows(today)
    places = await queries.select_places(connection)
    people: dict[str, Actor] = {}
    for one in demo_people():
        person = await select_person_by_email(connection, email=one.email)
        if person is not None:
            # Who holds several roles acts in the first one, as she would choose it.
            grant = (await select_role_grants(connection, person_id=person.person_id))[0]
            people[one.email] = Actor(
                token_id=None,
                name=person.name,
                role=grant.role,
                region_id=grant.region_id,
                sponsor_id=grant.sponsor_id,
                investigator_id=grant.investigator_id,
                person_id=person.person_id,
            )
    by_email = {place.name: place.id for place in places if place.kind == "investigator"}
    return Cast(
        regions={place.name: place.id for place in places if place.kind == "region"},
        timezones={region.code: region.timezone for region in rows.regions},
        units={place.name.removeprefix("demo-"): place.id for place in places if place.kind == "unit"},
        resources={place.name: place.id for place in places if place.kind == "resource"},
        investigators={one.number: by_email[one.email] for one in rows.investigators},
        people=people,
        people_of={actor.investigator_id: actor for actor in people.values() if actor.investigator_id is not None},
        sponsors={sponsor.key: sponsor for sponsor in rows.sponsors},
    )
