"""What people do in the demonstration's story, each by the desk that does it for everybody else."""

from collections.abc import Awaitable, Callable
from typing import Any, TypeVar
from uuid import UUID

import msgspec
from msgspec import Struct

from trialport.accounts.models import Actor
from trialport.core.config import Settings
from trialport.core.db import Transaction
from trialport.demo.story_cast import Cast
from trialport.demo.story_models import StoryInquiry, StoryStep, Verb
from trialport.inquiries import draft_service, region_service, service, teamwork_service, triage_service, view_service
from trialport.inquiries.content import InquiryContent
from trialport.inquiries.models import InquiryUpdate
from trialport.inquiries.region_models import PrioritiesInput, QuietPeriodsInput
from trialport.inquiries.triage_models import DeclineInquiry, InformationRequest
from trialport.invitations import amendment, answer, fill, outcome, questionnaire, questions, reply
from trialport.invitations.invite import invite_units
from trialport.invitations.ledger_models import FillCreate
from trialport.invitations.models import EoiCreate, InviteUnits, OutcomeCreate, SignOffCreate
from trialport.invitations.outcome_models import MilestoneCreate
from trialport.invitations.questionnaire_models import QuestionnaireCreate, QuestionnaireFill
from trialport.invitations.reply_models import ReplyCreate
from trialport.matching import shortlist_service, weights_service
from trialport.matching.shortlist_models import ShortlistChange
from trialport.matching.weights_models import RegionWeightsInput
from trialport.units import stale_service

T = TypeVar("T")


class Scene:
    """One inquiry of the story as it goes on, or an office at work on its own settings."""

    def __init__(self, cast: Cast, settings: Settings, region: str, inquiry: StoryInquiry | None = None) -> None:
        self.cast, self.settings, self.region, self.inquiry = cast, settings, region, inquiry
        self._inquiry_id: UUID | None = None
        self.invitations: dict[str, UUID] = {}
        # Questions of units to the sponsor, in the order they were asked.
        self.questions: list[UUID] = []
        self.is_icd10: Callable[[str], bool] = lambda _: True

    @property
    def inquiry_id(self) -> UUID:
        """The inquiry, once it has been submitted."""
        if self._inquiry_id is None:
            raise ValueError(f"{self.inquiry and self.inquiry.key} is not submitted yet.")
        return self._inquiry_id

    @inquiry_id.setter
    def inquiry_id(self, inquiry_id: UUID) -> None:
        self._inquiry_id = inquiry_id

    @property
    def region_id(self) -> UUID:
        return self.cast.regions[self.region]

    def actor(self, step: StoryStep) -> Actor:
        """Return who takes a step: whom it names, else the sponsor's contact or the office, as is theirs to do."""
        if step.who is not None:
            return self.cast.somebody(
                step.who,
                invitation_id=None if step.unit is None else self.invitations.get(step.unit),
                is_head=step.do in ("sign_off", "fill_questionnaire"),
            )
        if step.do in _BY_SPONSOR and self.inquiry is not None:
            return self.cast.somebody(self.inquiry.contact)
        return self.cast.somebody(f"office.{self.region.lower()}@example.org")

    def invitation(self, step: StoryStep) -> UUID:
        return self.invitations[step.unit or ""]

    def unit_ids(self, step: StoryStep) -> list[str]:
        return [str(self.cast.units[unit]) for unit in step.units]


class _Taking(Struct, frozen=True, kw_only=True):
    """What a step needs: the scene, the transaction at its moment, who acts, and what she writes."""

    scene: Scene
    tx: Transaction
    actor: Actor
    step: StoryStep
    given: dict[str, Any]

    def as_(self, kind: type[T], **more: Any) -> T:
        return msgspec.convert({**self.given, **more}, kind)


async def take_step(scene: Scene, tx: Transaction, actor: Actor, step: StoryStep, given: dict[str, Any]) -> None:
    """Do what a step says; raises what the desk raises, as for everybody."""
    await _VERBS[step.do](_Taking(scene=scene, tx=tx, actor=actor, step=step, given=given))


async def _submit(t: _Taking) -> None:
    content = t.as_(InquiryContent)
    receipt = await service.submit_inquiry(t.tx, t.scene.settings, t.actor, content, t.scene.is_icd10)
    t.scene.inquiry_id = receipt.inquiry_id


async def _draft(t: _Taking) -> None:
    await draft_service.start_draft(t.tx, t.actor, t.given)


async def _amend(t: _Taking) -> None:
    update = t.as_(InquiryUpdate)
    await service.amend_inquiry(
        t.tx, t.scene.settings, t.actor, t.scene.inquiry_id, update, t.scene.is_icd10, expected=None
    )


async def _withdraw(t: _Taking) -> None:
    await service.withdraw_inquiry(t.tx, t.actor, t.scene.inquiry_id, t.given.get("reason"), expected=None)


async def _take_up(t: _Taking) -> None:
    await triage_service.take_up_inquiry(t.tx, t.actor, t.scene.inquiry_id)


async def _ask_information(t: _Taking) -> None:
    wanted = t.as_(InformationRequest)
    await triage_service.ask_for_information(t.tx, t.scene.settings, t.actor, t.scene.inquiry_id, wanted)


async def _decline(t: _Taking) -> None:
    await triage_service.decline_inquiry(t.tx, t.scene.settings, t.actor, t.scene.inquiry_id, t.as_(DeclineInquiry))


async def _assign(t: _Taking) -> None:
    person = t.scene.cast.people[t.given["to"]]
    await teamwork_service.assign_inquiry(t.tx, t.actor, t.scene.inquiry_id, person.person_id)


async def _comment(t: _Taking) -> None:
    await teamwork_service.add_comment(t.tx, t.actor, t.scene.inquiry_id, t.given["body"])


async def _shortlist(t: _Taking) -> None:
    wish = t.as_(ShortlistChange, unit_ids=t.scene.unit_ids(t.step))
    await shortlist_service.change_shortlist(t.tx, t.actor, t.scene.inquiry_id, wish, "en")


async def _invite(t: _Taking) -> None:
    wanted = t.as_(InviteUnits, unit_ids=t.scene.unit_ids(t.step))
    made = await invite_units(t.tx, t.scene.settings, t.actor, t.scene.inquiry_id, wanted)
    if made.skipped:
        raise ValueError(f"{t.scene.inquiry and t.scene.inquiry.key}: not invited: {made.skipped}")
    keys = {str(unit_id): key for key, unit_id in t.scene.cast.units.items()}
    t.scene.invitations |= {keys[str(one.unit_id)]: UUID(str(one.invitation_id)) for one in made.invited}


async def _open(t: _Taking) -> None:
    # Who opens it by the mail's link has not read it as far as we know; somebody signed in has.
    reader = msgspec.structs.replace(t.actor, invitation_id=None)
    await answer.read_invitation(t.tx, reader, t.scene.invitation(t.step))


async def _answer(t: _Taking) -> None:
    asks = {"asks_id": str(t.scene.cast.investigators[t.given.pop("asks")])} if "asks" in t.given else {}
    eoi = t.as_(EoiCreate, **asks)
    shown = await answer.record_eoi(t.tx, t.scene.settings, t.actor, t.scene.invitation(t.step), eoi)
    known = set(t.scene.questions)
    t.scene.questions += [
        asked for one in shown.questions if one.own and (asked := UUID(str(one.question_id))) not in known
    ]


async def _confirm_answer(t: _Taking) -> None:
    await amendment.confirm_answer(t.tx, t.scene.settings, t.actor, t.scene.invitation(t.step))


async def _sign_off(t: _Taking) -> None:
    await answer.record_sign_off(t.tx, t.actor, t.scene.invitation(t.step), t.as_(SignOffCreate))


async def _fill(t: _Taking) -> None:
    name = t.given.pop("resource", None)
    resource = {} if name is None else {"resource_id": str(t.scene.cast.resources[name])}
    await fill.fill_condition(t.tx, t.actor, t.scene.invitation(t.step), t.as_(FillCreate, **resource))


async def _ask(t: _Taking) -> None:
    asked = await questions.ask_question(t.tx, t.actor, t.scene.invitation(t.step), t.given["text"])
    known = set(t.scene.questions)
    t.scene.questions += [one for each in asked if (one := UUID(str(each.question_id))) not in known]


async def _forward(t: _Taking) -> None:
    question = t.scene.questions[t.given.get("question", 0)]
    await questions.forward_question(t.tx, t.scene.settings, t.actor, question, t.given.get("wording"))


async def _reply_question(t: _Taking) -> None:
    await questions.answer_question(t.tx, t.actor, t.scene.questions[t.given.get("question", 0)], t.given["answer"])


async def _share(t: _Taking) -> None:
    question = t.scene.questions[t.given.get("question", 0)]
    await questions.share_answer(t.tx, t.scene.settings, t.actor, question, t.given["share"])


async def _questionnaire(t: _Taking) -> None:
    await questionnaire.set_questionnaire(t.tx, t.actor, t.scene.inquiry_id, t.as_(QuestionnaireCreate))


async def _fill_questionnaire(t: _Taking) -> None:
    await questionnaire.fill_questionnaire(t.tx, t.actor, t.scene.invitation(t.step), t.as_(QuestionnaireFill))


async def _reply(t: _Taking) -> None:
    await reply.send_reply(t.tx, t.scene.settings, t.actor, t.scene.inquiry_id, t.as_(ReplyCreate))


async def _outcome(t: _Taking) -> None:
    decided = t.as_(OutcomeCreate, selected_unit_ids=t.scene.unit_ids(t.step))
    await outcome.record_outcome(t.tx, t.scene.settings, t.actor, t.scene.inquiry_id, decided)


async def _milestone(t: _Taking) -> None:
    told = t.as_(MilestoneCreate, unit_id=str(t.scene.cast.units[t.step.unit or ""]))
    await outcome.record_milestone(t.tx, t.actor, t.scene.inquiry_id, told)


async def _priorities(t: _Taking) -> None:
    await region_service.change_priorities(t.tx, t.actor, t.scene.region_id, t.as_(PrioritiesInput), expected=None)


async def _quiet_periods(t: _Taking) -> None:
    await region_service.change_quiet_periods(t.tx, t.actor, t.scene.region_id, t.as_(QuietPeriodsInput), expected=None)


async def _weights(t: _Taking) -> None:
    wish = t.as_(RegionWeightsInput)
    await weights_service.change_weights(
        t.tx, t.scene.settings, t.actor, t.scene.region_id, wish, expected=None, apply=False
    )


async def _save_view(t: _Taking) -> None:
    await view_service.save_view(t.tx, t.actor, t.given["name"], t.given["query"])


async def _ask_to_confirm(t: _Taking) -> None:
    unit_id = t.scene.cast.units[t.step.unit or ""]
    await stale_service.ask_to_confirm(t.tx, t.scene.settings, t.actor, unit_id, t.given["therapy_area"])


_BY_SPONSOR = frozenset({"submit", "draft", "amend", "withdraw", "reply_question", "questionnaire", "outcome"})
_VERBS: dict[Verb, Callable[[_Taking], Awaitable[None]]] = {
    "submit": _submit,
    "draft": _draft,
    "amend": _amend,
    "withdraw": _withdraw,
    "take_up": _take_up,
    "ask_information": _ask_information,
    "decline": _decline,
    "assign": _assign,
    "comment": _comment,
    "shortlist": _shortlist,
    "invite": _invite,
    "open": _open,
    "answer": _answer,
    "confirm_answer": _confirm_answer,
    "sign_off": _sign_off,
    "fill": _fill,
    "ask": _ask,
    "forward": _forward,
    "reply_question": _reply_question,
    "share": _share,
    "questionnaire": _questionnaire,
    "fill_questionnaire": _fill_questionnaire,
    "reply": _reply,
    "outcome": _outcome,
    "milestone": _milestone,
    "priorities": _priorities,
    "quiet_periods": _quiet_periods,
    "weights": _weights,
    "save_view": _save_view,
    "ask_to_confirm": _ask_to_confirm,
}
