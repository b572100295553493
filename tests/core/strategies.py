"""Values of the core as Hypothesis draws them. Small pools on purpose: collisions are what matters."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

from hypothesis import strategies as st

from metonic_core.model.content import Content, Status, ordered
from metonic_core.model.event import StoredEvent
from metonic_core.model.mapping import Absent, Illegible, Intent, Look, Observation, Observed, Sent, WriteKind
from metonic_core.model.marker import Marker
from metonic_core.model.series import Override, Recurrence
from metonic_core.model.when import AllDay, Slot, Timed, When, sorted_slots

ZONES = (
    "Europe/Berlin",
    "America/New_York",
    "Australia/Lord_Howe",
    "America/Santiago",
    "Asia/Kolkata",
    "Pacific/Apia",
    "UTC",
)
RULES = (
    "FREQ=DAILY;COUNT=5",
    "FREQ=DAILY;INTERVAL=3",
    "FREQ=WEEKLY;BYDAY=MO,WE",
    "FREQ=WEEKLY;COUNT=8;INTERVAL=2",
    "FREQ=MONTHLY;BYMONTHDAY=31",
    "FREQ=MONTHLY;COUNT=6;BYDAY=-1FR",
    "FREQ=YEARLY;COUNT=3",
)
TIMED_UNTIL = "FREQ=DAILY;UNTIL=20270201T120000Z"
DATE_UNTIL = "FREQ=DAILY;UNTIL=20270201"

texts = st.text(max_size=8)
zones = st.sampled_from(ZONES)
quarters = st.integers(0, 4 * 24 * 700).map(lambda n: datetime(2026, 1, 1) + timedelta(minutes=15 * n))  # noqa: DTZ001 - wall time
dates = st.dates(date(2026, 1, 1), date(2027, 12, 31))
instants = st.datetimes(datetime(2026, 1, 1), datetime(2028, 1, 1), timezones=st.just(UTC))  # noqa: DTZ001 - Hypothesis adds the zone
uuids = st.uuids(version=4)
etags = st.text(min_size=1, max_size=5)


@st.composite
def timed(draw: st.DrawFn) -> Timed:
    start = draw(quarters)
    length = timedelta(minutes=15 * draw(st.integers(1, 4 * 30)))
    return Timed(start, start + length, draw(zones))


@st.composite
def all_day(draw: st.DrawFn) -> AllDay:
    start = draw(dates)
    return AllDay(start, start + timedelta(days=draw(st.integers(1, 4))))


whens: st.SearchStrategy[When] = st.one_of(timed(), all_day())


@st.composite
def recurrences(draw: st.DrawFn, when: When) -> Recurrence:
    until = TIMED_UNTIL if isinstance(when, Timed) else DATE_UNTIL
    rules = draw(st.lists(st.sampled_from((*RULES, until)), max_size=2, unique=True))
    rdates = draw(st.lists(slots_near(when), max_size=2 if rules else 3, min_size=0 if rules else 1))
    return Recurrence(tuple(rules), sorted_slots(rdates))


def slots_near(when: When) -> st.SearchStrategy[Slot]:
    """Original starts that a series may have: whole days after its first."""
    return st.integers(0, 40).map(lambda days: when.slot + timedelta(days=days))


@st.composite
def overrides(draw: st.DrawFn, when: When) -> Override:
    slot = draw(slots_near(when))
    if draw(st.booleans()):
        return Override(slot, is_cancelled=True)
    moved = when.moved_to(slot + timedelta(days=draw(st.integers(1, 3))))
    return Override(
        slot,
        when=draw(st.none() | st.just(moved)),
        title=draw(st.none() | texts),
        location=draw(st.none() | texts),
    )


@st.composite
def contents(draw: st.DrawFn) -> Content:
    """Any content, series and their overrides included."""
    when = draw(whens)
    recurrence = draw(st.none() | recurrences(when))
    differing = draw(st.lists(overrides(when), max_size=3, unique_by=lambda o: o.slot)) if recurrence else []
    return Content(
        title=draw(texts),
        when=when,
        recurrence=recurrence,
        location=draw(texts),
        notes=draw(texts),
        status=draw(st.sampled_from(Status)),
        is_private=draw(st.booleans()),
        is_busy=draw(st.booleans()),
        overrides=ordered(differing),
    )


SERIES = Content(
    "Training",
    Timed(datetime(2026, 12, 1, 10), datetime(2026, 12, 1, 11), "Europe/Berlin"),  # noqa: DTZ001 - wall time
    Recurrence(("FREQ=WEEKLY;COUNT=6",)),
)
SLOTS: tuple[datetime, ...] = tuple(SERIES.when.slot + timedelta(days=7 * n) for n in range(4))  # type: ignore[misc]
_FOUR = Recurrence(("FREQ=WEEKLY;COUNT=2",))
_LATER = Timed(datetime(2026, 12, 1, 15), datetime(2026, 12, 1, 16), "Europe/Berlin")  # noqa: DTZ001 - wall time


@st.composite
def versions(draw: st.DrawFn) -> Content:
    """One of a few thousand states of the same weekly series: two draws often agree in a group."""
    schedule = draw(
        st.sampled_from([SERIES, SERIES, replace(SERIES, recurrence=_FOUR), replace(SERIES, when=_LATER)])
    )
    made = [draw(st.sampled_from(_changes(slot))) for slot in SLOTS]
    return replace(
        schedule,
        title=draw(st.sampled_from(["Training", "Training", "Yoga", "Boxing"])),
        location=draw(st.sampled_from(["", "", "Gym"])),
        notes=draw(st.sampled_from(["", "", "Towel", "Water"])),
        status=draw(st.sampled_from([Status.CONFIRMED, Status.CONFIRMED, Status.TENTATIVE])),
        is_busy=draw(st.sampled_from([True, True, False])),
        overrides=ordered(o for o in made if o),
    )


def _changes(slot: datetime) -> list[Override | None]:
    later = SERIES.when.moved_to(slot + timedelta(hours=2))
    return [None, None, None, Override(slot, is_cancelled=True), Override(slot, when=later)]


markers = st.builds(
    Marker, uuids, uuids, st.integers(1, 10**6), st.from_regex("[0-9a-f]{16}", fullmatch=True)
)

events = st.builds(
    StoredEvent,
    id=etags,
    etag=etags,
    content=contents(),
    uid=st.none() | texts,
    revision=st.none() | st.integers(0, 2**53),
    modified_at=st.none() | instants,
    marker=st.none() | texts,
    can_write=st.booleans(),
    can_write_time=st.booleans(),
    has_guests=st.booleans(),
    identity=st.none() | uuids.map(str),
)
groups = contents().map(lambda c: c.groups())
sents = st.builds(Sent, operation=etags, content=contents(), groups=groups)
intents = st.builds(
    Intent,
    kind=st.sampled_from(WriteKind),
    operation=etags,
    at=instants,
    reason=st.sampled_from(["edited_here", "new_here"]),
    answers=st.none() | st.integers(0, 9),
    sent=st.none() | sents,
    etag=st.none() | etags,
    prior=st.none() | contents(),
)
observations: st.SearchStrategy[Observation] = st.one_of(
    st.builds(Look, st.none() | etags),
    st.builds(Observed, events),
    st.just(Absent()),
    st.builds(Illegible, etags),
)
