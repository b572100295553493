"""The change feed, page by page: each page and the cursor after it are one transaction.

Once a day the calendar is read completely. Absence counts only then, and only as a reason to read the
event: what is not there when it is read is gone. It is read completely too when a feed repeats what is known:
a provider that forgets cursors silently has then forgotten ours, and with it what was deleted.
"""

from collections.abc import Collection, Sequence
from dataclasses import replace
from datetime import timedelta

from metonic_core.model.mapping import Mapping
from metonic_core.reconcile.observe import changed_id, record
from metonic_core.reconcile.terms import Terms
from metonic_core.spi.changes import Change, ChangePage, Gone, Touched
from metonic_core.spi.errors import CursorExpired, Unavailable
from metonic_core.sync.context import Run
from metonic_core.sync.first_sight import read_unknown
from metonic_core.sync.ports import Link, Phase
from metonic_core.sync.progress import Progress
from metonic_core.sync.renaming import rename

COMPLETE_READ_EVERY = timedelta(days=1)
# Where nothing was told after a cursor it is as good as the one after it, until it is old: one of that age is
# what a calendar has that is looked at rarely.
CURSOR_RESTS = timedelta(hours=6)
# A list without end, each page with a cursor of its own, would keep a worker for good. The next run goes on
# from the last page.
_MOST_PAGES = 1000


async def pull(this: Run, link: Link | None = None) -> None:
    """Record everything that changed since the cursor of ``link``, or everything there is."""
    link = link or await _link(this)
    progress = Progress(this.ledger, Phase.PULL)
    await progress.begin()
    if _wants_complete_read(this, link):
        link = await _begin_complete_read(this, link)
    try:
        link = await _pull_pages(this, link, progress)
    except CursorExpired:
        link = await _link(this)
        if link.cursor is None:
            raise
        link = await _pull_pages(this, await _begin_complete_read(this, link), progress)
    if link.read_completely_at is None:
        await _pull_pages(this, await _begin_complete_read(this, link), progress)
    await progress.end()


async def _link(this: Run) -> Link:
    async with this.ledger.transaction():
        return await this.ledger.link()


async def _pull_pages(this: Run, link: Link, progress: Progress) -> Link:
    passed: set[str | None] = set()
    while True:
        passed.add(link.cursor)
        page = await this.adapter.get_changes(this.calendar_id, link.cursor, link.window)
        if page.more is not None and (page.more in passed or len(passed) > _MOST_PAGES):
            raise Unavailable("The provider's list of changes does not get on.")
        await rename(this, page.changes)
        read = await read_unknown(this, link, page.changes, progress)
        rest = [change for change in page.changes if changed_id(change) not in read]
        link = await _record_page(this, link, replace(page, changes=rest), read)
        await progress.add(len(rest))
        if page.done is not None:
            return link


def _wants_complete_read(this: Run, link: Link) -> bool:
    if link.is_reading_completely:
        return False
    last = link.read_completely_at
    # A read that is still to come was one of a clock that was ahead.
    return not link.cursor or last is None or not timedelta(0) <= this.clock() - last < COMPLETE_READ_EVERY


async def _begin_complete_read(this: Run, link: Link) -> Link:
    made = replace(link, cursor=None, round=link.round + 1, is_reading_completely=True)
    async with this.ledger.transaction():
        await this.ledger.save_link(made)
    return made


async def _record_page(this: Run, link: Link, page: ChangePage, read: Collection[str]) -> Link:
    """``read`` are events that the page named as well, and that are stored already."""
    is_suspect = link.is_suspect and not read and not _present(page.changes)
    made = replace(_moved(this, link, page), is_suspect=is_suspect)
    is_end = page.done is not None and link.is_reading_completely
    if not (page.changes or read or is_end):
        if made == link or (page.done is not None and _may_rest(this, link)):
            return link
        await this.ledger.move_link(made)
        return made
    async with this.ledger.transaction():
        terms = await this.terms()
        if await _record_changes(this, link, page, read, terms):
            made = replace(made, read_completely_at=None)
        if is_end:
            made = await _end_complete_read(this, made, terms)
        if made != link:
            await this.ledger.save_link(made)
    return made


def _moved(this: Run, link: Link, page: ChangePage) -> Link:
    if page.done is None:
        return replace(link, cursor=page.more, cursor_at=None)
    if page.done == link.cursor and link.cursor_at is not None:
        return link
    return replace(link, cursor=page.done, cursor_at=this.clock())


def _may_rest(this: Run, link: Link) -> bool:
    """Whether the cursor stands at the end of the feed, as it was a short while ago."""
    return link.cursor_at is not None and timedelta(0) <= this.clock() - link.cursor_at < CURSOR_RESTS


async def _record_changes(
    this: Run, link: Link, page: ChangePage, read: Collection[str], terms: Terms
) -> bool:
    """Store what is news; returns whether the page shows that the provider has forgotten the cursor."""
    ids = [changed_id(change) for change in page.changes]
    known = await this.ledger.by_event(ids) if ids else {}
    moved: dict[str, Mapping] = {}
    is_repeating = False
    for change in page.changes:
        event_id = changed_id(change)
        row = moved.get(event_id) or known.get(event_id)
        made = record(row, change, terms, has_markers=page.has_markers)
        if made is not None:
            this.report.count_hold(row, made)
            moved[event_id] = replace(made, read_round=link.round)
        elif row is not None and isinstance(change, Touched) and row.seen is None:
            is_repeating = is_repeating or not _was_written_since(row, link)
    await this.ledger.save(list(moved.values()))
    if link.is_reading_completely:
        await this.ledger.reported([*read, *_present(page.changes)], link.round)
        return False
    return is_repeating and this.capabilities.forgets_silently


def _was_written_since(row: Mapping, link: Link) -> bool:
    """Whether the feed names an event that is as we know it because we wrote, or erased, it."""
    is_new = row.wrote_at is not None and (link.cursor_at is None or row.wrote_at >= link.cursor_at)
    return is_new or row.closed is not None


def _present(changes: Sequence[Change]) -> list[str]:
    return [changed_id(change) for change in changes if not isinstance(change, Gone)]


async def _end_complete_read(this: Run, link: Link, terms: Terms) -> Link:
    """Everything was named: doubt the rest, and put to work what the moved window brings in."""
    await this.ledger.doubt_unreported(link.round)
    until = link.window.end
    await this.ledger.bring_in(until, link.window_end)
    return replace(
        link,
        is_reading_completely=False,
        read_completely_at=terms.now,
        window_end=until,
        is_suspect=link.is_suspect or await this.ledger.is_suddenly_empty(link.round),
    )
