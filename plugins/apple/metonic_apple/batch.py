"""Many writes at once: each conditional, each with an outcome of its own (RFC 4791 5.3.2, RFC 9110 13.1)."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from metonic_apple.errors import MISSING, Incomprehensible, write_failure
from metonic_apple.fetching import Fetched, Missing, Text, Withheld, fetch
from metonic_apple.paths import created_id
from metonic_apple.reading import reading
from metonic_apple.session import Session, some_at_once
from metonic_apple.writing import created, updated
from metonic_core.spi import (
    Answer,
    Create,
    Delete,
    EtagMismatch,
    Failed,
    IdentityTaken,
    InvalidValue,
    NotFound,
    Outcome,
    ProviderError,
    Removed,
    Seen,
    Stored,
    Unacceptable,
    Unavailable,
    Unknown,
    Update,
    Write,
)
from metonic_core.spi.errors import Scope

_CALENDAR = {"Content-Type": "text/calendar; charset=utf-8"}
_DONE = range(200, 300)


@dataclass(frozen=True, slots=True)
class _Written:
    """Something is stored under the id; ``taken`` is set if a create found it there."""

    id: str
    taken: IdentityTaken | None = None


class Batch:
    """The writes of one call to one calendar.

    A text is fetched for its update and never kept: nothing private lies about, and the etag that came with
    the text proves it to be the present one.
    """

    def __init__(self, session: Session, calendar_id: str) -> None:
        self._session = session
        self._calendar_id = calendar_id
        self._stop: ProviderError | None = None

    async def run(self, writes: Sequence[Write]) -> list[Outcome]:
        """One outcome per write, in order. Raises only before anything was written."""
        texts = await fetch(self._session, self._calendar_id, [w.id for w in writes if isinstance(w, Update)])
        done = await some_at_once(self._guarded(write, texts) for write in writes)
        return await self._confirmed(writes, done)

    async def _guarded(self, write: Write, texts: Mapping[str, Fetched]) -> Outcome | _Written:
        """What came of one write; after one that concerns the whole account, no further one is sent."""
        if self._stop is not None:
            return Failed(self._stop)
        try:
            return await self._write(write, texts)
        except Unavailable as error:
            # Nobody answered: each further write would only wait for the same time-out.
            self._stop = error
            return Unknown(error)
        except ProviderError as error:
            if error.scope in {Scope.ACCOUNT, Scope.PROJECT}:
                self._stop = error
            return Failed(error)

    async def _write(self, write: Write, texts: Mapping[str, Fetched]) -> Outcome | _Written:
        match write:
            case Create():
                return await self._create(write)
            case Update():
                text = _edited(write, texts[write.id])
                return await self._put(write.id, text, {"If-Match": write.etag})
            case Delete():
                return await self._delete(write)

    async def _create(self, write: Create) -> _Written | Unknown:
        event_id = created_id(self._calendar_id, write.identity)
        text = _rendered(lambda: created(write.identity, write.marker, write.content))
        try:
            # Never If-Match with a star: several servers have it the wrong way round.
            return await self._put(event_id, text, {"If-None-Match": "*"})
        except (EtagMismatch, IdentityTaken):
            return _Written(event_id, IdentityTaken("The identity belongs to another event."))

    async def _put(self, event_id: str, text: str, condition: Mapping[str, str]) -> _Written | Unknown:
        answer = await self._session.send("PUT", event_id, {**_CALENDAR, **condition}, text.encode())
        if answer.status in _DONE:
            return _Written(event_id)
        return _refused(answer)

    async def _delete(self, write: Delete) -> Outcome:
        answer = await self._session.send("DELETE", write.id, {"If-Match": write.etag})
        if answer.status in _DONE or answer.status in MISSING:
            return Removed()
        return _refused(answer)

    async def _confirmed(self, writes: Sequence[Write], done: Sequence[Outcome | _Written]) -> list[Outcome]:
        """The outcomes, with what the server made of the events that it stored.

        The etag of a PUT is no promise: servers rewrite what they store, with and without saying so.
        """
        try:
            ids = [one.id for one in done if isinstance(one, _Written)]
            texts = await fetch(self._session, self._calendar_id, ids) if ids else {}
        except ProviderError as error:
            return [Unknown(error) if isinstance(one, _Written) else one for one in done]
        return [
            _outcome(write, one, texts[one.id]) if isinstance(one, _Written) else one
            for write, one in zip(writes, done, strict=True)
        ]


def _refused(answer: Answer) -> Unknown:
    """Raises why nothing was written; a server that failed may have written."""
    failure = write_failure(answer)
    if isinstance(failure, Unavailable):
        return Unknown(failure)
    raise failure


def _edited(write: Update, found: Fetched) -> str:
    """The text to put; the etag is compared before anything is edited."""
    match found:
        case Missing():
            raise NotFound("The event is not there any more.")
        case Withheld():
            raise Unacceptable(found.reason)
    if not _is_same_etag(found.etag, write.etag):
        raise EtagMismatch("The event was changed meanwhile.")
    return _rendered(lambda: updated(found.text, write.content, write.groups, write.marker))


def _rendered(render: Callable[[], str]) -> str:
    """The text; one event that cannot be written must not take the others of its batch with it."""
    try:
        return render()
    except Incomprehensible as error:
        raise Unacceptable(error.reason) from error
    except InvalidValue as error:
        raise Unacceptable(error.message) from error
    except (OverflowError, ValueError) as error:
        raise Unacceptable("The event has a date that is out of range.") from error


def _is_same_etag(one: str, other: str) -> bool:
    return one.removeprefix("W/").strip('"') == other.removeprefix("W/").strip('"')


def _outcome(write: Write, written: _Written, found: Fetched) -> Outcome:
    read = reading(written.id, found.etag, found.text) if isinstance(found, Text) else None
    event = read.event if isinstance(read, Seen) else None
    if written.taken is None:
        # It was stored: what cannot be seen of it now is for the next read to tell.
        return (
            Stored(event) if event else Unknown(Unavailable("The event was stored and cannot be read yet."))
        )
    is_ours = isinstance(write, Create) and event and event.uid == str(write.identity) and event.marker
    return Stored(event, is_adopted=True) if event and is_ours else Failed(written.taken)
