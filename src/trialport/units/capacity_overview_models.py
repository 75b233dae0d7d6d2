"""What a company sees of a region's capacity: bands, never a unit and never a person."""

from typing import Annotated

from msgspec import Meta, Struct

from trialport.core.fields import Id
from trialport.units.rules import Band
from trialport.vocabulary.codes import DctActivity, StudyType, TherapyArea


class CapacityForSponsor(Struct, frozen=True, kw_only=True):
    """A region's capacity in one therapy area, in bands."""

    therapy_area: Annotated[TherapyArea, Meta(description="Therapy area.", examples=["respiratory"])]
    units: Annotated[
        Band, Meta(description="Units that take new trials, with a fresh record (band of a count).", examples=["<5"])
    ]
    participants_per_month: Annotated[
        Band | None,
        Meta(
            description="Participants they could recruit together (band of persons a month); null where fewer "
            "than three of them say so, which could be traced to a unit.",
            examples=["10-19"],
        ),
    ]
    study_types: Annotated[
        tuple[StudyType, ...], Meta(description="Study types that some of them accept.", examples=[["drug"]])
    ]
    dct_activities: Annotated[
        tuple[DctActivity, ...],
        Meta(description="Decentralised activities that some of them offer.", examples=[["video_visit"]]),
    ]


class CapacityOverview(Struct, frozen=True, kw_only=True):
    """A region's capacity by therapy area, as companies see it."""

    region_id: Id
    items: Annotated[tuple[CapacityForSponsor, ...], Meta(description="Therapy areas with capacity.")]


class RegionReach(Struct, frozen=True, kw_only=True):
    """How far trials reach beyond the hospital, in bands."""

    primary_care_units: Band
    decentralised_units: Band
    dct_activities: dict[DctActivity, Band]
