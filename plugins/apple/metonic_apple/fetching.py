"""The texts of events, many at a time (RFC 4791 7.9)."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from metonic_apple import dav
from metonic_apple.errors import MISSING, read_failure
from metonic_apple.paths import key
from metonic_apple.session import Session, multistatus, some_at_once
from metonic_core.spi import ProviderError
from metonic_core.spi.errors import Scope

BATCH = 50
_OK = 200
_GETETAG, _DATA = f"{dav.DAV}getetag", f"{dav.CALDAV}calendar-data"


@dataclass(frozen=True, slots=True)
class Text:
    """A resource as the server holds it."""

    etag: str
    text: str


@dataclass(frozen=True, slots=True)
class Missing:
    """There is no resource under that id."""


@dataclass(frozen=True, slots=True)
class Withheld:
    """There is one and the server does not hand it out; ``reason`` is a sentence."""

    reason: str


Fetched = Text | Missing | Withheld


async def fetch(session: Session, calendar_id: str, ids: Sequence[str]) -> Mapping[str, Fetched]:
    """What is stored under each of these ids."""
    distinct = list(dict.fromkeys(ids))
    batches = [distinct[i : i + BATCH] for i in range(0, len(distinct), BATCH)]
    found: dict[str, Fetched] = {}
    for part in await some_at_once(_multiget(session, calendar_id, batch) for batch in batches):
        found |= part
    rest = [i for i in distinct if i not in found]
    # iCloud and Google leave out resources that they have just listed: each is asked for by itself, once.
    return found | dict(zip(rest, await some_at_once(_get(session, i) for i in rest), strict=True))


async def _multiget(session: Session, calendar_id: str, ids: Sequence[str]) -> Mapping[str, Fetched]:
    # RFC 4791 has the Depth ignored; some servers answer nothing without it.
    answer = multistatus(await session.report(calendar_id, "1", dav.multiget(ids)))
    by_key = {key(member.path): member for member in answer.members}
    asked = ((i, by_key.get(key(i))) for i in ids)
    return {i: _text(member) for i, member in asked if member is not None and _DATA in member.properties}


def _text(member: dav.Member) -> Text:
    return Text(member.text(_GETETAG), member.properties[_DATA].text or "")


async def _get(session: Session, event_id: str) -> Fetched:
    answer = await session.send("GET", event_id)
    if answer.status in MISSING:
        return Missing()
    if answer.status == _OK:
        return Text(answer.headers.get("etag", "").strip(), answer.body.decode("utf-8", "replace"))
    failure: ProviderError = read_failure(answer)
    if failure.scope is Scope.ACCOUNT:
        raise failure
    return Withheld(f"The calendar server does not hand out the event: status {answer.status}.")
