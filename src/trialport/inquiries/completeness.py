"""What an inquiry lacks, and why it matters: one table of rules over what the sponsor has said."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from msgspec import Struct

from trialport.core.language import Language
from trialport.core.translations import to_translate as _
from trialport.core.translations import translate
from trialport.inquiries.content import InquiryContent
from trialport.inquiries.field_names import field_name
from trialport.inquiries.rules import ALWAYS_CONFIDENTIAL
from trialport.inquiries.triage_models import Level, MissingField, MissingWhy
from trialport.units.models import ConfidentialityMode

_EARLY = frozenset({"early_1", "1", "1_2"})
_STUDIES_A_PRODUCT = frozenset({"drug", "device", "ivd", "atmp", "nutrition"})


class Asked(Struct, frozen=True, kw_only=True):
    """An inquiry as the rules look at it, and the confidentiality mode of the region that received it."""

    content: InquiryContent
    mode: ConfidentialityMode

    @property
    def study_type(self) -> str:
        return self.content.kind.study_type


class Rule(Struct, frozen=True, kw_only=True):
    """One field that matters for the inquiries that `applies` names."""

    path: str
    level: Level
    why: MissingWhy
    sentence: str
    applies: Callable[[Asked], bool]


def _always(_asked: Asked) -> bool:
    return True


def _of_types(*types: str) -> Callable[[Asked], bool]:
    return lambda asked: asked.study_type in types


def _is_interventional(asked: Asked) -> bool:
    return asked.study_type != "non_interventional"


def _is_early(asked: Asked) -> bool:
    return asked.study_type in ("drug", "atmp") and asked.content.kind.phase in _EARLY


def _takes_part_as_child(asked: Asked) -> bool:
    return asked.content.kind.paediatric is True


def _takes_adults_only(asked: Asked) -> bool:
    return not _takes_part_as_child(asked)


def _studies_a_product(asked: Asked) -> bool:
    return asked.study_type in _STUDIES_A_PRODUCT


def _is_rare(asked: Asked) -> bool:
    return asked.content.kind.rare_disease is True


def _is_by_cro(asked: Asked) -> bool:
    return asked.content.who.sponsor_kind == "cro"


def _is_commercial(asked: Asked) -> bool:
    return asked.content.who.sponsor_kind in ("company", "cro")


def _has_marks_without_harm(asked: Asked) -> bool:
    """Tell whether a confidential field was given whose harm is not stated, where records are public by law."""
    if asked.mode != "statutory":
        return False
    stated = {marked.field for marked in asked.content.confidentiality.fields}
    return any(is_given(asked.content, path) and path not in stated for path in ALWAYS_CONFIDENTIAL)


def _rule(path: str, level: Level, why: MissingWhy, sentence: str, applies: Callable[[Asked], bool] = _always) -> Rule:
    return Rule(path=path, level=level, why=why, sentence=sentence, applies=applies)


RULES: tuple[Rule, ...] = (
    _rule(
        "population.key_inclusion",
        "needed",
        "units_answer_better",
        _("Units count their patients by it; without it they answer that there is too little information."),
    ),
    _rule(
        "population.age_from",
        "needed",
        "matching_compares",
        _("Units name the age groups they take; without an age none can be compared."),
    ),
    _rule(
        "population.age_to",
        "needed",
        "matching_compares",
        _("In a trial with children units need both ends of the age range."),
        _takes_part_as_child,
    ),
    _rule(
        "population.age_to",
        "helpful",
        "matching_compares",
        _("Units name the age groups they take; without a highest age all older ones count."),
        _takes_adults_only,
    ),
    _rule(
        "numbers.recruitment_months",
        "needed",
        "matching_compares",
        _("A unit's patients a month can be held against the number wanted only with a recruitment period."),
    ),
    _rule(
        "product.route",
        "needed",
        "units_answer_better",
        _("How a medicine is given decides about pharmacy, nurse time and where patients can be met."),
        _of_types("drug", "atmp"),
    ),
    _rule(
        "product.ce_marked",
        "needed",
        "law_asks",
        _("Which permits a device trial needs depends on whether it carries the CE mark for this use."),
        _of_types("device", "ivd"),
    ),
    _rule(
        "kind.first_in_human",
        "needed",
        "law_asks",
        _("A first dose in humans needs a unit fit for it, and the authorities ask for more."),
        _is_early,
    ),
    _rule(
        "product.gmo",
        "needed",
        "matching_compares",
        _("Only units with a permit may handle a genetically modified organism."),
        _of_types("atmp"),
    ),
    _rule(
        "who.acting_for",
        "needed",
        "agreement_needs",
        _("The same trial may come from several; `undisclosed` is an answer too."),
        _is_by_cro,
    ),
    _rule(
        "kind.orpha_code",
        "helpful",
        "matching_compares",
        _("A rare disease is found by its code more surely than by its name."),
        _is_rare,
    ),
    _rule(
        "confidentiality.fields",
        "helpful",
        "law_asks",
        _(
            "The inquiry is a public record: say for each confidential field you gave what harm "
            "its disclosure would do."
        ),
        _has_marks_without_harm,
    ),
    _rule(
        "population.key_exclusion",
        "helpful",
        "units_answer_better",
        _("Units leave out whom they cannot include; their numbers come true more often."),
    ),
    _rule(
        "population.care_settings",
        "helpful",
        "matching_compares",
        _("Units name the settings they work in; without one none can be compared."),
    ),
    _rule(
        "identity.synopsis",
        "helpful",
        "units_answer_better",
        _("Most questions that units ask back are answered by a synopsis."),
    ),
    _rule(
        "product.storage",
        "helpful",
        "units_answer_better",
        _("The pharmacy has to know how it is kept."),
        _of_types("drug", "atmp"),
    ),
    _rule(
        "product.comparator",
        "helpful",
        "units_answer_better",
        _("Whether a unit can take part often depends on what the product is compared with."),
        _studies_a_product,
    ),
    _rule(
        "product.gmo",
        "helpful",
        "matching_compares",
        _("Only units with a permit may handle a genetically modified organism."),
        _of_types("drug"),
    ),
    _rule(
        "burden.visits",
        "helpful",
        "units_answer_better",
        _("Nurse and room time follow from the number of visits."),
        _is_interventional,
    ),
    _rule(
        "burden.procedures_per_visit",
        "helpful",
        "units_answer_better",
        _("Nurse and physician time follow from what is done at a visit."),
        _is_interventional,
    ),
    _rule(
        "burden.pk_sampling",
        "helpful",
        "units_answer_better",
        _("Sampling for pharmacokinetics takes staff and room for whole days."),
        _is_early,
    ),
    _rule(
        "burden.overnight_stay",
        "helpful",
        "units_answer_better",
        _("Few research units have beds."),
        _is_early,
    ),
    _rule(
        "needs.nurse_hours",
        "helpful",
        "matching_compares",
        _("A shortage of nurse time is the most common reason for a no; it can be compared only when stated."),
        _is_interventional,
    ),
    _rule(
        "needs.equipment",
        "helpful",
        "matching_compares",
        _("Units name their equipment; what is not asked for cannot be compared."),
        _is_interventional,
    ),
    _rule(
        "needs.material_languages",
        "helpful",
        "matching_compares",
        _("Units name the languages they work in."),
    ),
    _rule(
        "dct_activities",
        "helpful",
        "matching_compares",
        _("Units name the decentralised activities they can do; say which you require, or that you use none."),
        _is_interventional,
    ),
    _rule(
        "answer.wanted_by",
        "helpful",
        "units_answer_better",
        _("The office sets the units' last day by it."),
    ),
    _rule(
        "money.template_agreement_accepted",
        "helpful",
        "agreement_needs",
        _("With the national template agreement a contract takes weeks less."),
        _is_commercial,
    ),
)
_SYNOPSIS_KINDS = frozenset({"synopsis", "protocol"})


def is_given(content: InquiryContent, path: str) -> bool:
    """Tell whether a field was filled in; a no and a zero are answers, an empty list is none."""
    group, _, field = path.partition(".")
    value: Any = getattr(content, group)
    if field:
        value = getattr(value, field)
    if path == "identity.synopsis" and not value:
        return any(one.kind in _SYNOPSIS_KINDS for one in content.attachments)
    return value is not None and value not in ((), {}, "")


def missing_rules(content: InquiryContent, mode: ConfidentialityMode) -> list[Rule]:
    """Return the rules that an inquiry does not satisfy, what is needed first."""
    asked = Asked(content=content, mode=mode)
    # Where marks lack their harm, the field that holds such reasons may well be filled for others.
    found = [
        rule
        for rule in RULES
        if rule.applies(asked) and (rule.path == "confidentiality.fields" or not is_given(content, rule.path))
    ]
    return sorted(found, key=lambda rule: rule.level != "needed")


def missing_fields(
    content: InquiryContent, mode: ConfidentialityMode, language: Language = "en"
) -> tuple[MissingField, ...]:
    """Return what an inquiry lacks as it is told, in the viewer's language."""
    return tuple(
        MissingField(
            field=rule.path,
            name=field_name(rule.path, language),
            level=rule.level,
            why=rule.why,
            sentence=translate(language, rule.sentence),
        )
        for rule in missing_rules(content, mode)
    )


def count_missing(content: InquiryContent, mode: ConfidentialityMode) -> Mapping[str, int]:
    """Count what an inquiry lacks, by level."""
    levels: Sequence[Level] = [rule.level for rule in missing_rules(content, mode)]
    return {"needed": levels.count("needed"), "helpful": levels.count("helpful")}
