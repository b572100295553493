"""Many writes at once: each conditional, each with an outcome of its own (RFC 4791 5.3.2, RFC 9110 13.1)."""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass

from metonic_apple.answers import failure
from metonic_apple.discovery import is_writable
from metonic_apple.errors import MISSING, Incomprehensible, Intercepted, Locked, preconditions
from metonic_apple.etags import if_match, is_same
from metonic_apple.fetching import LATER, Fetched, Missing, Text, Unasked, Withheld, fetch, fetch_one, taken
from metonic_apple.floating import Reader
from metonic_apple.limits import OUT_OF_RANGE
from metonic_apple.paths import created_id
from metonic_apple.session import Session, some_at_once
from metonic_apple.writing import created, updated
from metonic_apple.zones import ZoneNeeded
from metonic_core.spi import (
    AccessDenied,
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
    Reading,
    Removed,
    Seen,
    Stored,
    StoredEvent,
    Unacceptable,
    Unavailable,
    Unknown,
    Update,
    Write,
)
from metonic_core.spi.errors import Paced

_CALENDAR = {"Content-Type": "text/calendar; charset=utf-8"}
# A guest's copy that goes is otherwise answered for: a mail says that they decline (RFC 6638 8.1).
_SILENTLY = {"Schedule-Reply": "F"}
# One more than of reads: a write is small, and what it costs is the way there and back.
_IN_FLIGHT = 5


@dataclass(frozen=True, slots=True)
class _Written:
    """Something is stored under the id; ``refusal`` is set if a create was told so."""

    id: str
    refusal: IdentityTaken | EtagMismatch | None = None


class Batch:
    """The writes of one call to one calendar.

    A text is fetched for its update and never kept: nothing private lies about, and the etag that came with
    the text proves it to be the present one.
    """

    def __init__(self, session: Session, calendar_id: str, reader: Reader) -> None:
        self._session = session
        self._reader = reader
        self._calendar_id = calendar_id
        self._stop: ProviderError | None = None
        self._is_writable: bool | None = None
        self._taken: Collection[str] = ()

    async def run(self, writes: Sequence[Write]) -> list[Outcome]:
        """One outcome per write, in order. Raises only before anything was written."""
        texts = await fetch(self._session, self._calendar_id, [w.id for w in writes if isinstance(w, Update)])
        if not self._session.profile.hears_if_none_match:
            creates = [created_id(self._calendar_id, w.identity) for w in writes if isinstance(w, Create)]
            self._taken = await taken(self._session, self._calendar_id, creates)
        done = await some_at_once((self._guarded(write, texts) for write in writes), _IN_FLIGHT)
        for i, one in enumerate(done):
            if isinstance(one, Failed) and isinstance(one.error, Locked):
                # Nothing else is under way any more.
                done[i] = await self._guarded(writes[i], texts)
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
            if error.concerns_all:
                self._stop = error
            return Failed(error)

    async def _write(self, write: Write, texts: Mapping[str, Fetched]) -> Outcome | _Written:
        match write:
            case Create():
                return await self._create(write)
            case Update():
                return await self._update(write, texts[write.id])
            case Delete():
                return await self._delete(write)

    async def _create(self, write: Create) -> _Written | Unknown:
        event_id = created_id(self._calendar_id, write.identity)
        if event_id in self._taken:
            return _Written(event_id, IdentityTaken("There is an event in that place."))
        text = _rendered(lambda: created(write.identity, write.marker, write.content))
        try:
            # Never If-Match with a star: several servers have it the wrong way round.
            return await self._put(event_id, text, {"If-None-Match": "*"})
        except (EtagMismatch, IdentityTaken) as refusal:
            return _Written(event_id, refusal)
        except NotFound:
            await self._session.check_calendar(self._calendar_id)
            raise Unacceptable("The calendar server will not take the event, and does not say why.") from None

    async def _update(self, write: Update, found: Fetched) -> _Written | Unknown:
        current = _current(write, found)
        text = await self._edited(write, current.text)
        etag = await if_match(self._session, write.id, write.etag, current.etag)
        try:
            return await self._put(write.id, text, {"If-Match": etag})
        except NotFound:
            await self._check_unmoved(write)
            raise

    async def _edited(self, write: Update, text: str) -> str:
        def edited(zone: str | None) -> str:
            return _rendered(lambda: updated(text, write.content, write.groups, write.marker, zone))

        try:
            return edited(None)
        except ZoneNeeded:
            return edited(await self._reader.zone(self._calendar_id))

    async def _check_unmoved(self, write: Update) -> None:
        """ICloud says 404 to content that it does not want, which trying again would not change."""
        found = await fetch_one(self._session, write.id)
        if not isinstance(found, Text):
            return
        if found.etag and not is_same(found.etag, write.etag):
            raise EtagMismatch("The event was changed meanwhile.")
        raise Unacceptable(
            "The calendar server refuses the change, and says that an event is missing which is there."
        )

    async def _put(self, event_id: str, text: str, condition: Mapping[str, str]) -> _Written | Unknown:
        answer = await self._session.send("PUT", event_id, {**_CALENDAR, **condition}, text.encode())
        refusal = failure(answer, event_id)
        return _Written(event_id) if refusal is None else await self._refused(answer, refusal)

    async def _delete(self, write: Delete) -> Outcome:
        try:
            etag = await if_match(self._session, write.id, write.etag)
        except NotFound:
            return Removed()
        answer = await self._session.send("DELETE", write.id, {"If-Match": etag, **_SILENTLY})
        refusal = None if answer.status in MISSING else failure(answer, write.id)
        if refusal is None or isinstance(refusal, NotFound):
            return Removed()
        return await self._refused(answer, refusal)

    async def _refused(self, answer: Answer, refusal: ProviderError) -> Unknown:
        """Raises why nothing was written, and what no further write gets past; a failure may have written."""
        if isinstance(refusal, Unavailable) and not isinstance(refusal, Intercepted):
            return Unknown(refusal)
        if isinstance(refusal, AccessDenied) and not preconditions(answer) and await self._may_write():
            # ICloud says 403 to events that it does not like.
            raise Unacceptable("The calendar server refuses the event, and does not say why.")
        raise refusal

    async def _may_write(self) -> bool:
        if self._is_writable is None:
            self._is_writable = await is_writable(self._session, self._calendar_id)
        return self._is_writable

    async def _confirmed(self, writes: Sequence[Write], done: Sequence[Outcome | _Written]) -> list[Outcome]:
        """The outcomes, with what the server made of the events that it stored.

        The etag of a PUT is no promise: servers rewrite what they store, with and without saying so.
        """
        try:
            ids = [one.id for one in done if isinstance(one, _Written)]
            found = await fetch(self._session, self._calendar_id, ids) if ids else {}
            texts = {i: text for i, text in found.items() if isinstance(text, Text)}
            said = await self._reader.read(self._calendar_id, texts)
        except ProviderError as error:
            return [Unknown(error) if isinstance(one, _Written) else one for one in done]
        return [
            self._outcome(write, one, found[one.id], said.get(one.id)) if isinstance(one, _Written) else one
            for write, one in zip(writes, done, strict=True)
        ]

    def _outcome(self, write: Write, written: _Written, found: Fetched, read: Reading | None) -> Outcome:
        if isinstance(found, Unasked):
            return Unknown(Paced(LATER))
        event = read.event if isinstance(read, Seen) else None
        if written.refusal is not None:
            return self._refused_create(write, written.refusal, found, event)
        # It was stored: what cannot be seen of it now is for the next read to tell.
        return (
            Stored(event) if event else Unknown(Unavailable("The event was stored and cannot be read yet."))
        )

    def _refused_create(
        self, write: Write, refusal: ProviderError, found: Fetched, event: StoredEvent | None
    ) -> Outcome:
        """What a create came to that the server says is there already: an earlier attempt, or another."""
        if event and isinstance(write, Create) and event.uid == str(write.identity) and event.marker:
            return Stored(event, is_adopted=True)
        is_elsewhere = isinstance(refusal, IdentityTaken) or self._session.profile.has_wide_uids
        match found:
            case Withheld():
                return Unknown(Unavailable("There is an event in that place, and it cannot be read yet."))
            case Missing() if not is_elsewhere:
                # Not IdentityTaken: nobody has it, and each further identity would be refused likewise.
                return Failed(
                    Unacceptable(
                        "The calendar server refuses the event as one that is there already, and has none."
                    )
                )
        return Failed(IdentityTaken("The identity belongs to another event."))


def _current(write: Update, found: Fetched) -> Text:
    """The text to edit; the etag is compared before anything is."""
    match found:
        case Missing():
            raise NotFound("The event is not there any more.")
        case Unasked():
            raise Paced(LATER)
        case Withheld(is_passing=True):
            # Nothing is written yet: it is read again first.
            raise EtagMismatch("The event cannot be read just now.")
        case Withheld():
            raise Unacceptable(found.reason)
    if not is_same(found.etag, write.etag):
        raise EtagMismatch("The event was changed meanwhile.")
    if not found.is_sure:
        raise Unacceptable("The event is in a character set that nobody names, so it is not edited.")
    return found


def _rendered(render: Callable[[], str]) -> str:
    """The text; one event that cannot be written must not take the others of its batch with it."""
    try:
        return render()
    except Incomprehensible as error:
        raise Unacceptable(error.reason) from error
    except InvalidValue as error:
        raise Unacceptable(error.message) from error
    except (OverflowError, ValueError) as error:
        raise Unacceptable(OUT_OF_RANGE) from error
