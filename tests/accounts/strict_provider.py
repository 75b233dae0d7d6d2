"""The provider of oidc-provider-mock with PKCE required and checked (S256), which it leaves out by itself.

The check is Authlib's own (RFC 7636), so both sides of the exchange are not ours.
"""

from typing import Any

from authlib.oauth2.rfc7636 import CodeChallenge
from oidc_provider_mock import _app
from oidc_provider_mock.__main__ import run

_challenges: dict[str, tuple[str, str]] = {}


class StrictChallenge(CodeChallenge):  # type: ignore[misc]
    """Keeps each code's challenge beside the provider's own store, and takes no plain one."""

    SUPPORTED_CODE_CHALLENGE_METHOD = ("S256",)

    def get_authorization_code_challenge(self, authorization_code: Any) -> str | None:
        return _challenges[authorization_code.code][0]

    def get_authorization_code_challenge_method(self, authorization_code: Any) -> str | None:
        return _challenges[authorization_code.code][1]


class StrictGrant(_app.AuthorizationCodeGrant):  # type: ignore[misc]
    """Keeps the challenge of each code; a request without one has none to keep, and fails."""

    def __init__(self, *arguments: Any) -> None:
        super().__init__(*arguments)
        StrictChallenge(required=True)(self)

    def save_authorization_code(self, code: str, request: Any) -> None:
        data = request.payload.data
        _challenges[code] = (data["code_challenge"], data["code_challenge_method"])
        super().save_authorization_code(code, request)


_app.AuthorizationCodeGrant = StrictGrant

if __name__ == "__main__":
    run()
