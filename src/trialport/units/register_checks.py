"""What is wrong with a register file apart from its single fields: unknown names, doubles, contradictions."""

from collections.abc import Hashable, Iterable, Iterator, Sequence
from datetime import date
from functools import cache
from itertools import chain, pairwise
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import holidays

from trialport.core.errors import FieldError
from trialport.units.register_file import (
    EntryOfRegion,
    InvestigatorEntry,
    Known,
    RegionEntry,
    RegisterFile,
    UnitEntry,
    Within,
)

# Shares are thirds and the like, written with three decimals.
_WHOLE_POSITION = 1.001


def check_register(file: RegisterFile, known: Known, today: date) -> list[FieldError]:
    """Find what contradicts in the file, or in the file and the database together; each names its place."""
    return list(
        chain(
            _doubles(file),
            _unknown_names(file, known),
            *(_check_region(f"regions[{at}]", region) for at, region in enumerate(file.regions)),
            *(_check_unit(f"units[{at}]", unit) for at, unit in enumerate(file.units)),
            *(_check_investigator(f"investigators[{at}]", one, today) for at, one in enumerate(file.investigators)),
            _check_heads(file, known),
        )
    )


def _doubles(file: RegisterFile) -> Iterator[FieldError]:
    """Find entries that stand for the same object, which would overwrite each other."""
    yield from _twice("regions", ".code", (one.code for one in file.regions))
    yield from _twice("sites", ".name", (one.key for one in file.sites))
    yield from _twice("units", ".registry_id", (one.key for one in file.units))
    yield from _twice("resources", ".name", (one.key for one in file.resources))
    yield from _twice("investigators", ".email", (one.key for one in file.investigators))
    yield from _twice("investigators", ".orcid", (one.orcid for one in file.investigators))


def _twice(path: str, field: str, keys: Iterable[Hashable | None]) -> Iterator[FieldError]:
    first: dict[Hashable, int] = {}
    for at, key in enumerate(keys):
        if key is not None and first.setdefault(key, at) != at:
            yield FieldError(f"{path}[{at}]{field}", f"The same stands in {path}[{first[key]}]. Name each once.")


def _unknown_names(file: RegisterFile, known: Known) -> Iterator[FieldError]:
    """Find references to what neither the file nor the database has."""
    regions = known.regions.keys() | {one.code for one in file.regions}
    lists: tuple[tuple[str, Sequence[EntryOfRegion]], ...] = (
        ("sites", file.sites),
        ("units", file.units),
        ("resources", file.resources),
    )
    for name, entries in lists:
        for at, entry in enumerate(entries):
            if entry.region not in regions:
                yield FieldError(f"{name}[{at}].region", "There is no such region here or in the database.")
    sites = known.sites.keys() | {one.key for one in file.sites}
    for at, unit in enumerate(file.units):
        if unit.region in regions and (unit.region, unit.site) not in sites:
            yield FieldError(f"units[{at}].site", "The region has no site of this name, here or in the database.")
    units = known.units.keys() | {one.key for one in file.units}
    people = known.investigators.keys() | {one.key for one in file.investigators}
    for at, person in enumerate(file.investigators):
        yield from _unknown_to_person(f"investigators[{at}]", person, units, people)


def _unknown_to_person(
    path: str, person: InvestigatorEntry, units: set[Within], people: set[str]
) -> Iterator[FieldError]:
    for at, position in enumerate(person.positions):
        if position.key not in units:
            yield FieldError(
                f"{path}.positions[{at}].unit", "The region has no unit with this id, here or in the database."
            )
    for at, delegate in enumerate(person.delegates):
        if delegate.lower() == person.key:
            yield FieldError(f"{path}.delegates[{at}]", "Nobody stands in for herself. Name another person.")
        elif delegate.lower() not in people:
            yield FieldError(f"{path}.delegates[{at}]", "There is no person with this e-mail, here or in the database.")


def _check_region(path: str, region: RegionEntry) -> Iterator[FieldError]:
    """Refuse what the promised day of the reply cannot be reckoned with."""
    try:
        ZoneInfo(region.timezone)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        yield FieldError(f"{path}.timezone", "Use the name of an IANA time zone, such as Europe/Stockholm.")
    if region.country not in _countries():
        yield FieldError(f"{path}.country", "The public holidays of this country are not known. Use another code.")


@cache
def _countries() -> frozenset[str]:
    return frozenset(holidays.list_supported_countries(include_aliases=True))


def _check_unit(path: str, unit: UnitEntry) -> Iterator[FieldError]:
    if (unit.latitude is None) != (unit.longitude is None):
        yield FieldError(f"{path}.latitude", "A place has latitude and longitude. Give both or none.")
    yield from _twice(f"{path}.care_settings", "", unit.care_settings)
    yield from _twice(f"{path}.languages", "", unit.languages)


def _check_investigator(path: str, person: InvestigatorEntry, today: date) -> Iterator[FieldError]:
    for field, address in (
        ("email", person.email),
        *((f"delegates[{n}]", one) for n, one in enumerate(person.delegates)),
    ):
        # The pattern of an address lets one line break pass at its end.
        if address != address.strip():
            yield FieldError(f"{path}.{field}", "The address ends with a line break. Remove it.")
    yield from _check_days(path, person, today)
    yield from _twice(f"{path}.positions", ".unit", (one.key for one in person.positions))
    if sum(one.share for one in person.positions) > _WHOLE_POSITION:
        yield FieldError(f"{path}.positions", "The shares are more than one whole position together.")
    yield from _twice(f"{path}.delegates", "", (one.lower() for one in person.delegates))
    yield from _twice(f"{path}.roles_wanted", "", person.roles_wanted)
    yield from _twice(f"{path}.languages", "", person.languages)
    yield from _check_absences(path, person)


def _check_days(path: str, person: InvestigatorEntry, today: date) -> Iterator[FieldError]:
    for field in ("gcp_trained_on", "school_completed_on"):
        day: date | None = getattr(person, field)
        if day is not None and day > today:
            yield FieldError(f"{path}.{field}", "The day lies in the future.")
    if person.gcp_trained_on and person.gcp_expires_on and person.gcp_expires_on < person.gcp_trained_on:
        yield FieldError(f"{path}.gcp_expires_on", "The training expires before it took place.")
    if person.school_completed_on is not None and person.school_status != "completed":
        yield FieldError(f"{path}.school_completed_on", "Only a school that is `completed` has this day.")


def _check_absences(path: str, person: InvestigatorEntry) -> Iterator[FieldError]:
    for at, absence in enumerate(person.absences):
        if absence.last_day < absence.first_day:
            yield FieldError(f"{path}.absences[{at}].last_day", "The absence ends before it begins.")
    by_day = sorted(enumerate(person.absences), key=lambda one: one[1].first_day)
    for (first, earlier), (at, later) in pairwise(by_day):
        if later.first_day <= earlier.last_day:
            yield FieldError(
                f"{path}.absences[{at}].first_day", f"The absence overlaps absences[{first}]. Join the two."
            )


def _check_heads(file: RegisterFile, known: Known) -> Iterator[FieldError]:
    """Find units with two heads; who is to give up a headship has to stand in the file."""
    given = {person.key for person in file.investigators}
    heads: dict[Within, int] = {}
    for at, person in enumerate(file.investigators):
        for number, position in enumerate(person.positions):
            if not position.is_head:
                continue
            path = f"investigators[{at}].positions[{number}].is_head"
            if (first := heads.setdefault(position.key, at)) != at:
                yield FieldError(path, f"investigators[{first}] is head of this unit too. A unit has one head.")
            stored = known.units.get(position.key)
            if stored is not None and stored.head is not None and stored.head.lower() not in given:
                yield FieldError(
                    path, f"The unit's head in the database is {stored.head}. Name that person in the file as well."
                )
