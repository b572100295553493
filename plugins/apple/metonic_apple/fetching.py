"""The texts of events, many at a time (RFC 4791 7.9)."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

from metonic_apple import dav
from metonic_apple.charsets import of_object
from metonic_apple.errors import (
    MISSING,
    MULTISTATUS,
    OK,
    Intercepted,
    ServerFailed,
    is_page,
    read_failure,
)
from metonic_apple.paths import key
from metonic_apple.session import IN_FLIGHT, Session, multistatus, some_at_once
from metonic_core.spi import Answer, ProviderError, Unavailable
from metonic_core.spi.errors import Scope

BATCH = 50
_MOST_FAILURES = 8
_REPLACED = "\ufffd"
LATER = "The event has to be asked for by itself, and many others were before it."
_DATA = f"{dav.CALDAV}calendar-data"
# A compressed answer may come with an etag of its own, which no If-Match ever matches.
_AS_IT_IS = {"Accept-Encoding": "identity"}


@dataclass(frozen=True, slots=True)
class Text:
    """A resource as the server holds it; ``is_sure`` is False where its character set is a guess."""

    etag: str
    text: str
    is_sure: bool = True


@dataclass(frozen=True, slots=True)
class Missing:
    """There is no resource under that id."""


@dataclass(frozen=True, slots=True)
class Unasked:
    """It was not asked for yet, as others were before it."""


@dataclass(frozen=True, slots=True)
class Withheld:
    """There is one and the server does not hand it out, or not as text; ``reason`` is a sentence.

    ``is_passing``: the server failed at it, and may succeed a moment later.
    """

    reason: str
    etag: str = ""
    is_passing: bool = False


Fetched = Text | Missing | Unasked | Withheld


async def fetch(session: Session, calendar_id: str, ids: Sequence[str]) -> Mapping[str, Fetched]:
    """What is stored under each of these ids."""
    distinct = list(dict.fromkeys(ids))
    batches = [distinct[i : i + BATCH] for i in range(0, len(distinct), BATCH)]
    found: dict[str, Fetched] = {}
    for part in await some_at_once(_batch(session, calendar_id, batch) for batch in batches):
        found |= part
    # iCloud and Google leave out resources that they have just listed: each is asked for by itself, once.
    rest = [i for i in distinct if i not in found]
    is_answering, most = bool(found), session.profile.most_alone
    if most is not None:
        found |= dict.fromkeys(rest[most:], Unasked())
        rest = rest[:most]
    return found | await _one_by_one(session, calendar_id, rest, is_answering=is_answering)


async def _batch(session: Session, calendar_id: str, ids: Sequence[str]) -> Mapping[str, Fetched]:
    """What one question brings; if it fails, what is found of the rest around the resource that it fails at.

    That nobody answers in time may be for one resource as well. One half fails and the other does not: the
    failing one is halved again. Both fail: the ids are left out, so a server that fails at everything is
    asked three times.
    """
    whole = await _attempt(session, calendar_id, ids)
    found = dict(whole or {})
    doubtful = ids if whole is None else []
    while len(doubtful) > 1:
        middle = len(doubtful) // 2
        halves = [doubtful[:middle], doubtful[middle:]]
        answers = [await _attempt(session, calendar_id, half) for half in halves]
        failed = [half for half, answer in zip(halves, answers, strict=True) if answer is None]
        for answer in answers:
            found |= answer or {}
        doubtful = failed[0] if len(failed) == 1 else []
    return found


async def _attempt(session: Session, calendar_id: str, ids: Sequence[str]) -> Mapping[str, Fetched] | None:
    try:
        return await _multiget(session, calendar_id, ids)
    except Intercepted:
        raise
    except Unavailable:
        return None


async def _multiget(session: Session, calendar_id: str, ids: Sequence[str]) -> Mapping[str, Fetched]:
    # RFC 4791 has the Depth ignored; some servers answer nothing without it.
    answer = multistatus(await session.report(calendar_id, "1", dav.multiget(ids)))
    by_key = {key(member.path): member for member in answer.members}
    asked = ((i, by_key.get(key(i))) for i in ids)
    told = {i: _text(member) for i, member in asked if member is not None and _DATA in member.properties}
    # What XML has no place for was replaced by now, by the server or here: alone it comes as octets.
    return {i: text for i, text in told.items() if _REPLACED not in text.text}


def _text(member: dav.Member) -> Text:
    return Text(member.text(dav.GETETAG), member.properties[_DATA].text or "")


async def taken(session: Session, calendar_id: str, ids: Sequence[str]) -> Collection[str]:
    """Those of these ids that something is stored under, as far as the server says so when it is asked."""
    batches = [ids[i : i + BATCH] for i in range(0, len(ids), BATCH)]
    parts = await some_at_once(_taken(session, calendar_id, batch) for batch in batches)
    return {i for part in parts for i in part}


async def _taken(session: Session, calendar_id: str, ids: Sequence[str]) -> Collection[str]:
    try:
        answer = multistatus(await session.report(calendar_id, "1", dav.multiget(ids, [dav.GETETAG])))
    except ProviderError:
        # Whatever it is, the writes meet it too, and tell what became of each.
        return ()
    there = {key(member.path) for member in answer.members if dav.GETETAG in member.properties}
    return [i for i in ids if key(i) in there]


async def _one_by_one(
    session: Session, calendar_id: str, ids: Sequence[str], *, is_answering: bool
) -> dict[str, Fetched]:
    """Each by a question of its own; one that the server fails at is withheld, and stops no other.

    Raises Unavailable if it fails at many, or at all that was asked for and at the calendar too.
    """
    found: dict[str, Fetched] = {}
    failures: dict[str, Unavailable] = {}
    for i in range(0, len(ids), IN_FLIGHT):
        wave = ids[i : i + IN_FLIGHT]
        for one, answer in zip(wave, await some_at_once(_tried(session, one) for one in wave), strict=True):
            if isinstance(answer, Unavailable):
                failures[one] = answer
            else:
                found[one] = answer
        if len(failures) > _MOST_FAILURES:
            raise next(iter(failures.values()))
    is_silent = any(not isinstance(failure, ServerFailed) for failure in failures.values())
    if is_silent or (failures and not found and not is_answering):
        here = await session.properties(calendar_id, "0", f"{dav.DAV}resourcetype")
        if here.status != MULTISTATUS:
            raise next(iter(failures.values()))
    return found | {
        i: Withheld(f"The event cannot be had: {e.message}", is_passing=True) for i, e in failures.items()
    }


async def _tried(session: Session, event_id: str) -> Fetched | Unavailable:
    try:
        return await fetch_one(session, event_id)
    except Unavailable as error:
        return error


async def fetch_one(session: Session, event_id: str) -> Fetched:
    """What a GET of it brings; raises Intercepted and what concerns the account."""
    answer = await session.send("GET", event_id, _AS_IT_IS)
    if answer.status in MISSING:
        return Missing()
    if is_page(answer) and answer.status == OK:
        raise Intercepted("Something else answered in place of the calendar server.")
    if answer.status == OK:
        return _object(answer)
    failure: ProviderError = read_failure(answer)
    if failure.scope is Scope.ACCOUNT:
        raise failure
    return Withheld(f"The calendar server does not hand out the event: status {answer.status}.")


def _object(answer: Answer) -> Text | Withheld:
    etag = answer.headers.get("etag", "").strip()
    found = of_object(answer.body, answer.headers.get("content-type", ""))
    if found is None:
        return Withheld("The calendar server does not say in which character set the event is.", etag)
    return Text(etag, found.text, found.is_sure)
