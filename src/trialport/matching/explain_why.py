"""Telling why a unit stands where it stands, in the viewer's language."""

from collections.abc import Sequence

from trialport.core.language import Language
from trialport.matching.explain import WORDINGS, candidate_detail, criterion_detail, exclusion_detail
from trialport.matching.models import Criterion, Exclusion
from trialport.matching.why import Ahead, CandidateWhy, ExclusionWhy, Share, WhatIf
from trialport.matching.why_models import (
    CandidateExplanation,
    CriterionShare,
    ExclusionExplanation,
    MorePoints,
    UnitAhead,
    UnitExplanation,
    WhatIfMet,
)
from trialport.matching.why_words import WHY_WORDINGS, WhyWording

POINT_DECIMALS = 2


def unit_explanation(
    candidates: Sequence[CandidateWhy], excluded: Sequence[ExclusionExplanation], language: Language
) -> UnitExplanation:
    """Tell all of a unit's capacities."""
    return UnitExplanation(
        candidates=tuple(candidate_explanation(why, language) for why in candidates), excluded=tuple(excluded)
    )


def candidate_explanation(why: CandidateWhy, language: Language) -> CandidateExplanation:
    """Tell why a candidate stands where it stands."""
    told = candidate_detail(why.candidate, WORDINGS[language])
    return CandidateExplanation(
        rank=why.candidate.rank,
        place=why.place,
        candidates=why.of,
        score=why.candidate.score,
        unit=told.unit,
        therapy_area=told.therapy_area,
        criteria=tuple(criterion_share(share, language) for share in why.shares),
        ahead=None if why.ahead is None else _ahead(why.ahead, language),
        what_if=tuple(_what_if(one, one.criterion, WHY_WORDINGS[language].what_if, language) for one in why.what_if),
    )


def exclusion_explanation(why: ExclusionWhy, language: Language) -> ExclusionExplanation:
    """Tell why a capacity was left out, what would let it in, and where it would then stand."""
    wording = WHY_WORDINGS[language]
    let_in = why.let_in
    return _exclusion(
        why.exclusion,
        language,
        also=why,
        let_in=None if let_in is None else _what_if(let_in, let_in.criterion, wording.let_in, language),
    )


def stored_exclusion_explanation(exclusion: Exclusion, language: Language) -> ExclusionExplanation:
    """Tell the same of a stored exclusion, of which nothing but its reason is kept."""
    return _exclusion(exclusion, language, also=None, let_in=None)


def _exclusion(
    exclusion: Exclusion, language: Language, *, also: ExclusionWhy | None, let_in: WhatIfMet | None
) -> ExclusionExplanation:
    told = exclusion_detail(exclusion, WORDINGS[language])
    return ExclusionExplanation(
        unit=told.unit,
        therapy_area=told.therapy_area,
        reason=told.reason,
        sentence=told.sentence,
        remedy=WHY_WORDINGS[language].remedies[told.reason],
        also=() if also is None else also.also,
        let_in=let_in,
    )


def criterion_share(share: Share, language: Language) -> CriterionShare:
    """Tell what one criterion brings."""
    told = criterion_detail(share.criterion, WORDINGS[language])
    return CriterionShare(
        name=told.name,
        state=told.state,
        weight=told.weight,
        wanted=told.wanted,
        offered=told.offered,
        sentence=told.sentence,
        fit=share.criterion.fit,
        points=round(share.points, POINT_DECIMALS),
        points_possible=round(share.most, POINT_DECIMALS),
    )


def _ahead(ahead: Ahead, language: Language) -> UnitAhead:
    wording = WHY_WORDINGS[language]
    told = candidate_detail(ahead.candidate, WORDINGS[language])
    names = ", ".join(wording.criteria[one.name] for one in ahead.more)
    start = (wording.ahead if ahead.difference else wording.tied).format(
        difference=_figure(ahead.difference, language), unit=told.unit.name
    )
    return UnitAhead(
        unit=told.unit,
        therapy_area=told.therapy_area,
        score=told.score,
        difference=ahead.difference,
        more=tuple(
            MorePoints(
                name=one.name, points=round(one.points, POINT_DECIMALS), theirs=round(one.theirs, POINT_DECIMALS)
            )
            for one in ahead.more
        ),
        sentence=start + (wording.more.format(names=names) if names else "."),
    )


def _what_if(found: WhatIf, criterion: Criterion, template: str, language: Language) -> WhatIfMet:
    wording: WhyWording = WHY_WORDINGS[language]
    return WhatIfMet(
        name=criterion.name,
        score=found.score,
        place=found.place,
        sentence=template.format(
            criterion=wording.criteria[criterion.name], score=_figure(found.score, language), place=found.place
        ),
    )


def _figure(value: float, language: Language) -> str:
    return f"{value:g}".replace(".", WORDINGS[language].decimal_mark)
