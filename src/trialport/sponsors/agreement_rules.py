"""What opens an inquiry's confidential fields to a unit (confidentiality modes of the regions)."""

from collections.abc import Sequence
from datetime import date
from typing import Literal
from uuid import UUID

from msgspec import Struct

from trialport.units.models import ConfidentialityMode

AgreementMode = Literal["master", "cda_first"]

# Sweden: whoever works for a region is bound by the Public Access and Secrecy Act (2009:400) by law; a company's
# own undertaking adds nothing and may not be signed.
STATUTORY_REFUSAL = (
    "In this region confidentiality follows from the law: its employees are bound by the Public Access and Secrecy "
    "Act (offentlighets- och sekretesslagen 2009:400) and may not sign a company's own secrecy undertaking. "
    "There is nothing to record; the confidential fields are open to the units asked."
)


class AgreementFacts(Struct, frozen=True, kw_only=True):
    """What of an agreement decides whether it opens anything."""

    agreement_id: UUID
    region_id: UUID
    sponsor_id: UUID
    site_id: UUID | None
    inquiry_id: UUID | None
    mode: AgreementMode
    signed_on: date
    valid_until: date | None
    # The day it was ended; on that day it no longer holds.
    ended_on: date | None = None


class UnitSite(Struct, frozen=True, kw_only=True):
    """Where a unit belongs: its site, and the region."""

    site_id: UUID
    region_id: UUID


class AskedInquiry(Struct, frozen=True, kw_only=True):
    """An inquiry and who asks it."""

    inquiry_id: UUID
    sponsor_id: UUID


class Opening(Struct, frozen=True, kw_only=True):
    """Whether confidential fields are open to a unit, and by what."""

    is_open: bool
    by: Literal["statute", "master", "cda_first"] | None = None
    agreement_id: UUID | None = None


CLOSED = Opening(is_open=False)


def opens_confidential(
    mode: ConfidentialityMode,
    agreements: Sequence[AgreementFacts],
    *,
    unit_site: UnitSite,
    inquiry: AskedInquiry,
    on: date,
) -> Opening:
    """Say whether an inquiry's confidential fields are open to a unit of this site on a day, and by what.

    `statutory`: by law. `master` (Denmark): by an agreement between the sponsor and the hospital's management.
    `cda_first` (Finland): by an undertaking that a named signatory has signed. Only an agreement of the region's
    own mode counts, of this sponsor, for this site or the whole region, for this inquiry or all of the sponsor's.
    Of several the first signed counts.
    """
    if mode == "statutory":
        return Opening(is_open=True, by="statute")
    holding = [
        one for one in agreements if one.mode == mode and _covers(one, unit_site, inquiry) and _holds_on(one, on)
    ]
    if not holding:
        return CLOSED
    first = min(holding, key=lambda one: (one.signed_on, one.agreement_id))
    return Opening(is_open=True, by=first.mode, agreement_id=first.agreement_id)


def _covers(agreement: AgreementFacts, unit_site: UnitSite, inquiry: AskedInquiry) -> bool:
    return (
        agreement.region_id == unit_site.region_id
        and agreement.sponsor_id == inquiry.sponsor_id
        and agreement.site_id in (None, unit_site.site_id)
        and agreement.inquiry_id in (None, inquiry.inquiry_id)
    )


def _holds_on(agreement: AgreementFacts, day: date) -> bool:
    return (
        agreement.signed_on <= day
        and (agreement.valid_until is None or day <= agreement.valid_until)
        and (agreement.ended_on is None or day < agreement.ended_on)
    )
