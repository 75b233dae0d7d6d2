"""The inquiry form: its steps, and in each the fields in the order they are asked.

What a field is called stands in field_names.py, what it may hold in content.py; here is how it is asked. The name of a
field on a page is its path, so that what a desk finds wrong leads to it.
"""

from collections.abc import Mapping
from functools import cache
from typing import Literal

from msgspec import Struct

from trialport.core.translations import to_translate as _
from trialport.inquiries import labels
from trialport.vocabulary import labels as shared

FieldKind = Literal[
    "text", "area", "whole", "number", "date", "choice", "yes_no", "boxes", "lines", "words", "people", "units"
]


class Field(Struct, frozen=True, kw_only=True):
    """One field: how it is asked. `is_needed` is what a sponsor must say to send an inquiry."""

    path: str
    kind: FieldKind
    hint: str = ""
    options: Mapping[str, str] = {}
    is_needed: bool = False


class Section(Struct, frozen=True, kw_only=True):
    """Fields under one heading; what only some trials need is folded away until it holds something."""

    title: str = ""
    fields: tuple[Field, ...]
    is_folded: bool = False


class Step(Struct, frozen=True, kw_only=True):
    """One page of the form."""

    name: str
    title: str
    lead: str = ""
    sections: tuple[Section, ...]

    @property
    def fields(self) -> tuple[Field, ...]:
        """Every field of the page."""
        return tuple(field for section in self.sections for field in section.fields)


def _needed(path: str, kind: FieldKind, hint: str = "", options: Mapping[str, str] | None = None) -> Field:
    return Field(path=path, kind=kind, hint=hint, options=options or {}, is_needed=True)


def _field(path: str, kind: FieldKind, hint: str = "", options: Mapping[str, str] | None = None) -> Field:
    return Field(path=path, kind=kind, hint=hint, options=options or {})


_TRIAL = Step(
    name="trial",
    title=_("The trial"),
    sections=(
        Section(
            fields=(
                _needed("identity.working_title", "text", _("Without anything confidential: units read it.")),
                _needed("kind.study_type", "choice", options=shared.STUDY_TYPES),
                _needed("kind.phase", "choice", options=shared.PHASES),
                _needed("product.mechanism", "text", _("As it may be told to a unit, without the name.")),
            )
        ),
        Section(
            title=_("Numbers and synopsis"),
            is_folded=True,
            fields=(
                _field("identity.protocol_number", "text"),
                _field("identity.eu_ct_number", "text", _("For example 2026-500001-10-00")),
                _field("identity.nct_number", "text", _("For example NCT00000000")),
                _field("identity.civ_id", "text", _("For example CIV-26-01-000001")),
                _field("identity.synopsis_status", "choice", options=labels.SYNOPSIS_STATUSES),
                _field("identity.synopsis_version", "text"),
                _field("identity.synopsis", "area"),
            ),
        ),
        Section(
            title=_("More about the product"),
            is_folded=True,
            fields=(
                _field("product.name", "text"),
                _field("product.comparator", "text"),
                _field("product.route", "text"),
                _field("product.storage", "text"),
                _field("product.companion_diagnostic", "text"),
                _field("product.cytotoxic", "yes_no"),
                _field("product.radioactive", "yes_no"),
                _field("product.gmo", "yes_no"),
                _field("product.ce_marked", "yes_no"),
            ),
        ),
        Section(
            title=_("More about the kind of trial"),
            is_folded=True,
            fields=(
                _field("kind.first_in_human", "yes_no"),
                _field("kind.low_intervention", "yes_no"),
                _field("kind.rare_disease", "yes_no"),
                _field("kind.orpha_code", "text", _("Only the digits, for example 586")),
            ),
        ),
    ),
)
_CONDITION = Step(
    name="condition",
    title=_("Condition and patients"),
    sections=(
        Section(
            fields=(_needed("condition.indication", "area", _("In your own words, in Swedish, Danish or English.")),)
        ),
        Section(
            title=_("Patients"),
            fields=(
                _field("population.age_from", "whole", _("In completed years.")),
                _field("population.age_to", "whole", _("In completed years; empty where there is no limit.")),
                _field("kind.paediatric", "yes_no"),
                _field("population.sex", "choice", options=labels.SEXES),
                _field("population.care_settings", "boxes", options=shared.CARE_SETTINGS),
            ),
        ),
        Section(
            title=_("Criteria and codes"),
            is_folded=True,
            fields=(
                _field("population.key_inclusion", "area"),
                _field("population.key_exclusion", "area"),
                _field("condition.line_of_therapy", "text"),
                _field("condition.biomarker", "text"),
                _field("condition.icd10_codes", "words", _("Separated by commas, for example J44, J45.9")),
                _field("kind.vulnerable_groups", "text"),
            ),
        ),
    ),
)
_NUMBERS = Step(
    name="numbers",
    title=_("How many, when and where"),
    sections=(
        Section(
            fields=(
                _needed("numbers.participants_wanted", "whole", _("In the regions that you ask, all sites together.")),
                _field("numbers.sites_wanted", "whole"),
                _needed("numbers.planned_start", "date"),
                _field("numbers.recruitment_months", "whole", _("In months.")),
                _field("placement.regions_wanted", "boxes", _("Nothing ticked asks your own region.")),
            )
        ),
        Section(
            title=_("Units that you want, or not"),
            is_folded=True,
            fields=(_field("placement.units_wanted", "units"), _field("placement.units_excluded", "units")),
        ),
        Section(
            title=_("More about time and place"),
            is_folded=True,
            fields=(
                _field("numbers.treatment_months", "whole", _("Of one participant, in months.")),
                _field("numbers.follow_up_months", "whole", _("Of one participant, in months.")),
                _field("numbers.competitive_recruitment", "yes_no"),
                _field("placement.country_decided", "yes_no"),
                _field("placement.region_decided", "yes_no"),
                _field(
                    "placement.already_contacted",
                    "people",
                    _("One a line: unit; person. Only the trial office sees it."),
                ),
            ),
        ),
    ),
)
_BURDEN = Step(
    name="burden",
    title=_("What it asks of patients and units"),
    lead=_("Nothing here is needed, but the more a unit knows, the surer its answer."),
    sections=(
        Section(
            title=_("For a participant"),
            fields=(
                _field("burden.visits", "whole"),
                _field("burden.minutes_per_visit", "whole", _("In minutes.")),
                _field("burden.procedures_per_visit", "text"),
                _field("burden.overnight_stay", "yes_no"),
            ),
        ),
        Section(
            title=_("Samples and examinations"),
            is_folded=True,
            fields=(
                _field("burden.imaging", "text"),
                _field("burden.biopsies", "text"),
                _field("burden.pk_sampling", "yes_no"),
                _field("burden.sample_handling", "text"),
                _field("burden.e_devices", "text"),
            ),
        ),
        Section(
            title=_("What a unit must have"),
            is_folded=True,
            fields=(
                _field("needs.nurse_hours", "number", _("In hours a week.")),
                _field("needs.physician_hours", "number", _("In hours a week.")),
                _field("needs.equipment", "boxes", options=shared.CAPABILITIES),
                _field("needs.resources", "boxes", options=shared.RESOURCE_KINDS),
                _field("needs.pharmacy", "text"),
                _field("needs.gcp_experience", "yes_no"),
                _field("needs.primary_care_role", "choice", options=shared.PRIMARY_CARE_ROLES),
                _field("needs.material_languages", "words", _("Two letters each, separated by commas: sv, da, en")),
                _field("needs.unit_pay", "text"),
            ),
        ),
    ),
)
_DECENTRALISED = Step(
    name="decentralised",
    title=_("Decentralised activities"),
    lead=_("What takes place outside the hospital. What you leave open is not used."),
    sections=tuple(
        Section(
            title=heading,
            fields=tuple(_field(f"dct_activities.{one}", "choice", options=labels.DCT_WISHES) for one in activities),
        )
        for heading, activities in shared.DCT_HEADINGS.items()
    ),
)
_ANSWER = Step(
    name="answer",
    title=_("You and the answer"),
    sections=(
        Section(
            title=_("Who asks"),
            fields=(
                _needed("who.sponsor_name", "text"),
                _needed("who.sponsor_kind", "choice", options=labels.SPONSOR_KINDS),
                _needed("who.contact.name", "text"),
                _needed("who.contact.email", "text"),
                _field("who.contact.phone", "text"),
                _needed("who.award_status", "choice", options=labels.AWARD_STATUSES),
            ),
        ),
        Section(
            title=_("The answer"),
            fields=(
                _needed(
                    "answer.outcome_promised_by",
                    "date",
                    _("The units that took the trouble hear by then what you decided."),
                ),
                _field("answer.wanted_by", "date"),
                _field("answer.questions", "lines", _("One a line, at most ten, only about this protocol.")),
            ),
        ),
        Section(
            title=_("More about your organisation"),
            is_folded=True,
            fields=(
                _field("who.organisation_number", "text"),
                _field("who.country", "text", _("Two letters, for example SE")),
                _field("who.acting_for", "text", _("The sponsor a CRO acts for, or: undisclosed")),
            ),
        ),
        Section(
            title=_("Money"),
            is_folded=True,
            fields=(
                _field("money.payer", "text"),
                _field("money.per_participant_budget", "number"),
                _field("money.start_up_fee", "number"),
                _field("money.currency", "text", _("Three letters, for example SEK")),
                _field("money.template_agreement_accepted", "yes_no"),
            ),
        ),
    ),
)
_CONFIDENTIALITY = Step(
    name="confidentiality",
    title=_("Confidentiality"),
    sections=(Section(fields=(_field("confidentiality.mode", "choice", options=labels.MODES),)),),
)
# A page of its own: files are no text that could be kept as typed.
FILES = "files"
_FILES = Step(name=FILES, title=_("Documents"), sections=())
STEPS: tuple[Step, ...] = (_TRIAL, _CONDITION, _NUMBERS, _BURDEN, _DECENTRALISED, _ANSWER, _FILES, _CONFIDENTIALITY)
REVIEW = "review"
# Names of fields that field_names.py does not know, because they stand deeper.
DEEPER_NAMES: Mapping[str, str] = {
    "who.contact.name": _("Name of the contact person"),
    "who.contact.email": _("E-mail of the contact person"),
    "who.contact.phone": _("Telephone of the contact person"),
}
# Boxes and harms of the last step, and what was said not to be meant, are written beside the fields.
MARK, HARM, NOT_MEANT = "confidentiality.fields_", "confidentiality.harm_", "condition.concepts_not_meant"
CODES = "condition.icd10_codes"


# Kinds whose values are boxes, each a name of its own: `<path>_<value>`.
BOXED: frozenset[FieldKind] = frozenset({"boxes", "units"})


@cache
def fields_by_path() -> Mapping[str, Field]:
    """Return every field of the form by its path."""
    return {field.path: field for step in STEPS for field in step.fields}


@cache
def step_of(path: str) -> str:
    """Return the step on which a field, or something of its group, is asked."""
    if path.startswith("confidentiality."):
        return _CONFIDENTIALITY.name
    if path == NOT_MEANT:
        return _CONDITION.name
    for step in STEPS:
        if any(one.path == path for one in step.fields):
            return step.name
    group = path.partition(".")[0]
    return next((step.name for step in STEPS if any(one.path.startswith(group + ".") for one in step.fields)), REVIEW)


def find_step(name: str) -> Step | None:
    """Return a step by its name."""
    return next((step for step in STEPS if step.name == name), None)
