"""What is new in a reply: unit by unit, against the version sent before."""

from msgspec.structs import replace

from trialport.invitations.reply_models import ReplyContent, UnitAnswer, UnitChange


def changed_units(before: ReplyContent, after: ReplyContent) -> tuple[UnitChange, ...]:
    """Return the units whose answer is another than it was, in the order of the newer reply, then those gone since.

    The answer that stood before is shown without its person: who takes a yes back is no contact any more.
    """
    was = {_place(unit): unit for unit in before.units}
    now = {_place(unit): unit for unit in after.units}
    places = [*now, *(place for place in was if place not in now)]
    return tuple(
        UnitChange(
            unit_name=unit_name, site_name=site_name, before=_without_person(was.get(place)), after=now.get(place)
        )
        for place in places
        if was.get(place) != now.get(place)
        for unit_name, site_name in (place,)
    )


def _place(unit: UnitAnswer) -> tuple[str, str]:
    return unit.unit_name, unit.site_name


def _without_person(unit: UnitAnswer | None) -> UnitAnswer | None:
    return None if unit is None else replace(unit, contact_name=None, contact_email=None)
