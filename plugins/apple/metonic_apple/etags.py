"""Versions that a write may be conditional on: strong etags only (RFC 9110 8.8.3, 13.1.1)."""

from metonic_apple import dav
from metonic_apple.errors import MISSING
from metonic_apple.session import Session, multistatus
from metonic_core.spi import EtagMismatch, NotFound, Unacceptable


def is_strong(etag: str) -> bool:
    """Whether If-Match can ever match it."""
    return bool(etag) and not etag.startswith(("W/", "w/"))


def is_same(one: str, other: str) -> bool:
    """Whether both name one version, however strongly."""
    return _opaque(one) == _opaque(other)


def _opaque(etag: str) -> str:
    # Apache marks what it compressed on the way; it is the same version, whatever a GET says. Bedework has
    # sent the quotes percent-encoded.
    plain = etag.replace("%22", '"').removeprefix("W/").removeprefix("w/")
    return plain.strip('"').removesuffix("-gzip")


async def if_match(session: Session, event_id: str, expected: str, found: str = "") -> str:
    """What to write in If-Match for the expected version, ``found`` being an etag that was just read.

    A weak etag never matches, so a write with it would be refused and repeated for ever. Raises NotFound,
    EtagMismatch, and Unacceptable if the server has no strong one.
    """
    for etag in (expected, found):
        if is_strong(etag):
            return etag
    asked = await _ask(session, event_id)
    if asked and not is_same(asked, expected):
        raise EtagMismatch("The event was changed meanwhile.")
    if not is_strong(asked):
        raise Unacceptable(
            "The calendar server has no strong etag for the event: it cannot be changed without the risk of "
            "overwriting somebody else's edit."
        )
    return asked


async def _ask(session: Session, event_id: str) -> str:
    answer = await session.properties(event_id, "0", dav.GETETAG)
    if answer.status in MISSING:
        raise NotFound("The event is not there any more.")
    return next((m.text(dav.GETETAG) for m in multistatus(answer).members), "")
