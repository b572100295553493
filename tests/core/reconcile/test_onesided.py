"""An event that no appointment is paired with: imported, adopted, an orphan, or not ours to touch."""

from dataclasses import replace
from datetime import UTC, datetime
from uuid import UUID

import pytest
from tests.core.pairs import (
    KEY,
    LINK,
    OTHER_LINK,
    ROW,
    TRAINER,
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
    unborn,
)

from metonic_core.model.appointment import EXTERNAL_TYPE, Appointment
from metonic_core.model.content import Content
from metonic_core.model.event import StoredEvent
from metonic_core.model.mapping import (
    Absent,
    Hold,
    HoldKind,
    Illegible,
    Look,
    Mapping,
    Observed,
    Origin,
    WriteKind,
)
from metonic_core.model.series import Recurrence
from metonic_core.reconcile.decide import decide
from metonic_core.reconcile.importing import ABSORBED
from metonic_core.reconcile.landing import outcome_of, settle
from metonic_core.reconcile.onesided import Lone, decide_event, renames, revived
from metonic_core.reconcile.step import Act, Operation, Reason, Side, Step, Write
from metonic_core.spi import EtagMismatch, Failed, ProviderError, RateLimited, Removed, Seen, Unavailable

YOGA = replace(TRAINING, title="Yoga")
OTHER_ROW = UUID(int=77)


def ours(content: Content = TRAINING, generation: int = 1) -> StoredEvent:
    """A copy that we made, on an identity that we issued."""
    made = marker("op-of-another-life", generation)
    return replace(
        foreign(content), id=event_id(made.identity), uid=str(made.identity), marker=KEY.sign(made)
    )


def met(event: StoredEvent, one: Appointment | None = None, claim: Mapping | None = None) -> Step:
    return decide_event(Lone(lone(event), one, claim), terms())


def waiting() -> Mapping:
    """The row of the appointment, which has no event yet."""
    return replace(unborn(), id=OTHER_ROW)


def test_a_users_own_event_becomes_an_appointment_of_theirs() -> None:
    step = met(foreign())

    assert step.appointment
    assert step.is_import
    assert step.appointment == replace(
        step.appointment,
        version=1,
        owner_id=TRAINER,
        type=EXTERNAL_TYPE,
        content=TRAINING,
        imported_from=LINK,
    )
    assert (step.appointment.participants, step.write) == ((), None)
    assert step.operations == (
        Operation(Side.LOCAL, Act.CREATE, Reason.NEW_THERE, TRAINING.groups(), after=TRAINING),
    )


def test_an_imported_pair_is_in_step_from_the_start() -> None:
    step = met(foreign())

    assert step.appointment
    assert step.mapping.origin is Origin.OWN
    assert (step.mapping.local_base, step.mapping.external_base) == (TRAINING, TRAINING)
    again = decide(step.mapping.due(), step.appointment, terms())
    assert again == Step(replace(step.mapping.due(), wanted=None))


@pytest.mark.parametrize("year", [2020, 2030])
def test_outside_the_window_nothing_is_imported(year: int) -> None:
    when = TRAINING.when.moved_to(datetime(year, 1, 1, 10))  # noqa: DTZ001 - wall time

    step = met(foreign(replace(TRAINING, when=when)))

    assert (step.appointment, step.write) == (None, None)
    assert step.mapping.hold == Hold(HoldKind.OUTSIDE, Reason.OUTSIDE_WINDOW)
    assert step.mapping.etag == "etag-new"


def test_what_lies_ahead_is_known_to_enter_and_what_is_past_is_not() -> None:
    ahead, past = (
        met(foreign(replace(TRAINING, when=TRAINING.when.moved_to(datetime(year, 1, 1, 10)))))  # noqa: DTZ001 - wall time
        for year in (2030, 2020)
    )

    assert ahead.mapping.enters_at == datetime(2030, 1, 1, 9, tzinfo=UTC)
    assert past.mapping.enters_at is None


def test_what_has_entered_the_window_is_imported() -> None:
    held = replace(lone(foreign()), hold=Hold(HoldKind.OUTSIDE, Reason.OUTSIDE_WINDOW), enters_at=terms().now)

    step = decide_event(Lone(held), terms())

    assert step.is_import
    assert (step.mapping.hold, step.mapping.enters_at) == (None, None)


def test_a_series_that_began_long_ago_is_imported_for_its_occurrences_now() -> None:
    when = TRAINING.when.moved_to(datetime(2020, 1, 1, 10))  # noqa: DTZ001 - wall time

    step = met(foreign(replace(TRAINING, when=when, recurrence=Recurrence(("FREQ=WEEKLY",)))))

    assert step.is_import


def test_a_copy_of_another_link_is_never_imported() -> None:
    step = met(replace(foreign(), marker=KEY.sign(marker(link=OTHER_LINK))))

    assert (step.appointment, step.write) == (None, None)
    assert step.mapping.hold == Hold(HoldKind.IGNORED, Reason.COPY_OF_ANOTHER_LINK)
    assert (step.mapping.etag, step.mapping.seen, step.mapping.wanted) == ("etag-new", None, None)


def test_a_users_duplicate_of_our_copy_is_imported_as_theirs() -> None:
    step = met(replace(foreign(), marker=KEY.sign(marker())), appointment(), copy())

    assert step.is_import
    assert step.mapping.origin is Origin.OWN


def test_an_event_with_a_marker_that_nobody_signed_is_imported() -> None:
    assert met(replace(foreign(), marker="v1;forged")).is_import


@pytest.mark.parametrize("generation", [1, 4])
def test_our_copy_is_adopted_by_the_row_that_waits_for_it(generation: int) -> None:
    found = ours(YOGA, generation)

    step = met(found, appointment(), waiting())

    (adopter,) = step.others
    assert (step.mapping.id, step.mapping.closed) == (ROW, ABSORBED)
    assert (adopter.id, adopter.event_id, adopter.generation) == (OTHER_ROW, found.id, generation)
    assert step.operations == (Operation(Side.EXTERNAL, Act.LINK, Reason.ADOPTED, before=YOGA),)


def test_an_adopted_copy_gets_the_platforms_version() -> None:
    step = met(ours(YOGA), appointment(), waiting())

    following = decide(step.others[0], appointment(), terms())

    assert following.write == Write(
        WriteKind.UPDATE, Reason.EDITED_HERE, TRAINING, frozenset({"title"}), "etag-new"
    )
    assert (following.conflict, following.appointment) == (None, None)


def test_our_copy_is_adopted_where_no_row_knows_its_appointment() -> None:
    step = met(ours(YOGA, 3), appointment())

    assert (step.mapping.appointment_id, step.mapping.origin) == (appointment().id, Origin.COPY)
    assert (step.mapping.generation, step.mapping.external_base) == (3, YOGA)
    assert step.mapping.wanted is not None


def test_our_copy_waits_while_a_create_that_could_be_it_is_open() -> None:
    open_create = sending(waiting(), kind=WriteKind.CREATE)

    assert met(ours(), appointment(), open_create) == Step(lone(ours()))


@pytest.mark.parametrize(
    ("one", "claim"),
    [
        (None, None),
        (replace(appointment(), is_deleted=True), waiting()),
        (appointment(replace(TRAINING, is_private=True)), waiting()),
        (appointment(), replace(copy(), id=OTHER_ROW, event_id="another")),
    ],
    ids=["unknown", "deleted", "private", "paired already"],
)
def test_our_copy_that_nobody_wants_is_an_orphan_and_erased_conditionally(
    one: Appointment | None, claim: Mapping | None
) -> None:
    step = met(ours(YOGA), one, claim)

    assert step.write == Write(WriteKind.DELETE, Reason.ORPHAN, etag="etag-new")
    assert (step.mapping.external_base, step.mapping.appointment_id) == (YOGA, None)


def erasing_an_orphan() -> Mapping:
    return sending(met(ours(YOGA)).mapping, kind=WriteKind.DELETE)


def test_the_erasure_of_an_orphan_is_journalled_with_what_it_held() -> None:
    made, (operation,) = outcome_of(erasing_an_orphan(), Removed(), terms())

    assert made.closed
    assert (operation.act, operation.before) == (Act.DELETE, YOGA)


@pytest.mark.parametrize(
    "error", [RateLimited("Slower."), Unavailable("Another write got no answer."), EtagMismatch("It moved.")]
)
def test_an_orphan_whose_erasure_was_refused_is_not_forgotten(error: ProviderError) -> None:
    refused, _ = outcome_of(erasing_an_orphan(), Failed(error), terms())

    step = decide_event(Lone(refused), terms())

    assert isinstance(step.mapping.seen, Look)
    read = replace(step.mapping, seen=Observed(ours(YOGA)))
    assert decide_event(Lone(read), terms()).write == Write(WriteKind.DELETE, Reason.ORPHAN, etag="etag-new")


def test_an_orphan_that_is_still_there_after_a_crash_is_erased_again() -> None:
    read, _ = settle(erasing_an_orphan(), Seen(ours(YOGA)), terms())

    assert decide_event(Lone(read), terms()).write


def test_a_lone_event_that_is_gone_is_closed() -> None:
    step = decide_event(Lone(replace(lone(), seen=Absent())), terms())

    assert step.mapping.closed == Reason.DELETED_THERE
    assert step.operations == ()


@pytest.mark.parametrize("observation", [Look("x"), Illegible("x")])
def test_a_lone_event_that_is_to_be_read_waits(observation: Look | Illegible) -> None:
    row = replace(lone(), seen=observation)

    assert decide_event(Lone(row), terms()) == Step(replace(row, wanted=None))


def test_an_event_that_only_changed_its_id_stays_with_its_appointment() -> None:
    gone = replace(seen(own(), TRAINING), seen=Absent())
    event = replace(foreign(YOGA), id="renamed")
    new = replace(lone(event), id=OTHER_ROW, uid="dentist", revision=4, can_write=False, can_write_time=False)

    ((absorbed, moved),) = renames([new, gone])

    assert (absorbed.id, absorbed.closed) == (OTHER_ROW, ABSORBED)
    assert (moved.id, moved.event_id, moved.revision) == (ROW, "renamed", 4)
    assert (moved.can_write, moved.can_write_time) == (False, False)
    step = decide(moved, imported(), terms())
    assert step.appointment
    assert step.appointment.content == YOGA


def test_another_uid_or_only_one_half_is_no_rename() -> None:
    gone = replace(own(), seen=Absent())
    new = replace(lone(foreign()), id=OTHER_ROW, uid="another")

    assert list(renames([gone, new])) == []
    assert list(renames([gone])) == []
    assert list(renames([replace(new, uid="dentist"), own()])) == []


def test_a_tombstone_comes_back_if_its_appointment_lives_and_belongs_here() -> None:
    tombstone = own().closing(Reason.DELETED_THERE)

    row = revived(tombstone, imported(), foreign(YOGA), terms())

    assert row
    assert (row.closed, row.seen) == (None, Observed(foreign(YOGA)))
    step = decide(row, imported(), terms())
    assert step.appointment
    assert step.appointment.content == YOGA


@pytest.mark.parametrize("one", [None, replace(imported(), is_deleted=True)])
def test_a_tombstone_whose_appointment_is_gone_stays_closed(one: Appointment | None) -> None:
    assert revived(own().closing("cancelled"), one, foreign(YOGA), terms()) is None
