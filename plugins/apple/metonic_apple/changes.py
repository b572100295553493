"""What changed in a calendar: told by its sync token (RFC 6578), else by its ctag and the etags in it.

The cursor is the sync token as it came, CONTINUED and the token in a complete read, or LISTED and the ctag: a
token is a URI and has no blank in it.
"""

from collections.abc import Iterator, Mapping
from dataclasses import replace

from metonic_apple import dav
from metonic_apple.errors import ServerFailed
from metonic_apple.limits import is_name
from metonic_apple.paths import collection_key, event_id, key
from metonic_apple.session import Session, multistatus
from metonic_core.spi import AccessDenied, ChangePage, CursorExpired, Gone, ProviderError, Touched

LISTED, CONTINUED = "listed ", "continued "
_TRUNCATED, _GONE = 507, 404
# What would be said again to the same question: Calendar Server fails at tokens of another server, Yandex
# cannot tell of too many changes, and who has given up sync tokens has none. A listing goes on from there.
_FOR_THE_QUESTION = frozenset({500, 501, _TRUNCATED})
_CLIENT_ERRORS = range(400, 500)
# As many as a run of the engine looks at.
_MOST_PAGES = 1000
_CUT = "The calendar server does not list all that is in the calendar."


class ListCut(ProviderError):
    """Of what is not in the list nothing can be said."""


async def changes(session: Session, calendar_id: str, cursor: str | None) -> ChangePage:
    """One page; a cursor that is None or empty begins a complete read."""
    if not cursor or cursor.startswith(CONTINUED):
        return await _complete(session, calendar_id, (cursor or "").removeprefix(CONTINUED))
    if cursor.startswith(LISTED):
        return await _since_listed(session, calendar_id, cursor)
    try:
        found = await _synced(session, calendar_id, cursor)
    except ServerFailed as error:
        raise _expired() if error.status in _FOR_THE_QUESTION else error from error
    except AccessDenied as error:
        # Said of the token alone, perhaps: if not, the complete read is told the same.
        raise error if await session.is_missing(calendar_id) else _expired() from error
    if found is None:
        # Refused with 403, 409, 412, 415 or 418: a complete read shows whether it was for the token.
        raise _expired()
    if _is_stuck(found, calendar_id, cursor):
        raise CursorExpired("The calendar server cuts its list of changes at the same place again and again.")
    return _page(found, calendar_id, cursor)


async def listing(session: Session, calendar_id: str) -> tuple[list[Touched], str]:
    """Every event of the calendar as it is listed (RFC 4918 9.1), and the ctag: empty if there is none.

    Raises ListCut where the server does not list all.
    """
    answer = await session.properties(calendar_id, "1", dav.GETETAG, dav.GETCTAG)
    await session.check(answer, calendar_id)
    if answer.status == _TRUNCATED:
        raise ListCut(_CUT)
    found = multistatus(answer)
    if _is_truncated(found, calendar_id):
        raise ListCut(_CUT)
    return list(_touched(found, calendar_id)), _ctag(found, calendar_id)


async def all_etags(session: Session, calendar_id: str) -> Mapping[str, str] | None:
    """By key, the etags of all there is; None where the server tells a part only, however it is asked."""
    try:
        listed, _ = await listing(session, calendar_id)
    except ListCut:
        return await _all_by_pages(session, calendar_id)
    return {key(one.id): one.etag for one in listed}


async def _all_by_pages(session: Session, calendar_id: str) -> Mapping[str, str] | None:
    etags: dict[str, str] = {}
    passed = {""}
    cursor = ""
    while True:
        try:
            page = await changes(session, calendar_id, cursor)
        except ListCut:
            return None
        for change in page.changes:
            if isinstance(change, Touched):
                etags[key(change.id)] = change.etag
            elif isinstance(change, Gone):
                etags.pop(key(change.id), None)
        if page.more is None:
            return etags
        if page.more in passed or len(passed) == _MOST_PAGES:
            return None
        passed.add(page.more)
        cursor = page.more


def _expired() -> CursorExpired:
    return CursorExpired("The calendar server no longer knows how far was read.")


async def _complete(session: Session, calendar_id: str, token: str) -> ChangePage:
    """A page of all there is; all at once where there are no sync tokens, or where they lead no further.

    Some servers refuse the very token that they cut the list with: begun anew, it would never come to an end.
    """
    try:
        found = await _synced(session, calendar_id, token)
    except (ServerFailed, AccessDenied):
        # If the calendar may not be read at all, the listing says so as well.
        found = None
    if found is not None and not _is_stuck(found, calendar_id, token):
        page = _page(found, calendar_id, token)
        return replace(page, more=CONTINUED + page.more) if page.more is not None else page
    listed, ctag = await listing(session, calendar_id)
    return ChangePage(listed, done=f"{LISTED}{ctag}" if ctag else "")


async def _since_listed(session: Session, calendar_id: str, cursor: str) -> ChangePage:
    answer = await session.properties(calendar_id, "0", dav.GETCTAG)
    await session.check(answer, calendar_id)
    if cursor != LISTED + _ctag(multistatus(answer), calendar_id):
        raise CursorExpired("Something changed in the calendar, and the server cannot say what.")
    return ChangePage((), done=cursor)


async def _synced(session: Session, calendar_id: str, token: str) -> dav.Multistatus | None:
    """The answer to a sync-collection with that token; None if it is refused, or leads nowhere."""
    answer = await session.report(calendar_id, "0", dav.sync_collection(token))
    if answer.status in _CLIENT_ERRORS:
        return None
    found = multistatus(answer)
    return found if found.token is not None else None


def _page(found: dav.Multistatus, calendar_id: str, token: str) -> ChangePage:
    """A complete read begins with what is there: of what is not, nothing can be said (RFC 6578 3.4).

    An event is named once, by its last spelling, however many there are of it.
    """
    there = {key(one.id): one for one in _touched(found, calendar_id)}
    gone = {key(one.id): one for one in _gone(found, calendar_id)}
    # What is said to be there and to be gone at once is read by itself: an empty etag is never the known one.
    doubted = {name: Touched(there[name].id, "") for name in there.keys() & gone.keys()}
    reported: list[Touched | Gone] = [*(there | doubted).values()]
    if token:
        reported += [one for name, one in gone.items() if name not in there]
    if found.token is None or not _is_truncated(found, calendar_id):
        return ChangePage(reported, done=found.token or "")
    return ChangePage(reported, more=found.token)


def _is_stuck(found: dav.Multistatus, calendar_id: str, token: str) -> bool:
    """Whether the list would go on from where it went on before."""
    return found.token == token and _is_truncated(found, calendar_id)


def _ctag(found: dav.Multistatus, calendar_id: str) -> str:
    return next((m.text(dav.GETCTAG) for m in found.members if _is_calendar(m, calendar_id)), "")


def _is_truncated(found: dav.Multistatus, calendar_id: str) -> bool:
    return any(m.status == _TRUNCATED and _is_calendar(m, calendar_id) for m in found.members)


def _is_calendar(member: dav.Member, calendar_id: str) -> bool:
    return collection_key(member.path) == collection_key(calendar_id)


def _events(found: dav.Multistatus, calendar_id: str) -> Iterator[tuple[str, dav.Member]]:
    """The members with their ids; some servers have the calendar itself among them."""
    for member in found.members:
        one = event_id(calendar_id, member.path)
        if not member.path.endswith("/") and not _is_calendar(member, calendar_id) and is_name(one):
            yield one, member


def _touched(found: dav.Multistatus, calendar_id: str) -> Iterator[Touched]:
    """What is there; of a member with any other status than success nothing is known."""
    for one, member in _events(found, calendar_id):
        if member.text(dav.GETETAG) and member.status in {None, 200}:
            yield Touched(one, member.text(dav.GETETAG))


def _gone(found: dav.Multistatus, calendar_id: str) -> Iterator[Gone]:
    return (Gone(one) for one, member in _events(found, calendar_id) if member.status == _GONE)
