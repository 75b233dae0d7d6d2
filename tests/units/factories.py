"""Records for the tests of units: a few fixed ones, and any that the rules of the fields allow."""

from datetime import date
from typing import get_args
from uuid import UUID

from hypothesis import strategies as st

from trialport.units.import_rows import UnitInScope
from trialport.units.models import (
    Basis,
    CapacityInput,
    CapacityState,
    DctOffer,
    Experience,
    PrimaryCareRole,
)
from trialport.vocabulary.codes import (
    AGE_GROUPS,
    CAPABILITIES,
    CARE_SETTINGS,
    DCT_ACTIVITIES,
    DCT_ANSWERS,
    PHASES,
    RESOURCE_KINDS,
    STUDY_TYPES,
    THERAPY_AREAS,
)

TODAY = date(2026, 11, 21)
LUNG = UnitInScope(
    unit_id=UUID("0198f3a0-5b7e-7c31-9d55-3f0a1c2b4d6e"),
    region_id=UUID("0198f3a0-5b7e-7c31-9d55-3f0a1c2b4d6f"),
    registry_id="test-lung",
)
# The record of the manual (docs/capacity-import.md).
EXAMPLE = CapacityInput(
    indications=("COPD", "J45"),
    study_types=("drug", "device"),
    phases=("2", "3"),
    age_groups=("adult", "older_adult"),
    care_settings=("outpatient", "home"),
    state="limited",
    state_until=date(2027, 1, 31),
    new_trials_possible=True,
    new_trials_from=date(2027, 2, 1),
    participants_per_month=3.5,
    participants_basis="ehr_count",
    participants_counted_on=date(2026, 10, 1),
    nurse_hours_free=16.0,
    physician_hours_free=6.0,
    protected_hours_planned=4.0,
    protected_hours_taken=2.5,
    running_trials=3,
    competing_trials=("COPD",),
    lead_time_days=60,
    conditions=("needs a nurse",),
    dct_activities={
        "video_visit": DctOffer(answer="own"),
        "home_venous": DctOffer(answer="with_partner", partner="Hemsjukvården", geography="Uppsala"),
    },
    equipment=("spirometry",),
    resources=("biobank",),
    experience=(Experience(therapy_area="respiratory", phase="3", trials=4),),
    trial_slots=2,
)
STORED = CapacityInput(
    state="limited",
    state_until=date(2027, 1, 31),
    indications=("COPD", "J45"),
    phases=("2", "3"),
    nurse_hours_free=12.5,
    running_trials=3,
    dct_activities={"video_visit": DctOffer(answer="own")},
)

texts = st.text(
    st.one_of(
        st.sampled_from("|\\@:=- ;,\"'\n\r\tåø"), st.characters(exclude_categories=["Cs"], exclude_characters="\0")
    ),
    min_size=1,
    max_size=12,
).filter(lambda text: not text.isspace())


def codes(values: tuple[str, ...]) -> st.SearchStrategy[tuple[str, ...]]:
    return st.lists(st.sampled_from(values), unique=True).map(tuple)


def text_lists(most: int) -> st.SearchStrategy[tuple[str, ...]]:
    return st.lists(texts, max_size=min(most, 4)).map(tuple)


hours = st.none() | st.floats(0, 2000, allow_nan=False)
days = st.none() | st.dates()
offers = st.builds(
    DctOffer, answer=st.sampled_from(DCT_ANSWERS), partner=st.none() | texts, geography=st.none() | texts
)
capacities = st.builds(
    CapacityInput,
    indications=text_lists(50),
    study_types=codes(STUDY_TYPES),
    phases=codes(PHASES),
    age_groups=codes(AGE_GROUPS),
    care_settings=codes(CARE_SETTINGS),
    state=st.sampled_from(get_args(CapacityState)),
    state_until=days,
    new_trials_possible=st.none() | st.booleans(),
    new_trials_from=days,
    participants_per_month=st.none() | st.floats(0, 100_000),
    participants_basis=st.none() | st.sampled_from(get_args(Basis)),
    participants_counted_on=days,
    nurse_hours_free=hours,
    physician_hours_free=hours,
    protected_hours_planned=hours,
    protected_hours_taken=hours,
    running_trials=st.none() | st.integers(0, 1_000_000),
    trial_slots=st.none() | st.integers(0, 1000),
    competing_trials=text_lists(50),
    lead_time_days=st.none() | st.integers(0, 1500),
    conditions=text_lists(20),
    dct_activities=st.dictionaries(st.sampled_from(DCT_ACTIVITIES), offers, max_size=4),
    equipment=codes(CAPABILITIES),
    resources=codes(RESOURCE_KINDS),
    experience=st.lists(
        st.builds(
            Experience,
            therapy_area=st.sampled_from(THERAPY_AREAS),
            phase=st.sampled_from(PHASES),
            trials=st.integers(0, 1_000_000),
        ),
        max_size=3,
    ).map(tuple),
    primary_care_role=st.none() | st.sampled_from(get_args(PrimaryCareRole)),
)
