"""An event that was just told of may not show yet, whoever made it, and whatever was made of it since."""

from dataclasses import replace
from datetime import timedelta
from uuid import UUID

from tests.core.pairs import (
    KEY,
    OWN_ID,
    TRAINING,
    appointment,
    event_id,
    foreign,
    lone,
    marker,
    own,
    seen,
    terms,
    unborn,
)

from metonic_core.model.mapping import Absent, Look, Mapping
from metonic_core.reconcile.observe import record, take
from metonic_core.reconcile.onesided import Lone, decide_event, renames
from metonic_core.spi import Gone, Seen, Touched
from metonic_core.spi.changes import Change

LAG = timedelta(minutes=1)
GONE = Gone(OWN_ID, is_firm=False)


def met(change: Change) -> Mapping:
    row = record(None, change, terms())
    assert row
    return row


def test_what_was_told_of_just_now_may_not_show_yet() -> None:
    young, lagging = met(Touched(OWN_ID, "new")), terms(lag=LAG)

    assert take(young, GONE, lagging) == young
    assert take(young, GONE, replace(lagging, now=lagging.now + LAG)).seen == Absent()
    assert take(young, GONE, terms()).seen == Absent()


def test_what_was_imported_just_now_may_not_show_yet_either() -> None:
    young = replace(decide_event(Lone(met(Seen(foreign()))), terms()).mapping, seen=Look())

    assert young.appointment_id is not None
    assert take(young, GONE, terms(lag=LAG)) == young


def test_a_row_that_takes_up_a_copy_is_as_young_as_that() -> None:
    ours = marker("op-of-another-life")
    arrived = replace(foreign(), id=event_id(ours.identity), uid=str(ours.identity), marker=KEY.sign(ours))
    waiting = replace(unborn(), id=UUID(int=77))

    (adopter,) = decide_event(Lone(met(Seen(arrived)), appointment(), waiting), terms()).others

    assert (adopter.id, adopter.event_id) == (waiting.id, arrived.id)
    assert terms(lag=LAG).may_hide(adopter)


def test_a_pair_whose_event_has_another_id_is_as_young_as_that_event() -> None:
    gone = replace(seen(own(), TRAINING), seen=Absent())
    young = replace(lone(foreign()), uid=gone.uid, met_at=terms().now)

    ((_, moved),) = renames([young, gone])

    assert moved.appointment_id is not None
    assert terms(lag=LAG).may_hide(moved)
