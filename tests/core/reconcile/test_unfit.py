"""What a provider cannot hold is not written: that is a refusal which is foreseen."""

from dataclasses import replace
from datetime import datetime

from tests.core.pairs import TRAINING, appointment, copy, hour, terms, unborn

from metonic_core.model.content import NOTES, TITLE, Content, occurrence_group
from metonic_core.model.mapping import Hold, HoldKind, Mapping, WriteKind
from metonic_core.model.series import Override, Recurrence
from metonic_core.reconcile.decide import decide
from metonic_core.reconcile.restraint import restrained
from metonic_core.reconcile.step import Reason, Step, Write
from metonic_core.reconcile.terms import Terms
from metonic_core.spi import Unfit

YOGA = replace(TRAINING, title="Yoga")


def judged(row: Mapping, one: Content, at: Terms) -> Step:
    return restrained(decide(row, appointment(one), at), at)


def fits_but_for(*groups: str) -> Terms:
    """A provider that cannot hold what is not the usual in these groups."""

    def fit(content: Content) -> list[Unfit]:
        odd = [g for g in groups if content.get(g) != TRAINING.get(g)]
        return [Unfit(g, f"It has no {g}.", "Use another one.") for g in odd]

    return replace(terms(), fit=fit)


def test_what_does_not_fit_is_not_written_and_says_why_and_what_to_do_instead() -> None:
    at = fits_but_for(TITLE)

    for row in (unborn(), copy().due()):
        step = judged(row, YOGA, at)
        assert step.write is None
        assert step.mapping.hold == Hold(HoldKind.QUARANTINE, "It has no title. Use another one.")
        assert step.mapping.wanted is None


def test_what_does_not_fit_keeps_only_writes_of_itself_from_being_made() -> None:
    at = fits_but_for(NOTES)
    there = replace(TRAINING, notes="whatever")

    step = judged(copy(there).due(), replace(there, title="Yoga"), at)

    assert step.write is not None
    assert step.write.groups == {TITLE}


def test_what_did_not_fit_is_written_when_it_does() -> None:
    at = fits_but_for(TITLE)
    held = judged(copy().due(), YOGA, at).mapping

    assert judged(held.due(), YOGA, at).write is None
    step = judged(held.due(), replace(TRAINING, notes="Bring a mat."), at)

    assert step.write is not None
    assert step.mapping.hold is None


def test_what_does_not_fit_is_judged_anew_where_all_refusals_are_forgotten() -> None:
    held = judged(copy().due(), YOGA, fits_but_for(TITLE)).mapping
    assert held.refused is not None

    assert judged(held.due(), YOGA, terms()).write is None
    assert judged(replace(held, refused=None).due(), YOGA, terms()).write is not None


def test_an_occurrence_that_does_not_fit_goes_with_a_series_that_moves() -> None:
    slot = datetime(2026, 12, 8, 10)  # noqa: DTZ001 - wall time
    weekly = replace(
        TRAINING, recurrence=Recurrence(("FREQ=WEEKLY",)), overrides=(Override(slot, title="X"),)
    )
    unfit = Unfit(occurrence_group(slot), "It is odd.", "Make it even.")
    at = replace(terms(), fit=lambda _: [unfit])

    moved = judged(copy(weekly).due(), replace(weekly, when=hour(2)), at)
    renamed = judged(copy(weekly).due(), replace(weekly, title="Yoga"), at)

    assert (moved.write, renamed.write is None) == (None, False)


def test_a_deletion_always_fits() -> None:
    everything = replace(terms(), fit=lambda _: [Unfit(TITLE, "No.", "None.")])

    step = restrained(Step(copy(), write=Write(WriteKind.DELETE, Reason.DELETED_HERE)), everything)
    assert step.write is not None
