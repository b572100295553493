"""Contents as Hypothesis makes them up: any that a calendar server can hold."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from itertools import islice

from hypothesis import strategies as st

from metonic_core.model.content import Content, Status, all_groups, ordered
from metonic_core.model.series import Override, Recurrence, recurrence_of, slots_until
from metonic_core.model.when import AllDay, Slot, Timed, When, is_in_gap

ZONES = (
    "Europe/Berlin",
    "America/New_York",
    "UTC",
    "Asia/Kolkata",
    "Australia/Lord_Howe",
    "Africa/Casablanca",
)
_RULES = (
    "FREQ=DAILY;COUNT=6",
    "FREQ=DAILY;INTERVAL=2;UNTIL=20270110",
    "FREQ=WEEKLY;BYDAY=MO,WE,FR",
    "FREQ=MONTHLY;BYDAY=-1SU;COUNT=4",
    "FREQ=YEARLY",
)
_HORIZON = datetime(2028, 1, 1, tzinfo=UTC)

# Controls but the line feed, and surrogates, have no place in a calendar object.
_characters = st.characters(exclude_categories=("Cs", "Cc"), exclude_characters="\ufffe\uffff")
words = st.text(_characters | st.sampled_from('\n\t,;\\:"'), max_size=90)


def _timed(start: datetime, minutes: int, zone: str) -> Timed:
    return Timed(start, start + timedelta(minutes=minutes), zone)


def _is_possible(when: Timed) -> bool:
    is_skipped = is_in_gap(when.start, when.zone) or is_in_gap(when.end, when.zone)
    return not is_skipped and when.starts_at <= when.ends_at


_starts = st.datetimes(datetime.fromisoformat("2026-09-01"), datetime.fromisoformat("2027-04-30")).map(
    lambda at: at.replace(microsecond=0)
)
timed = st.builds(_timed, _starts, st.integers(0, 60 * 50), st.sampled_from(ZONES)).filter(_is_possible)
all_day = st.builds(
    lambda start, days: AllDay(start, start + timedelta(days=days)),
    st.dates(date(2026, 9, 1), date(2027, 4, 30)),
    st.integers(1, 5),
)


@st.composite
def recurrences(draw: st.DrawFn, when: When) -> Recurrence | None:
    rules = draw(st.lists(st.sampled_from(_RULES), max_size=1))
    later = draw(st.lists(st.integers(1, 90), max_size=2, unique=True))
    start: Slot = when.start
    rdates = [start + timedelta(days=days) for days in later]
    return recurrence_of(rules, rdates, when) if rules or rdates else None


@st.composite
def contents(draw: st.DrawFn) -> Content:
    when = draw(timed | all_day)
    content = Content(
        title=draw(words),
        when=when,
        recurrence=draw(recurrences(when)),
        location=draw(words),
        notes=draw(words),
        status=draw(st.sampled_from(Status)),
        is_private=draw(st.booleans()),
        is_busy=draw(st.booleans()),
    )
    slots = list(islice(slots_until(when, content.recurrence, _HORIZON), 8)) if content.recurrence else []
    chosen = draw(st.lists(st.sampled_from(slots), max_size=3, unique=True)) if slots else []
    return canonical(replace(content, overrides=tuple(draw(overrides(when, slot)) for slot in chosen)))


@st.composite
def overrides(draw: st.DrawFn, when: When, slot: Slot) -> Override:
    other: st.SearchStrategy[When] = timed if isinstance(when, Timed) else all_day
    return Override(
        slot,
        is_cancelled=draw(st.booleans()),
        when=draw(st.none() | other),
        title=draw(st.none() | words),
        location=draw(st.none() | words),
    )


def canonical(content: Content) -> Content:
    """Each override says only what differs, and is one that the series can have."""
    is_timed = isinstance(content.when, Timed)
    fitting = [o for o in content.overrides if isinstance(o.slot, datetime) == is_timed]
    return replace(content, overrides=ordered(_canonical(o, content) for o in fitting))


def _canonical(override: Override, series: Content) -> Override:
    if override.is_cancelled:
        return Override(override.slot, is_cancelled=True)
    usual = series.when.moved_to(override.slot)
    when = override.when
    is_other = when is not None and (when.starts_at, when.ends_at) != (usual.starts_at, usual.ends_at)
    return Override(
        override.slot,
        when=when if is_other else None,
        title=override.title if override.title != series.title else None,
        location=override.location if override.location != series.location else None,
    )


@st.composite
def edits(draw: st.DrawFn) -> tuple[Content, Content, frozenset[str]]:
    """What is there, what is wanted, and the groups in which it is wanted."""
    old, new = draw(contents()), draw(contents())
    if draw(st.booleans()):
        # Two contents drawn apart hardly ever share a slot: most edits of occurrences would be missed.
        shared = tuple(draw(overrides(old.when, o.slot)) for o in old.overrides)
        new = canonical(replace(new, when=old.when, recurrence=old.recurrence, overrides=shared))
    groups = draw(st.sets(st.sampled_from(sorted(all_groups(old, new)))))
    return old, new, frozenset(groups)
