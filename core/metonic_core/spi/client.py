"""The signed-in HTTP client that a plugin is given. It never shows the credentials."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from email.utils import parsedate_to_datetime
from typing import Protocol

# Whoever adds what a broken server says to the present time must not end up after the last year.
_LONGEST_WAIT = 7 * 24 * 3600.0
_SECONDS = re.compile(r"[0-9]+(\.[0-9]+)?")


@dataclass(frozen=True, slots=True)
class Answer:
    """``headers`` have lower-case names; ``url`` is the one that was asked."""

    status: int
    headers: Mapping[str, str]
    body: bytes
    url: str

    @property
    def retry_after(self) -> float | None:
        """Seconds to wait, a week at most; None where the answer does not say (RFC 9110 10.2.3).

        Microsoft's have a fraction. A date is measured against the answer's own Date, so that no clock is
        needed.
        """
        text = self.headers.get("retry-after", "").strip()
        if _SECONDS.fullmatch(text):
            return min(float(text), _LONGEST_WAIT)
        try:
            wait = parsedate_to_datetime(text) - parsedate_to_datetime(self.headers.get("date", ""))
        except (TypeError, ValueError):
            return None
        return max(0.0, min(wait.total_seconds(), _LONGEST_WAIT))


class Client(Protocol):
    """Adds the credentials, follows no redirect, and asks only hosts that may see the credentials.

    Raises Unavailable for anything that prevented an answer, and, before a byte is sent, Misconfigured for
    a host that is not allowed and Paced where the provider's pace would be exceeded. After a sign-in by
    OAuth no answer is a 401: it raises SignInNeeded, with that answer, where the sign-in is over, and
    RateLimited where it cannot be renewed just now. It does not look into an answer: where a part of a batch
    was refused with a 401, send that part alone, and it is renewed for it.
    """

    async def request(
        self, method: str, url: str, headers: Mapping[str, str] | None = None, body: bytes | None = None
    ) -> Answer:
        """Ask ``url`` (absolute) and return whatever status came back."""
        ...
