"""Shapes of what an investigator says of herself."""

from datetime import date, datetime
from typing import Annotated, Literal
from uuid import UUID

from msgspec import Meta, Struct

from trialport.units.models import RoleWanted, SchoolStatus

Visibility = Literal["office", "region", "nobody"]
LanguageCode = Annotated[str, Meta(pattern="^[a-z]{2}$")]
MOST_A_MONTH = 100


class ProfileInput(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What she may change herself; name, address and units come from the employer's register."""

    roles_wanted: tuple[RoleWanted, ...] = ()
    languages: Annotated[tuple[LanguageCode, ...], Meta(max_length=20)] = ()
    gcp_trained_on: date | None = None
    gcp_expires_on: date | None = None
    school_status: SchoolStatus
    school_completed_on: date | None = None
    # None for any number; 0 for none at all.
    invitations_per_month: Annotated[int, Meta(ge=0, le=MOST_A_MONTH)] | None = None
    visibility: Visibility


class ProfileDetail(ProfileInput, frozen=True, kw_only=True):
    """Her own entry in the register."""

    investigator_id: UUID
    name: str
    email: str
    speciality: str
    objected_at: datetime | None
    updated_at: datetime


class Absence(Struct, frozen=True, kw_only=True):
    """Days on which she is away, the first and the last included."""

    first_day: date
    last_day: date


class Colleague(Struct, frozen=True, kw_only=True):
    """Somebody who works at one of her units."""

    investigator_id: UUID
    name: str
