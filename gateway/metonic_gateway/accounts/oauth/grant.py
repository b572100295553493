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
    """A secret, whose ``repr`` shows none of it.

    From ``renew_at`` on the access token has to be renewed: a minute before its end, or after half of its
    life if that is later; None where the provider did not say how long it lasts.
    """

    access: str
    refresh: str
    renew_at: datetime | None
    scopes: tuple[str, ...]

    def __repr__(self) -> str:
        return "Grant(...)"

    def is_due(self, now: datetime) -> bool:
        return self.renew_at is not None and now >= self.renew_at

    def with_answer(self, token: dict[str, Any], now: datetime) -> "Grant":
        """The grant after a renewal; what the answer of the provider does not name stays (RFC 6749 6)."""
        refresh = token.get("refresh_token")
        return replace(
            self,
            access=str(token["access_token"]),
            refresh=refresh if isinstance(refresh, str) and refresh else self.refresh,
            renew_at=renewal(token, now),
        )

    def as_text(self) -> str:
        """To be sealed."""
        at = None if self.renew_at is None else self.renew_at.isoformat()
        return json.dumps(asdict(self) | {"renew_at": at})

    @classmethod
    def of_text(cls, text: str) -> "Grant":
        """What ``as_text`` made."""
        kept = json.loads(text)
        at = kept.get("renew_at")
        return cls(
            kept["access"],
            kept["refresh"],
            None if at is None else datetime.fromisoformat(at),
            tuple(kept["scopes"]),
        )


def renewal(token: dict[str, Any], now: datetime) -> datetime | None:
    """When the access token of an answer is to be renewed; None where it does not say how long it lasts."""
    seconds = lifetime(token.get("expires_in"))
    if seconds is None:
        return None
    lasts = timedelta(seconds=seconds)
    # One that lasts no longer than that would be renewed at every request.
    return now + max(lasts - _AHEAD, lasts / 2)


def lifetime(told: object) -> int | None:
    """How many seconds an access token lasts, which some providers write as text; None for what cannot be."""
    try:
        seconds = int(told) if isinstance(told, int | float | str) else 0
    except (ValueError, OverflowError):
        return None
    return seconds if 0 < seconds <= _LONGEST_SECONDS else None
