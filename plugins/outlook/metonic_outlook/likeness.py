"""What of a content Outlook keeps: equal here means equal to this provider."""

from datetime import datetime

from metonic_core.model.content import Content, Group, Status, slot_of
from metonic_core.model.series import Override, has_slot
from metonic_core.model.when import Timed, When, is_same_span
from metonic_outlook import bodies, patterns
from metonic_outlook.items import clean
from metonic_outlook.moments import is_plain, shown
from metonic_outlook.zones import UTC_ZONE, clock


def likeness(group: Group, content: Content) -> object:
    """The group's value without what Outlook does not keep apart.

    White space, the IANA zones of one Windows zone, how a rule is spelled and where after its last occurrence
    it ends, and how sure one is of what takes no time.
    """
    match group:
        case "title" | "location":
            return _plain(getattr(content, group))
        case "notes":
            return bodies.likeness(content.notes)
        case "time":
            return _when(content), patterns.likeness(content.recurrence, content.when)
        case "status":
            return content.status if content.is_busy else Status.CONFIRMED
        case "visibility":
            return content.get(group)
    override = content.override(slot_of(group))
    return _override(override, content) if override else None


def _plain(text: str) -> str:
    return "\n".join(part.rstrip() for part in clean(text).strip().split("\n"))


def _when(content: Content) -> When | tuple[datetime, datetime, str]:
    when = content.when
    if not isinstance(when, Timed):
        return when
    is_told = content.recurrence is not None or is_plain(when)
    return when.starts_at, when.ends_at, clock(when.zone) if is_told else UTC_ZONE


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
        when=_told(override.when, series.when) if is_moved else None,
        title=_differing(override.title, series.title),
        location=_differing(override.location, series.location),
    )
    return found if found.says_something else None


def _told(when: When | None, series: When) -> When | None:
    """By its instants: an occurrence has no zone of its own."""
    if isinstance(when, Timed) and isinstance(series, Timed):
        return Timed(shown(when.starts_at, UTC_ZONE), shown(when.ends_at, UTC_ZONE), UTC_ZONE)
    return when


def _differing(text: str | None, usual: str) -> str | None:
    return None if text is None or _plain(text) == _plain(usual) else _plain(text)
