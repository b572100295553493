"""Reports and readings: an old version is no news, a hint is only a hint, one bad event stops nothing."""

from dataclasses import replace
from datetime import timedelta

import pytest
from tests.core.pairs import (
    AGREED,
    LINK,
    OWN_ID,
    TRAINING,
    appointment,
    copy,
    event_id,
    foreign,
    lone,
    seen,
    stored,
    terms,
)

from metonic_core.model.mapping import (
    Absent,
    Hold,
    HoldKind,
    Illegible,
    Look,
    Mapping,
    Observed,
    Origin,
)
from metonic_core.reconcile.decide import decide
from metonic_core.reconcile.observe import (
    changed_id,
    record,
    take,
)
from metonic_core.reconcile.step import ConflictType, Reason
from metonic_core.spi import Foreign, Gone, Seen, StoredEvent, Touched, Unreadable
from metonic_core.spi.changes import Change

YOGA = replace(TRAINING, title="Yoga")
ID = copy().event_id or ""
LATEST = replace(copy(), revision=5)
DETACHED = replace(copy(), hold=Hold(HoldKind.DETACHED, Reason.DELETED_THERE))


def dated(revision: int | None, etag: str = "etag-new") -> StoredEvent:
    return replace(stored(copy(), YOGA, etag), revision=revision)


def reported(row: Mapping | None, change: Change, *, has_markers: bool = True) -> Mapping | None:
    return record(row, change, terms(), has_markers=has_markers)


@pytest.mark.parametrize(
    ("change", "named"),
    [
        (Seen(foreign()), OWN_ID),
        (Touched("a", "1"), "a"),
        (Gone("b"), "b"),
        (Unreadable("c", "1", "why"), "c"),
        (Foreign("d", "1"), "d"),
    ],
)
def test_every_change_names_its_event(change: Change, named: str) -> None:
    assert changed_id(change) == named


def test_a_new_event_gets_a_row_of_its_own() -> None:
    row = reported(None, Touched("new", "1"))

    assert row
    assert (row.link_id, row.event_id, row.origin, row.seen) == (LINK, "new", Origin.OWN, Look("1"))
    assert row.appointment_id is None


def test_a_removal_of_what_nobody_knew_is_no_news() -> None:
    assert reported(None, Gone("unknown")) is None


def test_a_full_state_with_its_markers_is_taken_as_it_is() -> None:
    row = reported(None, Seen(foreign()))

    assert row
    assert row.seen == Observed(foreign())
    assert row.wanted is not None


def test_a_new_event_that_may_carry_a_marker_is_read_first() -> None:
    row = reported(None, Seen(foreign()), has_markers=False)

    assert row
    assert (row.seen, row.wanted) == (Look("etag-new"), None)


def test_the_agreed_etag_is_no_news_and_an_older_one_is() -> None:
    """Where an etag is a hash of the content, an old one comes back when a user restores old text."""
    assert reported(copy(), Touched(ID, AGREED)) is None
    restored = reported(copy(), Touched(ID, "etag-of-last-week"))
    assert restored
    assert restored.seen == Look("etag-of-last-week")


def test_the_agreed_etag_is_news_while_another_one_was_seen() -> None:
    back = reported(seen(copy(), YOGA), Touched(ID, AGREED))

    assert back
    assert back.seen == Look(AGREED)
    assert reported(seen(copy(), YOGA), Touched(ID, "etag-new")) is None


@pytest.mark.parametrize("revision", [4, 5])
def test_an_old_revision_is_no_news(revision: int) -> None:
    assert reported(LATEST, Seen(dated(revision))) is None
    assert reported(LATEST, Gone(ID, revision=revision)) is None


def test_a_higher_revision_is_news() -> None:
    row = reported(LATEST, Seen(dated(6)))

    assert row
    assert (row.seen, row.revision) == (Observed(dated(6)), 6)


def test_a_full_state_without_a_revision_may_be_an_old_one_and_is_read() -> None:
    row = reported(copy(), Seen(dated(None)))

    assert row
    assert row.seen == Look("etag-new")


def test_an_old_state_does_not_bring_a_deleted_event_back() -> None:
    gone = reported(LATEST, Gone(ID, revision=9))

    assert gone
    assert (gone.seen, gone.revision) == (Absent(), 9)
    assert reported(gone, Seen(dated(8))) is None


def test_a_deletion_that_the_provider_states_is_taken() -> None:
    row = reported(copy(), Gone(ID))

    assert row
    assert row.seen == Absent()
    assert row.wanted is not None
    assert reported(row, Gone(ID)) is None


def test_what_is_only_no_longer_shown_is_read_before_anybody_believes_it() -> None:
    row = reported(copy(), Gone(ID, is_firm=False))

    assert row
    assert (row.seen, row.wanted) == (Look(), None)


def test_the_removal_of_a_detached_copy_is_no_news() -> None:
    assert reported(DETACHED, Gone(ID)) is None


def test_a_404_is_no_absence_while_a_write_may_still_be_invisible() -> None:
    fresh = replace(copy(), seen=Look(), wrote_at=terms().now)

    assert take(fresh, Gone(ID), terms(lag=timedelta(minutes=1))) == fresh
    assert take(fresh, Gone(ID), terms()).seen == Absent()


def test_what_a_clock_wrote_that_was_ahead_is_not_waited_for() -> None:
    later = replace(copy(), seen=Look(), wrote_at=terms().now + timedelta(days=400))

    assert take(later, Gone(ID), terms(lag=timedelta(minutes=1))).seen == Absent()


def test_a_deletion_that_is_read_as_stated_and_later_than_what_is_known_waits_for_nothing() -> None:
    fresh, lagging = replace(LATEST, seen=Look(), wrote_at=terms().now), terms(lag=timedelta(minutes=1))

    gone = take(fresh, Gone(ID, revision=6), lagging)

    assert (gone.seen, gone.revision, gone.wanted is not None) == (Absent(), 6, True)
    assert reported(gone, Seen(dated(6))) is None


@pytest.mark.parametrize("gone", [Gone(ID, revision=5), Gone(ID), Gone(ID, is_firm=False, revision=6)])
def test_a_deletion_that_may_be_older_than_what_is_known_waits(gone: Gone) -> None:
    fresh = replace(LATEST, seen=Look(), wrote_at=terms().now)

    assert take(fresh, gone, terms(lag=timedelta(minutes=1))) == fresh
    assert take(fresh, gone, terms()).seen == Absent()


def test_what_was_read_is_due_to_be_decided() -> None:
    row = take(replace(copy(), seen=Look()), Seen(replace(dated(7), uid="u")), terms())

    assert row.wanted is not None
    assert (row.uid, row.revision, row.seen) == ("u", 7, Observed(replace(dated(7), uid="u")))
    assert take(row, Seen(dated(None)), terms()).revision == 7


def test_an_event_that_cannot_be_understood_is_quarantined_with_its_reason() -> None:
    row = reported(copy().due(), Unreadable(ID, "odd", "It has no start."))

    assert row
    assert row.hold == Hold(HoldKind.QUARANTINE, "It has no start.")
    assert (row.seen, row.wanted) == (Illegible("odd"), None)
    assert reported(row, Unreadable(ID, "odd", "It has no start.")) is None


def test_an_event_that_the_provider_failed_at_is_set_aside_and_read_again() -> None:
    row = take(replace(copy(), seen=Look("new")), Unreadable(ID, "", "503", is_passing=True), terms())

    assert (row.hold, row.seen) == (Hold(HoldKind.QUARANTINE, "503"), Look())
    assert take(row, Seen(stored(copy(), YOGA, "new")), terms()).hold is None


def test_what_lay_beyond_the_window_is_unreadable_all_the_same() -> None:
    row = take(replace(lone(), hold=Hold(HoldKind.OUTSIDE, "beyond")), Unreadable(ID, "odd", "why"), terms())

    assert row.hold == Hold(HoldKind.QUARANTINE, "why")


def test_quarantine_ends_when_the_event_can_be_read_again() -> None:
    row = replace(copy(), seen=Illegible("odd"), hold=Hold(HoldKind.QUARANTINE, "It has no start."))

    hinted = reported(row, Touched(ID, "mended"))

    assert hinted
    assert hinted.seen == Look("mended")
    mended = take(hinted, Seen(stored(copy(), YOGA, "mended")), terms())
    assert mended.hold is None
    step = decide(mended, appointment(), terms())
    assert step.appointment
    assert step.appointment.content == YOGA


def test_an_edit_of_the_appointment_waits_while_its_event_cannot_be_read() -> None:
    hold = Hold(HoldKind.QUARANTINE, "It has no start.")
    row = replace(copy(), seen=Illegible("odd"), hold=hold).due()

    step = decide(row, appointment(YOGA), terms())

    assert (step.write, step.mapping.hold, step.mapping.wanted) == (None, hold, None)


def test_a_conflict_outlives_an_event_that_cannot_be_read() -> None:
    hold = Hold(HoldKind.CONFLICT, ConflictType.DATA_MISMATCH)

    assert take(replace(copy(), hold=hold), Unreadable(ID, "odd", "why"), terms()).hold == hold


def test_what_is_no_event_is_left_alone_for_good() -> None:
    row = reported(None, Foreign("task", "1"))

    assert row
    assert row.hold == Hold(HoldKind.IGNORED, Reason.NO_EVENT)
    assert (row.seen, row.wanted, row.etag) == (None, None, "1")
    assert reported(row, Foreign("task", "1")) is None
    assert reported(row, Foreign("task", "2")) is not None


def test_the_identity_of_a_copy_is_known_before_it_is_made() -> None:
    assert event_id(copy().marker("any").identity) == copy().event_id
    with pytest.raises(ValueError, match="no copy to mark"):
        lone().marker("op1")


def test_a_hint_about_what_is_to_be_read_anyway_is_the_newer_hint() -> None:
    row = reported(replace(copy(), seen=Look("first")), Touched(ID, "second"))

    assert row
    assert row.seen == Look("second")
