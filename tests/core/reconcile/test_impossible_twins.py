"""What cannot be among look-alikes is an error, and never guessed."""

from dataclasses import replace

import pytest
from tests.core.pairs import appointment, foreign, imported, lone, own, terms, unborn

from metonic_core.model.resolution import Resolution, ResolutionKind
from metonic_core.reconcile.alike import Standing, Twin, conflict_of
from metonic_core.reconcile.pairing import asked, paired_content

OF_IMPORTED = Twin(Standing(appointment()), own(), imported())


def test_an_appointment_that_has_no_row_does_not_ask() -> None:
    with pytest.raises(ValueError, match="does not ask"):
        asked(unborn(), OF_IMPORTED, terms())


def test_an_event_that_was_never_read_looks_like_nothing() -> None:
    with pytest.raises(ValueError, match="never read"):
        conflict_of(Twin(Standing(appointment(), unborn()), lone()), terms())


def test_of_what_is_known_of_one_side_only_no_content_is_made() -> None:
    conflict = conflict_of(Twin(Standing(appointment(), unborn()), lone(foreign())), terms())
    resolution = Resolution(ResolutionKind.KEEP_LOCAL, ResolutionKind.KEEP_LOCAL, conflict.fingerprint)

    assert paired_content(replace(conflict, external=None), resolution) is None
