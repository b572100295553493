"""What stands in an answer of Graph, whether it came alone or as a part of a batch."""

import json
from dataclasses import dataclass
from typing import Any

from metonic_core.spi import Answer, Unavailable

OK, CREATED = 200, 201
BAD_REQUEST, UNAUTHORIZED, FORBIDDEN, NOT_FOUND, CONFLICT = 400, 401, 403, 404, 409
GONE, PRECONDITION_FAILED, TOO_LARGE, NOT_ATTEMPTED, TOO_MANY = 410, 412, 413, 424, 429
SERVER_ERROR, BUSY, NO_ANSWER = 500, 503, 504
DONE = range(200, 300)

_LONGEST_NUMBER = 18
_LONGEST_CODE = 60


@dataclass(frozen=True, slots=True)
class Part(Answer):
    """The answer to a part of a batch; ``content`` is its body, which came with the batch's own."""

    content: object = None


def document(answer: Answer) -> dict[str, Any]:
    """The JSON object of an answer; raises Unavailable if it is none, or cut off."""
    found = answer.content if isinstance(answer, Part) else _parsed(answer.body)
    if not isinstance(found, dict):
        raise Unavailable("Microsoft Graph answered with something else than an object.")
    return found


def _parsed(body: bytes) -> object:
    try:
        return json.loads(body, parse_int=_number)
    except (ValueError, RecursionError) as error:
        raise Unavailable("Microsoft Graph answered with something else than JSON.") from error


def _number(digits: str) -> int | float:
    """Python refuses numbers of thousands of digits, and one of them would hide all that came with it."""
    return int(digits) if len(digits) <= _LONGEST_NUMBER else float(digits)


def expect_nothing(answer: Answer) -> None:
    """Raises Unavailable where something came with the answer to what Graph does without a word.

    A deletion: a page of somebody in between comes with status 200, too.
    """
    content = answer.content if isinstance(answer, Part) else answer.body.strip()
    if content:
        raise Unavailable("Something answered in the place of Microsoft Graph.")


def refusal(answer: Answer) -> dict[str, Any]:
    """The error in an answer; empty if it tells none."""
    try:
        found = document(answer).get("error")
    except Unavailable:
        return {}
    return found if isinstance(found, dict) else {}


def code_of(answer: Answer) -> str:
    """The code of its error, empty if it tells none: the message beside it may repeat the event."""
    found = refusal(answer).get("code")
    is_word = isinstance(found, str) and found.isascii() and found.replace("_", "").isalnum()
    return found[:_LONGEST_CODE] if isinstance(found, str) and is_word else ""
