"""Shapes of what a person sees of herself (GDPR, articles 15 and 20)."""

from datetime import datetime
from typing import Annotated, Any
from uuid import UUID

from msgspec import Meta, Struct

from trialport.accounts.models import Role
from trialport.core.fields import EXAMPLE_UUID, Id, NextCursor

Record = dict[str, Any]


class DataSubject(Struct, frozen=True, kw_only=True):
    """Who asks for what is stored about her: a person, or the holder of a machine's token."""

    person_id: UUID | None
    token_id: UUID | None
    name: str
    role: Role | None
    region_id: UUID | None
    # Her own as an investigator, also while she stands in for another.
    investigator_id: UUID | None
    acting_for_name: str | None = None

    @property
    def own_id(self) -> UUID:
        """Return who it is in the audit trail."""
        return self.person_id or self.token_id or UUID(int=0)


class MyRole(Struct, frozen=True, kw_only=True):
    """A role that you hold."""

    role_grant_id: Id
    role: Annotated[Role, Meta(description="Role.", examples=["office"])]
    region: Annotated[str | None, Meta(description="Code of the region it holds in.", examples=["UAS"])]
    sponsor: Annotated[str | None, Meta(description="Sponsor it holds for.", examples=["Exempel Pharma AB"])]


class MeDetail(Struct, frozen=True, kw_only=True):
    """Who you are to this system."""

    person_id: Annotated[
        UUID | None, Meta(description="You as a person; null for a machine's token.", examples=[EXAMPLE_UUID])
    ]
    name: Annotated[str, Meta(description="Name.", examples=["Demo Person 7 (demonstration)"])]
    email: Annotated[str | None, Meta(description="E-mail address.", examples=["anna.exempel@example.org"])]
    language: Annotated[str | None, Meta(description="Language of mails to you.", examples=["sv"])]
    acting_as: Annotated[
        Role | None, Meta(description="Role you act in now; null while you hold none.", examples=["office"])
    ]
    acting_for: Annotated[
        str | None,
        Meta(
            description="The investigator you act for now as a delegate; null while you act for yourself.",
            examples=["Demo Person 3 (demonstration)"],
        ),
    ]
    roles: Annotated[tuple[MyRole, ...], Meta(description="All roles you hold.")]
    objected_at: Annotated[
        datetime | None,
        Meta(
            description="When you objected to being proposed (UTC); null if you did not.",
            examples=["2026-11-21T09:00:00Z"],
        ),
    ]


class NameReading(Struct, frozen=True, kw_only=True):
    """One time somebody was shown your name."""

    audit_event_id: Id
    happened_at: Annotated[datetime, Meta(description="When (UTC).", examples=["2026-11-21T09:00:00Z"])]
    action: Annotated[
        str, Meta(description="Whether alone or in a list of investigators.", examples=["investigator.read"])
    ]
    reader_role: Annotated[str, Meta(description="Role of who saw it.", examples=["office"])]
    reader_name: Annotated[str, Meta(description="Who saw it.", examples=["Demo Office (demonstration)"])]


class NameReadingPage(Struct, frozen=True, kw_only=True):
    """A page of readings of your name, newest first."""

    items: Annotated[tuple[NameReading, ...], Meta(description="Readings.")]
    next_cursor: NextCursor


class OwnDataExport(Struct, frozen=True, kw_only=True):
    """Everything that is stored about you, in the columns it is stored in; no secrets."""

    exported_at: Annotated[datetime, Meta(description="When this was read (UTC).", examples=["2026-11-21T09:00:00Z"])]
    person: Annotated[
        Record | None, Meta(description="Your account; null for a machine's token.", examples=[{"name": "Demo"}])
    ]
    role_grants: Annotated[
        tuple[Record, ...], Meta(description="Roles held now and before.", examples=[[{"role": "office"}]])
    ]
    identities: Annotated[
        tuple[Record, ...],
        Meta(description="Who you are to sign-in providers.", examples=[[{"issuer": "https://idp.example.org"}]]),
    ]
    sessions: Annotated[tuple[Record, ...], Meta(description="Sessions.", examples=[[{"method": "link"}]])]
    investigators: Annotated[
        tuple[Record, ...],
        Meta(
            description="You as an investigator, with positions, delegates and absences.",
            examples=[[{"speciality": "respiratory medicine"}]],
        ),
    ]
    invitations: Annotated[
        tuple[Record, ...],
        Meta(description="What you were asked for your units.", examples=[[{"reference": "UAS-2026-0042"}]]),
    ]
    answers: Annotated[
        tuple[Record, ...],
        Meta(description="Answers that you gave, or that propose you.", examples=[[{"answer": "yes"}]]),
    ]
    sign_offs: Annotated[
        tuple[Record, ...],
        Meta(description="What you were asked to sign off, and your word.", examples=[[{"decision": "approved"}]]),
    ]
    inquiries_naming_you: Annotated[
        tuple[str, ...], Meta(description="Inquiries whose contact you are.", examples=[["UAS-2026-0042"]])
    ]
    drafts: Annotated[
        tuple[Record, ...],
        Meta(
            description="Inquiries that you began and have not sent, as typed.",
            examples=[[{"content": {"identity.working_title": "COPD at home"}}]],
        ),
    ]
    messages: Annotated[
        tuple[Record, ...], Meta(description="Mails to you.", examples=[[{"kind": "retention_question"}]])
    ]
    events_by_you: Annotated[
        tuple[Record, ...], Meta(description="What you did.", examples=[[{"action": "inquiry.submitted"}]])
    ]
    events_about_you: Annotated[
        tuple[Record, ...], Meta(description="What was done to your data.", examples=[[{"action": "role.given"}]])
    ]
    name_readings: Annotated[tuple[NameReading, ...], Meta(description="Who was shown your name.")]
