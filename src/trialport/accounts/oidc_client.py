"""The provider's side of signing in with OpenID Connect: its description, its keys, and what it says of a person.

Tokens and keys are PyJWT's business; here stands only what the specification asks of whoever relies on them
(OpenID Connect Core 1.0, 3.1.3.7; Discovery 1.0, 4.3).
"""

import asyncio
import hashlib
import secrets
import time
from base64 import urlsafe_b64encode
from collections.abc import Mapping
from typing import Any
from urllib.parse import urlencode

import httpx
import jwt
from msgspec import Struct

from trialport.accounts.oidc_rules import OidcPerson, is_safe_address, person_of, read_role_map
from trialport.core.config import Settings

# No `none`, and no HS*: a secret shared with the provider would do for a signature.
ALGORITHMS = frozenset({"RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512", "EdDSA"})
CALLBACK_PATH = "/sign-in/oidc/callback"
# How far the clocks of the two servers may differ (seconds).
SKEW_SECONDS = 30
_REQUEST_SECONDS = 5.0
_KEPT_SECONDS = 3600.0
_SCOPES = "openid email profile"
_ADDRESSES = ("authorization_endpoint", "token_endpoint", "jwks_uri")


class OidcError(Exception):
    """The provider cannot be reached, or what it says must not be believed; the text names no person."""


class Visit(Struct, frozen=True, kw_only=True):
    """The secrets of one visit to the provider: what its answer is held against."""

    state: str
    nonce: str
    code_verifier: str


def new_visit() -> Visit:
    """Make the secrets of a visit."""
    return Visit(
        state=secrets.token_urlsafe(32), nonce=secrets.token_urlsafe(32), code_verifier=secrets.token_urlsafe(48)
    )


class OidcProvider:
    """One provider, as the settings name it. Raises SettingsError for a role map that is none."""

    def __init__(self, settings: Settings) -> None:
        self.role_map = read_role_map(settings.oidc_role_map)
        self._settings = settings
        self._http = httpx.AsyncClient(timeout=_REQUEST_SECONDS, follow_redirects=False, trust_env=False)
        self._metadata: dict[str, Any] = {}
        self._keys: list[dict[str, Any]] = []
        self._read_at = -_KEPT_SECONDS
        self._reading = asyncio.Lock()

    async def close(self) -> None:
        """Close the connections."""
        await self._http.aclose()

    @property
    def callback_url(self) -> str:
        """Return where the provider sends the browser back to; it has to be registered there."""
        return self._settings.public_url + CALLBACK_PATH

    async def start_url(self, visit: Visit) -> str:
        """Return the address at the provider to send the browser to."""
        metadata = await self._describe()
        challenge = urlsafe_b64encode(hashlib.sha256(visit.code_verifier.encode()).digest()).rstrip(b"=").decode()
        query = {
            "response_type": "code",
            "client_id": self._settings.oidc_client_id,
            "redirect_uri": self.callback_url,
            "scope": _SCOPES,
            "state": visit.state,
            "nonce": visit.nonce,
            "code_challenge": challenge,
            "code_challenge_method": "S256",
        }
        address = str(metadata["authorization_endpoint"])
        return f"{address}{'&' if '?' in address else '?'}{urlencode(query)}"

    async def redeem(self, code: str, *, nonce: str, code_verifier: str) -> OidcPerson:
        """Turn the code of an answer into the person it speaks of; raises OidcError for anything not believed."""
        metadata = await self._describe()
        tokens = await self._ask_for_tokens(metadata, code, code_verifier)
        claims = await self.check_id_token(str(tokens.get("id_token", "")), nonce)
        if "email" not in claims and metadata.get("userinfo_endpoint"):
            claims = {**await self._ask_for_more(metadata, tokens, claims), **claims}
        return person_of(claims, self._settings.oidc_role_claim)

    async def check_id_token(self, id_token: str, nonce: str) -> dict[str, Any]:
        """Check signature, issuer, audience, times and nonce; a key that is not known is looked for once more."""
        try:
            header = jwt.get_unverified_header(id_token)
        except jwt.PyJWTError as error:
            raise OidcError("the id token cannot be read") from error
        if header.get("alg") not in ALGORITHMS:
            raise OidcError("the id token is signed with an algorithm that is not allowed")
        claims = self._verified(id_token, header)
        if claims is None:
            await self._describe(anew=True)
            claims = self._verified(id_token, header)
        if claims is None:
            raise OidcError("the id token is signed with a key that the provider does not publish")
        self._check_claims(claims, nonce)
        return claims

    def _verified(self, id_token: str, header: Mapping[str, Any]) -> dict[str, Any] | None:
        """Return the claims; None where no key of those known has signed them."""
        kid = header.get("kid")
        for data in self._keys:
            if kid is not None and data.get("kid") != kid:
                continue
            try:
                key = jwt.PyJWK(data, algorithm=str(header["alg"]))
                return jwt.decode(
                    id_token,
                    key,
                    algorithms=[str(header["alg"])],
                    audience=self._settings.oidc_client_id,
                    issuer=self._settings.oidc_issuer,
                    leeway=SKEW_SECONDS,
                    options={"require": ["exp", "iat", "iss", "aud", "sub"]},
                )
            except (jwt.InvalidSignatureError, jwt.PyJWKError, jwt.InvalidKeyError):
                continue
            except jwt.PyJWTError as error:
                raise OidcError(f"the id token is not valid ({type(error).__name__})") from error
        return None

    def _check_claims(self, claims: Mapping[str, Any], nonce: str) -> None:
        if not secrets.compare_digest(str(claims.get("nonce", "")).encode(), nonce.encode()):
            raise OidcError("the nonce is another one")
        several = isinstance(claims["aud"], list) and len(claims["aud"]) > 1
        if (several or "azp" in claims) and claims.get("azp") != self._settings.oidc_client_id:
            raise OidcError("the id token was made for somebody else")

    async def _ask_for_tokens(self, metadata: Mapping[str, Any], code: str, code_verifier: str) -> dict[str, Any]:
        form = {
            "grant_type": "authorization_code",
            "code": code,
            "redirect_uri": self.callback_url,
            "code_verifier": code_verifier,
        }
        client_id, secret = self._settings.oidc_client_id, self._settings.oidc_client_secret
        methods = metadata.get("token_endpoint_auth_methods_supported", ["client_secret_basic"])
        if secret and "client_secret_basic" in methods:
            return await self._read("POST", metadata["token_endpoint"], data=form, auth=(client_id, secret))
        form |= {"client_id": client_id} | ({"client_secret": secret} if secret else {})
        return await self._read("POST", metadata["token_endpoint"], data=form)

    async def _ask_for_more(
        self, metadata: Mapping[str, Any], tokens: Mapping[str, Any], claims: Mapping[str, Any]
    ) -> dict[str, Any]:
        """Read what the provider tells beside the id token; it must be about the same person (Core 1.0, 5.3.2)."""
        address = metadata["userinfo_endpoint"]
        if not is_safe_address(address, self._settings.oidc_issuer):
            raise OidcError("userinfo_endpoint is no address to call")
        told = await self._read("GET", address, headers={"Authorization": f"Bearer {tokens.get('access_token', '')}"})
        if told.get("sub") != claims["sub"]:
            raise OidcError("userinfo speaks of somebody else")
        return told

    async def _describe(self, *, anew: bool = False) -> dict[str, Any]:
        """Return the provider's description, read with its keys at most once an hour, or anew for an unknown key."""
        before = self._read_at
        async with self._reading:
            # Whoever waited here while another read need not read again.
            if self._read_at == before and (anew or time.monotonic() - self._read_at > _KEPT_SECONDS):
                await self._read_description()
            return self._metadata

    async def _read_description(self) -> None:
        issuer = self._settings.oidc_issuer
        metadata = await self._read("GET", issuer.rstrip("/") + "/.well-known/openid-configuration")
        if metadata.get("issuer") != issuer:
            raise OidcError("the provider calls itself otherwise than TRIALPORT_OIDC_ISSUER")
        for name in _ADDRESSES:
            if not is_safe_address(metadata.get(name), issuer):
                raise OidcError(f"{name} is no address to call")
        keys = (await self._read("GET", metadata["jwks_uri"])).get("keys")
        self._keys = [key for key in keys if isinstance(key, dict)] if isinstance(keys, list) else []
        self._metadata, self._read_at = metadata, time.monotonic()

    async def _read(self, method: str, address: str, **options: Any) -> dict[str, Any]:
        try:
            answer = await self._http.request(method, address, **options)
            answer.raise_for_status()
            told = answer.json()
        except (httpx.HTTPError, ValueError) as error:
            raise OidcError(f"the provider did not answer as it should ({type(error).__name__})") from error
        if not isinstance(told, dict):
            raise OidcError("the provider did not answer with an object")
        return told
