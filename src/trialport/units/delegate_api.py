"""Who may act for an investigator, over JSON."""

from litestar import Router, get, put
from litestar.params import JSONBody

from trialport.accounts.guards import ONESELF, Caller
from trialport.accounts.permissions import may
from trialport.core.edge import Tx
from trialport.units.delegate_models import DelegateList, DelegatesInput
from trialport.units.delegate_service import name_delegates
from trialport.units.delegate_service import read_delegates as delegates_of


@get(
    "/me/delegates",
    opt={**may("delegates", "read"), **ONESELF, "records_reading": True, "errors": (404,)},
    summary="List who may act for you",
)
async def read_delegates(tx: Tx, actor: Caller) -> DelegateList:
    return await delegates_of(tx, actor)


@put(
    "/me/delegates",
    opt={**may("delegates", "change"), **ONESELF, "errors": (404,)},
    summary="Say who may act for you",
    description="Replaces the list. Those named can choose, after signing in, to act for you as an investigator: for "
    "your units' capacity and invitations, with both names noted. Who is left out can no longer, at once. What is "
    "about you as a person stays yours, this list too.",
)
async def write_delegates(tx: Tx, actor: Caller, data: JSONBody[DelegatesInput]) -> DelegateList:
    return await name_delegates(tx, actor, data.delegate_ids)


router = Router(path="/", tags=["own data"], route_handlers=[read_delegates, write_delegates])
