"""What occurrences say that no override can: notes of their own, and how they are shown.

Problem: Graph lets go of that with the rhythm of the series, and whoever has written the rhythm may not live
to give it back. Solution: the write carries it beside the series, as a property of ours, until it is back.
"""

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from itertools import accumulate
from typing import Any

from metonic_core.model.content import STATUS, Content
from metonic_outlook import bodies
from metonic_outlook.conference import notes_of
from metonic_outlook.items import KEPT, Item, is_cancelled, text_beside, text_of
from metonic_outlook.likeness import likeness
from metonic_outlook.reading import PRIVATE, Whole, is_busy, status_of
from metonic_outlook.writing import body

Fields = dict[str, Any]
Words = Mapping[date, Fields]
"""Members of exceptions, by the days of their slots."""

# Nobody says how long a property may be; of more than that the write itself might be refused.
_LONGEST = 30_000


@dataclass(frozen=True, slots=True)
class _Member:
    """A member that no override can say: its word, and what that means, in Graph's terms and in ours."""

    word: Callable[[Item], str]
    of_item: Callable[[Item], object]
    of_content: Callable[[Content], object]


def _words(item: Item) -> str:
    return bodies.likeness(notes_of(item))


_MEMBERS = {
    "body": _Member(_words, _words, lambda content: bodies.likeness(content.notes)),
    "sensitivity": _Member(
        lambda item: text_of(item, "sensitivity"),
        lambda item: text_of(item, "sensitivity") in PRIVATE,
        lambda content: content.is_private,
    ),
    "showAs": _Member(
        lambda item: text_of(item, "showAs"),
        lambda item: (status_of(item), is_busy(item)),
        lambda content: (likeness(STATUS, content), content.is_busy),
    ),
}


def own(series: Whole, left: Sequence[Content] | None) -> Words:
    """What its exceptions do not repeat of it, nor of what an earlier write has ``left``."""
    exceptions = series.by_slot(series.event.content.when)
    found = {
        _day(slot): _own(series.master, exception, left)
        for slot, exception in exceptions.items()
        if not is_cancelled(exception)
    }
    return {day: fields for day, fields in found.items() if fields}


def waiting(series: Whole) -> Words:
    """What a write has kept beside it, of occurrences that do not differ since."""
    differing = set(map(_day, series.by_slot(series.event.content.when)))
    return {day: fields for day, fields in kept_beside(series.master).items() if day not in differing}


def _day(slot: date) -> date:
    return slot.date() if isinstance(slot, datetime) else slot


def _own(master: Item, exception: Item, left: Sequence[Content] | None) -> Fields:
    fields = {}
    for name, meant in _MEMBERS.items():
        is_other = name in exception and meant.word(exception) != meant.word(master)
        # Nobody shows one lesson of what is hidden.
        is_shown = name == "sensitivity" and text_of(exception, name) not in PRIVATE
        if is_other and not is_shown and not _is_left(meant, exception, master, left):
            fields[name] = exception[name]
    return fields


def followed(
    before: Whole | None, now: Whole, exception: Item, left: Sequence[Content] | None
) -> dict[str, Any]:
    """What an exception only repeats of its series as it was: just now, or when it was left behind."""
    if before is None:
        return {}
    fields: Fields = {}
    for name, meant in _MEMBERS.items():
        word, old, new = (meant.word(item) for item in (exception, before.master, now.master))
        is_old = word == old or _is_left(meant, exception, now.master, left)
        if name in exception and word != new and is_old:
            fields |= body(notes_of(now.master), exception) if name == "body" else {name: new}
    # Nobody shows one lesson of what is hidden.
    hidden = text_of(now.master, "sensitivity")
    if hidden in PRIVATE and text_of(exception, "sensitivity") not in PRIVATE | {""}:
        fields["sensitivity"] = hidden
    return {name: value for name, value in fields.items() if value}


def _is_left(meant: _Member, exception: Item, master: Item, left: Sequence[Content] | None) -> bool:
    """Whether an earlier write left it. Where nobody knows, it cannot be told from words of its own.

    Another word for what the series says is none that was left.
    """
    if left is None or meant.of_item(exception) == meant.of_item(master):
        return False
    return not left or meant.of_item(exception) in {meant.of_content(content) for content in left}


def kept(words: Words) -> str:
    """The text that keeps them beside a series, the short ones where there is no room for all; else empty."""
    told = sorted((_told(day, fields) for day, fields in words.items()), key=len)
    ends = accumulate(len(text) + 1 for text in told)
    found = [text for text, end in zip(told, ends, strict=True) if end < _LONGEST]
    return f"{{{','.join(found)}}}" if found else ""


def _told(day: date, fields: Fields) -> str:
    return f'"{day.isoformat()}":{json.dumps(fields, separators=(",", ":"))}'


def kept_beside(master: Item) -> Words:
    """Those that a write has not given back yet."""
    try:
        told = json.loads(text_beside(master, KEPT) or "{}")
        return {date.fromisoformat(day): _usable(fields) for day, fields in told.items()}
    except (ValueError, TypeError, AttributeError, RecursionError):
        return {}


def _usable(fields: Mapping[str, Any]) -> Fields:
    """What a write may say: the property is in people's calendars."""
    texts = {name: fields[name] for name in ("sensitivity", "showAs") if isinstance(fields.get(name), str)}
    told = fields.get("body")
    parts = [told.get(name) for name in ("contentType", "content")] if isinstance(told, dict) else [None]
    return {**texts, **({"body": told} if all(isinstance(part, str) for part in parts) else {})}
