"""Whether a unit has room for one more trial, and is ready by the start: each for all rows at once."""

import numpy as np

from trialport.matching.grading import (
    MET,
    PARTLY,
    UNKNOWN,
    UNMET,
    Comparison,
    Marks,
    Told,
    day_of,
    in_range,
    marks,
    told_once,
)
from trialport.matching.layout import UNSAID
from trialport.matching.models import Value
from trialport.matching.relation import MOST_COMPETING
from trialport.matching.weights import UNKNOWN_FIT

# With up to so many trials running in its area a unit is taken to have room for another. No published figure
# stands behind it: it is a round number to agree on, and a region that disagrees weighs the criterion less.
ROOM_FOR = 5
# Each trial that competes for the same patients takes this share of the room; with so many there is none.
RIVAL_SHARE, NO_ROOM_RIVALS = 0.2, 3
# So many days late a unit is worth half; fewer where sites recruit in competition and late ones find it over.
HALF_LATE_DAYS, HALF_LATE_IN_COMPETITION_DAYS = 90, 30


def load(compared: Comparison) -> Marks:
    """Ask how many trials the unit runs in the area, and how many of them want the same patients."""
    running, rivals = compared.column(compared.columns.running_trials), compared.column(compared.relation.rivals)
    known, crowded = running != UNSAID, rivals >= NO_ROOM_RIVALS
    room = np.where(known, ROOM_FOR / np.maximum(running, ROOM_FOR), UNKNOWN_FIT)
    alone = np.where(known, np.where(running <= ROOM_FOR, MET, PARTLY), UNKNOWN)
    states = np.where(crowded, UNMET, np.where(rivals > 0, PARTLY, alone))

    def tell(said: int) -> Told:
        count, competing = divmod(said, MOST_COMPETING + 1)
        case = "uncounted" if count == UNSAID and 0 < competing < NO_ROOM_RIVALS else ""
        return Told(ROOM_FOR, None if count == UNSAID else count, case, {"competing": competing or None})

    said = running * (MOST_COMPETING + 1) + rivals
    return marks("load", states, room * (1 - RIVAL_SHARE * rivals), told_once(said, tell))


def lead_time(compared: Comparison) -> Marks:
    """Ask whether the unit can have its first participant by the start, if it is asked today.

    Availability counts the months that are lost; this asks for the promise itself, which a silent unit has not made.
    """
    window, lead = compared.window, compared.column(compared.columns.lead_time_days)
    at_hand, until_end = window.start - compared.on.toordinal(), window.end - compared.on.toordinal()
    in_competition = compared.question.competitive
    half = HALF_LATE_IN_COMPETITION_DAYS if in_competition else HALF_LATE_DAYS
    # Every number of days is graded once. The last entry is the one that UNSAID (-1) reads.
    days = np.arange(lead.max(initial=0) + 2)
    late = np.maximum(days - at_hand, 0)
    states = np.where(late == 0, MET, np.where(days >= until_end, UNMET, PARTLY))
    states[-1] = UNKNOWN

    def tell(stated: int) -> Told:
        days_late = max(stated - at_hand, 0)
        case = "in_competition" if in_competition and days_late > 0 and stated < until_end else ""
        facts: dict[str, Value] = {"late": days_late or None, "start": day_of(window.start)}
        return Told(at_hand, None if stated == UNSAID else stated, case, facts)

    return Marks("lead_time", *in_range(states, half / (half + late)), told_once(lead, tell), lead)
