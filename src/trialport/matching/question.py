"""What an inquiry asks of a unit, freed of everything that is not compared."""

import math
from collections.abc import Collection, Iterable, Mapping
from datetime import date
from itertools import pairwise
from typing import TypeVar
from uuid import UUID

from msgspec import Struct

from trialport.inquiries.content import DctWish, InquiryContent, Population
from trialport.matching.pharmacy import pharmacy_needs
from trialport.matching.places import PLACED
from trialport.matching.words import sure_concepts
from trialport.units.models import PrimaryCareRole
from trialport.vocabulary.codes import (
    AGE_GROUP_FROM_YEARS,
    AGE_GROUPS,
    AgeGroup,
    Capability,
    CareSetting,
    DctActivity,
    Phase,
    ResourceKind,
    StudyType,
    TherapyArea,
)
from trialport.vocabulary.models import Reading

T = TypeVar("T")

ADULT_FROM_YEARS = 18
NO_UPPER_AGE = 121
CHILD_GROUPS: tuple[AgeGroup, ...] = ("newborn", "infant", "child", "adolescent")
# Recruitment of the usual length, where the sponsor has not said.
DEFAULT_RECRUITMENT_MONTHS = 12


class AskedConcept(Struct, frozen=True, kw_only=True):
    """One condition the inquiry is about, with the words to show for it."""

    concept: str
    label: str


class MatchQuestion(Struct, frozen=True, kw_only=True):
    """What is compared with a capacity; an empty tuple or None means that the inquiry does not ask."""

    indication: str
    concepts: tuple[AskedConcept, ...] = ()
    therapy_areas: tuple[TherapyArea, ...] = ()
    study_type: StudyType
    phase: Phase
    first_in_human: bool = False
    rare_disease: bool = False
    age_groups: tuple[AgeGroup, ...] = ()
    care_settings: tuple[CareSetting, ...] = ()
    planned_start: date
    recruitment_months: int = DEFAULT_RECRUITMENT_MONTHS
    participants_wanted: int
    sites_wanted: int | None = None
    nurse_hours: float | None = None
    physician_hours: float | None = None
    gcp_experience: bool = False
    equipment: tuple[Capability, ...] = ()
    resources: tuple[ResourceKind, ...] = ()
    dct_required: tuple[DctActivity, ...] = ()
    dct_optional: tuple[DctActivity, ...] = ()
    gmo: bool = False
    competitive: bool = False
    primary_care_role: PrimaryCareRole | None = None
    languages: tuple[str, ...] = ()
    pharmacy: tuple[Capability, ...] = ()
    units_wanted: tuple[UUID, ...] = ()
    units_excluded: tuple[UUID, ...] = ()

    @property
    def atmp(self) -> bool:
        """Say whether the product is an advanced therapy, which needs its own licence at the unit."""
        return self.study_type == "atmp"

    @property
    def participants_per_unit(self) -> int:
        """Return the participants one unit has to bring (persons), rounded up."""
        return math.ceil(self.participants_wanted / (self.sites_wanted or 1))

    @property
    def dct_activities(self) -> tuple[DctActivity, ...]:
        """Return the decentralised activities asked, the required ones first."""
        return self.dct_required + self.dct_optional

    @property
    def dct_placed(self) -> tuple[DctActivity, ...]:
        """Return those of the activities asked that somebody or something has to travel for."""
        return tuple(activity for activity in self.dct_activities if activity in PLACED)


def from_content(content: InquiryContent, reading: Reading) -> MatchQuestion:
    """Take from `content` what it asks of a unit, its indication being read as `reading`."""
    kind, numbers, needs, product = content.kind, content.numbers, content.needs, content.product
    beds: tuple[Capability, ...] = ("overnight_beds",) if content.burden.overnight_stay else ()
    equipment = _distinct((*needs.equipment, *beds))
    pharmacy = pharmacy_needs(needs.pharmacy, cytotoxic=bool(product.cytotoxic), radioactive=bool(product.radioactive))
    return MatchQuestion(
        indication=content.condition.indication,
        concepts=_concepts(content.condition.icd10_codes, reading),
        therapy_areas=tuple(area.code for area in reading.therapy_areas),
        study_type=kind.study_type,
        phase=kind.phase,
        first_in_human=bool(kind.first_in_human),
        rare_disease=bool(kind.rare_disease),
        age_groups=age_groups(content.population, paediatric=bool(kind.paediatric)),
        care_settings=_distinct(content.population.care_settings),
        planned_start=numbers.planned_start,
        recruitment_months=numbers.recruitment_months or DEFAULT_RECRUITMENT_MONTHS,
        participants_wanted=numbers.participants_wanted,
        sites_wanted=numbers.sites_wanted,
        nurse_hours=needs.nurse_hours,
        physician_hours=needs.physician_hours,
        gcp_experience=bool(needs.gcp_experience),
        equipment=equipment,
        resources=_distinct(needs.resources),
        dct_required=tuple(a for a, wish in content.dct_activities.items() if wish == "required"),
        dct_optional=tuple(a for a, wish in content.dct_activities.items() if wish == "optional"),
        gmo=bool(product.gmo),
        competitive=bool(numbers.competitive_recruitment),
        primary_care_role=primary_care_role(
            content.population.care_settings, content.dct_activities, content.burden.visits
        ),
        languages=_distinct(language.strip() for language in needs.material_languages),
        # What is asked as equipment is compared there, once.
        pharmacy=tuple(capability for capability in pharmacy if capability not in equipment),
        units_wanted=_distinct(content.placement.units_wanted),
        units_excluded=_distinct(content.placement.units_excluded),
    )


def age_groups(population: Population, *, paediatric: bool) -> tuple[AgeGroup, ...]:
    """Find the age groups of ICH E11(R1) that the ages asked reach into, youngest first.

    Without a lower age a trial is for adults, unless it is paediatric or ends below 18. A group reached only
    by its first year does not count beside others: "18 to 65" asks for adults, not for the elderly.
    """
    lowest, highest = population.age_from, population.age_to
    if lowest is None and highest is None:
        return CHILD_GROUPS if paediatric else ()
    if lowest is None:
        lowest = 0 if paediatric or (highest is not None and highest < ADULT_FROM_YEARS) else ADULT_FROM_YEARS
    below = NO_UPPER_AGE if highest is None else max(highest, lowest) + 1
    bounds = [*AGE_GROUP_FROM_YEARS.values(), float(NO_UPPER_AGE)]
    spans = zip(AGE_GROUPS, pairwise(bounds), strict=True)
    reached = {group: min(below, end) - max(lowest, first) for group, (first, end) in spans}
    groups = tuple(group for group, years in reached.items() if years > 0)
    *younger, last = groups
    return tuple(younger) if younger and highest == AGE_GROUP_FROM_YEARS[last] else groups


def primary_care_role(
    settings: Collection[CareSetting], wishes: Mapping[DctActivity, DctWish], visits: int | None
) -> PrimaryCareRole | None:
    """Return how much of the trial has to be done in primary care; None where the inquiry asks nothing of it.

    A trial met in primary care only needs whole sites there. One met elsewhere as well needs visits, or only finds
    its participants there when it has no visits at all. Samples alone are asked for by a required local laboratory.
    """
    if settings and set(settings) == {"primary_care"}:
        return "full_site"
    if wishes.get("local_health_centre_visit", "not_used") != "not_used":
        return "visit"
    if "primary_care" in settings:
        return "identify_only" if visits == 0 else "visit"
    return "sample" if wishes.get("local_lab") == "required" else None


def _concepts(codes: Iterable[str], reading: Reading) -> tuple[AskedConcept, ...]:
    """List the concepts read, best first, then the ICD-10 categories given as codes; no exclusions."""
    read = {match.concept: match.label for match in sure_concepts(reading)}
    given = {code[:3]: code for code in codes}
    asked = read | {category: code for category, code in given.items() if category not in read}
    return tuple(AskedConcept(concept=concept, label=label) for concept, label in asked.items())


def _distinct(values: Iterable[T]) -> tuple[T, ...]:
    return tuple(dict.fromkeys(values))
