"""The criteria compared for every inquiry, each for all rows at once.

A criterion is a function of a `Comparison`. Nothing else knows how a fit comes about: the ranking adds the
fits, and the explanation of a row reads the arrays they came from.
"""

from collections.abc import Callable

import numpy as np

from trialport.matching.arrays import Codes, Floats
from trialport.matching.columns import (
    BASES,
    CAPABILITY_NO,
    NO_BASIS,
    NO_DAY,
)
from trialport.matching.columns import STATES as CAPACITY_STATES
from trialport.matching.grading import (
    MET,
    PARTLY,
    UNKNOWN,
    UNMET,
    Comparison,
    Marks,
    Told,
    covered,
    day_of,
    enough,
    marks,
    number,
    spelled,
    together,
)
from trialport.matching.models import Value
from trialport.matching.relation import FIRST_MET, LEVEL_CASES, LEVEL_FITS, NONE, area_levels
from trialport.matching.weights import UNKNOWN_FIT
from trialport.vocabulary.codes import AGE_GROUPS, CAPABILITIES, PHASES, STUDY_TYPES, Phase

# A trial of two phases in one can be run by a unit that takes both, and half of it by one that takes either.
PHASE_PARTS: dict[Phase, tuple[Phase, Phase]] = {"1_2": ("1", "2"), "2_3": ("2", "3")}
ONE_OF_TWO_PHASES = 0.6
FIRST_PHASES: tuple[Phase, ...] = ("early_1", "1")
LIMITED_FIT = 0.7
# A count in the records is worth slightly more than a register's, and that more than a guess.
BASIS_FITS = {"estimate": 0.93, "register": 0.97, "ehr_count": 1.0}
UNSAID_BASIS_FIT = 0.9
# Each competing trial takes this share of the patients, and all of them together at most three times it.
COMPETING_SHARE, MOST_COMPETING = 0.1, 3
NEVER_IN_AREA_FIT = 0.25
# With this many trials behind it a unit has shown half of what experience can show.
HALF_EXPERIENCED = 2
OTHER_PHASE_SHARE = 0.5


def indication(compared: Comparison) -> Marks:
    """Compare the unit's patients with those asked (see `relation`)."""
    question, columns, relation = compared.question, compared.columns, compared.relation
    level = relation.level
    unknown = relation.unread | ((level == NONE) & (not relation.readable))
    states = np.where(level >= FIRST_MET, MET, np.where(level > NONE, PARTLY, UNMET))
    labels = [item.label for item in question.concepts] or None

    def tell(position: int) -> Told:
        row = int(compared.rows[position])
        words = columns.words_of(row, columns.indications) or columns.therapy_area_of(row)
        if unknown[position]:
            return Told(labels, words, "unread" if relation.unread[position] else "not_read")
        return Told(labels or [question.indication], words, LEVEL_CASES[level[position]])

    return marks("indication", np.where(unknown, UNKNOWN, states), LEVEL_FITS[level], tell)


def study_type(compared: Comparison) -> Marks:
    """Ask whether the unit takes this kind of trial."""
    wanted = compared.question.study_type
    stated = compared.column(compared.columns.study_types)
    states, fits = covered(stated, [STUDY_TYPES.index(wanted)])
    return marks("study_type", states, fits, lambda at: Told(wanted, spelled(stated[at], STUDY_TYPES)))


def phase(compared: Comparison) -> Marks:
    """Ask whether the unit takes this phase; one that says it is no phase 1 unit does not take the first."""
    question = compared.question
    wanted = question.phase
    stated = compared.column(compared.columns.phases).astype(np.int64)
    for both, parts in PHASE_PARTS.items():
        for part in parts:
            stated |= ((stated >> PHASES.index(both)) & 1) << PHASES.index(part)
    parts_wanted = PHASE_PARTS.get(wanted, (wanted,))
    states, share = covered(stated, [PHASES.index(part) for part in parts_wanted])
    fits = np.where(states == PARTLY, ONE_OF_TWO_PHASES, share)
    if wanted == "not_applicable":
        states, fits = np.full_like(states, MET), np.ones_like(fits)
    refused = np.zeros(len(stated), dtype=bool)
    if question.first_in_human or wanted in FIRST_PHASES:
        phase_1_unit = compared.columns.capability_until[CAPABILITIES.index("phase_1_unit")]
        refused = compared.column(phase_1_unit) == CAPABILITY_NO

    def tell(position: int) -> Told:
        own = spelled(compared.columns.phases[compared.rows[position]], PHASES)
        case = "no_phase_1_unit" if refused[position] else ("any" if wanted == "not_applicable" else "")
        return Told(wanted, own, case)

    return marks("phase", np.where(refused, UNMET, states), np.where(refused, 0.0, fits), tell)


def age_group(compared: Comparison) -> Marks:
    """Compare the age groups that the unit sees with those asked."""
    wanted = compared.question.age_groups
    stated = compared.column(compared.columns.age_groups)
    states, fits = covered(stated, [AGE_GROUPS.index(group) for group in wanted])
    if not wanted:
        states = np.where(stated == 0, UNKNOWN, MET).astype(np.int8)

    def tell(position: int) -> Told:
        return Told(list(wanted) or None, spelled(stated[position], AGE_GROUPS), "" if wanted else "not_asked")

    return marks("age_group", states, fits, tell)


def availability(compared: Comparison) -> Marks:
    """Ask whether the unit is open when recruitment starts, or what share of it is left once it is."""
    columns, opening, window = compared.columns, compared.opening, compared.window
    late, limited = opening.share < 1, opening.limited
    states = np.where(opening.share == 0, UNMET, np.where(late | limited, PARTLY, MET))
    fits = opening.share * np.where(limited, LIMITED_FIT, 1.0)

    def case(position: int) -> str:
        if opening.closed[position]:
            return "no_new_trials"
        if opening.share[position] == 0:
            return "closed"
        if late[position]:
            return "late_limited" if limited[position] else "late"
        return "limited" if limited[position] else "open"

    def tell(position: int) -> Told:
        row = int(compared.rows[position])
        until = day_of(columns.state_until[row]) if columns.state[row] else None
        facts: dict[str, Value] = {
            "state": CAPACITY_STATES[columns.state[row]],
            "until": until,
            "months_left": number(opening.share[position] * window.months),
            "months": window.months,
            "conditions": columns.words_of(row, columns.conditions),
        }
        opens = max(int(opening.opens[position]), window.start)
        return Told(day_of(window.start), day_of(opens), case(position), facts)

    return marks("availability", states, fits, tell)


def participants(compared: Comparison) -> Marks:
    """Compare what the unit can recruit while it is open with the participants wanted of one unit."""
    columns, window = compared.columns, compared.window
    needed = compared.question.participants_per_unit
    months = compared.opening.share * window.months
    rivals = np.minimum(columns.competing.total(compared.rows, compared.relation.competes), MOST_COMPETING)
    a_month = compared.column(columns.participants_per_month).astype(np.float64)
    expected = a_month * months * (1 - COMPETING_SHARE * rivals)
    states, fits = enough(expected, needed)
    basis = compared.column(columns.participants_basis)
    worth = np.array([*(BASIS_FITS[known] for known in BASES), UNSAID_BASIS_FIT])

    def tell(position: int) -> Told:
        competing = number(rivals[position])
        facts: dict[str, Value] = {
            "months": number(months[position]),
            "basis": None if basis[position] == NO_BASIS else BASES[basis[position]],
            "competing": competing or None,
        }
        offered = number(expected[position])
        return Told(needed, offered if offered is None or offered < 1 else round(offered), "", facts)

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

    def tell(position: int) -> Told:
        known = {role: number(values[position]) for role, values in hours.items()}
        offered = [f"{role} {value}" for role, value in known.items() if value is not None]
        unknown: Value = [role for role, value in known.items() if value is None]
        asked = [f"{role} {number(value)}" for role, value in wanted.items()]
        return Told(asked or None, offered or None, "" if asked else "not_asked", {"unknown": unknown})

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
    on = compared.on.toordinal()
    never = (valid_until == NO_DAY) | ((confirmed_on == NO_DAY) & (valid_until >= on))
    states = np.where(never, UNKNOWN, np.where(valid_until >= on, MET, UNMET))

    def tell(position: int) -> Told:
        confirmed = day_of(confirmed_on[position])
        return Told(compared.on.isoformat(), day_of(valid_until[position]), "", {"confirmed_on": confirmed})

    return marks("freshness", states, (states == MET).astype(np.float64), tell)


def experience(compared: Comparison) -> Marks:
    """Count the trials of five years in the area and phase asked and, if asked, GCP-trained investigators.

    More never counts less, and counts less and less. Trials of another phase count half.
    """
    question, columns = compared.question, compared.columns
    areas = area_levels(question, columns.vocabulary) > NONE
    own = compared.column(columns.therapy_area)
    owner, done = columns.experience.entries(compared.rows)
    # An inquiry that was not read asks for the experience of each unit in its own area.
    in_area = areas[done[:, 0]] if areas.any() else done[:, 0] == own[owner]
    in_phase = in_area & np.isin(done[:, 1], _phase_codes(question.phase))
    sums = [np.bincount(owner, weights=done[:, 2] * flag, minlength=len(own)) for flag in (in_phase, in_area)]
    same, area = sums
    listed = np.bincount(owner, minlength=len(own)) > 0
    worth = same + OTHER_PHASE_SHARE * (area - same)
    fits = NEVER_IN_AREA_FIT + (1 - NEVER_IN_AREA_FIT) * worth / (worth + HALF_EXPERIENCED)
    states = np.where(listed, np.where(same > 0, MET, PARTLY), UNKNOWN).astype(np.int8)
    parts = [(states, np.where(listed, fits, UNKNOWN_FIT))]
    gcp = compared.column(columns.gcp_investigators)
    none_trained = (gcp == 0) & question.gcp_experience
    if question.gcp_experience:
        parts.append(enough(gcp.astype(np.float64), 1))
    states, fits = together(parts)

    def tell(position: int) -> Told:
        trained = number(gcp[position]) if question.gcp_experience else None
        case = "gcp_unknown" if question.gcp_experience and trained is None else ""
        if none_trained[position]:
            case = "no_gcp"
        elif not listed[position]:
            case = case or "unlisted"
        facts: dict[str, Value] = {"in_area": number(area[position]), "gcp": trained}
        return Told(question.phase, number(same[position]) if listed[position] else None, case, facts)

    # Without anyone trained in GCP a unit cannot run the trial, however many it has run.
    return marks("experience", np.where(none_trained, UNMET, states), np.where(none_trained, 0.2 * fits, fits), tell)


def _phase_codes(wanted: Phase) -> list[int]:
    """List the phases whose trials count in full: the one asked, its parts, and those it is a part of."""
    if wanted == "not_applicable":
        return list(range(len(PHASES)))
    wider = [both for both, parts in PHASE_PARTS.items() if wanted in parts]
    return [PHASES.index(known) for known in (wanted, *PHASE_PARTS.get(wanted, ()), *wider)]


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
)
