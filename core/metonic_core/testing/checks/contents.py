"""What the checks write into calendars, and ask about."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from uuid import uuid4

from metonic_core.model.content import Content
from metonic_core.model.series import Override, Recurrence
from metonic_core.model.when import AllDay, Timed, Window
from metonic_core.spi.writes import Create

WINDOW = Window(datetime(2028, 1, 1, tzinfo=UTC), datetime(2029, 2, 1, tzinfo=UTC))
MARKER = f"v1;{'a1' * 16};{'b2' * 16};1;{'c3' * 8};{'d4' * 12}"
NEXT_MARKER = MARKER.replace("c3", "e5")
BERLIN = "Europe/Berlin"

# A Tuesday; the clocks in Berlin change on 26 March and on 29 October.
TEN = datetime.fromisoformat("2028-03-07T10:00")
HOUR = timedelta(hours=1)
WEEK = timedelta(days=7)

LESSON = Content(
    title="Lesson", when=Timed(TEN, TEN + HOUR, BERLIN), location="Gym, hall 2", notes="Bring shoes."
)
DAY = Content(title="Away", when=AllDay(date(2028, 5, 1), date(2028, 5, 2)))
DAYS = Content(title="Holidays", when=AllDay(date(2028, 8, 7), date(2028, 8, 12)))
WEEKLY = replace(LESSON, title="Course", recurrence=Recurrence(("FREQ=WEEKLY;COUNT=8",)))
RENAMED = Override(TEN + WEEK, title="Course: exam")
CANCELLED = Override(TEN + 2 * WEEK, is_cancelled=True)
MOVED = Override(TEN + 3 * WEEK, when=Timed(TEN + 3 * WEEK + 4 * HOUR, TEN + 3 * WEEK + 6 * HOUR, BERLIN))
VARIED = replace(WEEKLY, overrides=(RENAMED, CANCELLED, MOVED))


# What some services cannot hold: the 29th of each month, and dates beside a rule.
LEAPING = replace(
    LESSON,
    title="Accounts",
    when=Timed(TEN.replace(day=29), TEN.replace(day=29) + HOUR, BERLIN),
    recurrence=Recurrence(("FREQ=MONTHLY;BYMONTHDAY=29",)),
)
DATED = replace(
    LESSON, title="Match", recurrence=Recurrence(("FREQ=WEEKLY;COUNT=3",), (TEN + timedelta(days=2),))
)


def lesson(number: int) -> Content:
    """One of several lessons that are told apart by their titles; each on its own day."""
    start = TEN + timedelta(days=number)
    return replace(LESSON, title=f"Lesson {number}", when=Timed(start, start + HOUR, BERLIN))


def creating(content: Content) -> Create:
    """A create that nobody has asked for before."""
    return Create(uuid4(), MARKER, content)
