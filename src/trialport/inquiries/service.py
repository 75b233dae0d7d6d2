"""What happens with an inquiry: submitted, amended, withdrawn. The model slice: read this first."""

from collections.abc import Callable
from datetime import date
from uuid import UUID
from zoneinfo import ZoneInfo

from trialport.accounts.audit_service import note_reading
from trialport.accounts.models import Actor
from trialport.accounts.permissions import allowed_commands
from trialport.accounts.service import record_audit_event
from trialport.core.config import Settings
from trialport.core.db import Transaction
from trialport.core.errors import Changed, Contradiction, NotFound, Refused
from trialport.core.jobs.lease import ask_for_job
from trialport.inquiries import queries, rules
from trialport.inquiries.content import InquiryContent
from trialport.inquiries.models import InquiryReceipt, InquiryUpdate
from trialport.inquiries.queries import AskedRegion, InquiryRow
from trialport.sponsors.service import register_sponsor

IsIcd10 = Callable[[str], bool]


async def submit_inquiry(
    tx: Transaction, settings: Settings, actor: Actor, content: InquiryContent, is_icd10: IsIcd10
) -> InquiryReceipt:
    """Take in an inquiry: inquiry, version, job and audit event in the caller's transaction.

    Raises Contradiction naming every field that does not fit.
    """
    _check(content, tx, is_icd10)
    lead, asked = await _regions_asked(tx, actor, content)
    await _check_placement(tx, content, asked)
    shown, hidden = rules.split_content(content)
    local_day = tx.now.astimezone(ZoneInfo(lead.timezone)).date()
    promised = rules.promised_on(local_day, lead.promised_working_days, lead.country, lead.quiet_periods)
    inquiry_id, reference = await queries.insert_inquiry(
        tx.connection,
        region=lead,
        region_ids=[region.region_id for region in asked],
        sponsor_id=await _sponsor_of(tx, actor, content),
        content=shown,
        confidential=hidden,
        confidential_fields=rules.confidential_paths(content),
        promised_on=promised,
        created_by=actor.actor_id,
        year=local_day.year,
        now=tx.now,
    )
    await ask_for_assessment(tx, settings, inquiry_id, 1)
    await record_audit_event(
        tx,
        actor,
        action="inquiry.submitted",
        object_type="inquiry",
        object_id=inquiry_id,
        region_id=lead.region_id,
        details={"reference": reference, "version": 1},
    )
    return InquiryReceipt(
        inquiry_id=inquiry_id,
        reference=reference,
        state="submitted",
        version=1,
        promised_on=promised,
        status_url=f"/api/v1/inquiries/{inquiry_id}",
    )


async def ask_for_assessment(
    tx: Transaction, settings: Settings, inquiry_id: UUID, version: int, *, delay_seconds: float = 0
) -> None:
    """Ask for an assessment of one version; one job row a version, renewed when asked again."""
    await ask_for_job(
        tx,
        settings,
        kind="assess_inquiry",
        subject_id=inquiry_id,
        subject_version=version,
        delay_seconds=delay_seconds,
    )


async def read_inquiry(tx: Transaction, actor: Actor, inquiry_id: UUID) -> InquiryRow:
    """Return an inquiry in the actor's scope; raises NotFound otherwise."""
    row = await queries.select_inquiry(tx.connection, actor=actor, inquiry_id=inquiry_id)
    if row is None or "read" not in allowed_commands("inquiry", actor.role, row.state):
        raise NotFound("No inquiry of yours here.")
    return row


async def note_read_confidential(tx: Transaction, actor: Actor, row: InquiryRow) -> None:
    """Note which confidential fields of an inquiry an actor was shown, if it has any; never their values."""
    fields = sorted(f"{group}.{field}" for group, fields in row.confidential.items() for field in fields)
    if fields:
        await note_reading(
            tx,
            actor,
            action="inquiry.confidential_read",
            object_type="inquiry",
            object_id=row.inquiry_id,
            region_id=row.region_id,
            details={"version": row.version, "fields": fields},
        )


async def amend_inquiry(
    tx: Transaction,
    settings: Settings,
    actor: Actor,
    inquiry_id: UUID,
    update: InquiryUpdate,
    is_icd10: IsIcd10,
    *,
    expected: int | None,
) -> InquiryRow:
    """Make a new version of an inquiry and ask for its assessment.

    Raises Refused where the state does not allow it, Changed when another state is stored, Contradiction for
    values that do not fit and when nothing would change.
    """
    row = await read_inquiry(tx, actor, inquiry_id)
    require_command(actor, row, "amend")
    _require_revision(row, expected)
    after, groups = _amended(row, update)
    _check(after, tx, is_icd10)
    await _check_placement(tx, after, await _asked_of(tx, row))
    state = "in_triage" if row.state == "needs_information" else row.state
    version = await _store_version(tx, actor, row, after, state)
    await ask_for_assessment(tx, settings, inquiry_id, version)
    if state in ("inviting", "collating"):
        # The units asked are brought to the new version by the worker.
        await ask_for_job(tx, settings, kind="ask_about_amendment", subject_id=inquiry_id, subject_version=version)
    await record_audit_event(
        tx,
        actor,
        action="inquiry.amended",
        object_type="inquiry",
        object_id=inquiry_id,
        region_id=row.region_id,
        details={"version": version, "groups": groups},
    )
    return await read_inquiry(tx, actor, inquiry_id)


async def _store_version(tx: Transaction, actor: Actor, row: InquiryRow, after: InquiryContent, state: str) -> int:
    """Store an inquiry's next version; a clock that stood still goes on."""
    promised, waited = await clock_after_pause(tx, row)
    version = await queries.update_inquiry_version(
        tx.connection,
        inquiry_id=row.inquiry_id,
        revision=row.revision,
        state=state,
        promised_on=promised,
        waited=waited,
        now=tx.now,
    )
    if version is None:
        raise Changed("Somebody changed this inquiry at the same moment. Read it again and repeat your change.")
    shown, hidden = rules.split_content(after)
    await queries.insert_inquiry_version(
        tx.connection,
        inquiry_id=row.inquiry_id,
        version=version,
        content=shown,
        confidential=hidden,
        confidential_fields=rules.confidential_paths(after),
        created_by=actor.actor_id,
        now=tx.now,
    )
    return version


def _amended(row: InquiryRow, update: InquiryUpdate) -> tuple[InquiryContent, tuple[str, ...]]:
    before = rules.join_content(row.content, row.confidential)
    after = rules.amend_content(before, update)
    groups = rules.changed_groups(before, after)
    if not groups:
        raise Contradiction("The amendment changes nothing. Send the groups that change.")
    if after.placement.regions_wanted != before.placement.regions_wanted:
        raise Contradiction.at("placement.regions_wanted", "Other regions need a new inquiry to them.")
    return after, groups


async def withdraw_inquiry(
    tx: Transaction, actor: Actor, inquiry_id: UUID, reason: str | None, *, expected: int | None
) -> InquiryRow:
    """Withdraw an inquiry; raises Refused where the state does not allow it."""
    row = await read_inquiry(tx, actor, inquiry_id)
    require_command(actor, row, "withdraw")
    _require_revision(row, expected)
    changed = await queries.update_inquiry_withdrawn(
        tx.connection, inquiry_id=inquiry_id, revision=row.revision, reason=reason, now=tx.now
    )
    if changed is None:
        raise Changed("Somebody changed this inquiry at the same moment. Read it again.")
    await record_audit_event(
        tx,
        actor,
        action="inquiry.withdrawn",
        object_type="inquiry",
        object_id=inquiry_id,
        region_id=row.region_id,
    )
    return await read_inquiry(tx, actor, inquiry_id)


async def clock_after_pause(tx: Transaction, row: InquiryRow) -> tuple[date, int]:
    """Return the day promised once a pause ends now, and how long it was (working days); without one, as it is."""
    if row.paused_at is None:
        return row.promised_on, 0
    (lead,) = await queries.select_asked_regions(tx.connection, codes=(), region_id=row.region_id)
    zone = ZoneInfo(lead.timezone)
    return rules.promised_after_pause(
        row.promised_on,
        row.paused_at.astimezone(zone).date(),
        tx.now.astimezone(zone).date(),
        lead.country,
        lead.quiet_periods,
    )


def require_command(actor: Actor, row: InquiryRow, command: str) -> None:
    """Raise Refused, with the state and what is allowed, unless the actor may do this now."""
    allowed = allowed_commands("inquiry", actor.role, row.state)
    if command not in allowed:
        raise Refused(
            f"An inquiry in state `{row.state}` does not allow `{command}` for your role.",
            extra={"state": row.state, "available_actions": list(allowed)},
        )


def _require_revision(row: InquiryRow, expected: int | None) -> None:
    if expected is not None and row.revision != expected:
        raise Changed("Somebody changed this inquiry after you read it. Read it again and repeat your change.")


def _check(content: InquiryContent, tx: Transaction, is_icd10: IsIcd10) -> None:
    if errors := rules.check_content(content, tx.today, is_icd10):
        raise Contradiction("Some values do not fit together. See `errors`.", errors=errors)


async def _regions_asked(
    tx: Transaction, actor: Actor, content: InquiryContent
) -> tuple[AskedRegion, list[AskedRegion]]:
    """Return the region that receives the inquiry and all regions asked."""
    wanted = content.placement.regions_wanted
    found = await queries.select_asked_regions(tx.connection, codes=wanted, region_id=actor.region_id)
    by_code = {region.code: region for region in found}
    unknown = [code for code in wanted if code not in by_code]
    if unknown:
        raise Contradiction.at(
            "placement.regions_wanted", f"Unknown region {unknown[0]}. GET /api/v1/regions lists them."
        )
    asked = [by_code[code] for code in dict.fromkeys(wanted)] or [
        region for region in found if region.region_id == actor.region_id
    ]
    if not asked:
        raise Contradiction.at("placement.regions_wanted", "Say which region is asked.")
    if actor.role in ("office", "service") and any(one.region_id != actor.region_id for one in asked):
        raise Contradiction.at("placement.regions_wanted", "Your token may only submit to its own region.")
    own = [region for region in asked if region.region_id == actor.region_id]
    return (own or asked)[0], asked


async def _asked_of(tx: Transaction, row: InquiryRow) -> list[AskedRegion]:
    return await queries.select_asked_regions(tx.connection, codes=row.regions, region_id=None)


async def _check_placement(tx: Transaction, content: InquiryContent, asked: list[AskedRegion]) -> None:
    """Raise Contradiction where what is wanted or excluded does not fit the regions that are asked in fact."""
    placement = content.placement
    if refused := [region.code for region in asked if region.code in placement.regions_excluded]:
        raise Contradiction.at("placement.regions_excluded", f"Region {refused[0]} is asked and excluded. Choose one.")
    region_ids = [region.region_id for region in asked]
    for field in ("units_wanted", "units_excluded"):
        named = sorted(set(getattr(placement, field)))
        if not named:
            continue
        known = await queries.count_units_in_regions(tx.connection, unit_ids=named, region_ids=region_ids)
        if known != len(named):
            raise Contradiction.at(
                f"placement.{field}", "A unit named is not in the regions asked. GET /api/v1/units lists them."
            )


async def _sponsor_of(tx: Transaction, actor: Actor, content: InquiryContent) -> UUID:
    # A sponsor's own token decides whose inquiry it is; the name in the body never opens another's door.
    if actor.role == "sponsor_contact" and actor.sponsor_id is not None:
        return actor.sponsor_id
    return await register_sponsor(
        tx.connection,
        name=content.who.sponsor_name,
        kind=content.who.sponsor_kind,
        organisation_number=content.who.organisation_number,
        country=content.who.country,
    )
