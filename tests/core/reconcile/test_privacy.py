"""What a private event says is never known here; what a private appointment says never leaves."""

from dataclasses import fields, is_dataclass, replace
from datetime import datetime

import pytest
from tests.core.pairs import (
    KEY,
    OTHER_LINK,
    OWN_ID,
    TRAINING,
    appointment,
    copy,
    event_id,
    foreign,
    imported,
    lone,
    marker,
    own,
    seen,
    sending,
    terms,
)

from metonic_core.model.content import LOCATION, NOTES, TITLE, VISIBILITY, Content
from metonic_core.model.mapping import Absent, Mapping, Observed, Sent, WriteKind
from metonic_core.model.series import Override, Recurrence
from metonic_core.reconcile.decide import decide
from metonic_core.reconcile.landing import outcome_of, settle
from metonic_core.reconcile.observe import new_sighting, record, take
from metonic_core.reconcile.onesided import Lone, decide_event, renames
from metonic_core.reconcile.step import Reason, Step
from metonic_core.selection import BUSY, Treatment
from metonic_core.spi import Seen, Stored

SERIES = replace(TRAINING, recurrence=Recurrence(("FREQ=WEEKLY;COUNT=4",)))
SECRET = replace(
    SERIES,
    title="SECRET",
    location="SECRET",
    notes="SECRET",
    is_private=True,
    overrides=(Override(TRAINING.when.slot, title="SECRET"),),
)
KNOWN = replace(SERIES, title=BUSY, is_private=True)


def words(value: object) -> set[str]:
    """Every text in a value, however deep."""
    if isinstance(value, str):
        return {value}
    if is_dataclass(value):
        return set().union(*(words(getattr(value, f.name)) for f in fields(value)))
    if isinstance(value, tuple | frozenset):
        return set().union(*map(words, value))
    return set()


def arriving(content: Content) -> Mapping:
    row = record(None, Seen(foreign(content)), terms())
    assert row
    return row


def test_a_private_event_comes_in_as_busy() -> None:
    row = arriving(SECRET)

    step = decide_event(Lone(row), terms())

    assert "SECRET" not in words(row) | words(step)
    assert step.appointment
    assert step.appointment.content == KNOWN
    assert step.mapping.external_base == KNOWN


@pytest.mark.parametrize("base", [KNOWN, TRAINING, SERIES])
def test_nothing_a_private_event_says_is_ever_in_a_value_that_is_stored(base: Content) -> None:
    event = foreign(SECRET)
    write = Sent("op1", replace(base, status=base.status), frozenset({"status"}))

    rows = [
        take(own(base), Seen(event), terms()),
        record(replace(own(base), revision=1), Seen(replace(event, revision=2)), terms()),
        new_sighting(event, terms()),
        settle(sending(own(base), write), Seen(event), terms()),
        settle(sending(own(base), kind=WriteKind.DELETE), Seen(event), terms()),
        outcome_of(sending(own(base), write), Stored(event), terms()),
    ]

    assert "SECRET" not in set().union(*map(words, rows))


def going_private(known: Content) -> tuple[Mapping, Step]:
    row = take(own(known), Seen(foreign(SECRET)), terms())
    return row, decide(row, imported(known), terms())


def test_going_private_is_no_edit_of_what_was_known() -> None:
    known = replace(SERIES, title="Dentist", notes="Ring twice")

    _, step = going_private(known)

    assert step.appointment
    assert step.appointment.content == replace(known, is_private=True)
    assert step.operations[0].groups == {VISIBILITY}
    assert (step.write, step.conflict) == (None, None)


def test_what_was_edited_here_while_an_event_went_private_stays_here() -> None:
    row, _ = going_private(SERIES)

    step = decide(row, imported(replace(SERIES, title="Edited here")), terms())

    assert (step.write, step.conflict) == (None, None)


@pytest.mark.parametrize("group", [TITLE, NOTES, LOCATION])
def test_nothing_is_written_into_what_a_private_event_says(group: str) -> None:
    edited = KNOWN.take([group], Content("mine", KNOWN.when, notes="mine", location="mine"))

    step = decide(own(KNOWN).due(), imported(edited), terms())

    assert (step.write, step.conflict) == (None, None)


def test_a_private_event_is_moved_without_touching_what_it_says() -> None:
    moved = replace(KNOWN, when=TRAINING.when.moved_to(datetime(2026, 12, 2, 8)))  # noqa: DTZ001 - wall time

    step = decide(own(KNOWN).due(), imported(moved), terms())

    assert step.write
    assert step.write.groups == {"time"}


def test_what_becomes_public_is_pulled() -> None:
    public = replace(SECRET, title="Dentist", is_private=False)
    row = take(own(KNOWN), Seen(foreign(public)), terms())

    step = decide(row, imported(KNOWN), terms())

    assert step.appointment
    assert step.appointment.content == public
    assert (step.mapping.external_base, step.write, step.conflict) == (public, None, None)


def test_busy_never_becomes_a_title_when_an_event_goes_private_under_a_new_id() -> None:
    gone = replace(own(), seen=Absent())
    new = take(
        replace(lone(), event_id="renamed", uid="dentist"),
        Seen(replace(foreign(SECRET), id="renamed")),
        terms(),
    )

    (_, moved) = dict(renames([gone, new])).popitem()
    step = decide(moved, imported(), terms())

    assert step.appointment
    assert step.appointment.content.title == "Training"
    assert "SECRET" not in words(moved)


def test_a_copy_under_a_new_id_is_ours_and_read_whole() -> None:
    private = replace(TRAINING, title="Yoga", is_private=True)
    gone = replace(copy(), seen=Absent())
    event = replace(foreign(private), id="renamed", uid=copy().uid)
    new = replace(lone(), event_id="renamed", uid=copy().uid, seen=Observed(event))

    (_, moved) = dict(renames([gone, new])).popitem()

    assert moved.seen == Observed(event)


def test_an_appointment_that_becomes_private_is_erased_from_the_calendar() -> None:
    private = appointment(replace(TRAINING, title="SECRET", is_private=True))

    step = decide(copy().due(), private, terms())

    assert step.write
    assert (step.write.kind, step.write.reason) == (WriteKind.DELETE, Reason.HIDDEN)
    assert "SECRET" not in words(step)


def test_a_private_appointment_is_kept_where_the_setting_lets_it_out() -> None:
    private = appointment(replace(TRAINING, is_private=True))

    step = decide(copy().due(), private, terms(private=Treatment.INCLUDE))

    assert step.write
    assert (step.write.kind, step.write.groups) == (WriteKind.UPDATE, frozenset({VISIBILITY}))


def test_what_a_copy_says_of_its_visibility_is_set_back() -> None:
    row = seen(copy(), replace(TRAINING, is_private=True, is_busy=False))

    step = decide(row, appointment(), terms())

    assert (step.appointment, step.conflict) == (None, None)
    assert step.write
    assert (step.write.groups, step.write.reason) == (frozenset({VISIBILITY}), Reason.KEPT_FROM_FLOWING)
    assert step.write.content == TRAINING


def test_a_private_copy_that_was_edited_is_still_read() -> None:
    """The user marked our copy private at the provider: it is ours all the same."""
    row = seen(copy(), replace(TRAINING, title="Yoga", is_private=True))

    step = decide(row, appointment(), terms())

    assert step.appointment
    assert step.appointment.content.title == "Yoga"
    assert row.event_id != OWN_ID


def test_a_private_copy_of_another_link_is_withheld_like_any_event() -> None:
    theirs = marker(link=OTHER_LINK)
    event = replace(foreign(SECRET), id=event_id(theirs.identity), marker=KEY.sign(theirs))

    row = record(None, Seen(event), terms())

    assert row
    assert "SECRET" not in words(row)
    assert decide_event(Lone(row), terms()).mapping.hold
