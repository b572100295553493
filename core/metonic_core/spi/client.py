"""The signed-in HTTP client that a plugin is given. It never shows the credentials."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Protocol


@dataclass(frozen=True, slots=True)
class Answer:
    """``headers`` have lower-case names; ``url`` is the one that was asked."""

    status: int
    headers: Mapping[str, str]
    body: bytes
    url: str


class Client(Protocol):
    """Adds the credentials, follows no redirect, and asks only hosts that may see the credentials.

    Raises Unavailable for anything that prevented an answer, and Misconfigured, before a byte is sent, for
    a host that is not allowed. After a sign-in by OAuth no answer is a 401: it raises SignInNeeded, with that
    answer, where the sign-in is over, and RateLimited where it cannot be renewed just now. It does not look
    into an answer: where a part of a batch was refused with a 401, send that part alone, and it is renewed
    for it.
    """

    async def request(
        self, method: str, url: str, headers: Mapping[str, str] | None = None, body: bytes | None = None
    ) -> Answer:
        """Ask ``url`` (absolute) and return whatever status came back."""
        ...
