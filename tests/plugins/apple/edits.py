"""Edits of one thing at a time, as people make them: each says what is wanted and in which groups."""

from collections.abc import Callable, Iterable
from dataclasses import replace
from datetime import UTC, datetime, timedelta

from metonic_core.model.content import occurrence_group
from metonic_core.model.series import recurrence_of, slots_until
from metonic_core.model.when import Slot
from metonic_core.spi import Content, Group, Override, Recurrence, Status, Timed

at = datetime.fromisoformat
_FAR = datetime(2031, 1, 1, tzinfo=UTC)
_DAY = timedelta(days=1)
# From winter into summer, or the other way, wherever clocks are changed; the day of the week stays.
_ACROSS = 26 * 7 * _DAY


def _moved(content: Content) -> Content:
    return replace(content, when=content.when.moved_to(content.when.start.replace(day=2)))


def _across(content: Content) -> Content:
    return replace(content, when=content.when.moved_to(content.when.start + _ACROSS))


def _longer(content: Content) -> Content:
    when = content.when
    if isinstance(when, Timed):
        return replace(content, when=replace(when, end=when.end + _DAY))
    return replace(content, when=replace(when, end=when.end + _DAY))


def _elsewhen(content: Content) -> Content:
    when = Timed(at("2026-12-01T10:00"), at("2026-12-01T11:00"), "Asia/Tokyo")
    series = content.recurrence and recurrence_of(content.recurrence.rules, content.recurrence.rdates, when)
    return replace(content, when=when, recurrence=series)


def _ruled(content: Content) -> Content:
    return replace(content, recurrence=Recurrence(("FREQ=MONTHLY;COUNT=3",)))


def _without_overrides(content: Content) -> Content:
    return replace(content, overrides=())


def _with_changed(content: Content) -> Content:
    return replace(content, overrides=(Override(content.overrides[-1].slot, title="Only now"),))


def _untouched(content: Content) -> Slot:
    """The first occurrence, after the series' first, that is as the series."""
    later = (
        slot for slot in slots_until(content.when, content.recurrence, _FAR) if slot != content.when.slot
    )
    return next(slot for slot in later if content.override(slot) is None)


def _standing(content: Content) -> Override:
    """An occurrence that differs and takes place."""
    return next(o for o in content.overrides if not o.is_cancelled)


def _with(content: Content, *overrides: Override) -> Content:
    given = {o.slot for o in overrides}
    return replace(content, overrides=(*(o for o in content.overrides if o.slot not in given), *overrides))


def _skipped(content: Content) -> Content:
    return _with(content, Override(_untouched(content), is_cancelled=True))


def _shifted(content: Content) -> Content:
    slot = _untouched(content)
    return _with(content, Override(slot, when=content.when.moved_to(slot + _ACROSS)))


def _retitled(content: Content) -> Content:
    return _with(content, Override(_untouched(content), title="Only now"))


def _relocated(content: Content) -> Content:
    return _with(content, replace(_standing(content), location="Elsewhere"))


def _shifted_again(content: Content) -> Content:
    found = _standing(content)
    return _with(content, replace(found, when=content.when.moved_to(found.slot + _ACROSS)))


def _cancelled(content: Content) -> Content:
    return _with(content, Override(_standing(content).slot, is_cancelled=True))


def _restored(content: Content) -> Content:
    found = next(o for o in content.overrides if o.is_cancelled)
    return replace(content, overrides=tuple(o for o in content.overrides if o is not found))


Edit = Callable[[Content], Content]

OF_FIELDS: dict[str, Edit] = {
    "title": lambda content: replace(content, title="Another, with a comma"),
    "location": lambda content: replace(content, location="Elsewhere"),
    "notes": lambda content: replace(content, notes="One\nTwo"),
    "status": lambda content: replace(content, status=Status.CANCELLED),
    "visibility": lambda content: replace(
        content, is_private=not content.is_private, is_busy=not content.is_busy
    ),
}
OF_TIMES: dict[str, Edit] = {
    "moved": _moved,
    "across": _across,
    "longer": _longer,
    "elsewhen": _elsewhen,
    "ruled": _ruled,
    "once": lambda content: replace(content, recurrence=None),
}
OF_OCCURRENCES: dict[str, Edit] = {
    "skipped": _skipped,
    "shifted": _shifted,
    "retitled": _retitled,
    "relocated": _relocated,
    "reshifted": _shifted_again,
    "cancelled": _cancelled,
    "restored": _restored,
    "regular": _without_overrides,
    "changed": _with_changed,
}
EDITS = OF_FIELDS | OF_TIMES | OF_OCCURRENCES


def edits_of(content: Content) -> Iterable[str]:
    """The edits that the content can have."""
    yield from OF_FIELDS
    yield from (name for name in OF_TIMES if name != "once")
    if content.recurrence is None:
        return
    yield from ("once", "skipped", "shifted", "retitled")
    if content.overrides:
        yield from ("regular", "changed")
    if any(o.is_cancelled for o in content.overrides):
        yield "restored"
    if any(not o.is_cancelled for o in content.overrides):
        yield from ("relocated", "reshifted", "cancelled")


def groups_of(content: Content, edit: str) -> frozenset[Group]:
    """The groups in which that edit wants something."""
    if edit in OF_FIELDS:
        return frozenset({edit})
    if edit in OF_TIMES:
        return frozenset({"time"})
    wanted = EDITS[edit](content)
    return frozenset(occurrence_group(o.slot) for o in (*content.overrides, *wanted.overrides))
