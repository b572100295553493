"""An adapter that is wrong in one thing fails, and is told which one and what to mend."""

import pytest
from tests.core.conformance import broken
from tests.core.conformance.lined import LinedAdapter, provider_of
from tests.core.conformance.standing import CaldavStand, GoogleStand, GraphStand, MemoryStand

from metonic_core.testing.checking import Finding, Verdict, checked

WRONG = [
    (broken.Hasty, GoogleStand, "no change is lost between pages", "only after everything it covers"),
    (broken.Careless, CaldavStand, "an update of another version is refused", "If-Match"),
    (broken.Doubling, GoogleStand, "a create that comes twice makes one event", "idempotent"),
    (broken.Firm, GraphStand, "what left the window is not reported as deleted", "is_firm=False"),
    (broken.Flattening, GoogleStand, "an edit of a series keeps its occurrences", "keep the overrides"),
    (broken.AtMidnight, GoogleStand, "an all day event stays on its day", "never midnight in UTC"),
    (broken.Brittle, GoogleStand, "one refused write stops no other", "its own outcome"),
    (broken.Impatient, GoogleStand, "429 says how long to wait", "Retry-After"),
    (
        broken.Rebuilding,
        CaldavStand,
        "foreign properties survive an update",
        "instead of writing the event anew",
    ),
    (broken.Unmoved, GraphStand, "an expired cursor is said to be expired", "raise CursorExpired"),
    (broken.Calm, GoogleStand, "a failing service is no empty calendar", "looks like a mass deletion"),
    (broken.TooSure, GoogleStand, "a create whose answer was lost makes one event", "raise Unavailable"),
    (broken.Remembering, GoogleStand, "adapters share no memory", "keep nothing between calls"),
    (broken.Fragile, GraphStand, "reading what is not there says gone", "answer Gone for"),
]


def failures(adapter: type[LinedAdapter], stand: type[MemoryStand]) -> dict[str, Finding]:
    found = checked(provider_of(adapter, stand.conduct), stand)
    return {one.check: one for one in found if one.verdict is Verdict.FAILED}


@pytest.mark.parametrize(
    ("adapter", "stand", "fact", "mend"), WRONG, ids=lambda x: getattr(x, "__name__", "")
)
def test_what_is_wrong_is_named_with_what_to_mend(
    adapter: type[LinedAdapter], stand: type[MemoryStand], fact: str, mend: str
) -> None:
    failed = failures(adapter, stand)

    assert fact in failed
    assert mend in failed[fact].mend


@pytest.mark.parametrize("adapter", [wrong[0] for wrong in WRONG], ids=lambda x: x.__name__)
def test_what_is_wrong_is_not_drowned_in_what_follows_from_it(adapter: type[LinedAdapter]) -> None:
    stand = next(wrong[1] for wrong in WRONG if wrong[0] is adapter)

    assert len(failures(adapter, stand)) <= 8


def test_nothing_is_found_wrong_with_the_adapter_they_are_made_of() -> None:
    assert failures(LinedAdapter, GoogleStand) == {}
