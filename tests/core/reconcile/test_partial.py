"""A copied series of which a write reached only a part: what is missing is nobody's edit."""

from dataclasses import replace
from datetime import timedelta

from tests.core.pairs import TRAINING, appointment, copy, sending, stored, terms

from metonic_core.model.content import TITLE, occurrence_group
from metonic_core.model.mapping import Sent
from metonic_core.model.series import Override, Recurrence
from metonic_core.reconcile.decide import decide
from metonic_core.reconcile.landing import settle
from metonic_core.spi import Seen

SERIES = replace(TRAINING, recurrence=Recurrence(("FREQ=WEEKLY;COUNT=8",)))
THIRD = SERIES.when.start + timedelta(days=14)
LATER = replace(SERIES, title="Yoga", overrides=(Override(THIRD, title="Exam"),))
SENT = Sent("op1", LATER, frozenset({TITLE, occurrence_group(THIRD)}))


def test_occurrences_that_were_not_reached_are_sent_once_more() -> None:
    row = sending(copy(SERIES), SENT)
    half = replace(stored(row, replace(SERIES, title="Yoga"), "etag-2", "op1"), is_partial=True)

    made, _ = settle(row, Seen(half), terms())
    step = decide(made, appointment(LATER), terms())

    assert step.appointment is None
    assert step.write
    assert step.write.groups == {occurrence_group(THIRD)}


def test_an_edit_of_the_series_meanwhile_is_one() -> None:
    row = sending(copy(SERIES), SENT)
    half = replace(stored(row, replace(SERIES, title="Boxing"), "etag-2", "op1"), is_partial=True)

    made, _ = settle(row, Seen(half), terms())
    step = decide(made, appointment(LATER), terms())

    assert step.appointment
    assert step.appointment.content == replace(LATER, title="Boxing")
