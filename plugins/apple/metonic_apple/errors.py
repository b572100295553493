"""What goes wrong on the way to a calendar, and what each HTTP answer means (RFC 4791 1.3, 5.3.2.1)."""

from metonic_apple.xmltext import root_of
from metonic_core.spi import (
    AccessDenied,
    Answer,
    EtagMismatch,
    IdentityTaken,
    NotFound,
    ProviderError,
    RateLimited,
    Unacceptable,
    Unavailable,
)
from metonic_core.spi.errors import Scope

_SPACES = ("{DAV:}", "{urn:ietf:params:xml:ns:caldav}", "{urn:ietf:params:xml:ns:carddav}")
_UID_TAKEN = frozenset({"no-uid-conflict", "unique-scheduling-object-resource"})
_NO_RIGHT = frozenset({"need-privileges"})
NOT_FOUND = 404
MISSING = frozenset({NOT_FOUND, 410})
BUSY = frozenset({429, 503})
_REFUSED_CONTENT = frozenset({400, 413, 415, 422, 507})
OK, MULTISTATUS, REDIRECTED = 200, 207, 300
UNAUTHORIZED, FORBIDDEN, _CONFLICT, _PRECONDITION_FAILED, SERVER_ERROR = 401, 403, 409, 412, 500
_LOCKED = 423
_PAGES = frozenset({"text/html", "application/xhtml+xml"})


class Incomprehensible(ValueError):
    """A resource cannot be understood; ``reason`` is a sentence without the event's text."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


class Locked(ProviderError):
    """Another write was under way and nothing was written (RFC 4918 11.3); Xandikos takes one at a time."""

    scope = Scope.ITEM


class ServerFailed(Unavailable):
    """The server was reached and failed at its answer: perhaps only at what was asked for.

    ``status`` is what it answered with.
    """

    def __init__(self, message: str, status: int) -> None:
        super().__init__(message)
        self.status = status


class Intercepted(Unavailable):
    """Something else answered in the server's place: a portal that wants a click, a page about a failure."""


def is_page(answer: Answer) -> bool:
    """Whether it is a page for people: what portals and sign-ins send with 200 instead of the answer.

    The type alone says nothing: servers written in PHP have it on answers without a body.
    """
    begin = answer.body.lstrip(b"\xef\xbb\xbf \t\r\n")[:20].lower()
    kind = answer.headers.get("content-type", "").partition(";")[0].strip().lower()
    return begin.startswith((b"<!doctype html", b"<html")) or (kind in _PAGES and begin.startswith(b"<"))


def preconditions(answer: Answer) -> frozenset[str]:
    """The names in the answer's DAV:error body; empty if it has none."""
    root = root_of(answer.body)
    if root is None or root.tag != "{DAV:}error":
        return frozenset()
    # Servers have put CalDAV's names into DAV: and into CardDAV's; what has another is their own remark.
    return frozenset(e.tag.rpartition("}")[2] for e in root if e.tag.startswith(_SPACES))


def is_denied(answer: Answer) -> bool:
    """Whether the account lacks a right; other preconditions come with 403 too."""
    return answer.status == FORBIDDEN and preconditions(answer) <= _NO_RIGHT


def read_failure(answer: Answer) -> ProviderError:
    """Why a request that only reads was not answered as it should be."""
    if answer.status in BUSY:
        return RateLimited("The calendar server asks for fewer requests.", answer.retry_after)
    if answer.status >= SERVER_ERROR:
        return ServerFailed(f"The calendar server failed with status {answer.status}.", answer.status)
    if answer.status == FORBIDDEN:
        return AccessDenied("The calendar server does not let this account read that calendar.")
    return ProviderError(f"The calendar server answered with the unexpected status {answer.status}.")


def write_failure(answer: Answer) -> ProviderError:
    """Why a write was refused; Unavailable where it may have happened all the same.

    A precondition in the body comes first: servers use 403, 409 and 412 for the same ones.
    """
    named = preconditions(answer)
    if answer.status in BUSY:
        return read_failure(answer)
    if answer.status == _LOCKED:
        # With the name of a precondition, as a rule (RFC 4918 11.3), and yet not for good.
        return Locked("The calendar server had locked the event.")
    if named & _UID_TAKEN:
        return IdentityTaken("Another event of this account has the same UID.")
    if named & _NO_RIGHT:
        return AccessDenied("The account may not write to that calendar.")
    if named and (answer.status < SERVER_ERROR or answer.status in _REFUSED_CONTENT):
        return Unacceptable(f"The calendar server refuses the event: {', '.join(sorted(named))[:200]}.")
    return _by_status(answer)


def _by_status(answer: Answer) -> ProviderError:
    if answer.status in {_PRECONDITION_FAILED, _CONFLICT}:
        return EtagMismatch("The event was changed meanwhile.")
    if answer.status in MISSING:
        return NotFound("The event is not there any more.")
    if answer.status in _REFUSED_CONTENT:
        return Unacceptable(f"The calendar server refuses the event with status {answer.status}.")
    if answer.status == FORBIDDEN:
        return AccessDenied("The account may not write to that calendar.")
    return read_failure(answer)
