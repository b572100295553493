"""Rules as calendars offer them, drawn by Hypothesis: every part of RFC 5545 3.3.10 that is kept here."""

from datetime import UTC, date, datetime, timedelta

from hypothesis import strategies as st

from metonic_core.model.when import AllDay, Timed, When

ZONES = (
    "Europe/Berlin",
    "America/New_York",
    "Australia/Sydney",
    "Africa/Casablanca",
    "Australia/Lord_Howe",
    "America/Santiago",
    "Asia/Kolkata",
    "UTC",
)
DAYS = ("MO", "TU", "WE", "TH", "FR", "SA", "SU")
EPOCH = datetime.fromisoformat("2026-01-01")


def some(values: st.SearchStrategy[str], most: int = 3) -> st.SearchStrategy[str]:
    return st.lists(values, min_size=1, max_size=most, unique=True).map(",".join)


def _numbers(low: int, high: int) -> st.SearchStrategy[str]:
    """From low to high, or as many from behind; nought is none."""
    return (st.integers(low, high) | st.integers(-high, -low)).map(str)


days = st.sampled_from(DAYS)
months = some(st.integers(1, 12).map(str))
nth_days = some(st.builds(lambda nth, day: f"{nth}{day}", st.sampled_from(["1", "2", "4", "-1", "-2"]), days))
month_days = some(_numbers(1, 31))

PARTS: dict[str, list[dict[str, st.SearchStrategy[str]]]] = {
    "DAILY": [{}, {"BYDAY": some(days, 5)}, {"BYMONTH": months}, {"BYMONTHDAY": month_days}],
    "WEEKLY": [{}, {"BYDAY": some(days, 5)}, {"BYDAY": some(days, 5), "BYSETPOS": _numbers(1, 2)}],
    "MONTHLY": [
        {},
        {"BYMONTHDAY": month_days},
        {"BYDAY": nth_days},
        {"BYDAY": some(days), "BYMONTHDAY": some(st.integers(1, 31).map(str), 9)},
        {"BYDAY": some(days, 5), "BYSETPOS": some(_numbers(1, 4), 2)},
    ],
    "YEARLY": [
        {},
        {"BYMONTH": months, "BYMONTHDAY": month_days},
        {"BYMONTH": months, "BYDAY": nth_days},
        {"BYWEEKNO": some(_numbers(1, 52)), "BYDAY": days},
        {"BYYEARDAY": some(_numbers(1, 366))},
        {"BYMONTH": months, "BYDAY": some(days), "BYSETPOS": _numbers(1, 5)},
    ],
}


@st.composite
def rules(draw: st.DrawFn) -> str:
    """A rule without an end, its parts in any order, some said though they are the default."""
    frequency = draw(st.sampled_from(sorted(PARTS)))
    parts = {"FREQ": frequency}
    parts |= {name: draw(values) for name, values in draw(st.sampled_from(PARTS[frequency])).items()}
    if draw(st.booleans()):
        parts["INTERVAL"] = str(draw(st.integers(1, 4)))
    if draw(st.booleans()):
        parts["WKST"] = draw(days)
    return ";".join(f"{name}={parts[name]}" for name in draw(st.permutations(sorted(parts))))


@st.composite
def whens(draw: st.DrawFn) -> When:
    """At a quarter of an hour, often in the night in which clocks change somewhere; or whole days."""
    day = draw(st.dates(date(2026, 1, 1), date(2027, 12, 31)))
    if draw(st.integers(0, 3)) == 0:
        return AllDay(day, day + timedelta(days=draw(st.integers(1, 3))))
    quarter = draw(st.integers(0, 95) | st.integers(4, 16))
    start = datetime.combine(day, EPOCH.time()) + timedelta(minutes=15 * quarter)
    length = timedelta(minutes=15 * draw(st.integers(1, 12) | st.integers(90, 110)))
    return Timed(start, start + length, draw(st.sampled_from(ZONES)))


@st.composite
def ends(draw: st.DrawFn, when: When) -> str:
    """COUNT, UNTIL in the value type that the series has, or none; UNTIL often just at an occurrence."""
    kind = draw(st.sampled_from(["", "COUNT", "UNTIL"]))
    if kind == "COUNT":
        return f";COUNT={draw(st.integers(1, 12))}"
    if not kind:
        return ""
    days_later = timedelta(days=draw(st.integers(0, 500)))
    if isinstance(when, AllDay):
        return f";UNTIL={when.start + days_later:%Y%m%d}"
    seconds = timedelta(seconds=draw(st.sampled_from([0, 0, -1, 1, 7200])))
    last = when.moved_to(when.start + days_later).starts_at + seconds
    return f";UNTIL={last.astimezone(UTC):%Y%m%dT%H%M%SZ}"
