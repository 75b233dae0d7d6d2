"""The criteria compared only where the inquiry asks for them, each for all rows at once."""

from collections.abc import Callable, Sequence

import numpy as np

from trialport.matching.arrays import Bools, Codes
from trialport.matching.columns import CAPABILITY_NO, CAPABILITY_UNKNOWN, DCT_CODES
from trialport.matching.grading import (
    MET,
    PARTLY,
    UNKNOWN,
    UNMET,
    Comparison,
    Marks,
    Told,
    covered,
    marks,
    spelled,
)
from trialport.matching.models import Value
from trialport.matching.question import MatchQuestion
from trialport.matching.weights import UNKNOWN_FIT, UNMET_CEILING
from trialport.vocabulary.codes import (
    CAPABILITIES,
    CARE_SETTINGS,
    DCT_ACTIVITIES,
    RESOURCE_KINDS,
    Capability,
)

# A resource elsewhere in the region can be used, after an agreement.
REGION_RESOURCE_FIT = 0.7
WITH_PARTNER_FIT = 0.85
REQUIRED_WEIGHT, OPTIONAL_WEIGHT = 2.0, 1.0
ATMP_WITHOUT_JACIE_FIT = 0.9
JACIE_ALONE_FIT = 0.6
UNIT_NOT_NAMED_FIT = UNMET_CEILING
GMO_PERMITS: tuple[Capability, ...] = ("gmo_contained_use", "gmo_deliberate_release")
# What an item is: the unit has said no, has not said, had it under a licence that ends too soon, or has it.
REFUSED, UNSAID, EXPIRED, HELD = range(4)
DCT_FITS = np.array([UNKNOWN_FIT, 0.0, WITH_PARTNER_FIT, 1.0])


def care_setting(compared: Comparison) -> Marks:
    """Compare where the unit meets patients with where the inquiry's patients are met."""
    wanted = compared.question.care_settings
    stated = compared.column(compared.columns.care_settings)
    states, fits = covered(stated, [CARE_SETTINGS.index(setting) for setting in wanted])

    def tell(position: int) -> Told:
        return Told(list(wanted), spelled(stated[position], CARE_SETTINGS))

    return marks("care_setting", states, fits, tell)


def held(compared: Comparison, capability: Capability) -> Codes:
    """Say whether each row has a capability on the first day of recruitment."""
    until = compared.column(compared.columns.capability_until[CAPABILITIES.index(capability)])
    known = np.where(until >= compared.window.start, HELD, EXPIRED)
    known = np.where(until == CAPABILITY_UNKNOWN, UNSAID, known)
    return np.where(until == CAPABILITY_NO, REFUSED, known).astype(np.int8)


def equipment(compared: Comparison) -> Marks:
    """Count the items the unit has; one it says it lacks makes the whole unmet: a trial needs them all."""
    wanted = compared.question.equipment
    items = np.stack([held(compared, item) for item in wanted])
    has = items == HELD
    refused = (items == REFUSED).any(axis=0)
    unknown_or_partly = np.where(has.any(axis=0), PARTLY, UNKNOWN)
    states = np.where(refused, UNMET, np.where(has.all(axis=0), MET, unknown_or_partly))
    worth = np.where(has, 1.0, np.where(items == REFUSED, 0.0, UNKNOWN_FIT)).mean(axis=0)

    def tell(position: int) -> Told:
        found: dict[int, list[str]] = {code: [] for code in (REFUSED, UNSAID, EXPIRED, HELD)}
        for item, code in zip(wanted, items[:, position].tolist(), strict=True):
            found[code].append(item)
        facts: dict[str, Value] = {
            "lacking": found[REFUSED], "unsaid": found[UNSAID], "expired": found[EXPIRED]
        }  # fmt: skip
        return Told(list(wanted), found[HELD] or None, "", facts)

    return marks("equipment", states, np.where(refused, UNMET_CEILING * worth, worth), tell)


def resources(compared: Comparison) -> Marks:
    """Count the shared resources that the unit can draw on, or else its region has."""
    wanted = compared.question.resources
    columns = compared.columns
    own_mask = compared.column(columns.resources)
    region_mask = columns.region_resources[compared.column(columns.region)]
    bits = [RESOURCE_KINDS.index(kind) for kind in wanted]
    own = np.stack([(own_mask >> bit) & 1 == 1 for bit in bits])
    near = np.stack([(region_mask >> bit) & 1 == 1 for bit in bits]) & ~own
    known = (own | near).any(axis=0)
    states = np.where(own.all(axis=0), MET, np.where(known, PARTLY, UNKNOWN))
    fits = np.where(own, 1.0, np.where(near, REGION_RESOURCE_FIT, UNKNOWN_FIT)).mean(axis=0)

    def chosen(flags: Bools) -> list[str]:
        return [kind for kind, flag in zip(wanted, flags, strict=True) if flag]

    def tell(position: int) -> Told:
        mine, region = own[:, position], near[:, position]
        facts: dict[str, Value] = {"in_region": chosen(region), "unsaid": chosen(~(mine | region))}
        return Told(list(wanted), chosen(mine) or None, "", facts)

    return marks("resources", states, fits, tell)


def dct_activities(compared: Comparison) -> Marks:
    """Compare how the unit does each activity asked; a required one counts double, a refused one is unmet.

    While the unit offers none, a no to an optional activity leaves the whole unknown, until all are refused.
    """
    question, answers = compared.question, compared.columns.dct_answers
    wanted = question.dct_activities
    codes = np.stack([compared.column(answers[DCT_ACTIVITIES.index(activity)]) for activity in wanted])
    required = np.arange(len(wanted)) < len(question.dct_required)
    cannot = codes == DCT_CODES["cannot"]
    can = codes > DCT_CODES["cannot"]
    refused = cannot[required].any(axis=0) | cannot.all(axis=0)
    known = np.where(can.all(axis=0), MET, np.where(can.any(axis=0), PARTLY, UNKNOWN))
    states = np.where(refused, UNMET, known)
    worth = np.average(DCT_FITS[codes], axis=0, weights=np.where(required, REQUIRED_WEIGHT, OPTIONAL_WEIGHT))

    def tell(position: int) -> Told:
        given = codes[:, position].tolist()
        answered: dict[str, list[str]] = {
            name: [a for a, known in zip(wanted, given, strict=True) if known == code]
            for name, code in DCT_CODES.items()
        }
        offered = answered["own"] + answered["with_partner"]
        return Told(list(wanted), offered or None, "", {**answered, "required": list(question.dct_required)})

    return marks("dct_activities", states, np.where(refused, UNMET_CEILING * worth, worth), tell)


def gmo(compared: Comparison) -> Marks:
    """Ask whether the unit may handle the organism; which permit is right differs between countries."""
    permits = np.stack([held(compared, permit) for permit in GMO_PERMITS])
    has, refused = (permits == HELD).any(axis=0), (permits == REFUSED).all(axis=0)
    states = np.where(has, MET, np.where(refused, UNMET, UNKNOWN))
    return marks("gmo", states, has.astype(np.float64), _tell_held("gmo_handling", GMO_PERMITS, permits))


def atmp(compared: Comparison) -> Marks:
    """Ask whether the unit handles advanced therapies; a JACIE accreditation adds to it."""
    asked: tuple[Capability, ...] = ("atmp_handling", "jacie_accreditation")
    licences = np.stack([held(compared, licence) for licence in asked])
    handles, jacie = licences == HELD
    refused = licences[0] == REFUSED
    states = np.where(handles, MET, np.where(refused, UNMET, np.where(jacie, PARTLY, UNKNOWN)))
    fits = np.where(handles, np.where(jacie, 1.0, ATMP_WITHOUT_JACIE_FIT), JACIE_ALONE_FIT)
    return marks("atmp", states, np.where(refused, 0.0, fits), _tell_held(asked[0], asked, licences))


def _tell_held(wanted: str, asked: Sequence[Capability], items: Codes) -> Callable[[int], Told]:
    def tell(position: int) -> Told:
        pairs = list(zip(asked, items[:, position].tolist(), strict=True))
        expired: Value = [item for item, code in pairs if code == EXPIRED]
        return Told(wanted, [item for item, code in pairs if code == HELD] or None, "", {"expired": expired})

    return tell


def unit_wanted(compared: Comparison) -> Marks:
    """Ask whether the sponsor named the unit: a preference, never a rule."""
    columns, wanted = compared.columns, compared.question.units_wanted
    named = compared.column(columns.units_among(frozenset(wanted)))
    fits = np.where(named, 1.0, UNIT_NOT_NAMED_FIT)

    def tell(position: int) -> Told:
        return Told(len(wanted), "named" if named[position] else "not_named")

    return marks("unit_wanted", np.where(named, MET, UNMET), fits, tell)


# Each criterion, and what in the inquiry asks for it.
WHERE_ASKED: tuple[tuple[Callable[[MatchQuestion], object], Callable[[Comparison], Marks]], ...] = (
    (lambda question: question.care_settings, care_setting),
    (lambda question: question.equipment, equipment),
    (lambda question: question.resources, resources),
    (lambda question: question.dct_activities, dct_activities),
    (lambda question: question.gmo, gmo),
    (lambda question: question.atmp, atmp),
    (lambda question: question.units_wanted, unit_wanted),
)
