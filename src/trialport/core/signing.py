"""Signed values in links: readable by whoever has them, made and checked only with this installation's key."""

import hashlib
from typing import Any, Literal

from itsdangerous import BadData, URLSafeSerializer

from trialport.core.config import Settings

# What a signature is good for; one made for one purpose says nothing to another.
Purpose = Literal["invitation", "sign_off", "confirm_capacity"]


class SigningOffError(Exception):
    """A link should be signed, but no key is set."""


def sign_value(settings: Settings, purpose: Purpose, value: dict[str, Any]) -> str:
    """Write a JSON value into a text for an address, signed with the newest key; raises SigningOffError without one."""
    signed = _serializer(settings, purpose).dumps(value)
    return signed if isinstance(signed, str) else signed.decode()


def read_signed(settings: Settings, purpose: Purpose, text: str) -> dict[str, Any] | None:
    """Return the value of a signed text; None when no key of ours signed it for this purpose."""
    try:
        value = _serializer(settings, purpose).loads(text)
    except BadData:
        return None
    return value if isinstance(value, dict) else None


def _serializer(settings: Settings, purpose: Purpose) -> URLSafeSerializer:
    keys = [key.strip() for key in settings.secret_key.split(",") if key.strip()]
    if not keys:
        raise SigningOffError("TRIALPORT_SECRET_KEY is not set")
    # The newest key stands last: it signs, the others are still believed.
    return URLSafeSerializer(keys, salt=f"trialport.{purpose}", signer_kwargs={"digest_method": hashlib.sha256})
