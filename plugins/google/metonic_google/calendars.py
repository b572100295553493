"""The calendars of an account (reference "CalendarList")."""

from collections.abc import Sequence

from metonic_core.model.when import is_zone
from metonic_core.spi import AccessDenied, CalendarInfo, Unavailable
from metonic_google.errors import OK, document, is_missing, read_failure
from metonic_google.items import Item, id_of, items_of, name_of, text_of, words_of
from metonic_google.multipart import Request
from metonic_google.paths import calendars, primary_calendar
from metonic_google.session import Session

_ENTRY = "id,summary,summaryOverride,timeZone,accessRole,primary,deleted,backgroundColor"
_PAGE = 250
_MOST_PAGES = 100
# `writerWithoutPrivateAccess` is left out: private copies could be made, and not be read again.
_WRITERS = frozenset({"owner", "writer"})
_READERS = _WRITERS | {"reader", "writerWithoutPrivateAccess"}


async def primary(session: Session) -> CalendarInfo:
    """The user's own calendar, whose id is the account's e-mail address."""
    answer = await session.send(Request("GET", f"{primary_calendar()}?fields={_ENTRY}"))
    if is_missing(answer):
        raise AccessDenied("This Google Account has no calendar: open Google Calendar once to make one.")
    if answer.status != OK:
        raise read_failure(answer)
    entry = document(answer)
    if not id_of(entry):
        raise Unavailable("Google Calendar does not say which calendar is the primary one.")
    return _calendar(entry)


async def listing(session: Session) -> Sequence[CalendarInfo]:
    """Those whose events can be read, and not only their times."""
    found: list[Item] = []
    page: dict[str, str] = {}
    for _ in range(_MOST_PAGES):
        fields = f"items({_ENTRY}),nextPageToken"
        answer = await session.read(Request("GET", calendars(maxResults=_PAGE, fields=fields, **page)))
        found += items_of(answer)
        if not text_of(answer, "nextPageToken"):
            return [_calendar(entry) for entry in found if _is_read(entry)]
        page = {"pageToken": text_of(answer, "nextPageToken")}
    raise Unavailable("Google Calendar's list of calendars does not get on.")


def _is_read(entry: Item) -> bool:
    return text_of(entry, "accessRole") in _READERS and entry.get("deleted") is not True


def _calendar(entry: Item) -> CalendarInfo:
    zone = text_of(entry, "timeZone")
    return CalendarInfo(
        id=id_of(entry),
        name=words_of(entry, "summaryOverride") or words_of(entry, "summary") or id_of(entry),
        is_primary=entry.get("primary") is True,
        is_writable=text_of(entry, "accessRole") in _WRITERS,
        zone=zone if is_zone(zone) else None,
        color=name_of(entry, "backgroundColor") or None,
    )
