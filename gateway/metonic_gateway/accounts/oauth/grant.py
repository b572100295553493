"""What a provider granted: the tokens, and for how long the access token is good."""

import json
from dataclasses import asdict, dataclass, replace
from datetime import datetime, timedelta
from typing import Any

# Clocks differ, and a request takes a while.
_AHEAD = timedelta(seconds=60)
_LONGEST_SECONDS = 10 * 366 * 24 * 3600


@dataclass(frozen=True, slots=True)
class Grant:
    """``expires_at`` is that of the access token, None where the provider did not say.

    It is a secret, and its ``repr`` shows none of it.
    """

    access: str
    refresh: str
    expires_at: datetime | None
    scopes: tuple[str, ...]

    def __repr__(self) -> str:
        return "Grant(...)"

    def is_due(self, now: datetime) -> bool:
        """Whether the access token has to be renewed: it has ended, or ends within a minute."""
        return self.expires_at is not None and now >= self.expires_at - _AHEAD

    def with_answer(self, token: dict[str, Any], now: datetime) -> "Grant":
        """The grant after a renewal; what the answer of the provider does not name stays (RFC 6749 6)."""
        refresh = token.get("refresh_token")
        return replace(
            self,
            access=str(token["access_token"]),
            refresh=refresh if isinstance(refresh, str) and refresh else self.refresh,
            expires_at=expiry(token, now),
        )

    def as_text(self) -> str:
        """To be sealed."""
        until = None if self.expires_at is None else self.expires_at.isoformat()
        return json.dumps(asdict(self) | {"expires_at": until})

    @classmethod
    def of_text(cls, text: str) -> "Grant":
        """What ``as_text`` made."""
        kept = json.loads(text)
        until = kept["expires_at"]
        return cls(
            kept["access"],
            kept["refresh"],
            None if until is None else datetime.fromisoformat(until),
            tuple(kept["scopes"]),
        )


def expiry(token: dict[str, Any], now: datetime) -> datetime | None:
    """When the access token of an answer ends; None where it does not say so."""
    seconds = lifetime(token.get("expires_in"))
    return None if seconds is None else now + timedelta(seconds=seconds)


def lifetime(told: object) -> int | None:
    """How many seconds an access token lasts, which some providers write as text; None for what cannot be."""
    try:
        seconds = int(told) if isinstance(told, int | float | str) else -1
    except (ValueError, OverflowError):
        return None
    return seconds if 0 <= seconds <= _LONGEST_SECONDS else None
