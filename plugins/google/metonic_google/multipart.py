"""Several requests in one body (guide "Sending batch requests", RFC 2046 5.1), and their answers."""

import hashlib
import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from email.message import Message
from typing import Any

from metonic_core.spi import Answer, Unavailable
from metonic_google.errors import NO_ANSWER

_BLANK = re.compile(rb"\r?\n\r?\n")
_STATUS = re.compile(r"HTTP/[0-9.]+ ([0-9]{3})")
_PARTS = re.compile(rb"^(GET|POST|PATCH|DELETE) /\S* HTTP/1\.1\r$", re.MULTILINE)
_OF_AN_EDIT = 3
_NUMBER = re.compile(r"(?<![0-9])([0-9]{1,6})>?\s*\Z")


@dataclass(frozen=True, slots=True)
class Request:
    """``path`` begins with a slash, and has the query; ``body`` is sent as JSON."""

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
        return {**self.headers, **({} if self.body is None else {"Content-Type": "application/json"})}


def enclosed(requests: Sequence[Request]) -> tuple[str, bytes]:
    """Content type and body of the request that carries them, numbered by their order."""
    parts = [_part(number, request) for number, request in enumerate(requests)]
    boundary = f"batch_{hashlib.sha256(b''.join(parts)).hexdigest()[:32]}"
    opening = f"--{boundary}\r\n".encode()
    body = b"".join(opening + part + b"\r\n" for part in parts) + f"--{boundary}--\r\n".encode()
    return f"multipart/mixed; boundary={boundary}", body


def _part(number: int, request: Request) -> bytes:
    content = request.content
    headers = request.all_headers
    if content is not None:
        headers["Content-Length"] = str(len(content))
    lines = [
        "Content-Type: application/http",
        f"Content-ID: <{number}>",
        "",
        f"{request.method} {request.path} HTTP/1.1",
        *(f"{name}: {value}" for name, value in headers.items()),
        "",
        "",
    ]
    return "\r\n".join(lines).encode() + (content or b"")


def parts(body: bytes | None) -> int:
    """How many requests there are in the body of a batch; one for any other."""
    return len(_PARTS.findall(body or b"")) or 1


def cost(method: str, body: bytes | None) -> int:
    """What a request takes of the quota: each of a batch counts on its own, and an edit for three.

    (Guide "Manage quotas".)
    """
    methods = _PARTS.findall(body or b"") or [method.encode()]
    return sum(_OF_AN_EDIT if one == b"PATCH" else 1 for one in methods)


def disclosed(answer: Answer, size: int) -> list[Answer]:
    """The answer of each request, in their order; 504 for one that was not answered.

    Raises Unavailable if the whole is no batch of answers.
    """
    boundary = _boundary(answer.headers.get("content-type", ""))
    mark = rb"(?:\A|\r?\n)--" + re.escape(boundary) + rb"(?:--)?[ \t]*(?:\r?\n|\Z)"
    found: dict[int, Answer] = {}
    none = Answer(NO_ANSWER, {}, b"", answer.url)
    for number, one in filter(None, (_answer(part, answer.url) for part in re.split(mark, answer.body))):
        # Of two that differ nobody can tell which is meant.
        found[number] = one if found.get(number, one) == one else none
    return [found.get(number, none) for number in range(size)]


def _boundary(content_type: str) -> bytes:
    message = Message()
    message["content-type"] = content_type
    try:
        boundary = message.get_param("boundary")
        if isinstance(boundary, str) and boundary:
            return boundary.encode("utf-8", "surrogateescape")
    except ValueError:
        pass  # Said in a way that Python's reader of mail fails at.
    raise Unavailable("Google Calendar answered a batch with something else.")


def _answer(part: bytes, url: str) -> tuple[int, Answer] | None:
    """Its number and what it says; None for what is no answer, or cut off."""
    outer, *rest = _BLANK.split(part, maxsplit=2)
    number = _NUMBER.search(_headers(outer).get("content-id", ""))
    if number is None or not rest:
        return None
    first, _, lines = rest[0].decode("utf-8", "replace").partition("\n")
    status = _STATUS.match(first.strip())
    if status is None:
        return None
    body = rest[1] if len(rest) > 1 else b""
    return int(number[1]), Answer(int(status[1]), _headers(lines.encode()), body, url)


def _headers(text: bytes) -> dict[str, str]:
    pairs = (line.partition(":") for line in text.decode("utf-8", "replace").splitlines())
    return {name.strip().lower(): value.strip() for name, colon, value in pairs if colon}
