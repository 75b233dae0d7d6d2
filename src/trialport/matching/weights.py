"""How much each criterion counts, and why: the one table to change when the ranking should change."""

from typing import NamedTuple

from trialport.matching.models import CriterionName

# Raised whenever a weight, a fit or a rule changes, so that an assessment tells which rules made it.
ALGORITHM_VERSION = "2026.11-2"

# What "unknown" is worth. Unknown is not no: it lies above every unmet and below every met criterion, so that
# a unit which has not told loses to one that can, and wins over one that cannot.
UNKNOWN_FIT = 0.4
# An unmet criterion is worth at most this, a partly met one at least this and at most PARTLY_CEILING.
UNMET_CEILING = 0.2
PARTLY_FLOOR = 0.2
PARTLY_CEILING = 0.95


class Weight(NamedTuple):
    """A criterion's weight against the other criteria asked, and the reason for it."""

    weight: float
    reason: str


WEIGHTS: dict[CriterionName, Weight] = {
    "indication": Weight(26, "A unit that does not see the patients cannot run the trial."),
    "study_type": Weight(5, "A stated no excludes; what is left is a matter of having said so."),
    "phase": Weight(7, "Early phases need another organisation than late ones."),
    "age_group": Weight(7, "Children, adults and the elderly are met in different clinics."),
    "care_setting": Weight(5, "The place can often be arranged between units."),
    "availability": Weight(12, "A unit that opens after recruitment ends is no use, one that opens late is."),
    "participants": Weight(14, "Too few participants is the commonest reason that a site fails."),
    "staff_hours": Weight(8, "Nurse time is the commonest shortage, yet a pool can lend it."),
    "freshness": Weight(
        26,
        "Site numbers that prove untrue are what sponsors suffer from most: a stale record sinks. "
        "It makes about a fifth of the total of a usual inquiry.",
    ),
    "experience": Weight(8, "Helps, but must not shut new units out."),
    "equipment": Weight(6, "Each item is needed, yet a neighbour often has it."),
    "resources": Weight(4, "Shared by the region, so rarely decisive."),
    "dct_activities": Weight(8, "Decides whether the trial can be run as designed."),
    "gmo": Weight(5, "A stated no excludes; a permit not told of has to be asked for."),
    "atmp": Weight(6, "Handling needs a licence that takes long to get."),
    "unit_wanted": Weight(4, "The sponsor's wish is a preference, not a rule."),
    "load": Weight(5, "A unit with many trials of its own, or with rivals for the same patients, gives each less."),
    "lead_time": Weight(4, "Availability counts the months lost; a unit that states its lead time can be relied on."),
    "primary_care_role": Weight(5, "Says how much of the trial a health centre can do; a hub can do the rest."),
    "languages": Weight(3, "Material has to be understood, yet it can be translated."),
    "pharmacy": Weight(6, "What no pharmacy prepares cannot be given, yet one pharmacy often serves several units."),
    "dct_places": Weight(3, "A home visit helps those only who live where it is offered."),
}
