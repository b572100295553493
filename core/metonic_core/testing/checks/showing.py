"""Visibility and status: what a person keeps private stays private, in either direction.

What these say is compared by value: ``same`` has no say in who sees an event.
"""

from dataclasses import replace

from metonic_core.model.content import STATUS, VISIBILITY, Content, Status
from metonic_core.model.event import StoredEvent
from metonic_core.spi.changes import Gone, Seen
from metonic_core.spi.errors import Unacceptable
from metonic_core.spi.writes import Update
from metonic_core.testing.checks.contents import LESSON, NEXT_MARKER, WEEKLY
from metonic_core.testing.checks.expecting import expect, skip
from metonic_core.testing.checks.following import make_if_held, read, stored
from metonic_core.testing.checks.updating import retitle
from metonic_core.testing.stand import Shown, Stand

PRIVATE = replace(LESSON, is_private=True)
FREE = replace(LESSON, is_busy=False)
TENTATIVE = replace(LESSON, status=Status.TENTATIVE)
CANCELLED = replace(LESSON, status=Status.CANCELLED)
HIDDEN = replace(LESSON, is_private=True, is_busy=False, status=Status.TENTATIVE)

_HELD = "private, free and tentative events"
_READ = (
    "map the service's own words for visibility, for busy and free, and for status, each value by itself, "
    "and nothing by their absence but what the service says that it means."
)
_WRITE = (
    "write is_private, is_busy and status into the service's own fields, which every client reads, not into "
    "one of ours; raise Unacceptable where privacy cannot be kept."
)
_KEEP = "send visibility and status only with their groups: an update of another group must not reset them."


def _told(content: Content) -> Shown:
    return Shown(content.is_private, content.is_busy, content.status)


def _expect_told(wanted: Content, found: Content | Shown, what: str, mend: str) -> None:
    __tracebackhide__ = True
    is_told = found if isinstance(found, Shown) else _told(found)
    expect(is_told == _told(wanted), f"{what}: {is_told!r} instead of {_told(wanted)!r}.", mend)


async def _expect_everywhere(stand: Stand, event_id: str, wanted: Content, what: str, mend: str) -> None:
    """As the plugin reads it, and as every other client does."""
    __tracebackhide__ = True
    _expect_told(wanted, (await stored(stand, event_id)).content, f"{what}, and it is read back", mend)
    _expect_told(wanted, await stand.shown(event_id), f"{what}, and other clients show it", mend)


async def _changed(stand: Stand, event: StoredEvent, content: Content, group: str) -> StoredEvent:
    write = Update(event.id, event.etag, content, frozenset({group}), NEXT_MARKER)
    try:
        return (await stand.adapter.update_event(stand.calendar_id, write)).event
    except Unacceptable as error:
        return skip(f"the plugin refuses that change of {group}: {error.message}")


def _hidden(stand: Stand) -> Content:
    """Private, tentative and, where that can be said beside it, free."""
    return replace(HIDDEN, is_busy=True) if stand.has_one_word else HIDDEN


class Showing:
    """Who sees an event, whether it takes up time, and whether it takes place."""

    async def test_a_private_event_made_elsewhere_is_read_as_private(self, stand: Stand) -> None:
        await self._expect_read(stand, PRIVATE, "An event that a user keeps private was read as")

    async def test_a_public_event_made_elsewhere_is_read_as_public(self, stand: Stand) -> None:
        await self._expect_read(stand, LESSON, "A public, busy and confirmed event was read as")

    async def test_a_free_event_made_elsewhere_is_read_as_free(self, stand: Stand) -> None:
        await self._expect_read(stand, FREE, "An event that takes up no time was read as")

    async def test_a_tentative_event_made_elsewhere_is_read_as_tentative(self, stand: Stand) -> None:
        await self._expect_read(stand, TENTATIVE, "A tentative event was read as")

    async def test_a_private_series_made_elsewhere_is_read_as_private(self, stand: Stand) -> None:
        await self._expect_read(
            stand, replace(WEEKLY, is_private=True), "A series that a user keeps private was read as"
        )

    async def _expect_read(self, stand: Stand, content: Content, what: str) -> None:
        event_id = await stand.put(content)

        found = await stored(stand, event_id)

        _expect_told(content, found.content, what, _READ)

    async def test_an_event_cancelled_elsewhere_takes_place_no_more(self, stand: Stand) -> None:
        event_id = await stand.put(LESSON)
        await stand.settle()
        await stand.edit(event_id, CANCELLED)

        found = await read(stand, event_id)

        is_cancelled = isinstance(found, Seen) and found.event.content.status is Status.CANCELLED
        expect(
            is_cancelled or isinstance(found, Gone),
            f"An event that another client cancelled was read as {found!r}.",
            "read what the service calls cancelled as Status.CANCELLED, or as Gone where it deletes so.",
        )

    async def test_an_event_made_private_elsewhere_is_read_as_private(self, stand: Stand) -> None:
        event_id = await stand.put(LESSON)
        await stand.edit(event_id, PRIVATE)

        found = await stored(stand, event_id)

        _expect_told(PRIVATE, found.content, "An event that its user made private was read as", _READ)

    async def test_a_private_copy_is_private_to_every_client(self, stand: Stand) -> None:
        made = await make_if_held(stand, PRIVATE, "private events")

        await _expect_everywhere(stand, made.id, PRIVATE, "A private event was created", _WRITE)

    async def test_a_free_and_tentative_copy_is_so_to_every_client(self, stand: Stand) -> None:
        if stand.has_one_word:
            stand.cannot("the service has one word for how sure and how busy an event is")
        wanted = replace(FREE, status=Status.TENTATIVE)
        made = await make_if_held(stand, wanted, "free and tentative events")

        await _expect_everywhere(stand, made.id, wanted, "A free and tentative event was created", _WRITE)

    async def test_a_copy_of_a_cancelled_event_is_cancelled_or_refused(self, stand: Stand) -> None:
        made = await make_if_held(stand, CANCELLED, "cancelled events")

        await _expect_everywhere(stand, made.id, CANCELLED, "A cancelled event was created", _WRITE)

    async def test_a_public_copy_is_public_to_every_client(self, stand: Stand) -> None:
        made = await make_if_held(stand, LESSON, "public events")

        await _expect_everywhere(stand, made.id, LESSON, "A public event was created", _WRITE)

    async def test_a_copy_can_become_private_and_public_again(self, stand: Stand) -> None:
        made = await make_if_held(stand, LESSON, "public events")

        hidden = await _changed(stand, made, PRIVATE, VISIBILITY)

        await _expect_everywhere(stand, made.id, PRIVATE, "A public event was to become private", _WRITE)

        await _changed(stand, hidden, FREE, VISIBILITY)

        await _expect_everywhere(stand, made.id, FREE, "A private event was to be public, and free", _WRITE)

    async def test_a_copy_can_become_tentative_and_confirmed_again(self, stand: Stand) -> None:
        made = await make_if_held(stand, LESSON, "confirmed events")

        tentative = await _changed(stand, made, TENTATIVE, STATUS)

        await _expect_everywhere(stand, made.id, TENTATIVE, "An event was to become tentative", _WRITE)

        await _changed(stand, tentative, LESSON, STATUS)

        await _expect_everywhere(stand, made.id, LESSON, "A tentative event was to be confirmed", _WRITE)

    async def test_another_title_changes_neither_visibility_nor_status(self, stand: Stand) -> None:
        hidden = _hidden(stand)
        made = await make_if_held(stand, hidden, _HELD)

        await retitle(stand, made)

        await _expect_everywhere(stand, made.id, hidden, "The title of a private event was changed", _KEEP)

    async def test_another_title_keeps_the_users_own_event_private(self, stand: Stand) -> None:
        hidden = _hidden(stand)
        event_id = await stand.put(hidden)

        await retitle(stand, await stored(stand, event_id))

        what = "The title of a user's own private event was changed"
        await _expect_everywhere(stand, event_id, hidden, what, _KEEP)

    async def test_another_visibility_changes_no_status_and_the_other_way_round(self, stand: Stand) -> None:
        hidden = _hidden(stand)
        made = await make_if_held(stand, hidden, _HELD)

        public = await _changed(stand, made, LESSON, VISIBILITY)

        wanted = replace(LESSON, status=hidden.status)
        await _expect_everywhere(stand, made.id, wanted, "The visibility of an event was changed", _KEEP)

        again = await _changed(stand, public, hidden, VISIBILITY)
        await _changed(stand, again, LESSON, STATUS)

        wanted = replace(hidden, status=Status.CONFIRMED)
        await _expect_everywhere(stand, made.id, wanted, "The status of an event was changed", _KEEP)
