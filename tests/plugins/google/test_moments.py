"""Times as clocks show them, and what is noticed where they are set forward or back."""

from datetime import UTC, datetime, timedelta, timezone
from zoneinfo import ZoneInfo

from hypothesis import given
from hypothesis import strategies as st

from metonic_core.model.when import Timed
from metonic_google.moments import span_of

# Forward and back by an hour, by half of one, at midnight, in winter, and a day that never was.
SET = {
    "Europe/Berlin": (datetime(2026, 3, 29, 1, tzinfo=UTC), datetime(2026, 10, 25, 1, tzinfo=UTC)),
    "Australia/Lord_Howe": (datetime(2026, 4, 4, 15, tzinfo=UTC), datetime(2026, 10, 3, 15, 30, tzinfo=UTC)),
    "America/Havana": (datetime(2026, 3, 8, 5, tzinfo=UTC), datetime(2026, 11, 1, 5, tzinfo=UTC)),
    "Europe/Dublin": (datetime(2026, 3, 29, 1, tzinfo=UTC), datetime(2026, 10, 25, 1, tzinfo=UTC)),
    "Pacific/Apia": (datetime(2011, 12, 30, 10, tzinfo=UTC),),
}
changes = st.sampled_from([(zone, at) for zone, moments in SET.items() for at in moments])
offsets = st.integers(-14 * 4, 14 * 4).map(lambda quarters: timezone(timedelta(minutes=15 * quarters)))


@given(changes, st.integers(-9000, 9000), st.integers(0, 9000), offsets)
def test_a_time_is_exact_where_the_clock_leads_back_to_its_instant(
    change: tuple[str, datetime], after: int, length: int, offset: timezone
) -> None:
    zone, moment = change
    first = moment + timedelta(seconds=after)
    last = first + timedelta(seconds=length)

    span = span_of(
        {
            name: {"dateTime": at.astimezone(offset).isoformat(), "timeZone": zone}
            for name, at in (("start", first), ("end", last))
        },
        "UTC",
    )

    assert isinstance(span.when, Timed)
    assert (span.when.starts_at, span.when.ends_at) == (first, last)
    assert span.when.start.tzinfo is None
    assert span.when.start.fold == span.when.end.fold == 0
    clock = Timed(_shown(first, zone), _shown(last, zone), zone)
    is_once = (clock.starts_at, clock.ends_at) == (first, last)
    assert (span.is_exact, span.when) == ((True, clock) if is_once else (False, span.when))


def _shown(at: datetime, zone: str) -> datetime:
    return at.astimezone(ZoneInfo(zone)).replace(tzinfo=None, fold=0)
