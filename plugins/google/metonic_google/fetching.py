"""Events by their ids, whole: a batch of masters, and if there are series a batch of their exceptions."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import Enum

from metonic_core.model.when import is_zone
from metonic_core.spi import Answer, ProviderError, Unavailable
from metonic_core.spi.errors import Scope
from metonic_google.errors import ANOTHER, NO_ANSWER, OK, document, is_missing, read_failure
from metonic_google.items import FIELDS, Item, id_of, is_cancelled, is_series, items_of, master_of, text_of
from metonic_google.moments import UTC_ZONE, needs_zone
from metonic_google.multipart import Request
from metonic_google.paths import Parameter, event, events
from metonic_google.reading import Whole, is_appointment
from metonic_google.session import Session

_PAGE = 2500
_MOST_PAGES = 10


@dataclass(frozen=True, slots=True)
class Missing:
    """There is no event under that id; ``tombstone`` is what Google keeps of one that was deleted."""

    tombstone: Item | None = None


@dataclass(frozen=True, slots=True)
class Withheld:
    """There is one and Google does not hand it out; ``reason`` is a sentence.

    ``is_passing``: Google failed at it, and may succeed a moment later.
    """

    reason: str
    is_passing: bool = False


class Standing(Enum):
    """What is known of a series of which an exception was met; UNTOLD: Google failed to say it."""

    THERE = "there"
    DELETED = "deleted"
    UNSEEN = "unseen"
    UNTOLD = "untold"


Fetched = Whole | Missing | Withheld


class Fetcher:
    """Reads one calendar. ``home`` is the user's zone, for calendars that name none."""

    def __init__(self, session: Session, calendar_id: str, home: str | None) -> None:
        self._session = session
        self._calendar_id = calendar_id
        self._home = home or UTC_ZONE
        self._zone: str | None = None

    async def zone(self) -> str:
        """The calendar's zone, asked for once; raises CalendarGone."""
        if self._zone is None:
            self._zone = self.usable(await self._session.zone_of(self._calendar_id))
        return self._zone

    def usable(self, zone: object) -> str:
        """The zone, or the user's if it is none."""
        return zone if isinstance(zone, str) and is_zone(zone) else self._home

    async def fetch(self, ids: Iterable[str]) -> Mapping[str, Fetched]:
        """What is stored under each of these ids; raises what hinders every read."""
        found = await self._items(list(dict.fromkeys(ids)), FIELDS)
        items = {i: one for i, one in found.items() if not isinstance(one, Missing | Withheld)}
        exceptions = await self.exceptions([item for item in items.values() if is_series(item)])
        standing = await self.standing({master_of(item) for item in items.values() if master_of(item)})
        zone = await self.zone() if any(map(needs_zone, items.values())) else self._home
        return {
            event_id: _fetched(one, exceptions.get(event_id, ()), standing, zone)
            for event_id, one in found.items()
        }

    async def standing(self, series: Iterable[str]) -> Mapping[str, Standing]:
        """Whether these series can be seen from this calendar, without their exceptions."""
        found = await self._items(list(series), "id,status")
        return {series_id: _standing(one) for series_id, one in found.items()}

    async def _items(self, ids: Sequence[str], fields: str) -> dict[str, Item | Missing | Withheld]:
        requests = [Request("GET", event(self._calendar_id, i, fields=fields)) for i in ids]
        answers = await self._answers(requests)
        found = {i: _item(i, answer) for i, answer in zip(ids, answers, strict=True)}
        await self._check(found)
        return found

    async def _check(self, found: Mapping[str, object]) -> None:
        """Where nothing at all was had, what hinders everything hinders this as well, and raises."""
        if found and all(isinstance(one, Withheld) for one in found.values()):
            await self._session.zone_of(self._calendar_id)

    async def exceptions(self, masters: Sequence[Item]) -> Mapping[str, Sequence[Item] | Withheld]:
        """The occurrences that differ from these series, cancelled ones too, by the ids of the series.

        An exception is not to be found by its series; but all of them share one UID.
        """
        found: dict[str, list[Item] | Withheld] = {id_of(m): [] for m in masters if is_appointment(m)}
        asked = [(master, "") for master in masters if is_appointment(master)]
        for _ in range(_MOST_PAGES):
            requests = [self._by_uid(master, page) for master, page in asked]
            answers = await self._answers(requests)
            pages = [(master, _page(answer)) for (master, _), answer in zip(asked, answers, strict=True)]
            for master, page in pages:
                _add(found, id_of(master), page)
            asked = [(master, token) for master, page in pages if (token := _following(page))]
            if not asked:
                await self._check(found)
                return found
        raise Unavailable("Google Calendar's list of the exceptions of a series does not get on.")

    def _by_uid(self, master: Item, page: str) -> Request:
        uid = text_of(master, "iCalUID") or f"{id_of(master)}@google.com"
        query: dict[str, Parameter] = {"iCalUID": uid, "showDeleted": "true", "maxResults": _PAGE}
        more = {"pageToken": page} if page else {}
        fields = f"items({FIELDS}),nextPageToken"
        return Request("GET", events(self._calendar_id, **query, **more, fields=fields))

    async def _answers(self, requests: Sequence[Request]) -> list[Answer]:
        """With a second chance for those that Google failed at; raises what hinders them all."""
        answers = await self._sent(requests)
        failures = _failures(answers)
        if len(answers) > 1 and all(answer is answers[0] for answer in answers):
            # One answer to all of them is none to any.
            for failure in failures.values():
                raise failure
        again = await self._sent([requests[number] for number in failures])
        _failures(again)
        for number, answer in zip(failures, again, strict=True):
            answers[number] = answer
        return answers

    async def _sent(self, requests: Sequence[Request]) -> list[Answer]:
        """Where the answer to a single one breaks off, that may be about what was asked for."""
        try:
            return await self._session.send_all(requests)
        except Unavailable:
            if len(requests) > 1:
                raise
            return [Answer(NO_ANSWER, {}, b"", "")]


def _failures(answers: Sequence[Answer]) -> dict[int, Unavailable]:
    """What Google failed at, by number; raises what hinders every other request, too."""
    found: dict[int, Unavailable] = {}
    for number, answer in enumerate(answers):
        failure = _failure(answer)
        if isinstance(failure, Unavailable):
            found[number] = failure
        elif failure and failure.scope is not Scope.CALENDAR:
            raise failure
    return found


def _failure(answer: Answer) -> ProviderError | None:
    if is_missing(answer):
        return None
    if answer.status != OK:
        return read_failure(answer)
    try:
        document(answer)
    except Unavailable as error:
        return error
    return None


def _item(event_id: str, answer: Answer) -> Item | Missing | Withheld:
    if is_missing(answer):
        return Missing()
    item = _page(answer)
    if isinstance(item, Withheld):
        return item
    if id_of(item) != event_id:
        return Withheld(ANOTHER, is_passing=True)
    return Missing(item) if is_cancelled(item) else item


def _page(answer: Answer) -> Item | Withheld:
    """The document of an answer, or why there is none."""
    try:
        if answer.status != OK:
            failure = read_failure(answer)
            return Withheld(failure.message, is_passing=isinstance(failure, Unavailable))
        return document(answer)
    except Unavailable as error:
        return Withheld(error.message, is_passing=True)


def _following(page: Item | Withheld) -> str:
    return "" if isinstance(page, Withheld) else text_of(page, "nextPageToken")


def _add(found: dict[str, list[Item] | Withheld], series: str, page: Item | Withheld) -> None:
    known = found[series]
    if isinstance(page, Withheld):
        found[series] = page
    elif not isinstance(known, Withheld):
        known += [item for item in items_of(page) if master_of(item) == series]


def _standing(one: Item | Missing | Withheld) -> Standing:
    if isinstance(one, Missing):
        return Standing.UNSEEN if one.tombstone is None else Standing.DELETED
    if isinstance(one, Withheld):
        return Standing.UNTOLD if one.is_passing else Standing.UNSEEN
    return Standing.THERE


def _fetched(
    one: Item | Missing | Withheld,
    exceptions: Sequence[Item] | Withheld,
    standing: Mapping[str, Standing],
    zone: str,
) -> Fetched:
    """An exception of a series that is there is no event of its own."""
    if isinstance(one, Missing | Withheld):
        return one
    if isinstance(exceptions, Withheld):
        return exceptions
    match standing.get(master_of(one)):
        case Standing.THERE:
            return Missing()
        case Standing.UNTOLD:
            return Withheld("Google Calendar does not say whether its series is there.", is_passing=True)
    return Whole(one, exceptions, zone)
