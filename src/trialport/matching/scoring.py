"""The criteria compared for every inquiry, each for all rows at once.

A criterion is a function of a `Comparison`. Nothing else knows how a fit comes about: the ranking adds the
fits, and the explanation of a row reads the arrays they came from.
"""

from collections.abc import Callable, Iterable, Iterator
from functools import lru_cache

import numpy as np

from trialport.matching.arrays import Bools, Codes, Floats, summed
from trialport.matching.grading import (
    MET,
    PARTLY,
    UNKNOWN,
    UNMET,
    Comparison,
    Graded,
    Marks,
    Told,
    all_masks,
    covered,
    covered_table,
    day_of,
    enough,
    in_range,
    marks,
    number,
    spelled,
    together,
    told_once,
)
from trialport.matching.layout import (
    AREA_BITS,
    BASES,
    CAPABILITY_NO,
    ITEM_BITS,
    ITEM_MASK,
    NO_BASIS,
    NO_DAY,
    PHASE_BITS,
)
from trialport.matching.layout import STATES as CAPACITY_STATES
from trialport.matching.models import Value
from trialport.matching.readiness import lead_time, load
from trialport.matching.relation import FIRST_MET, LEVEL_CASES, LEVEL_FITS, NONE
from trialport.matching.weights import UNKNOWN_FIT
from trialport.matching.window import Window
from trialport.vocabulary.codes import AGE_GROUPS, CAPABILITIES, PHASES, STUDY_TYPES, THERAPY_AREAS, Phase

# A trial of two phases in one can be run by a unit that takes both, and half of it by one that takes either.
PHASE_PARTS: dict[Phase, tuple[Phase, Phase]] = {"1_2": ("1", "2"), "2_3": ("2", "3")}
ONE_OF_TWO_PHASES = 0.6
FIRST_PHASES: tuple[Phase, ...] = ("early_1", "1")
LIMITED_FIT = 0.7
# A count in the records is worth slightly more than a register's, and that more than a guess.
BASIS_FITS = {"estimate": 0.93, "register": 0.97, "ehr_count": 1.0}
UNSAID_BASIS_FIT = 0.9
# Each competing trial takes this share of the patients, and all of them together at most three times it.
COMPETING_SHARE = 0.1
NEVER_IN_AREA_FIT = 0.25
# With this many trials behind it a unit has shown half of what experience can show.
HALF_EXPERIENCED = 2
OTHER_PHASE_SHARE = 0.5

_PHASE_1_UNIT_SHIFT = ITEM_BITS * CAPABILITIES.index("phase_1_unit")
_PHASE_MASK, _AREA_MASK = (1 << PHASE_BITS) - 1, (1 << AREA_BITS) - 1
# The states of the levels of relation, and one more for rows of which nothing can be said.
_LEVEL_STATES = [MET if level >= FIRST_MET else PARTLY if level > NONE else UNMET for level in range(len(LEVEL_CASES))]
_LEVELS: Graded = in_range(np.array([*_LEVEL_STATES, UNKNOWN]), np.append(LEVEL_FITS, UNKNOWN_FIT))


def indication(compared: Comparison) -> Marks:
    """Compare the unit's patients with those asked (see `relation`)."""
    question, columns, relation = compared.question, compared.columns, compared.relation
    unknown = relation.unread if relation.readable else relation.unread | (relation.level == NONE)

    def tell() -> Iterator[Told]:
        labels = [item.label for item in question.concepts] or None
        wanted = labels or [question.indication]
        rows = zip(
            columns.words_of(compared.rows, columns.indications),
            compared.column(columns.therapy_area).tolist(),
            relation.level.tolist(),
            relation.unread.tolist(),
            unknown.tolist(),
            strict=True,
        )
        for words, area, level, is_unread, is_unknown in rows:
            offered = words or THERAPY_AREAS[area]
            if is_unknown:
                yield Told(labels, offered, "unread" if is_unread else "not_read")
            else:
                yield Told(wanted, offered, LEVEL_CASES[level])

    return Marks("indication", *_LEVELS, tell, np.where(unknown, len(LEVEL_CASES), relation.level))


def study_type(compared: Comparison) -> Marks:
    """Ask whether the unit takes this kind of trial."""
    wanted = compared.question.study_type
    stated = compared.column(compared.columns.study_types)

    def tell(said: int) -> Told:
        return Told(wanted, spelled(said, STUDY_TYPES))

    return Marks("study_type", *covered_table(STUDY_TYPES, (wanted,)), told_once(stated, tell), stated)


def phase(compared: Comparison) -> Marks:
    """Ask whether the unit takes this phase; one that says it is no phase 1 unit does not take the first."""
    question = compared.question
    wanted = question.phase
    stated = compared.column(compared.columns.phases)
    refused = np.zeros(len(stated), dtype=bool)
    if question.first_in_human or wanted in FIRST_PHASES:
        capabilities = compared.column(compared.columns.capabilities)
        refused = capabilities >> _PHASE_1_UNIT_SHIFT & ITEM_MASK == CAPABILITY_NO
    otherwise = "any" if wanted == "not_applicable" else ""

    def tell(said: int) -> Told:
        return Told(wanted, spelled(said >> 1, PHASES), "no_phase_1_unit" if said & 1 else otherwise)

    said = stated.astype(np.int64) << 1 | refused
    codes = np.where(refused, 1 << len(PHASES), stated)
    return Marks("phase", *_phase_table(wanted), told_once(said, tell), codes)


@lru_cache(maxsize=len(PHASES))
def _phase_table(wanted: Phase) -> Graded:
    """Grade every set of phases that a unit may take, and last the unit that is no phase 1 unit."""
    taken = all_masks(PHASES)
    for both, parts in PHASE_PARTS.items():
        for part in parts:
            taken |= ((taken >> PHASES.index(both)) & 1) << PHASES.index(part)
    states, share = covered(taken, [PHASES.index(part) for part in PHASE_PARTS.get(wanted, (wanted,))])
    fits = np.where(states == PARTLY, ONE_OF_TWO_PHASES, share)
    if wanted == "not_applicable":
        states, fits = np.full_like(states, MET), np.ones_like(fits)
    return in_range(np.append(states, UNMET), np.append(fits, 0.0))


def age_group(compared: Comparison) -> Marks:
    """Compare the age groups that the unit sees with those asked."""
    wanted = compared.question.age_groups
    stated = compared.column(compared.columns.age_groups)

    def tell(said: int) -> Told:
        return Told(list(wanted) or None, spelled(said, AGE_GROUPS), "" if wanted else "not_asked")

    graded = covered_table(AGE_GROUPS, wanted) if wanted else _ANY_AGE
    return Marks("age_group", *graded, told_once(stated, tell), stated)


_ANY_AGE: Graded = in_range(
    np.where(all_masks(AGE_GROUPS) == 0, UNKNOWN, MET), np.ones_like(all_masks(AGE_GROUPS), dtype=np.float64)
)


def availability(compared: Comparison) -> Marks:
    """Ask whether the unit is open when recruitment starts, or what share of it is left once it is."""
    opening = compared.opening
    codes = opening.days_lost << 1 | opening.limited
    return Marks("availability", *_openings(compared.window), lambda: _tell_availability(compared), codes)


@lru_cache(maxsize=64)
def _openings(window: Window) -> Graded:
    """Grade every number of days lost, each for a unit that is open and for one that is limited."""
    share = window.share_left(np.arange(window.days + 1))
    states = np.where(share == 0, UNMET, np.where(share < 1, PARTLY, MET))
    limited = np.where(share == 0, UNMET, PARTLY)
    return in_range(np.stack((states, limited), axis=1).ravel(), np.outer(share, (1.0, LIMITED_FIT)).ravel())


def _tell_availability(compared: Comparison) -> Iterator[Told]:
    columns, opening, window = compared.columns, compared.opening, compared.window
    start = day_of(window.start)
    rows = zip(
        columns.words_of(compared.rows, columns.conditions),
        compared.column(columns.state).tolist(),
        compared.column(columns.state_until).tolist(),
        window.share_left(opening.days_lost).tolist(),
        opening.opens.tolist(),
        opening.limited.tolist(),
        opening.closed.tolist(),
        strict=True,
    )
    for conditions, state, until, share, opens, limited, closed in rows:
        facts: dict[str, Value] = {
            "state": CAPACITY_STATES[state],
            "until": day_of(until) if state else None,
            "months_left": number(share * window.months),
            "months": window.months,
            "conditions": conditions,
        }
        case = "no_new_trials" if closed else "closed"
        if share > 0:
            case = ("late_limited" if limited else "late") if share < 1 else ("limited" if limited else "open")
        yield Told(start, day_of(opens), case, facts)


def participants(compared: Comparison) -> Marks:
    """Compare what the unit can recruit while it is open with the participants wanted of one unit."""
    columns, window = compared.columns, compared.window
    needed = compared.question.participants_per_unit
    months = window.share_left(compared.opening.days_lost) * window.months
    rivals = compared.column(compared.relation.rivals)
    a_month = compared.column(columns.participants_per_month).astype(np.float64)
    expected = a_month * months * (1 - COMPETING_SHARE * rivals)
    states, fits = enough(expected, needed)
    basis = compared.column(columns.participants_basis)
    worth = np.array([*(BASIS_FITS[known] for known in BASES), UNSAID_BASIS_FIT])

    def tell() -> Iterator[Told]:
        rows = zip(expected.tolist(), months.tolist(), basis.tolist(), rivals.tolist(), strict=True)
        for amount, while_open, known, competing in rows:
            facts: dict[str, Value] = {
                "months": number(while_open),
                "basis": None if known == NO_BASIS else BASES[known],
                "competing": competing or None,
            }
            offered = number(amount)
            yield Told(needed, offered if offered is None or offered < 1 else round(offered), "", facts)

    # The index NO_BASIS (-1) reads the last entry.
    return marks("participants", states, fits * worth[basis], tell)


def staff_hours(compared: Comparison) -> Marks:
    """Compare free nurse hours, and physician hours if asked; an unstated need asks for some nurse time."""
    question, columns = compared.question, compared.columns
    nurse, physician = question.nurse_hours, question.physician_hours
    free = {"nurse": columns.nurse_hours_free, "physician": columns.physician_hours_free}
    wanted = {role: hours for role, hours in (("nurse", nurse), ("physician", physician)) if hours is not None}
    hours = {role: compared.column(free[role]).astype(np.float64) for role in wanted or ("nurse",)}
    states, fits = together([_hours(hours[role], wanted.get(role)) for role in hours])

    def tell() -> Iterator[Told]:
        asked = [f"{role} {number(value)}" for role, value in wanted.items()]
        case = "" if asked else "not_asked"
        for values in zip(*(of_role.tolist() for of_role in hours.values()), strict=True):
            offered: list[str] = []
            unknown: list[str] = []
            for role, value in zip(hours, values, strict=True):
                if (known := number(value)) is None:
                    unknown.append(role)
                else:
                    offered.append(f"{role} {known}")
            yield Told(asked or None, offered or None, case, {"unknown": unknown})

    return marks("staff_hours", states, fits, tell)


def _hours(free: Floats, wanted: float | None) -> tuple[Codes, Floats]:
    if wanted is not None:
        return enough(free, wanted)
    states = np.where(np.isnan(free), UNKNOWN, np.where(free > 0, MET, UNMET)).astype(np.int8)
    return states, np.where(states == UNKNOWN, UNKNOWN_FIT, states == MET)


def freshness(compared: Comparison) -> Marks:
    """Ask whether the record still counts as true on the day of the assessment."""
    valid_until = compared.column(compared.columns.valid_until)
    confirmed_on = compared.column(compared.columns.confirmed_on)
    valid = valid_until >= compared.on.toordinal()
    never = (valid_until == NO_DAY) | ((confirmed_on == NO_DAY) & valid)

    def tell() -> Iterable[Told]:
        today = compared.on.isoformat()
        days = zip(valid_until.tolist(), confirmed_on.tolist(), strict=True)
        return (Told(today, day_of(until), "", {"confirmed_on": day_of(confirmed)}) for until, confirmed in days)

    return Marks("freshness", *_FRESH, tell, np.where(never, 2, valid))


_FRESH: Graded = in_range(np.array([UNMET, MET, UNKNOWN]), np.array([0.0, 1.0, 0.0]))


def experience(compared: Comparison) -> Marks:
    """Count the trials of five years in the area and phase asked and, if asked, GCP-trained investigators.

    More never counts less, and counts less and less. Trials of another phase count half.
    """
    question = compared.question
    listed, same, area = _trials(compared)
    worth = same + OTHER_PHASE_SHARE * (area - same)
    fits = NEVER_IN_AREA_FIT + (1 - NEVER_IN_AREA_FIT) * worth / (worth + HALF_EXPERIENCED)
    states = np.where(listed, np.where(same > 0, MET, PARTLY), UNKNOWN).astype(np.int8)
    parts = [(states, np.where(listed, fits, UNKNOWN_FIT))]
    gcp = _gcp_investigators(compared) if question.gcp_experience else np.full(len(listed), np.nan)
    if question.gcp_experience:
        parts.append(enough(gcp, 1))
    states, fits = together(parts)

    def tell() -> Iterator[Told]:
        for is_listed, in_phase, in_area, known in zip(
            listed.tolist(), same.tolist(), area.tolist(), gcp.tolist(), strict=True
        ):
            trained = number(known) if question.gcp_experience else None
            case = "gcp_unknown" if question.gcp_experience and trained is None else ""
            if question.gcp_experience and trained == 0:
                case = "no_gcp"
            elif not is_listed:
                case = case or "unlisted"
            facts: dict[str, Value] = {"in_area": number(in_area), "gcp": trained}
            yield Told(question.phase, number(in_phase) if is_listed else None, case, facts)

    # Without anyone trained in GCP a unit cannot run the trial, however many it has run.
    none_trained = gcp == 0
    return marks("experience", np.where(none_trained, UNMET, states), np.where(none_trained, 0.2 * fits, fits), tell)


def _trials(compared: Comparison) -> tuple[Bools, Floats, Floats]:
    """Say which rows list any trials, and count those of the area and phase asked, and of the area."""
    columns, areas = compared.columns, compared.relation.areas > NONE
    owners, done = columns.experience.entries(compared.rows)
    trials, area_of, phase_of = done >> AREA_BITS + PHASE_BITS, done >> PHASE_BITS & _AREA_MASK, done & _PHASE_MASK
    # An inquiry that was not read asks for the experience of each unit in its own area.
    own = compared.column(columns.therapy_area).take(owners) if not areas.any() else None
    in_area = areas.take(area_of) if own is None else area_of == own
    in_phase = in_area & _phases_counted(compared.question.phase).take(phase_of)
    same, area = (summed(owners, trials * counted, len(compared.rows)) for counted in (in_phase, in_area))
    return columns.experience.counts(compared.rows) > 0, same, area


def _gcp_investigators(compared: Comparison) -> Floats:
    """Count the unit's investigators whose GCP training is valid on the day; NaN while none is known."""
    columns, rows = compared.columns, compared.rows
    owners, until = columns.gcp_until.entries(rows)
    valid = summed(owners, until >= compared.on.toordinal(), len(rows))
    return np.where(columns.gcp_until.counts(rows) > 0, valid, np.nan)


@lru_cache(maxsize=len(PHASES))
def _phases_counted(wanted: Phase) -> Bools:
    """Mark the phases whose trials count in full: the one asked, its parts, and those it is a part of."""
    wider = [both for both, parts in PHASE_PARTS.items() if wanted in parts]
    counted = (wanted, *PHASE_PARTS.get(wanted, ()), *wider)
    return np.array([wanted == "not_applicable" or phase in counted for phase in PHASES])


ALWAYS: tuple[Callable[[Comparison], Marks], ...] = (
    indication,
    study_type,
    phase,
    age_group,
    availability,
    participants,
    staff_hours,
    freshness,
    experience,
    load,
    lead_time,
)
