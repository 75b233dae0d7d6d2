"""Shapes of mails: what each kind needs to be worded, and what goes out."""

from collections.abc import Mapping
from datetime import date, datetime
from types import MappingProxyType
from typing import Any, Literal
from uuid import UUID

from msgspec import Struct

from trialport.core.documents import Document, Fact
from trialport.core.language import Language

MessageKind = Literal[
    "signin_link",
    "account_created",
    "retention_question",
    "invitation",
    "invitation_reminder",
    "sign_off_wanted",
    "reply_sent",
    "digest",
    "news_digest",
    "invitation_moved",
    "invitation_amended",
    "invitation_withdrawn",
    "invitation_over",
    "outcome_reminder",
    "question_forwarded",
    "question_shared",
    "information_wanted",
    "inquiry_declined",
    "question_dismissed",
    "capacity_stale",
]
# How it ended for a unit that was asked; `no_word` when the sponsor has told nothing.
Ending = Literal[
    "selected", "not_selected", "trial_cancelled", "no_decision", "no_word", "inquiry_withdrawn", "inquiry_declined"
]
# `suppressed`: outside production, and the address is not on the allow list.
Delivery = Literal["sent", "suppressed", "refused"]


class MailParams(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What one kind of mail is worded with.

    Confidential fields, names of persons and indications have no place here: a kind that needs another value
    gets a field of its own, so that nothing can slip in unnamed.
    """


class SigninLink(MailParams, frozen=True, kw_only=True):
    """`link` is a secret: a mail of this kind goes out through `send_direct` only."""

    link: str
    minutes: int


class AccountCreated(MailParams, frozen=True, kw_only=True):
    """Somebody was given access; `link` is the address of the sign-in page."""

    link: str


class RetentionQuestion(MailParams, frozen=True, kw_only=True):
    """An account unused for long: without a sign-in at `link` its data are erased on `erased_on`."""

    link: str
    erased_on: date


class Invitation(MailParams, frozen=True, kw_only=True):
    """A unit is asked whether it could run a trial. As it leaves, it gets the `link` that opens the answer form.

    `to_id` is the investigator it goes to.
    """

    invitation_id: UUID
    to_id: UUID
    reference: str
    due_on: date


class InvitationReminder(MailParams, frozen=True, kw_only=True):
    """An invitation waits for an answer; `is_overdue` once its last day has passed. It gets its `link` as it leaves."""

    invitation_id: UUID
    to_id: UUID
    reference: str
    due_on: date
    is_overdue: bool


class SignOffWanted(MailParams, frozen=True, kw_only=True):
    """A head of unit is asked to sign off a yes of her unit. As it leaves, it gets the `link` to the page for that.

    `to_id` is the investigator it goes to; `is_reminder` when she has been asked before.
    """

    invitation_id: UUID
    to_id: UUID
    reference: str
    is_reminder: bool = False


class ReplySent(MailParams, frozen=True, kw_only=True):
    """The office has sent its collated reply to the sponsor. As it leaves, it gets the reply itself, as text and PDF.

    From version 2 on it replaces the one before.
    """

    inquiry_id: UUID
    version: int
    language: Language


class InvitationMoved(MailParams, frozen=True, kw_only=True):
    """The last day to answer has moved to `due_on`. It gets its `link` as it leaves."""

    invitation_id: UUID
    to_id: UUID
    due_on: date


class InvitationAmended(MailParams, frozen=True, kw_only=True):
    """The sponsor changed the inquiry; `has_answered` when a given answer shall be looked at again by `due_on`."""

    invitation_id: UUID
    to_id: UUID
    due_on: date
    has_answered: bool


class InvitationWithdrawn(MailParams, frozen=True, kw_only=True):
    """The office took an invitation back, and nothing need be done. It has no link."""

    reference: str


class InvitationOver(MailParams, frozen=True, kw_only=True):
    """How an inquiry ended for a unit that was asked. It gets its `link` as it leaves."""

    invitation_id: UUID
    to_id: UUID
    reference: str
    ending: Ending


class OutcomeReminder(MailParams, frozen=True, kw_only=True):
    """A sponsor promised to tell the outcome on `promised_on`; `link` is the address of the inquiry's page."""

    link: str
    reference: str
    promised_on: date
    is_overdue: bool


class QuestionForwarded(MailParams, frozen=True, kw_only=True):
    """The office has put a unit's question to the sponsor. As it leaves, it gets the `link` to the questions."""

    inquiry_id: UUID
    reference: str


class QuestionShared(MailParams, frozen=True, kw_only=True):
    """The sponsor's answer is there for the unit to read. As it leaves, it gets the `link` of its invitation.

    `to_id` is the investigator it goes to.
    """

    invitation_id: UUID
    to_id: UUID
    reference: str


class QuestionDismissed(MailParams, frozen=True, kw_only=True):
    """The office does not put a unit's question to the sponsor; why stands on the page behind the `link`.

    `to_id` is the investigator it goes to.
    """

    invitation_id: UUID
    to_id: UUID
    reference: str


class CapacityStale(MailParams, frozen=True, kw_only=True):
    """Somebody is asked whether what her unit said of its capacity still holds; the link lapses after `last_day`."""

    capacity_question_id: UUID
    last_day: date


class DigestItem(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One of the things that wait, as the mail of its own would have said it.

    `params` are those of `kind`; whoever gets the mail may be told by several offices, so each item names its region.
    """

    kind: MessageKind
    params: dict[str, Any]
    region_id: UUID | None
    subject_id: UUID | None


class Digest(MailParams, frozen=True, kw_only=True):
    """Several things for one person: one mail lists them, each with its own link, which it gets as it leaves.

    It leaves as `digest` where all of them wait for her, else as `news_digest`.
    """

    items: tuple[DigestItem, ...]


class InformationWanted(MailParams, frozen=True, kw_only=True):
    """An office waits for the sponsor; `fields` are the names of fields, in the mail's language, never values."""

    reference: str
    fields: str
    link: str


class InquiryDeclined(MailParams, frozen=True, kw_only=True):
    """An office declined an inquiry, for the coded reason."""

    reference: str
    reason: Literal["outside_region", "no_suitable_units", "incomplete", "duplicate", "not_a_trial", "other"]
    link: str


PARAMS: dict[MessageKind, type[MailParams]] = {
    "signin_link": SigninLink,
    "account_created": AccountCreated,
    "retention_question": RetentionQuestion,
    "invitation": Invitation,
    "invitation_reminder": InvitationReminder,
    "sign_off_wanted": SignOffWanted,
    "reply_sent": ReplySent,
    "invitation_moved": InvitationMoved,
    "invitation_amended": InvitationAmended,
    "invitation_withdrawn": InvitationWithdrawn,
    "invitation_over": InvitationOver,
    "outcome_reminder": OutcomeReminder,
    "question_forwarded": QuestionForwarded,
    "question_shared": QuestionShared,
    "question_dismissed": QuestionDismissed,
    "digest": Digest,
    "news_digest": Digest,
    "capacity_stale": CapacityStale,
    "information_wanted": InformationWanted,
    "inquiry_declined": InquiryDeclined,
}
# Kinds whose parameters are secrets: they never lie in the database.
SECRET_KINDS: frozenset[MessageKind] = frozenset({"signin_link"})


class NewMessage(Struct, frozen=True, kw_only=True):
    """A mail to be stored with many others."""

    kind: MessageKind
    to_address: str
    language: Language
    params: dict[str, Any]
    dedupe_key: str
    region_id: UUID | None = None
    subject_id: UUID | None = None
    thread_id: UUID | None = None


class Mail(Struct, frozen=True, kw_only=True):
    """One mail ready to be worded and sent; the id makes its Message-ID, the same at every attempt."""

    message_id: UUID
    kind: MessageKind
    to_address: str
    language: Language
    params: MailParams
    written_at: datetime
    # Mails with the same one are shown together.
    thread_id: UUID | None = None
    # Lines of the region that it comes from, above those of the program.
    signature: tuple[str, ...] = ()


class MailFile(Struct, frozen=True, kw_only=True):
    """A file that goes with a mail."""

    name: str
    media_type: str
    content: bytes


class FilledItem(Struct, frozen=True, kw_only=True):
    """One line of a digest as it leaves: what its own mail would have got, with the `link`, where it has one."""

    kind: MessageKind
    values: Mapping[str, Any]
    first: tuple[Fact, ...] = ()
    facts: tuple[Fact, ...] = ()


class Filling(Struct, frozen=True, kw_only=True):
    """What a mail gets at the moment it leaves: links that are secrets, and what is too much for its parameters.

    `values` stand beside the parameters when the mail is worded, `first` facts above its first paragraph, other `facts`
    below those before the link, the `items` of a digest in their place, a `document` below the link; they lie in no
    table.
    """

    first: tuple[Fact, ...] = ()
    facts: tuple[Fact, ...] = ()
    values: Mapping[str, Any] = MappingProxyType({})
    items: tuple[FilledItem, ...] = ()
    document: Document | None = None
    files: tuple[MailFile, ...] = ()


class Wording(Struct, frozen=True, kw_only=True):
    """What a kind of mail says in one language; paragraphs are templates over its parameters.

    The subject is plain text: it stands in lists and on locked screens, so it names nothing.
    """

    subject: str
    before: tuple[str, ...]
    button: str
    after: tuple[str, ...]
    # How a digest words it in one line; kinds without one never stand in a digest.
    line: str = ""
