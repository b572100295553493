"""Tombstones: what is reported of an event whose pair is closed."""

from dataclasses import replace
from datetime import timedelta

import pytest
from tests.core.pairs import (
    AGREED,
    NOW,
    OWN_ID,
    copy,
    foreign,
    terms,
)
from tests.core.reconcile.test_observing import ID, dated, reported

from metonic_core.model.mapping import (
    Look,
    Observed,
)
from metonic_core.reconcile.observe import (
    is_alive_again,
    new_sighting,
    record,
    settled_tombstone,
)
from metonic_core.spi import Foreign, Gone, Reading, Seen, Touched, Unreadable
from metonic_core.spi.changes import Change

TOMBSTONE = replace(copy(), revision=5).closing("erased")


@pytest.mark.parametrize(
    "change", [Gone(ID), Gone(ID, revision=9), Touched(ID, AGREED), Seen(dated(5)), Foreign(ID, AGREED)]
)
def test_a_replay_about_a_pair_just_closed_is_no_news(change: Change) -> None:
    just_erased = replace(TOMBSTONE, wrote_at=NOW)

    assert record(just_erased, change, terms(lag=timedelta(minutes=1))) is None


def test_an_agreed_version_that_comes_back_later_is_news_as_the_text_may_have_been_restored() -> None:
    row = reported(TOMBSTONE, Touched(ID, AGREED))

    assert row
    assert isinstance(row.seen, Look)


@pytest.mark.parametrize("change", [Touched(ID, "etag-new"), Seen(dated(6)), Unreadable(ID, "odd", "why")])
def test_a_closed_pair_whose_event_may_be_alive_is_looked_at(change: Change) -> None:
    row = reported(TOMBSTONE, change)

    assert row
    assert row.closed == "erased"
    assert isinstance(row.seen, Look)
    assert row.wanted is None


@pytest.mark.parametrize(
    ("reading", "is_alive"),
    [
        (Seen(dated(6)), True),
        (Seen(dated(6, AGREED)), True),
        (Gone(ID, is_firm=False), False),
        (Unreadable(ID, "odd", "why"), False),
    ],
)
def test_only_an_event_that_was_read_alive_brings_a_closed_pair_back(
    reading: Reading, *, is_alive: bool
) -> None:
    assert (is_alive_again(TOMBSTONE, reading, terms()) is not None) is is_alive


def test_an_event_that_is_alive_because_its_erasure_is_still_invisible_is_not_back() -> None:
    just_erased = replace(TOMBSTONE, wrote_at=NOW)
    lagging = terms(lag=timedelta(minutes=1))

    assert is_alive_again(just_erased, Seen(dated(6, AGREED)), lagging) is None


def test_a_tombstone_that_was_read_is_at_rest() -> None:
    assert settled_tombstone(replace(TOMBSTONE, seen=Look("x"))) == TOMBSTONE


def test_an_event_met_where_a_tombstone_was_is_judged_as_a_new_one() -> None:
    row = new_sighting(foreign(), terms())

    assert (row.appointment_id, row.event_id, row.seen) == (None, OWN_ID, Observed(foreign()))
    assert row.wanted is not None
