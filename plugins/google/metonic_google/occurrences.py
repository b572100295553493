"""Edits of single occurrences: each has an id, whether it differs yet or not (guide "Recurring events").

An exception repeats everything of its series and never goes away again. Whether it follows when the series
is edited is not said anywhere, so it is looked: what it only repeated is brought along, what is its own
stays. One that is to be as its series is written as such, and then reads as no override.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Any

from metonic_core.model.content import GROUPS, TIME, Content, Group, occurrence_group, slot_of
from metonic_core.model.series import Override, has_slot
from metonic_core.model.when import Slot
from metonic_google.conference import own_words
from metonic_google.items import Item, etag_of, id_of, is_cancelled, part_of, text_of
from metonic_google.likeness import likeness, plain
from metonic_google.moments import said
from metonic_google.moments import slot_of as exception_slot
from metonic_google.paths import instance_id
from metonic_google.reading import PRIVATE, Whole

_CANCELLED = {"status": "cancelled"}
_REPEATED = {"description": "", "visibility": "default", "transparency": "opaque", "status": "confirmed"}
"""What no override can say, with what it means when it is not there."""


@dataclass(frozen=True, slots=True)
class Edit:
    """A patch of one occurrence; ``etag`` is None where it has none of its own yet."""

    id: str
    etag: str | None
    fields: dict[str, Any]

    @property
    def is_cancellation(self) -> bool:
        return self.fields == _CANCELLED


def edits(
    before: Whole | None,
    now: Whole,
    goal: Content,
    groups: Collection[Group],
    left: Sequence[Content] | None = None,
) -> list[Edit]:
    """What brings the occurrences of a series to ``goal``, which its master says already.

    ``before`` is the series as it was when it was decided what to write; ``left`` is what occurrences may
    repeat that an earlier write did not reach, nothing where that is not known, None where there was none.
    """
    content = now.event.content
    exceptions = now.by_slot(content.when)
    slots = {slot for group in groups if (slot := slot_of(group)) is not None}
    if left is not None or not set(GROUPS).isdisjoint(groups):
        slots |= {*exceptions, *(override.slot for override in goal.overrides)}
    made = []
    for slot in sorted(slots, key=str):
        exception = exceptions.get(slot)
        if exception is None:
            edit = Edit(
                instance_id(id_of(now.master), slot, goal.when), None, _fields(None, content, goal, slot)
            )
        else:
            following = _followed(before, now, exception, left)
            fields = _left_behind(content, slot, exception) or _brought(now, goal, slot, exception, following)
            edit = Edit(id_of(exception), etag_of(exception), fields)
        made += [edit] if edit.fields else []
    return [*made, *_of_other_kind(now, content)] if TIME in groups else made


def _of_other_kind(now: Whole, content: Content) -> list[Edit]:
    """Exceptions for days of a series that now has times, or the other way round: they stand for nothing."""
    return [
        Edit(id_of(exception), etag_of(exception), dict(_CANCELLED))
        for exception in now.exceptions
        if part_of(exception, "originalStartTime")
        and not is_cancelled(exception)
        and exception_slot(exception, content.when) is None
    ]


def _brought(
    now: Whole, goal: Content, slot: Slot, exception: Item, following: dict[str, str]
) -> dict[str, Any]:
    """What an exception is to say of its own, with what it is to repeat of its series."""
    fields = _fields(exception, now.event.content, goal, slot)
    if fields == _CANCELLED:
        return fields
    if is_cancelled(exception):
        # Whatever it repeated when it was cancelled, its series may have changed since, or been hidden.
        return {**_repeated(now.master), **fields} if fields else {}
    return {**following, **fields}


def _repeated(item: Item) -> dict[str, str]:
    return {name: text_of(item, name) or usual for name, usual in _REPEATED.items()}


def _fields(exception: Item | None, now: Content, goal: Content, slot: Slot) -> dict[str, Any]:
    """What an occurrence is to say that it does not say yet."""
    group = occurrence_group(slot)
    if likeness(group, now) == likeness(group, goal):
        return {}
    wanted, known = goal.override(slot) or Override(slot), now.override(slot) or Override(slot)
    if wanted.is_cancelled:
        return dict(_CANCELLED)
    is_back = exception is not None and known.is_cancelled
    fields: dict[str, Any] = {"status": goal.status.value} if is_back else {}
    if is_back or wanted.title != known.title:
        fields["summary"] = goal.title if wanted.title is None else wanted.title
    if is_back or wanted.location != known.location:
        fields["location"] = goal.location if wanted.location is None else wanted.location
    if is_back or wanted.when != known.when:
        when = wanted.when or goal.when.moved_to(slot)
        fields |= {"start": said(when.start, when), "end": said(when.end, when)}
    return fields


def _left_behind(now: Content, slot: Slot, exception: Item) -> dict[str, Any]:
    """An exception of a slot that the series does not have any more would stay in the calendar."""
    is_one = is_cancelled(exception) or has_slot(now.when, now.recurrence, slot)
    return {} if is_one else dict(_CANCELLED)


def _followed(
    before: Whole | None, now: Whole, exception: Item, left: Sequence[Content] | None
) -> dict[str, str]:
    """What an exception only repeats of its series as it was: just now, or when it was left behind."""
    if before is None:
        return {}
    old, new, own = map(_repeated, (before.master, now.master, exception))
    former = None if left is None else [_known(content) for content in left]
    fields = {
        name: new[name]
        for name in _REPEATED
        if own[name] != new[name] and (own[name] == old[name] or _is_left(name, own[name], former))
    }
    # Nobody shows one lesson of what is hidden: a write that ended half-way may have left it so.
    is_shown = new["visibility"] in PRIVATE and own["visibility"] not in PRIVATE
    return fields | ({"visibility": new["visibility"]} if is_shown else {})


def _known(content: Content) -> dict[str, str]:
    """The same of a series as it was known to us."""
    fields = {"description": content.notes, "status": content.status.value}
    fields["visibility"] = "private" if content.is_private else "default"
    return fields | {"transparency": "opaque" if content.is_busy else "transparent"}


def _is_left(name: str, text: str, former: Sequence[dict[str, str]] | None) -> bool:
    """Whether an earlier write left it. Where nobody knows, it cannot be told from words of its own."""
    if not former:
        return former is not None
    if name == "visibility":
        return any((text in PRIVATE) == (known[name] in PRIVATE) for known in former)
    if name == "description":
        return any(plain(own_words(text)) == plain(own_words(known[name])) for known in former)
    return any(text == known[name] for known in former)


def is_undisturbed(before: Whole, now: Whole, slot_ids: Collection[str], *, is_moved: bool) -> bool:
    """Whether nobody else edited these exceptions in between; ``is_moved``: the series was, by us.

    Their versions do not tell: those may change with the master's.
    """
    known = {id_of(exception): exception for exception in before.exceptions}
    return all(
        _is_same(known.get(id_of(exception)), exception, now.master, is_moved=is_moved)
        for exception in now.exceptions
        if id_of(exception) in slot_ids
    )


def _is_same(before: Item | None, now: Item, master: Item, *, is_moved: bool) -> bool:
    if before is None:
        return is_moved
    texts = ("summary", "location", "description", "status")
    is_said = all(text_of(now, name) in {text_of(before, name), text_of(master, name)} for name in texts)
    return is_said and (is_moved or all(now.get(name) == before.get(name) for name in ("start", "end")))
