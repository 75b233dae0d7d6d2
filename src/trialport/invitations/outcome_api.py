"""The outcome and what followed it, over JSON."""

from litestar import Router, get, post
from litestar.params import JSONBody

from trialport.accounts.guards import Caller
from trialport.accounts.permissions import may
from trialport.core.edge import AppSettings, Tx
from trialport.inquiries.api import InquiryId
from trialport.invitations import outcome
from trialport.invitations.models import OutcomeCreate
from trialport.invitations.outcome_models import MilestoneCreate, OutcomeChain, OutcomeDetail, PromiseOutcome


@post(
    "/inquiries/{inquiry_id:uuid}/outcome",
    opt={**may("inquiry", "close"), "errors": (409, 412)},
    status_code=201,
    summary="Record what the sponsor decided",
    description="Closes the inquiry. Every unit asked is told.",
)
async def record_outcome(
    tx: Tx, settings: AppSettings, actor: Caller, inquiry_id: InquiryId, data: JSONBody[OutcomeCreate]
) -> OutcomeDetail:
    return await outcome.record_outcome(tx, settings, actor, inquiry_id, data)


@get(
    "/inquiries/{inquiry_id:uuid}/outcome",
    opt={**may("inquiry", "read_reply"), "errors": (409,)},
    summary="Follow an inquiry from submission to the last participant",
)
async def read_chain(tx: Tx, actor: Caller, inquiry_id: InquiryId) -> OutcomeChain:
    return await outcome.read_chain(tx, actor, inquiry_id)


@post(
    "/inquiries/{inquiry_id:uuid}/outcome-promise",
    opt={**may("inquiry", "promise_outcome"), "errors": (409, 412)},
    status_code=201,
    summary="Promise the outcome by another day",
    description="The sponsor is reminded by the new day; the reminders start anew.",
)
async def promise_outcome(tx: Tx, actor: Caller, inquiry_id: InquiryId, data: JSONBody[PromiseOutcome]) -> OutcomeChain:
    return await outcome.promise_outcome(tx, actor, inquiry_id, data)


@post(
    "/inquiries/{inquiry_id:uuid}/milestones",
    opt={**may("inquiry", "record_milestone"), "errors": (409,)},
    status_code=201,
    summary="Tell what became of the trial at a unit",
    description="Told again for the same unit and kind, it corrects what was told before.",
)
async def record_milestone(
    tx: Tx, actor: Caller, inquiry_id: InquiryId, data: JSONBody[MilestoneCreate]
) -> OutcomeChain:
    return await outcome.record_milestone(tx, actor, inquiry_id, data)


router = Router(
    path="/", tags=["invitations"], route_handlers=[record_outcome, read_chain, promise_outcome, record_milestone]
)
