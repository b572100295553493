"""What changed in a calendar since a sync token (RFC 6578). The token is the cursor."""

from collections.abc import Iterator

from metonic_apple import dav
from metonic_apple.paths import collection_key, event_id
from metonic_apple.session import Session, multistatus
from metonic_core.spi import ChangePage, CursorExpired, Gone, ProviderError, Touched

_TRUNCATED, _GONE = 507, 404
_CLIENT_ERRORS = range(400, 500)
_GETETAG = f"{dav.DAV}getetag"


async def changes(session: Session, calendar_id: str, cursor: str | None) -> ChangePage:
    """One page; a cursor that is None or empty begins a complete read."""
    token = cursor or ""
    answer = await session.report(calendar_id, "0", dav.sync_collection(token))
    if answer.status in _CLIENT_ERRORS:
        # A forgotten token is refused with 403, 409, 412, 415 or 418: a complete read shows whether.
        raise (
            CursorExpired("The calendar server no longer knows how far was read.")
            if token
            else _unsupported()
        )
    found = multistatus(answer)
    if found.token is None:
        raise _unsupported()
    reported = list(_reported(found, calendar_id))
    if not _is_truncated(found, calendar_id):
        return ChangePage(reported, done=found.token)
    if found.token == token:
        raise ProviderError("The calendar server cuts its list of changes at the same place again and again.")
    return ChangePage(reported, more=found.token)


def _unsupported() -> ProviderError:
    return ProviderError("The calendar server cannot say what changed (RFC 6578), which Metonic needs.")


def _is_truncated(found: dav.Multistatus, calendar_id: str) -> bool:
    return any(m.status == _TRUNCATED and _is_calendar(m, calendar_id) for m in found.members)


def _is_calendar(member: dav.Member, calendar_id: str) -> bool:
    return collection_key(member.path) == collection_key(calendar_id)


def _reported(found: dav.Multistatus, calendar_id: str) -> Iterator[Touched | Gone]:
    """The members that are events or were; of any other status nothing is known, so nothing is said."""
    for member in found.members:
        if member.path.endswith("/") or _is_calendar(member, calendar_id):
            continue
        if member.status == _GONE:
            yield Gone(event_id(calendar_id, member.path))
        elif member.text(_GETETAG) and member.status in {None, 200}:
            yield Touched(event_id(calendar_id, member.path), member.text(_GETETAG))
