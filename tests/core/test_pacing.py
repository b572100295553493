"""When a calendar is looked at next, and what an error of its provider means for it."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from metonic_core.pacing import (
    TOLD_EVERY,
    Consequence,
    Spent,
    after_notice,
    back_off,
    consequence_of,
    looked_at_every,
    next_sync,
    renewal,
    retry_after_of,
)
from metonic_core.spi import errors
from metonic_core.spi.errors import ProviderError, RateLimited
from metonic_core.spi.pace import Pace

PACE = Pace("*.example.com", 100)
NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)
jitters = st.floats(0, 1)
failures = st.integers(1, 10_000)
frequencies = st.timedeltas(timedelta(minutes=1), timedelta(days=1))


@given(frequencies, jitters)
def test_the_next_sync_lies_within_a_tenth_of_the_frequency(frequency: timedelta, jitter: float) -> None:
    wait = next_sync(NOW, frequency, jitter) - NOW

    assert frequency * 0.9 <= wait <= frequency * 1.1


@given(st.timedeltas(timedelta(minutes=1), timedelta(days=30)), jitters)
def test_a_channel_is_renewed_after_seventy_to_eighty_percent_of_its_life(
    life: timedelta, jitter: float
) -> None:
    age = renewal(NOW, NOW + life, jitter) - NOW

    assert life * 0.699 <= age <= life * 0.801


def test_what_a_provider_tells_is_looked_at_at_once_but_not_twice_within_seconds() -> None:
    assert after_notice(NOW, None) == NOW
    assert after_notice(NOW, NOW - timedelta(minutes=1)) == NOW
    assert after_notice(NOW, NOW - timedelta(seconds=2)) == NOW + timedelta(seconds=3)


def test_a_clock_that_was_set_back_makes_a_calendar_wait_for_seconds_only() -> None:
    assert after_notice(NOW, NOW + timedelta(hours=3)) == NOW + timedelta(seconds=5)


@given(failures, jitters)
def test_backing_off_never_takes_longer_than_six_hours(count: int, jitter: float) -> None:
    assert timedelta(0) <= back_off(count, None, jitter) <= timedelta(hours=6)


@given(failures, jitters)
def test_each_failure_allows_a_wait_at_least_as_long_as_the_one_before(count: int, jitter: float) -> None:
    assert back_off(count + 1, None, jitter) >= back_off(count, None, jitter)


def test_the_longest_wait_is_reached_after_a_day_of_failures() -> None:
    assert back_off(1, None, 1) == timedelta(seconds=30)
    assert back_off(2, None, 1) == timedelta(minutes=1)
    assert back_off(11, None, 1) == timedelta(hours=6)


@given(failures, st.timedeltas(timedelta(0), timedelta(days=7)), jitters)
def test_no_calendar_comes_back_earlier_than_it_was_asked_to(
    count: int, asked: timedelta, jitter: float
) -> None:
    assert back_off(count, asked, jitter) >= asked


@given(st.floats(0, allow_infinity=True, allow_nan=False))
def test_an_absurd_retry_after_is_no_life_sentence(seconds: float) -> None:
    asked = retry_after_of(RateLimited("Too many requests.", seconds))

    assert asked is not None
    assert back_off(1, asked, 0) <= timedelta(days=7)


def test_only_a_rate_limit_asks_for_a_pause() -> None:
    assert retry_after_of(errors.Unavailable("down")) is None
    assert retry_after_of(RateLimited("Too many requests.")) == timedelta(0)


def test_a_pause_that_was_asked_for_grows_however_short_it_was_named() -> None:
    waits = [back_off(count, timedelta(seconds=1), 0) for count in range(1, 8)]

    assert [wait.total_seconds() for wait in waits] == [2, 4, 8, 16, 32, 64, 64]
    assert back_off(1, timedelta(minutes=5), 0) == timedelta(minutes=5)
    assert back_off(3, None, 0) == timedelta(0)


@pytest.mark.parametrize(
    ("kind", "consequence"),
    [
        (errors.SignInNeeded, Consequence.NEEDS_SIGN_IN),
        (errors.CalendarGone, Consequence.NEEDS_CALENDAR),
        (errors.AccessDenied, Consequence.NEEDS_CALENDAR),
        (errors.Misconfigured, Consequence.NEEDS_OPERATOR),
        (errors.RateLimited, Consequence.BACK_OFF),
        (errors.Unavailable, Consequence.BACK_OFF),
        (errors.CursorExpired, Consequence.BACK_OFF),
        (errors.EtagMismatch, Consequence.KEEP_GOING),
        (errors.NotFound, Consequence.KEEP_GOING),
        (errors.IdentityTaken, Consequence.KEEP_GOING),
        (errors.Unacceptable, Consequence.KEEP_GOING),
    ],
)
def test_each_error_has_one_consequence(kind: type[ProviderError], consequence: Consequence) -> None:
    assert consequence_of(kind("It did not work.")) is consequence


def test_no_error_of_the_interface_is_forgotten_here() -> None:
    judged = {consequence_of(kind("")) for kind in ProviderError.__subclasses__()}

    assert judged == set(Consequence)


def test_only_what_a_user_can_mend_stops_a_calendar() -> None:
    assert {c for c in Consequence if c.stops} == {Consequence.NEEDS_SIGN_IN, Consequence.NEEDS_CALENDAR}


@given(st.lists(st.tuples(st.integers(1, 60), st.floats(0, 40), st.floats(0, 20)), max_size=60))
def test_whoever_keeps_to_a_pace_never_exceeds_it_wherever_a_request_was_counted(
    requests: list[tuple[int, float, float]],
) -> None:
    spent, now, counted = Spent(), NOW, list[tuple[datetime, datetime, int]]()

    for units, rest, took in requests:
        now += timedelta(seconds=rest)
        now += spent.wait(PACE, units, now)
        assert spent.wait(PACE, units, now) == timedelta(0)
        spent.begin(units)
        sent, now = now, now + timedelta(seconds=took)
        spent.end(units, now)
        counted.append((sent, now, units))

    for _, answered, _ in counted:
        # Counted as late as can be, or as early as can be afterwards.
        within = [u for sent, last, u in counted if last >= answered and sent < answered + PACE.span]
        assert sum(within) <= PACE.units


def test_a_pause_lasts_until_all_of_it_is_free_again() -> None:
    spent = Spent()
    for second in range(2):
        spent.begin(50)
        spent.end(50, NOW + timedelta(seconds=second))

    assert spent.wait(PACE, 1, NOW + timedelta(seconds=11)) == timedelta(seconds=50)
    assert spent.wait(PACE, 100, NOW + timedelta(seconds=61)) == timedelta(0)


def test_what_is_under_way_counts_however_long_it_takes() -> None:
    spent, later = Spent(), NOW + timedelta(minutes=2)
    spent.begin(100)

    assert spent.wait(PACE, 1, later) == PACE.span
    spent.end(100, later)
    assert spent.wait(PACE, 1, later) == PACE.span


def test_what_is_more_than_ever_may_be_goes_alone() -> None:
    spent = Spent()

    assert spent.wait(PACE, 101, NOW) == timedelta(0)


def test_a_refusal_teaches_how_much_is_allowed_for_an_hour() -> None:
    spent = Spent()
    for units in (60, 20):
        spent.begin(units)
        spent.end(units, NOW)
    spent.learn(PACE, NOW)

    later = NOW + timedelta(minutes=1)
    assert spent.wait(PACE, 60, later) == timedelta(0)
    spent.begin(60)
    spent.end(60, later)
    assert spent.wait(PACE, 1, later) == PACE.span
    assert spent.wait(PACE, 40, later + timedelta(hours=1)) == timedelta(0)


def test_a_refusal_for_another_reason_costs_no_more_than_half_of_the_pace() -> None:
    spent = Spent()
    spent.begin(1)
    spent.end(1, NOW)
    spent.learn(PACE, NOW)

    assert spent.wait(PACE, 49, NOW) == timedelta(0)
    assert spent.wait(PACE, 50, NOW) == PACE.span


def test_a_clock_that_was_set_back_holds_up_nobody() -> None:
    spent = Spent()
    spent.begin(100)
    spent.end(100, NOW + timedelta(days=1))

    assert spent.wait(PACE, 100, NOW) == timedelta(0)


@given(st.lists(st.tuples(st.integers(1, 30), st.integers(1, 60), st.floats(0, 20)), max_size=60))
def test_what_is_granted_to_many_never_exceeds_the_pace_however_it_is_stored(
    draws: list[tuple[int, int, float]],
) -> None:
    stored, now, granted = Spent().document(), NOW, list[tuple[datetime, int]]()

    for least, most, rest in draws:
        now += timedelta(seconds=rest)
        spent = Spent.of_document(stored)
        units = spent.grant(PACE, least, max(least, most), now)
        assert units == 0 or least <= units <= max(least, most)
        assert (units == 0) == bool(Spent.of_document(stored).wait(PACE, least, now))
        granted.append((now, units))
        stored = spent.document()
        assert len(stored["granted"]) <= 62

    within = PACE.span * 59 / 60
    for first, _ in granted:
        assert sum(u for at, u in granted if first <= at < first + within) <= PACE.units


def test_what_was_learnt_is_stored_with_it() -> None:
    spent = Spent()
    for second in (0, 10):
        spent.grant(PACE, 60 if second == 0 else 20, 60, NOW + timedelta(seconds=second))
    spent.learn(PACE, NOW + timedelta(seconds=11))

    later = Spent.of_document(spent.document())

    assert later.grant(PACE, 1, 100, NOW + timedelta(minutes=3)) == 60
    assert Spent.of_document(spent.document()).grant(PACE, 1, 100, NOW + timedelta(hours=2)) == 100


def test_of_machines_whose_clocks_differ_a_little_each_counts_what_the_other_spent() -> None:
    spent = Spent()
    spent.grant(PACE, 100, 100, NOW + timedelta(seconds=4))

    assert spent.grant(PACE, 1, 1, NOW) == 0
    assert spent.grant(PACE, 1, 1, NOW - timedelta(days=1)) == 1


@given(frequencies, st.timedeltas(timedelta(days=-1), timedelta(days=30)), jitters)
def test_where_changes_are_told_of_a_lost_one_costs_six_hours_at_most(
    frequency: timedelta, lasts: timedelta, jitter: float
) -> None:
    every = looked_at_every(frequency, NOW + lasts, NOW)

    assert every >= frequency
    assert every == frequency or next_sync(NOW, every, jitter) <= NOW + TOLD_EVERY
    assert every == frequency or every <= lasts + frequency
    assert looked_at_every(frequency, None, NOW) == frequency
