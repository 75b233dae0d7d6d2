"""The criteria compared only where the inquiry asks for them, each for all rows at once."""

from collections.abc import Callable, Iterable, Sequence

import numpy as np

from trialport.matching.arrays import Codes, Ints
from trialport.matching.grading import (
    MET,
    PARTLY,
    UNKNOWN,
    UNMET,
    Comparison,
    Graded,
    Marks,
    Told,
    asked_items,
    covered_table,
    graded_items,
    in_range,
    items_of,
    mean,
    spelled,
    told_once,
)
from trialport.matching.layout import DCT_CODES, ITEM_BITS, LICENCE_BITS, LICENCE_MASK
from trialport.matching.models import Value
from trialport.matching.pharmacy import TRIAL_PHARMACY
from trialport.matching.question import MatchQuestion
from trialport.matching.reach import dct_places, languages, primary_care_role
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
ATMP_LICENCES: tuple[Capability, ...] = ("atmp_handling", "jacie_accreditation")
# What an item is: the unit has not said, has said no, has it under a licence that ends too soon, or has it.
# The numbers are those of the index, where a licence's end is looked at only when the start is known.
UNSAID, REFUSED, EXPIRED, HELD = range(4)
DCT_FITS = np.array([UNKNOWN_FIT, 0.0, WITH_PARTNER_FIT, 1.0])
# What a shared resource is: nothing is known of it, the region has it, or the unit can draw on it.
NOT_KNOWN, IN_REGION, OWN = range(3)
RESOURCE_FITS = np.array([UNKNOWN_FIT, REGION_RESOURCE_FIT, 1.0, 1.0])


def care_setting(compared: Comparison) -> Marks:
    """Compare where the unit meets patients with where the inquiry's patients are met."""
    wanted = compared.question.care_settings
    stated = compared.column(compared.columns.care_settings)

    def tell(said: int) -> Told:
        return Told(list(wanted), spelled(said, CARE_SETTINGS))

    return Marks("care_setting", *covered_table(CARE_SETTINGS, wanted), told_once(stated, tell), stated)


def held(compared: Comparison, asked: Sequence[Capability]) -> Ints:
    """Say for each row which of these capabilities it has on the first day of recruitment (see `asked_items`)."""
    places = [CAPABILITIES.index(capability) for capability in asked]
    codes = asked_items(compared.column(compared.columns.capabilities), places)
    # Only a licence that ends, of the two bits the higher alone, has to be looked up.
    lower_bits = sum(1 << ITEM_BITS * number for number in range(len(asked)))
    licensed = np.flatnonzero(codes >> 1 & ~codes & lower_bits)
    owners, licences = compared.columns.licences.entries(compared.rows.take(licensed))
    is_held = np.zeros(LICENCE_MASK + 1, dtype=codes.dtype)
    is_held[places] = HELD << ITEM_BITS * np.arange(len(places))
    valid = licences >> LICENCE_BITS >= compared.window.start
    np.bitwise_or.at(codes, licensed.take(owners), is_held.take(licences & LICENCE_MASK) * valid)
    return codes


def equipment(compared: Comparison) -> Marks:
    """Count the items the unit has; one it says it lacks makes the whole unmet: a trial needs them all."""
    wanted = compared.question.equipment
    codes = held(compared, wanted)

    def tell(code: int) -> Told:
        found: tuple[list[str], ...] = ([], [], [], [])
        for item, known in zip(wanted, items_of(code, len(wanted)), strict=True):
            found[known].append(item)
        facts: dict[str, Value] = {
            "lacking": found[REFUSED], "unsaid": found[UNSAID], "expired": found[EXPIRED]
        }  # fmt: skip
        return Told(list(wanted), found[HELD] or None, "", facts)

    states, fits, of_row = graded_items(_grade_equipment, codes, len(wanted))
    return Marks("equipment", states, fits, told_once(codes, tell), of_row)


def _grade_equipment(items: Codes, _: int) -> Graded:
    has, refuses = items == HELD, items == REFUSED
    refused = refuses.any(axis=0)
    unknown_or_partly = np.where(has.any(axis=0), PARTLY, UNKNOWN)
    states = np.where(refused, UNMET, np.where(has.all(axis=0), MET, unknown_or_partly))
    worth = mean(np.where(has, 1.0, np.where(refuses, 0.0, UNKNOWN_FIT)))
    return states, np.where(refused, UNMET_CEILING * worth, worth)


def pharmacy(compared: Comparison) -> Marks:
    """Compare what the pharmacy has to do as equipment is; a trial pharmacy may also be the region's."""
    wanted, columns = compared.question.pharmacy, compared.columns
    codes = held(compared, wanted)
    by_name = TRIAL_PHARMACY in wanted
    if by_name:
        bit, place = RESOURCE_KINDS.index("trial_pharmacy"), ITEM_BITS * wanted.index(TRIAL_PHARMACY)
        own = compared.column(columns.resources).astype(np.int64) >> bit & 1
        near = columns.region_resources.take(compared.column(columns.region)).astype(np.int64) >> bit & 1
        codes |= own * HELD << place
        codes |= near << ITEM_BITS * len(wanted)

    def tell(code: int) -> Told:
        *own_items, near_by = items_of(code, len(wanted) + 1)
        found: tuple[list[str], ...] = ([], [], [], [])
        in_region: list[str] = []
        for item, known in zip(wanted, own_items, strict=True):
            of_region = near_by and item == TRIAL_PHARMACY and known != HELD
            (in_region if of_region else found[known]).append(item)
        facts: dict[str, Value] = {
            "lacking": found[REFUSED], "unsaid": found[UNSAID], "expired": found[EXPIRED], "in_region": in_region
        }  # fmt: skip
        return Told(list(wanted), found[HELD] or None, "", facts)

    place_of = wanted.index(TRIAL_PHARMACY) if by_name else -1
    states, fits, of_row = graded_items(_grade_pharmacy, codes, len(wanted) + 1, place_of)
    return Marks("pharmacy", states, fits, told_once(codes, tell), of_row)


def _grade_pharmacy(items: Codes, place_of_pharmacy: int) -> Graded:
    """Grade combinations of items; the last line says whether the region has a trial pharmacy."""
    asked, near = items[:-1], np.zeros_like(items[:-1], dtype=bool)
    if place_of_pharmacy >= 0:
        near[place_of_pharmacy] = (items[-1] > 0) & (asked[place_of_pharmacy] != HELD)
    has, refuses = asked == HELD, (asked == REFUSED) & ~near
    refused = refuses.any(axis=0)
    known = np.where((has | near).any(axis=0), PARTLY, UNKNOWN)
    states = np.where(refused, UNMET, np.where(has.all(axis=0), MET, known))
    worth = mean(np.where(has, 1.0, np.where(near, REGION_RESOURCE_FIT, np.where(refuses, 0.0, UNKNOWN_FIT))))
    return states, np.where(refused, UNMET_CEILING * worth, worth)


def resources(compared: Comparison) -> Marks:
    """Count the shared resources that the unit can draw on, or else its region has."""
    wanted = compared.question.resources
    columns = compared.columns
    own = compared.column(columns.resources).astype(np.int64)
    near = columns.region_resources.take(compared.column(columns.region)).astype(np.int64) & ~own
    codes = np.zeros_like(own)
    for number, kind in enumerate(wanted):
        bit = RESOURCE_KINDS.index(kind)
        codes |= ((own >> bit & 1) * OWN | near >> bit & IN_REGION) << ITEM_BITS * number

    def tell(code: int) -> Told:
        found: tuple[list[str], ...] = ([], [], [])
        for kind, known in zip(wanted, items_of(code, len(wanted)), strict=True):
            found[known].append(kind)
        facts: dict[str, Value] = {"in_region": found[IN_REGION], "unsaid": found[NOT_KNOWN]}
        return Told(list(wanted), found[OWN] or None, "", facts)

    states, fits, of_row = graded_items(_grade_resources, codes, len(wanted))
    return Marks("resources", states, fits, told_once(codes, tell), of_row)


def _grade_resources(items: Codes, _: int) -> Graded:
    known = np.where(items.any(axis=0), PARTLY, UNKNOWN)
    return np.where((items == OWN).all(axis=0), MET, known), mean(RESOURCE_FITS.take(items))


def dct_activities(compared: Comparison) -> Marks:
    """Compare how the unit does each activity asked; a required one counts double, a refused one is unmet.

    While the unit offers none, a no to an optional activity leaves the whole unknown, until all are refused.
    """
    question = compared.question
    wanted = question.dct_activities
    places = [DCT_ACTIVITIES.index(activity) for activity in wanted]
    codes = asked_items(compared.column(compared.columns.dct_answers), places)

    def tell(code: int) -> Told:
        found: tuple[list[str], ...] = ([], [], [], [])
        for activity, answer in zip(wanted, items_of(code, len(wanted)), strict=True):
            found[answer].append(activity)
        answered: dict[str, Value] = {name: found[answer] for name, answer in DCT_CODES.items()}
        offered = found[DCT_CODES["own"]] + found[DCT_CODES["with_partner"]]
        return Told(list(wanted), offered or None, "", {**answered, "required": list(question.dct_required)})

    states, fits, of_row = graded_items(_grade_dct, codes, len(wanted), len(question.dct_required))
    return Marks("dct_activities", states, fits, told_once(codes, tell), of_row)


def _grade_dct(answers: Codes, required: int) -> Graded:
    """Grade combinations of answers, those to required activities first."""
    cannot, can = answers == DCT_CODES["cannot"], answers > DCT_CODES["cannot"]
    refused = cannot[:required].any(axis=0) | cannot.all(axis=0)
    known = np.where(can.all(axis=0), MET, np.where(can.any(axis=0), PARTLY, UNKNOWN))
    weights = [REQUIRED_WEIGHT] * required + [OPTIONAL_WEIGHT] * (len(answers) - required)
    worth = mean(DCT_FITS.take(answers), weights)
    # Finding a partner for one activity never costs, however many optional ones are refused.
    worth = np.where(~refused & can.any(axis=0), np.maximum(worth, UNKNOWN_FIT), worth)
    return np.where(refused, UNMET, known), np.where(refused, UNMET_CEILING * worth, worth)


def gmo(compared: Comparison) -> Marks:
    """Ask whether the unit may handle the organism; which permit is right differs between countries."""
    codes = held(compared, GMO_PERMITS)
    states, fits, of_row = graded_items(_grade_gmo, codes, len(GMO_PERMITS))
    return Marks("gmo", states, fits, _tell_held("gmo_handling", GMO_PERMITS, codes), of_row)


def _grade_gmo(permits: Codes, _: int) -> Graded:
    has, refused = (permits == HELD).any(axis=0), (permits == REFUSED).all(axis=0)
    return np.where(has, MET, np.where(refused, UNMET, UNKNOWN)), has.astype(np.float64)


def atmp(compared: Comparison) -> Marks:
    """Ask whether the unit handles advanced therapies; a JACIE accreditation adds to it."""
    codes = held(compared, ATMP_LICENCES)
    states, fits, of_row = graded_items(_grade_atmp, codes, len(ATMP_LICENCES))
    return Marks("atmp", states, fits, _tell_held(ATMP_LICENCES[0], ATMP_LICENCES, codes), of_row)


def _grade_atmp(licences: Codes, _: int) -> Graded:
    handles, jacie = licences == HELD
    refused = licences[0] == REFUSED
    states = np.where(handles, MET, np.where(refused, UNMET, np.where(jacie, PARTLY, UNKNOWN)))
    fits = np.where(handles, np.where(jacie, 1.0, ATMP_WITHOUT_JACIE_FIT), JACIE_ALONE_FIT)
    return states, np.where(refused, 0.0, fits)


def _tell_held(wanted: str, asked: Sequence[Capability], codes: Ints) -> Callable[[], Iterable[Told]]:
    def tell(code: int) -> Told:
        pairs = list(zip(asked, items_of(code, len(asked)), strict=True))
        expired: Value = [item for item, known in pairs if known == EXPIRED]
        return Told(wanted, [item for item, known in pairs if known == HELD] or None, "", {"expired": expired})

    return told_once(codes, tell)


def unit_wanted(compared: Comparison) -> Marks:
    """Ask whether the sponsor named the unit: a preference, never a rule."""
    wanted = compared.question.units_wanted
    named = compared.columns.units_among(frozenset(wanted), compared.rows).astype(np.int8)

    def tell(is_named: int) -> Told:
        return Told(len(wanted), "named" if is_named else "not_named")

    return Marks("unit_wanted", *_NAMED, told_once(named, tell), named)


_NAMED: Graded = in_range(np.array([UNMET, MET]), np.array([UNIT_NOT_NAMED_FIT, 1.0]))

# Each criterion, and what in the inquiry asks for it.
WHERE_ASKED: tuple[tuple[Callable[[MatchQuestion], object], Callable[[Comparison], Marks]], ...] = (
    (lambda question: question.care_settings, care_setting),
    (lambda question: question.equipment, equipment),
    (lambda question: question.resources, resources),
    (lambda question: question.dct_activities, dct_activities),
    (lambda question: question.gmo, gmo),
    (lambda question: question.atmp, atmp),
    (lambda question: question.units_wanted, unit_wanted),
    (lambda question: question.primary_care_role, primary_care_role),
    (lambda question: question.languages, languages),
    (lambda question: question.pharmacy, pharmacy),
    (lambda question: question.dct_placed, dct_places),
)
