"""A candidate's criteria in the words of the page, made once: a page of twenty has some four hundred of them."""

from collections.abc import Sequence
from typing import NamedTuple

from trialport.core.language import Language
from trialport.core.translations import translate
from trialport.invitations import labels, office_labels
from trialport.invitations.office_page import with_days
from trialport.matching.models import CandidateDetail, CriterionDetail, CriterionName, ExclusionDetail


class ToldCriterion(NamedTuple):
    """One compared point as the table shows it: its name, a sign and a word for its state, and the two values."""

    label: str
    state: str
    sign: str
    word: str
    wanted: str
    offered: str


class ToldCriteria(NamedTuple):
    """The criteria of one candidate: those that stand open, those folded into a line, and all as sentences."""

    open: Sequence[ToldCriterion]
    met: Sequence[ToldCriterion]
    sentences: Sequence[str]


class LeftOut(NamedTuple):
    """A capacity that was left out, in a line."""

    unit_id: str
    unit: str
    area: str
    sentence: str


def told_criteria(
    told: CandidateDetail, columns: Sequence[CriterionName], looked_at: str | None, language: Language
) -> ToldCriteria:
    """Word the criteria of a candidate in the order of the columns; the one `looked_at` never folds."""
    by_name = {one.name: one for one in told.criteria}
    shown = [by_name[name] for name in columns if name in by_name]
    return ToldCriteria(
        open=[_told(one, language) for one in shown if one.state != "met" or one.name == looked_at],
        met=[_told(one, language) for one in shown if one.state == "met" and one.name != looked_at],
        sentences=[with_days(one.sentence, language) for one in shown],
    )


def left_out(told: ExclusionDetail, language: Language) -> LeftOut:
    """Word one capacity that was left out."""
    area = translate(language, labels.THERAPY_AREAS[told.therapy_area])
    return LeftOut(str(told.unit.unit_id), told.unit.name, area, with_days(told.sentence, language))


def _told(criterion: CriterionDetail, language: Language) -> ToldCriterion:
    return ToldCriterion(
        translate(language, office_labels.CRITERIA[criterion.name]),
        criterion.state,
        office_labels.CRITERION_SIGNS[criterion.state],
        translate(language, office_labels.CRITERION_STATES[criterion.state]),
        with_days(criterion.wanted, language) if criterion.wanted else translate(language, "not said"),
        with_days(criterion.offered, language) if criterion.offered else translate(language, "not known"),
    )
