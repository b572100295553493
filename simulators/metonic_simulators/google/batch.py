"""Many calls in one request: https://developers.google.com/workspace/calendar/api/guides/batch.

Parts are read by hand: clients end their lines with CRLF or with LF alone.
"""

import re
from collections.abc import Awaitable, Callable
from http import HTTPStatus
from urllib.parse import urlsplit

from multidict import CIMultiDict

from metonic_simulators.google import errors
from metonic_simulators.google.call import Call, Reply

_MOST = 1000
_BOUNDARY = re.compile(r'boundary=(?:"([^"]+)"|([^;\s]+))', re.IGNORECASE)
_FOLD = re.compile(r"\r?\n[ \t]+")
_BLANK_LINE = re.compile(rb"\r?\n\r?\n")
_NOT_PASSED_ON = ("accept-encoding", "connection", "host", "transfer-encoding", "content-")

Answer = Callable[[Call], Awaitable[Reply]]


async def answered(headers: CIMultiDict[str], query: str, body: bytes, answer: Answer) -> Reply:
    """One part after the other; each succeeds or fails on its own. Raises Refused."""
    parts = _parts(headers.get("Content-Type", ""), body)
    if not 0 < len(parts) <= _MOST:
        raise errors.bad_request("The batch request has too many parts, or none.")
    calls = [_call(part, headers, query) for part in parts]
    boundary = f"batch_{len(body):x}_{len(parts):x}"
    written = [_written(content_id, await answer(call), boundary) for content_id, call in calls]
    closing = f"--{boundary}--\r\n".encode()
    return Reply(
        200,
        raw=b"".join(written) + closing,
        headers={"Content-Type": f"multipart/mixed; boundary={boundary}"},
    )


def _parts(content_type: str, body: bytes) -> list[bytes]:
    found = _BOUNDARY.search(content_type)
    if not content_type.startswith("multipart/mixed") or found is None:
        raise errors.bad_request("The batch request is no multipart/mixed.")
    mark = b"--" + (found[1] or found[2]).encode()
    pieces = re.split(rb"(?:^|\r?\n)" + re.escape(mark), body)[1:]
    return [piece.lstrip(b"\r\n") for piece in pieces if piece.strip() and not piece.startswith(b"--")]


def _call(part: bytes, outer: CIMultiDict[str], query: str) -> tuple[str, Call]:
    """The part's Content-ID and what it asks; its own headers win over those of the whole."""
    own, inner = _split(part)
    head, body = _split(inner)
    lines = _unfolded(head)
    words = lines[0].split(" ") if lines else []
    if len(words) < 2:  # noqa: PLR2004 - a method and a target
        raise errors.bad_request("A part of the batch request is no HTTP request.")
    headers = CIMultiDict(
        {name: value for name, value in outer.items() if not name.lower().startswith(_NOT_PASSED_ON)}
    )
    headers.update(_headers(lines[1:]))
    parts = urlsplit(words[1])
    asked = "&".join(one for one in (parts.query, query) if one)
    length = int(headers.get("Content-Length", "-1")) if headers.get("Content-Length", "-1").isdigit() else -1
    body = body[:length] if length >= 0 else body.strip()
    content_id = _headers(_unfolded(own)).get("Content-ID", "")
    return content_id, Call.of(words[0], f"{parts.path}?{asked}", headers, body, part=True)


def _split(text: bytes) -> tuple[bytes, bytes]:
    found = _BLANK_LINE.search(text)
    return (text[: found.start()], text[found.end() :]) if found else (text.rstrip(), b"")


def _unfolded(head: bytes) -> list[str]:
    """Its lines: a long header may come on several, as Google's own client writes it."""
    return _FOLD.sub(" ", head.decode("utf-8", "replace")).splitlines()


def _headers(lines: list[str]) -> CIMultiDict[str]:
    pairs = (line.partition(":") for line in lines if ":" in line)
    return CIMultiDict((name.strip(), value.strip()) for name, _, value in pairs)


def _written(content_id: str, reply: Reply, boundary: str) -> bytes:
    body = reply.body()
    own = f"Content-ID: <response-{content_id.strip('<>')}>\r\n" if content_id else ""
    head = [f"HTTP/1.1 {reply.status} {HTTPStatus(reply.status).phrase}"]
    head += [f"{name}: {value}" for name, value in reply.headers.items()]
    head.append(f"Content-Length: {len(body)}")
    text = f"--{boundary}\r\nContent-Type: application/http\r\n{own}\r\n" + "\r\n".join(head) + "\r\n\r\n"
    return text.encode() + body + b"\r\n"
