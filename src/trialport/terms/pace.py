"""How many texts one token may have read in a minute, so that one caller cannot keep the others waiting."""

from datetime import datetime, timedelta
from uuid import UUID

from trialport.core.errors import TooMany

# Readings a token and minute, in each process of the API: far more than a person types or a register sends.
READINGS_A_MINUTE = 300
_MINUTE = timedelta(minutes=1)
_MOST_TOKENS = 10_000


class Pace:
    """Counts the readings of each token, minute by minute; nothing of a text is kept."""

    def __init__(self, most: int = READINGS_A_MINUTE) -> None:
        self._most = most
        self._counted: dict[UUID | None, tuple[datetime, int]] = {}

    def take(self, token_id: UUID | None, now: datetime) -> None:
        """Count one reading; raises TooMany when the token has had its share of this minute."""
        began, count = self._counted.get(token_id, (now, 0))
        if now - began >= _MINUTE:
            began, count = now, 0
        if count >= self._most:
            wait = max(1, round((began + _MINUTE - now).total_seconds()))
            raise TooMany(
                f"At most {self._most} texts a minute are read for a token. Try again in {wait} s.",
                headers={"Retry-After": str(wait)},
            )
        if len(self._counted) >= _MOST_TOKENS:
            self._counted.clear()
        self._counted[token_id] = began, count + 1
