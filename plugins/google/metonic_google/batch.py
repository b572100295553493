"""Many writes at once: each conditional, silent, and with an outcome of its own.

(Guides "Get specific versions of resources" and "Send batch requests".) A single event takes one request,
together with the others of its batch. What has to be known before it is edited is read first: the version
of a series, the words of a conference in the notes, the exact word for visibility. A series takes further
rounds: its master, then the occurrences, then how it stands in the end.
"""

from collections.abc import Iterator, Sequence
from dataclasses import replace

from metonic_core.spi import (
    Create,
    Delete,
    Failed,
    IdentityTaken,
    Outcome,
    ProviderError,
    Seen,
    Stored,
    Unacceptable,
    Unavailable,
    Unknown,
    Unreadable,
    Update,
    Write,
)
from metonic_google.errors import CONFLICT, NOT_FOUND
from metonic_google.etags import if_match, is_series
from metonic_google.fetching import Fetched, Fetcher, Missing, Withheld
from metonic_google.moments import needs_zone
from metonic_google.multipart import Request
from metonic_google.occurrences import Edit
from metonic_google.paths import event
from metonic_google.reading import Whole
from metonic_google.session import BATCH, Session
from metonic_google.work import Work
from metonic_google.writing import has_varied

_IN_ROUNDS = 8


async def write_all(
    session: Session, fetcher: Fetcher, calendar_id: str, writes: Sequence[Write]
) -> list[Outcome]:
    """One outcome per write, in order; after what concerns the whole account nothing further is sent."""
    outcomes: list[Outcome] = []
    stop: ProviderError | None = None
    for part in _parts(writes):
        batch = _Batch(session, fetcher, calendar_id, part)
        made = [Failed(stop) for _ in part] if stop else await batch.run()
        outcomes += made
        stop = _stopping(made)
    return outcomes


def _parts(writes: Sequence[Write]) -> Iterator[Sequence[Write]]:
    """What is written together, in order: of series that take further rounds only a few.

    Whoever has to pause in the middle of those begins them anew, so that they have to fit into what may be
    asked at a time.
    """
    part: list[Write] = []
    for write in writes:
        if len(part) == BATCH or (_is_in_rounds(write) and sum(map(_is_in_rounds, part)) == _IN_ROUNDS):
            yield part
            part = []
        part.append(write)
    if part:
        yield part


def _is_in_rounds(write: Write) -> bool:
    match write:
        case Create(content=content):
            return has_varied(content)
        case Update(etag=etag):
            return is_series(etag)
        case Delete():
            return False


class _Batch:
    def __init__(self, session: Session, fetcher: Fetcher, calendar_id: str, writes: Sequence[Write]) -> None:
        self._session = session
        self._fetcher = fetcher
        self._calendar_id = calendar_id
        self._works = [Work(write) for write in writes]

    async def run(self) -> list[Outcome]:
        await self._look()
        try:
            await self._write()
            await self._conclude([work for work in self._undecided() if work.is_single])
            await self._vary()
            await self._stamp()
            await self._conclude(self._undecided())
        except ProviderError as error:
            for work in self._undecided():
                work.fail(error)
        return [work.outcome for work in self._works if work.outcome is not None]

    def _undecided(self) -> list[Work]:
        return [work for work in self._works if work.is_undecided]

    async def _look(self) -> None:
        works = [work for work in self._works if work.must_look]
        try:
            found = await self._fetcher.fetch(work.id for work in works)
        except ProviderError as error:
            # For certain nothing was written yet.
            for work in self._works:
                work.settle(Failed(error))
            return
        for work in works:
            work.look(found[work.id])

    async def _write(self) -> None:
        asked = [(work, work.request(self._calendar_id)) for work in self._undecided()]
        sent = [(work, request) for work, request in asked if request is not None]
        answers = await self._session.send_all([request for _, request in sent])
        taken = []
        for (work, _), answer in zip(sent, answers, strict=True):
            if not isinstance(work.write, Create):
                work.judge(answer)
            elif answer.status == CONFLICT:
                taken.append(work)
            elif answer.status == NOT_FOUND:
                work.fail(await self._session.missing(self._calendar_id))
            else:
                work.judge(answer)
        await self._adopt(taken)

    async def _adopt(self, works: Sequence[Work]) -> None:
        """Creates whose id is taken: by an earlier attempt, by somebody else, or by what was deleted."""
        if not works:
            return
        try:
            found = await self._fetcher.fetch(work.id for work in works)
        except ProviderError as error:
            for work in works:
                work.settle(Unknown(error))
            return
        for work in works:
            work.settle(_adopted(found[work.id]))

    async def _vary(self) -> None:
        await self._vary_once(self._undecided())
        # Once more for those of which one occurrence hid the others, and changed their versions with it.
        await self._vary_once([work for work in self._undecided() if work.has_spread])

    async def _vary_once(self, works: Sequence[Work]) -> None:
        await self._look_again([work for work in works if work.must_look_again])
        planned = [(work, work.edits()) for work in works if work.is_undecided]
        requests = [self._varying(edit) for _, edits in planned for edit in edits]
        try:
            answers = iter(await self._session.send_all(requests))
        except ProviderError as error:
            for work in (work for work, edits in planned if edits):
                work.settle(Unknown(error))
            return
        for work, edits in planned:
            work.judge_edits(edits, [next(answers) for _ in edits])

    async def _look_again(self, works: Sequence[Work]) -> None:
        """The exceptions after the master was written: their versions may have changed with it."""
        found = await self._fetcher.exceptions([w.whole.master for w in works if w.whole])
        for work in works:
            exceptions = found.get(work.id, ())
            if isinstance(exceptions, Withheld):
                work.fail(Unacceptable(exceptions.reason))
            elif work.whole:
                work.whole = replace(work.whole, exceptions=exceptions)

    def _varying(self, edit: Edit) -> Request:
        path = event(self._calendar_id, edit.id, sendUpdates="none", fields="id")
        # What does not differ yet has no version that stays: its series had, and was just written.
        return Request("PATCH", path, if_match(edit.etag) if edit.etag else {}, edit.fields)

    async def _stamp(self) -> None:
        """Say of the series of which all occurrences are written that they are; the mark is nobody else's."""
        stamps = [(work, stamp) for work in self._undecided() if (stamp := work.last_stamp)]
        requests = [
            Request("PATCH", event(self._calendar_id, work.id, sendUpdates="none", fields="id"), {}, stamp)
            for work, stamp in stamps
        ]
        answers = await self._session.send_all(requests)
        for (work, _), answer in zip(stamps, answers, strict=True):
            work.judge_stamp(answer)

    async def _conclude(self, works: Sequence[Work]) -> None:
        again = [w for w in works if w.whole is None or w.has_varied or w.has_exceptions]
        found = dict(await self._fetcher.fetch(work.id for work in again))
        for work in works:
            whole = work.whole
            if work.id not in found and whole is not None:
                zone = await self._fetcher.zone() if needs_zone(whole.master) else whole.zone
                found[work.id] = replace(whole, zone=zone)
            work.conclude(found[work.id])


def _adopted(found: Fetched) -> Outcome:
    read = found.read if isinstance(found, Whole) else found
    match read:
        case Seen(event=made) if made.marker is not None:
            return Stored(made, is_adopted=True)
        case Withheld(reason=reason):
            return Unknown(Unavailable(reason))
        case Missing(tombstone=None):
            # Google hides what is new for a moment now and then: it may be our own.
            return Unknown(Unavailable("Google Calendar has the event already, and does not show it yet."))
        case Unreadable(reason=reason):
            return Failed(Unacceptable(reason))
        case _:
            return Failed(IdentityTaken("Another event, or one that was deleted, has this identity."))


def _stopping(outcomes: Sequence[Outcome]) -> ProviderError | None:
    """What went wrong, if it would go wrong with every other write too: Google may fail at single events."""
    errors = [outcome.error for outcome in outcomes if isinstance(outcome, Failed | Unknown)]
    stopping = [error for error in errors if error.concerns_all]
    is_down = len(stopping) == len(outcomes)
    return next((error for error in stopping if is_down or not isinstance(error, Unavailable)), None)
