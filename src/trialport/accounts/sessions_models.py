"""Shapes of sessions."""

from datetime import datetime
from typing import Annotated, Literal
from uuid import UUID

from msgspec import Meta, Struct

from trialport.accounts.models import Actor, Role
from trialport.core.db import NOBODY, Viewer
from trialport.core.fields import Id
from trialport.core.language import Language

Method = Literal["link", "oidc"]


class SignedIn(Struct, frozen=True, kw_only=True):
    """Whose session a request belongs to, and the one role she acts in just now, if any."""

    session_id: UUID
    person_id: UUID
    csrf_token: str
    last_seen_at: datetime
    expires_at: datetime
    name: str
    email: str
    language: Language
    notice_version: str | None
    role_grant_id: UUID | None
    role: Role | None
    region_id: UUID | None
    region: str | None
    sponsor_id: UUID | None
    sponsor: str | None
    # While she stands in for somebody, that investigator's; else her own.
    investigator_id: UUID | None
    own_investigator_id: UUID | None
    acting_for_id: UUID | None
    acting_for_name: str | None

    @property
    def actor(self) -> Actor | None:
        """Return who acts; None while she has chosen no role."""
        if self.role is None:
            return None
        return Actor(
            token_id=None,
            person_id=self.person_id,
            session_id=self.session_id,
            name=self.name,
            role=self.role,
            region_id=self.region_id,
            sponsor_id=self.sponsor_id,
            investigator_id=self.investigator_id,
            acting_for=None if self.acting_for_id is None else str(self.acting_for_id),
            acting_for_name=self.acting_for_name,
        )

    @property
    def viewer(self) -> Viewer:
        """Return who looks, to row-level security."""
        return NOBODY if self.actor is None else self.actor.viewer


class Principal(Struct, frozen=True, kw_only=True):
    """An investigator whom a person may stand in for, and her own role by which she may."""

    role_grant_id: UUID
    investigator_id: UUID
    name: str
    region: str | None


class StartedSession(Struct, frozen=True, kw_only=True):
    """A session that has just begun, with its secret, this once."""

    session_id: UUID
    secret: str
    expires_at: datetime


class SessionSummary(Struct, frozen=True, kw_only=True):
    """One of your sessions."""

    session_id: Id
    current: Annotated[bool, Meta(description="Whether this request belongs to it.", examples=[True])]
    method: Annotated[
        Method, Meta(description="How you signed in: by a mailed link, or with your organisation.", examples=["link"])
    ]
    user_agent: Annotated[
        str,
        Meta(description="What the browser called itself, shortened.", examples=["Mozilla/5.0 (X11) Firefox/140.0"]),
    ]
    created_at: Annotated[datetime, Meta(description="When it began (UTC).", examples=["2026-11-21T09:00:00Z"])]
    last_seen_at: Annotated[
        datetime, Meta(description="When it was last used, to the minute (UTC).", examples=["2026-11-21T09:30:00Z"])
    ]
    expires_at: Annotated[
        datetime, Meta(description="When it ends in any case (UTC).", examples=["2026-11-28T09:00:00Z"])
    ]


class SessionList(Struct, frozen=True, kw_only=True):
    """Your sessions that are alive, newest first."""

    items: Annotated[tuple[SessionSummary, ...], Meta(description="Sessions.")]
