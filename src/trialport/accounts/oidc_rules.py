"""What a provider's claims mean here: which roles they give, and which answers of a provider are believed."""

from collections.abc import Mapping
from typing import Any, Literal
from urllib.parse import urlsplit

import msgspec
from msgspec import Struct

from trialport.core.config import SettingsError

_LOOPBACK = frozenset({"localhost", "127.0.0.1", "::1"})
_LONGEST_NAME = 200


class MappedRole(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What one value of the claim gives: a role, in a region unless it is the administrator's."""

    role: Literal["investigator", "unit_head", "office", "management", "admin"]
    region: str | None = None


class OidcPerson(Struct, frozen=True, kw_only=True):
    """Whom a provider names: its lasting subject, her address if it vouches for it, and the values of the claim."""

    issuer: str
    subject: str
    email: str | None
    name: str
    values: tuple[str, ...]


def read_role_map(text: str) -> dict[str, MappedRole]:
    """Read the setting `oidc_role_map`; raises SettingsError saying what is wrong."""
    if not text.strip():
        return {}
    try:
        mapped = msgspec.json.decode(text, type=dict[str, MappedRole])
    except msgspec.DecodeError as error:
        raise SettingsError(f"TRIALPORT_OIDC_ROLE_MAP: {error}.") from None
    without = [value for value, one in mapped.items() if one.role != "admin" and one.region is None]
    if without:
        raise SettingsError(f"TRIALPORT_OIDC_ROLE_MAP: {without[0]!r} names no region.")
    return mapped


def person_of(claims: Mapping[str, Any], role_claim: str) -> OidcPerson:
    """Read a person from claims whose signature was checked; an address not vouched for is none."""
    email = claims.get("email")
    verified = claims.get("email_verified")
    # Some providers write the word; a number or anything else is no promise.
    believed = isinstance(email, str) and (verified is True or verified == "true")
    name = claims.get("name")
    return OidcPerson(
        issuer=str(claims["iss"]),
        subject=str(claims["sub"]),
        email=str(email).strip().lower() if believed else None,
        name=name.strip()[:_LONGEST_NAME] if isinstance(name, str) and name.strip() else "",
        values=_values(claims, role_claim),
    )


def _values(claims: Mapping[str, Any], role_claim: str) -> tuple[str, ...]:
    """Return the values of a claim: a text or a list of texts, also within others (`realm_access.roles`)."""
    found: Any = claims.get(role_claim)
    if found is None and "." in role_claim:
        found = claims
        for step in role_claim.split("."):
            found = found.get(step) if isinstance(found, Mapping) else None
    if isinstance(found, str):
        return (found,)
    return tuple(one for one in found if isinstance(one, str)) if isinstance(found, list) else ()


def is_safe_address(url: object, issuer: str) -> bool:
    """Tell whether an address from the provider's description may be called: over TLS, or both on this machine."""
    if not isinstance(url, str):
        return False
    parts, home = urlsplit(url), urlsplit(issuer)
    if parts.scheme == "https" and parts.hostname:
        return True
    return parts.scheme == "http" and _is_here(parts.hostname) and _is_here(home.hostname)


def _is_here(host: str | None) -> bool:
    """Tell whether a name is this machine's: those below `localhost` never leave it (RFC 6761, section 6.3)."""
    return host is not None and (host in _LOOPBACK or host.endswith(".localhost"))
