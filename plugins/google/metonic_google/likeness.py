"""What of a content Google keeps: equal here means equal to this provider."""

from datetime import datetime

from metonic_core.model.content import Content, Group, slot_of
from metonic_core.model.series import Override, has_slot
from metonic_core.model.when import Timed, is_same_span
from metonic_google.conference import own_words
from metonic_google.items import clean


def likeness(group: Group, content: Content) -> object:
    """The group's value without what Google does not keep apart: white space at the ends, line ends."""
    match group:
        case "title" | "location":
            return plain(getattr(content, group))
        case "notes":
            return plain(own_words(content.notes))
        case "time" | "status" | "visibility":
            return content.get(group)
    override = content.override(slot_of(group))
    return _override(override, content) if override else None


def plain(text: str) -> str:
    """The text without what is not kept apart."""
    return "\n".join(part.rstrip() for part in clean(text).strip().split("\n"))


def _override(override: Override, series: Content) -> Override | None:
    """Only what really differs from the series; None if nothing does."""
    if isinstance(override.slot, datetime) != isinstance(series.when, Timed):
        return None
    if override.is_cancelled:
        # What a series left behind when it moved is cancelled, and is none of its occurrences any more.
        is_one = has_slot(series.when, series.recurrence, override.slot)
        return Override(override.slot, is_cancelled=True) if is_one else None
    usual = series.when.moved_to(override.slot)
    is_moved = override.when is not None and not is_same_span(override.when, usual)
    found = Override(
        override.slot,
        when=override.when if is_moved else None,
        title=_differing(override.title, series.title),
        location=_differing(override.location, series.location),
    )
    return found if found.says_something else None


def _differing(text: str | None, usual: str) -> str | None:
    return None if text is None or plain(text) == plain(usual) else plain(text)
