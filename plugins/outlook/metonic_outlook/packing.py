"""Several requests in one (guide "Combine multiple HTTP requests using JSON batching"), and their answers.

Of a batch Graph would run several at once, and a mailbox takes four: so each part waits for the one before
it, and what comes after one that failed is not attempted (424).
"""

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from metonic_core.spi import Answer, Unavailable
from metonic_outlook.answers import NO_ANSWER, Part, document

_JSON = {"Content-Type": "application/json"}
_METHOD = re.compile(rb'"method": ?"')


@dataclass(frozen=True, slots=True)
class Request:
    """``path`` begins with a slash, without the version, and has the query; ``body`` is sent as JSON."""

    method: str
    path: str
    headers: Mapping[str, str] = field(default_factory=dict)
    body: Mapping[str, Any] | None = None

    @property
    def content(self) -> bytes | None:
        return None if self.body is None else json.dumps(self.body).encode()

    @property
    def all_headers(self) -> dict[str, str]:
        """With what says that there is a body."""
        return {**self.headers, **({} if self.body is None else _JSON)}


def enclosed(requests: Sequence[Request]) -> dict[str, Any]:
    """The body of the request that carries them, to be done one after the other."""
    return {"requests": [_part(number, request) for number, request in enumerate(requests)]}


def _part(number: int, request: Request) -> dict[str, Any]:
    part: dict[str, Any] = {"id": str(number), "method": request.method, "url": request.path}
    part["headers"] = request.all_headers
    if request.body is not None:
        part["body"] = request.body
    return {**part, "dependsOn": [str(number - 1)]} if number else part


def parts(body: bytes | None) -> int:
    """How many requests there are in the body of a batch; one for any other."""
    return len(_METHOD.findall(body or b"")) or 1


def cost(_method: str, body: bytes | None) -> int:
    """What a request takes of what a mailbox allows: each of a batch counts on its own."""
    return parts(body)


def disclosed(answer: Answer, size: int) -> list[Answer]:
    """The answer of each request, in their order; 504 for one that was not answered.

    Raises Unavailable if the whole is no batch of answers.
    """
    told = document(answer).get("responses")
    if not isinstance(told, list):
        raise Unavailable("Microsoft Graph answered a batch with something else.")
    none = Answer(NO_ANSWER, {}, b"", answer.url)
    found: dict[str, Answer] = {}
    for one in told:
        if isinstance(one, dict) and isinstance(one.get("id"), str):
            read = _read(one, answer.url)
            # Of two that differ nobody can tell which is meant.
            found[one["id"]] = read if found.get(one["id"], read) == read else none
    return [found.get(str(number), none) for number in range(size)]


def _read(told: dict[str, Any], url: str) -> Answer:
    status, headers = told.get("status"), told.get("headers")
    if not isinstance(status, int) or isinstance(status, bool):
        return Answer(NO_ANSWER, {}, b"", url)
    named = headers.items() if isinstance(headers, dict) else ()
    return Part(status, {str(n).lower(): str(value) for n, value in named}, b"", url, told.get("body"))
