"""`python -m workers.health`: whether this machine's own worker still looks at its queue; exit code 0 or 1.

arq renews a key while its loop turns and lets it lapse after eleven seconds. With one name for all, one living
worker would speak for every dead one: the name holds the machine's, which in a container is the container's.
"""

import socket
import sys

import redis

from trialport.core.config import SettingsError, load_settings
from trialport.core.jobs.doorbell import QUEUE

_SECONDS = 4.0


def health_key() -> str:
    """Name the key that this machine's worker renews."""
    return f"{QUEUE}:health:{socket.gethostname()}"


def is_alive(valkey_url: str) -> bool:
    """Tell whether the key is there; an unreachable Valkey counts as no."""
    try:
        with redis.Redis.from_url(valkey_url, socket_timeout=_SECONDS, socket_connect_timeout=_SECONDS) as valkey:
            return bool(valkey.exists(health_key()))
    except (redis.RedisError, OSError):
        return False


def main() -> int:
    """Return the exit code of the health check."""
    try:
        settings = load_settings()
    except SettingsError as error:
        sys.stderr.write(f"trialport: {error}\n")
        return 2
    return 0 if is_alive(settings.valkey_url) else 1


if __name__ == "__main__":
    sys.exit(main())
