"""What opens confidential fields to a unit: the table."""

from datetime import date
from uuid import UUID

import msgspec
import pytest

from trialport.sponsors.agreement_rules import (
    AgreementFacts,
    AskedInquiry,
    Opening,
    UnitSite,
    opens_confidential,
)

REGION, SITE, SPONSOR, INQUIRY, OTHER = (UUID(int=number) for number in range(1, 6))
TODAY = date(2026, 11, 22)
UNIT = UnitSite(site_id=SITE, region_id=REGION)
ASKED = AskedInquiry(inquiry_id=INQUIRY, sponsor_id=SPONSOR)
MASTER = AgreementFacts(
    agreement_id=UUID(int=10),
    region_id=REGION,
    sponsor_id=SPONSOR,
    site_id=None,
    inquiry_id=None,
    mode="master",
    signed_on=date(2026, 1, 1),
    valid_until=None,
)
CDA = msgspec.structs.replace(MASTER, agreement_id=UUID(int=11), mode="cda_first", site_id=SITE, inquiry_id=INQUIRY)
CLOSED = Opening(is_open=False)
BY_MASTER = Opening(is_open=True, by="master", agreement_id=MASTER.agreement_id)
BY_CDA = Opening(is_open=True, by="cda_first", agreement_id=CDA.agreement_id)
BY_LAW = Opening(is_open=True, by="statute")


def changed(agreement: AgreementFacts, **values: object) -> AgreementFacts:
    return msgspec.structs.replace(agreement, **values)


@pytest.mark.parametrize(
    ("mode", "agreements", "wanted"),
    [
        ("statutory", [], BY_LAW),
        ("statutory", [CDA], BY_LAW),
        ("master", [], CLOSED),
        ("master", [MASTER], BY_MASTER),
        ("master", [CDA], CLOSED),
        ("master", [changed(MASTER, site_id=SITE)], BY_MASTER),
        ("master", [changed(MASTER, site_id=OTHER)], CLOSED),
        ("master", [changed(MASTER, inquiry_id=INQUIRY)], BY_MASTER),
        ("master", [changed(MASTER, inquiry_id=OTHER)], CLOSED),
        ("master", [changed(MASTER, sponsor_id=OTHER)], CLOSED),
        ("master", [changed(MASTER, region_id=OTHER)], CLOSED),
        ("master", [changed(MASTER, signed_on=TODAY)], BY_MASTER),
        ("master", [changed(MASTER, signed_on=date(2026, 11, 23))], CLOSED),
        ("master", [changed(MASTER, valid_until=TODAY)], BY_MASTER),
        ("master", [changed(MASTER, valid_until=date(2026, 11, 21))], CLOSED),
        ("master", [changed(MASTER, ended_on=date(2026, 11, 23))], BY_MASTER),
        ("master", [changed(MASTER, ended_on=TODAY)], CLOSED),
        ("master", [changed(MASTER, sponsor_id=OTHER), MASTER], BY_MASTER),
        ("cda_first", [], CLOSED),
        ("cda_first", [MASTER], CLOSED),
        ("cda_first", [CDA], BY_CDA),
        ("cda_first", [changed(CDA, site_id=OTHER)], CLOSED),
        ("cda_first", [changed(CDA, inquiry_id=OTHER)], CLOSED),
    ],
)
def test_what_opens(mode: str, agreements: list[AgreementFacts], wanted: Opening) -> None:
    assert opens_confidential(mode, agreements, unit_site=UNIT, inquiry=ASKED, on=TODAY) == wanted  # type: ignore[arg-type]


def test_the_first_signed_counts_whatever_the_order() -> None:
    later = changed(MASTER, agreement_id=UUID(int=9), signed_on=date(2026, 2, 1))
    for order in ([MASTER, later], [later, MASTER]):
        assert opens_confidential("master", order, unit_site=UNIT, inquiry=ASKED, on=TODAY) == BY_MASTER
