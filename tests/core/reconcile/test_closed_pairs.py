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
    new_sighting,
    record,
    settled_tombstone,
)
from metonic_core.spi import Foreign, Gone, Seen, Touched, Unreadable
from metonic_core.spi.changes import Change

TOMBSTONE = replace(copy(), revision=5).closing("erased")


@pytest.mark.parametrize("change", [Gone(ID), Gone(ID, revision=9), Seen(dated(4))])
def test_a_replay_about_a_closed_pair_is_no_news(change: Change) -> None:
    assert record(TOMBSTONE, change, terms()) is None


@pytest.mark.parametrize("change", [Touched(ID, AGREED), Seen(dated(5, AGREED)), Foreign(ID, AGREED)])
def test_what_was_erased_is_looked_at_where_it_is_reported_as_it_was(change: Change) -> None:
    row = record(replace(TOMBSTONE, wrote_at=NOW), change, terms(lag=timedelta(minutes=1)))

    assert row
    assert (row.closed, isinstance(row.seen, Look)) == ("erased", True)


@pytest.mark.parametrize("change", [Touched(ID, "etag-new"), Seen(dated(6)), Unreadable(ID, "odd", "why")])
def test_a_closed_pair_whose_event_may_be_alive_is_looked_at(change: Change) -> None:
    row = reported(TOMBSTONE, change)

    assert row
    assert row.closed == "erased"
    assert isinstance(row.seen, Look)
    assert row.wanted is None


def test_a_tombstone_that_was_read_is_at_rest() -> None:
    assert settled_tombstone(replace(TOMBSTONE, seen=Look("x"))) == TOMBSTONE


def test_an_event_met_where_a_tombstone_was_is_judged_as_a_new_one() -> None:
    row = new_sighting(foreign(), terms())

    assert (row.appointment_id, row.event_id, row.seen) == (None, OWN_ID, Observed(foreign()))
    assert row.wanted is not None
