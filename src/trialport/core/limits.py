"""How often somebody may try: counted in Valkey, so that all processes count together.

One script counts and sets the window's end in one step; a count without an end would lock somebody out for good.
"""

import hashlib
import ipaddress
from collections.abc import Mapping
from typing import Any

import redis.asyncio
from msgspec import Struct
from redis.exceptions import RedisError

from trialport.core.config import Settings, SettingsError
from trialport.core.errors import Busy, TooMany

# Longest waits for Valkey (seconds): a person waits for the answer.
_CONNECT_SECONDS = 1.0
_ANSWER_SECONDS = 2.0
# Whoever has one address of an IPv6 network has them all.
_IPV6_NETWORK = 64
_UNKNOWN_PEER = "unknown"

Network = ipaddress.IPv4Network | ipaddress.IPv6Network

_COUNT = """
local count = redis.call('INCR', KEYS[1])
if count == 1 then redis.call('PEXPIRE', KEYS[1], ARGV[1]) end
return {count, redis.call('PTTL', KEYS[1])}
"""


class Limit(Struct, frozen=True):
    """At most so many tries within a window that opens with the first (seconds)."""

    name: str
    most: int
    seconds: int


class Limits:
    """Counts tries; installations that share a Valkey are told apart by their database.

    Raises SettingsError for trusted proxies that are no networks.
    """

    def __init__(self, settings: Settings) -> None:
        self._trusted = read_networks(settings.trusted_proxies)
        self._space = hashlib.sha256(settings.database_url.encode()).hexdigest()[:16]
        self._valkey: redis.asyncio.Redis = redis.asyncio.Redis.from_url(
            settings.valkey_url,
            socket_connect_timeout=_CONNECT_SECONDS,
            socket_timeout=_ANSWER_SECONDS,
        )

    async def count(self, limit: Limit, who: str) -> None:
        """Count one try of `who`; raises TooMany beyond the limit, and Busy when it cannot be counted.

        Only a hash of `who` goes to Valkey.
        """
        key = f"trialport:limit:{self._space}:{limit.name}:{hashlib.sha256(who.encode()).hexdigest()}"
        try:
            # The package's types fit its clients of both kinds, those that wait and those that do not.
            answer: Any = self._valkey.eval(_COUNT, 1, key, str(limit.seconds * 1000))
            count, left = await answer
        except (RedisError, OSError, TimeoutError) as error:
            raise Busy("Signing in is not possible at the moment. Try again in a minute.") from error
        if count > limit.most:
            wait = max(1, -(-int(left) // 1000))
            raise TooMany("That was tried too often. Wait, then try again.", headers={"Retry-After": str(wait)})

    def peer(self, scope: Mapping[str, Any]) -> str:
        """Return the network address that a request comes from."""
        return peer_of(scope, self._trusted)

    async def close(self) -> None:
        """Close the connection."""
        await self._valkey.aclose()


def read_networks(text: str) -> tuple[Network, ...]:
    """Read addresses and networks with commas between; raises SettingsError for what is none."""
    try:
        return tuple(ipaddress.ip_network(part.strip(), strict=False) for part in text.split(",") if part.strip())
    except ValueError as error:
        raise SettingsError(f"TRIALPORT_TRUSTED_PROXIES: {error}.") from None


def peer_of(scope: Mapping[str, Any], trusted: tuple[Network, ...]) -> str:
    """Return the network address that a request comes from, as far as it can be believed.

    `X-Forwarded-For` is read from the right for as long as the one who says so is a proxy of ours; what stands
    further left was sent by the client and may be invented.
    """
    client = scope.get("client")
    peer = str(client[0]) if client else _UNKNOWN_PEER
    if trusted:
        said = ",".join(value.decode("latin-1") for name, value in scope["headers"] if name == b"x-forwarded-for")
        hops = [hop.strip() for hop in said.split(",") if hop.strip()]
        while hops and _is_within(peer, trusted):
            peer = hops.pop()
    return _network_of(peer)


def _is_within(peer: str, networks: tuple[Network, ...]) -> bool:
    try:
        address = ipaddress.ip_address(peer)
    except ValueError:
        return False
    return any(address in network for network in networks)


def _network_of(peer: str) -> str:
    """Return what is counted together: an IPv4 address, or the network of an IPv6 address."""
    try:
        address = ipaddress.ip_address(peer)
    except ValueError:
        # Not an address: a socket of the machine, or nonsense from behind a proxy. They share one count.
        return _UNKNOWN_PEER
    if isinstance(address, ipaddress.IPv4Address):
        return str(address)
    if address.ipv4_mapped:
        return str(address.ipv4_mapped)
    return str(ipaddress.ip_network((address, _IPV6_NETWORK), strict=False))
