"""A draft of the site-suitability statement (Regulation (EU) 536/2014, Annex I, 67), from unit and capacity data.

The headings are the five parts of the EU's own form for it (EudraLex, volume 10). What is not known is marked, and
nothing here is signed: the head of the clinic completes and signs the statement elsewhere.
"""

from collections.abc import Sequence
from uuid import UUID

from trialport.accounts.models import Actor
from trialport.core.days import shown_day
from trialport.core.db import Transaction, as_system
from trialport.core.documents import Document, Fact, Section
from trialport.core.errors import NotFound
from trialport.core.language import Language
from trialport.core.translations import to_translate, translate
from trialport.inquiries.queries import select_inquiry
from trialport.invitations import suitability_queries as queries
from trialport.invitations.answer import require_invitation_command
from trialport.invitations.reading import PROGRAM
from trialport.invitations.release import require_yes
from trialport.invitations.suitability_queries import CapacityFacts, SiteFacts
from trialport.units.models import CapabilityOffer
from trialport.vocabulary.codes import Capability

# Which part of the form a capability speaks to.
_PRODUCT: tuple[Capability, ...] = (
    "trial_pharmacy",
    "aseptic_preparation",
    "cytotoxic_preparation",
    "radiopharmaceuticals",
    "atmp_handling",
    "gmo_contained_use",
    "gmo_deliberate_release",
    "phase_1_unit",
)
_FACILITIES: tuple[Capability, ...] = (
    "jacie_accreditation",
    "iso_15189_accreditation",
    "infusion_chairs",
    "overnight_beds",
    "monitoring_room",
    "remote_source_access",
    "archive",
)
_EQUIPMENT: tuple[Capability, ...] = (
    "freezer_minus_80",
    "liquid_nitrogen",
    "refrigerated_centrifuge",
    "mri",
    "ct",
    "pet",
    "dexa",
    "ultrasound",
    "echocardiography",
    "ecg",
    "spirometry",
    "endoscopy",
)
NAMES: dict[Capability, str] = {
    "jacie_accreditation": to_translate("JACIE accreditation"),
    "iso_15189_accreditation": to_translate("ISO 15189 accreditation"),
    "gmo_contained_use": to_translate("GMO, contained use"),
    "gmo_deliberate_release": to_translate("GMO, deliberate release"),
    "atmp_handling": to_translate("handling of advanced therapies (ATMP)"),
    "phase_1_unit": to_translate("phase I unit"),
    "freezer_minus_80": to_translate("freezer at -80 degrees"),
    "liquid_nitrogen": to_translate("liquid nitrogen"),
    "refrigerated_centrifuge": to_translate("refrigerated centrifuge"),
    "mri": to_translate("magnetic resonance imaging"),
    "ct": to_translate("computed tomography"),
    "pet": to_translate("positron emission tomography"),
    "dexa": to_translate("bone density measurement (DEXA)"),
    "ultrasound": to_translate("ultrasound"),
    "echocardiography": to_translate("echocardiography"),
    "ecg": to_translate("electrocardiography"),
    "spirometry": to_translate("spirometry"),
    "endoscopy": to_translate("endoscopy"),
    "infusion_chairs": to_translate("infusion chairs"),
    "overnight_beds": to_translate("overnight beds"),
    "trial_pharmacy": to_translate("trial pharmacy"),
    "aseptic_preparation": to_translate("aseptic preparation"),
    "cytotoxic_preparation": to_translate("cytotoxic preparation"),
    "radiopharmaceuticals": to_translate("radiopharmaceuticals"),
    "monitoring_room": to_translate("room for monitors"),
    "remote_source_access": to_translate("remote access to source data"),
    "archive": to_translate("archive"),
}
_UNSIGNED = to_translate("Not signed. Name, position, date and signature of the head: to be completed.")
_GAP = to_translate("To be completed.")


async def draft_suitability(
    tx: Transaction, actor: Actor, invitation_id: UUID, language: Language
) -> tuple[Document, str]:
    """Return the draft for a unit that has given a firm yes, and the name of its file; raises Refused before that."""
    found = await require_yes(tx, actor, invitation_id)
    require_invitation_command(actor, found, "draft_suitability")
    async with as_system(tx.connection):
        inquiry = await select_inquiry(tx.connection, actor=PROGRAM, inquiry_id=found.inquiry_id)
        facts = await queries.select_site_facts(tx.connection, invitation_id=invitation_id)
        capacities = await queries.select_capacity_facts(tx.connection, unit_id=found.unit_id)
    if inquiry is None or facts is None:
        raise NotFound("No invitation of yours here.")
    document = Document(
        language=language,
        title=translate(language, "Site suitability statement, draft"),
        mark=translate(language, "Draft, not signed"),
        lead=(
            translate(
                language,
                "Draft for %(reference)s, made from the data in Trialport. It follows the EU form for Annex I,"
                " point 67, of Regulation (EU) 536/2014 and is not valid until the head of the clinic has completed"
                " and signed it.",
                reference=found.reference,
            ),
        ),
        sections=_sections(facts, capacities, language),
    )
    return document, f"{found.reference}-suitability-draft.pdf"


def _sections(facts: SiteFacts, capacities: Sequence[CapacityFacts], language: Language) -> tuple[Section, ...]:
    equipment = {one: CapabilityOffer(available=True) for record in capacities for one in record.equipment}
    known = {**equipment, **facts.capabilities}
    return (
        Section(heading=translate(language, "Trial and site"), facts=_site(facts, language)),
        _part(
            translate(language, "a) Suitability of the site for the nature and use of the investigational product"),
            _offers(known, _PRODUCT, language),
            language,
        ),
        _part(translate(language, "b) Suitability of the facilities"), _offers(known, _FACILITIES, language), language),
        _part(translate(language, "c) Suitability of the equipment"), _offers(known, _EQUIPMENT, language), language),
        _part(translate(language, "d) Trial procedures that take place at the site"), (), language),
        _part(translate(language, "e) Human resources and expertise"), _people(facts, capacities, language), language),
        Section(
            heading=translate(language, "Signature"),
            paragraphs=(translate(language, _UNSIGNED),),
        ),
    )


def _part(heading: str, facts: Sequence[Fact], language: Language) -> Section:
    """Show what is known, and that the description in words is still to be written."""
    return Section(heading=heading, facts=tuple(facts), paragraphs=() if facts else (translate(language, _GAP),))


def _site(facts: SiteFacts, language: Language) -> tuple[Fact, ...]:
    given = {
        translate(language, "EU trial number"): "",
        translate(language, "Title of the trial"): "",
        translate(language, "Site"): f"{facts.site_name} ({facts.site_legal_name})",
        translate(language, "Unit"): facts.unit_name,
        translate(language, "Address"): facts.unit_address or facts.site_address,
        translate(language, "Principal investigator (proposed)"): facts.person_name,
    }
    return tuple(Fact(label=label, value=value or translate(language, _GAP)) for label, value in given.items())


def _offers(
    known: dict[Capability, CapabilityOffer], wanted: Sequence[Capability], language: Language
) -> tuple[Fact, ...]:
    return tuple(Fact(label=translate(language, NAMES[one]), value=_offer(known.get(one), language)) for one in wanted)


def _offer(offer: CapabilityOffer | None, language: Language) -> str:
    if offer is None:
        return translate(language, _GAP)
    said = [translate(language, "available") if offer.available else translate(language, "not available")]
    if offer.note is not None:
        said.append(offer.note)
    if offer.expires_on is not None:
        said.append(translate(language, "valid until %(day)s", day=shown_day(offer.expires_on, language)))
    return ", ".join(said)


def _people(facts: SiteFacts, capacities: Sequence[CapacityFacts], language: Language) -> tuple[Fact, ...]:
    gcp = _GAP
    if facts.gcp_trained_on is not None:
        gcp = shown_day(facts.gcp_trained_on, language)
        if facts.gcp_expires_on is not None:
            until = translate(language, "valid until %(day)s", day=shown_day(facts.gcp_expires_on, language))
            gcp = f"{gcp}, {until}"
    trials = sum(int(one.get("trials", 0)) for record in capacities for one in record.experience)
    given = {
        translate(language, "Speciality"): facts.person_speciality,
        translate(language, "GCP training"): gcp if gcp != _GAP else "",
        translate(language, "Trials of the investigator"): ""
        if facts.experience_band == "0"
        else facts.experience_band,
        translate(language, "Trials of the unit in the last five years"): str(trials) if trials else "",
        translate(language, "Research-nurse hours a week"): _hours([one.nurse_hours_free for one in capacities]),
        translate(language, "Physician hours a week"): _hours([one.physician_hours_free for one in capacities]),
        translate(language, "Training for the trial and contracts with partners"): "",
    }
    return tuple(Fact(label=label, value=value or translate(language, _GAP)) for label, value in given.items())


def _hours(given: Sequence[float | None]) -> str:
    """Return the most that any record of the unit says: the records share the same people."""
    known = [one for one in given if one is not None]
    return f"{max(known):g}" if known else ""
