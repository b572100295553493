"""Many writes at once: each conditional, without guests, and with an outcome of its own.

An event is read before it is edited or deleted: with the answer to an edit Graph shows none of our
properties, and whether a deletion heeds its condition is not said anywhere. A single event takes one request
for that and one for the edit, together with the others of its batch; a new one takes just one. A series takes
further rounds: its master, a look at what that has left of its occurrences, these themselves, and how it
stands in the end.
"""

from collections import Counter
from collections.abc import Iterable, Sequence
from typing import Any

from metonic_core.spi import (
    Answer,
    Create,
    EtagMismatch,
    Failed,
    Outcome,
    ProviderError,
    RateLimited,
    SignInNeeded,
    Unavailable,
    Unknown,
    Write,
)
from metonic_outlook import calendars
from metonic_outlook.answers import PRECONDITION_FAILED, refusal
from metonic_outlook.errors import Reply, is_missing, is_taken, is_unknown_zone
from metonic_outlook.etags import condition
from metonic_outlook.fetching import Fetcher
from metonic_outlook.instances import Search, search
from metonic_outlook.items import etag_of, name_of
from metonic_outlook.lanes import send_chains, send_each
from metonic_outlook.occurrences import Edit
from metonic_outlook.packing import Request
from metonic_outlook.paths import event
from metonic_outlook.session import Session
from metonic_outlook.varying import Work
from metonic_outlook.zones import Mailbox

_MOST_ROUNDS = 6

Told = list[tuple[Work, Reply]]


async def write_all(
    session: Session, calendar_id: str, home: str, writes: Sequence[Write]
) -> Sequence[Outcome]:
    """One outcome per write, in order; after what concerns the whole account nothing further is sent.

    ``home``: the IANA zone of the user, at whose midnights days begin.
    """
    return await _Batch(session, calendar_id, Mailbox(home=home), writes).run()


class _Batch:
    def __init__(self, session: Session, calendar_id: str, mailbox: Mailbox, writes: Sequence[Write]) -> None:
        self._session = session
        self._fetcher = Fetcher(session, calendar_id)
        self._calendar_id = calendar_id
        self._mailbox = mailbox
        self._without: ProviderError | None = None
        self._works = [Work(write) for write in writes]

    async def run(self) -> Sequence[Outcome]:
        try:
            await self._look([work for work in self._works if not isinstance(work.write, Create)])
        except ProviderError as error:
            # For certain nothing was written yet.
            return [Failed(error) for _ in self._works]
        try:
            await self._write()
            self._heed_stop()
            await self._bring_back()
            await self._vary()
            await self._stamp()
            await self._look_again(self._undecided())
            for work in self._undecided():
                work.conclude()
        except ProviderError as error:
            for work in self._undecided():
                work.conclude() if work.is_done else work.fail(error)
        return [work.outcome for work in self._works if work.outcome is not None]

    def _undecided(self) -> list[Work]:
        return [work for work in self._works if work.is_undecided]

    def _heed_stop(self) -> None:
        """Send nothing further for series after what would go wrong with every other request too."""
        errors = [work.outcome.error for work in self._works if isinstance(work.outcome, Failed | Unknown)]
        for error in errors:
            if isinstance(error, RateLimited | SignInNeeded):
                for work in self._undecided():
                    if work.is_stale or work.is_varying:
                        work.fail(error)
                return

    async def _look(self, works: Sequence[Work]) -> None:
        found = await self._fetcher.fetch(work.id for work in works)
        for work in works:
            work.look(found[work.id])

    async def _look_again(self, works: Iterable[Work]) -> None:
        stale = [work for work in works if work.is_stale]
        found = await self._fetcher.fetch(work.id for work in stale)
        for work in stale:
            work.take(found[work.id])

    # the events themselves

    async def _write(self) -> None:
        """With a second chance for what a look at the mailbox, or at the event, may help.

        Where it does not know a zone by its name, it is asked which ones it knows; and Exchange now and then
        takes an event for changed that is not. Before that is asked, what was carried out is judged.
        """
        told = await self._sent(self._undecided())
        elsewhere = [work for work, reply in told if is_unknown_zone(reply)]
        changed = [work for work, reply in told if _is_changed(reply)]
        again = [*elsewhere, *changed]
        await self._judge([(work, reply) for work, reply in told if work not in again])
        if elsewhere:
            self._mailbox = await calendars.mailbox(self._session, self._mailbox.home)
        if changed:
            await self._look(changed)
        await self._judge(await self._sent([work for work in again if work.is_undecided]))

    async def _sent(self, works: Sequence[Work]) -> Told:
        asked = [(work, work.request(self._calendar_id, self._mailbox)) for work in works]
        sent = [(work, request) for work, request in asked if request is not None]
        replies = await send_each(self._session, [request for _, request in sent])
        return [(work, reply) for (work, _), reply in zip(sent, replies, strict=True)]

    async def _judge(self, told: Told) -> None:
        for work, reply in told:
            if isinstance(work.write, Create) and is_missing(reply):
                work.fail(await self._missing())
            elif not is_taken(reply):
                work.judge(reply)
        await self._adopt([(work, reply) for work, reply in told if is_taken(reply)])
        self._doubt_shared_ids()

    async def _missing(self) -> ProviderError:
        """Why there was nowhere to make an event, asked once."""
        if self._without is None:
            self._without = await self._session.missing(self._calendar_id)
        return self._without

    def _doubt_shared_ids(self) -> None:
        """Of events that are made in quick succession some were answered with the id of another one."""
        made = [work for work in self._undecided() if isinstance(work.write, Create) and work.id]
        count = Counter(work.id for work in made)
        for work in made:
            if count[work.id] > 1:
                work.fail(Unavailable("Microsoft Graph gave several new events one id."))

    async def _adopt(self, told: Told) -> None:
        """Creates whose identity is taken: by an earlier attempt, by somebody else, by what was deleted."""
        creates = [(work, reply, work.write) for work, reply in told if isinstance(work.write, Create)]
        if not creates:
            return
        try:
            named = await self._fetcher.named([write.identity for _, _, write in creates])
            ids = [[*found, *_existing(reply)] for found, (_, reply, _) in zip(named, creates, strict=True)]
            found = await self._fetcher.fetch(i for each in ids for i in each)
        except ProviderError as error:
            for work, _, _ in creates:
                work.settle(Unknown(error))
            return
        for (work, _, _), each in zip(creates, ids, strict=True):
            work.adopt([found[i] for i in dict.fromkeys(each)])

    # the occurrences of series

    async def _bring_back(self) -> None:
        """What was cancelled comes back with another rhythm only: for a moment the series has none."""
        works = [work for work in self._undecided() if work.brings_back]
        await self._look_again(works)
        works = [work for work in works if work.is_undecided and work.brings_back]
        for fields in ({"recurrence": None}, None):
            requests = [self._again(work, fields or work.rhythm(self._mailbox)) for work in works]
            for work, reply in zip(works, await send_each(self._session, requests), strict=True):
                work.judge(reply)
            works = [work for work in works if work.is_undecided]

    def _again(self, work: Work, fields: dict[str, Any]) -> Request:
        etag = etag_of(work.whole.master) if work.whole else ""
        return Request("PATCH", event(self._calendar_id, work.id), condition(etag), fields)

    async def _vary(self) -> None:
        for _ in range(_MOST_ROUNDS):
            works = [work for work in self._undecided() if work.is_varying]
            if not works:
                return
            await self._look_again(works)
            planned = [(work, work.edits(self._mailbox)) for work in works if work.is_undecided]
            await self._vary_once([(work, edits) for work, edits in planned if work.is_undecided])
        for work in self._undecided():
            if work.is_varying:
                work.fail(EtagMismatch("The series goes on changing while it is written."))

    async def _vary_once(self, planned: Sequence[tuple[Work, list[Edit]]]) -> None:
        searches = {work: found for work, edits in planned if (found := _search(work, edits))}
        await search(self._session, self._fetcher, self._calendar_id, list(searches.values()))
        named = [(work, work.named(edits, searches.get(work))) for work, edits in planned]
        named = [(work, edits) for work, edits in named if work.is_undecided]
        chains = [[self._varying(work, edit) for edit in edits] for work, edits in named]
        replies = await send_chains(self._session, chains)
        for (work, edits), replied in zip(named, replies, strict=True):
            work.judge_edits(edits, replied)

    def _varying(self, work: Work, edit: Edit) -> Request:
        """Under its version if it has one of its own; else it has that of its series, which was just read."""
        path = event(self._calendar_id, edit.id or "")
        headers = condition(work.etag_of(edit))
        return Request("DELETE" if edit.fields is None else "PATCH", path, headers, edit.fields)

    async def _stamp(self) -> None:
        """Say of the series of which all occurrences are written that they are; the mark is nobody else's."""
        stamps = [(work, stamp) for work in self._undecided() if (stamp := work.last_stamp)]
        requests = [Request("PATCH", event(self._calendar_id, work.id), {}, stamp) for work, stamp in stamps]
        for (work, _), reply in zip(stamps, await send_each(self._session, requests), strict=True):
            work.judge_stamp(reply)


def _is_changed(reply: Reply) -> bool:
    return isinstance(reply, Answer) and reply.status == PRECONDITION_FAILED


def _existing(reply: Reply) -> list[str]:
    """The event that has the identity, where Graph names it."""
    name = name_of(refusal(reply), "@event.existingEventId") if isinstance(reply, Answer) else ""
    return [name] if name else []


def _search(work: Work, edits: Sequence[Edit]) -> Search | None:
    slots = [edit.slot for edit in edits if edit.id is None]
    return Search(work.whole, slots) if slots and work.whole else None
