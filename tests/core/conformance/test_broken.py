"""An adapter that is wrong in one thing fails, and is told which one and what to mend."""

from dataclasses import replace
from datetime import timedelta

import pytest
from tests.core.conformance import broken, deaf, leaking, misled
from tests.core.conformance.lined import LinedAdapter, provider_of
from tests.core.conformance.standing import CaldavStand, GoogleStand, GraphStand, MemoryStand
from tests.core.conformance.telling import TellingAdapter

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
    (broken.Mute, GoogleStand, "what does not fit is told for people", "that are sentences"),
    (broken.Choosy, CaldavStand, "plain events fit", "only what no calendar"),
    (leaking.Telling, GoogleStand, "a private event made elsewhere is read as private", "each value by"),
    (leaking.Telling, CaldavStand, "what is private is not the same as what is public", "never forgive"),
    (leaking.Reversing, GoogleStand, "a public event made elsewhere is read as public", "own words"),
    (leaking.Secretive, CaldavStand, "a private copy is private to every client", "every client reads"),
    (leaking.Freeing, GraphStand, "a private copy is private to every client", "into the service's own"),
    (leaking.Busy, GraphStand, "a free event made elsewhere is read as free", "busy and free"),
    (leaking.Certain, GoogleStand, "a tentative event made elsewhere is read as tentative", "for status"),
    (leaking.Mistaking, CaldavStand, "an event cancelled elsewhere takes place no more", "Status.CANCELLED"),
    (leaking.Exposing, GoogleStand, "another title keeps the users own event private", "reset them"),
    (
        leaking.Confirming,
        CaldavStand,
        "another title changes neither visibility nor status",
        "reset them",
    ),
    (leaking.Quoting, CaldavStand, "messages are for people and keep secrets", "shown and logged"),
    (misled.Welcomed, GoogleStand, "a page of a portal is no empty calendar", "nobody's calendar"),
    (misled.Bereaved, CaldavStand, "a page of a portal is no event and no deletion", "is not the document"),
    (misled.Relieved, GraphStand, "a page of a portal deletes nothing", "only when the service's own answer"),
    (misled.Satisfied, GoogleStand, "a page of a portal stores nothing", "the outcome is unknown"),
    (misled.Admitted, CaldavStand, "a page of a portal signs nobody in", "raise Unavailable"),
    (
        misled.Clumsy,
        GoogleStand,
        "an answer that nobody understands is an error of the interface",
        "a field that is missing",
    ),
    (misled.Looking, CaldavStand, "an edit that comes between look and update is not lost", "If-Match"),
    (
        misled.LookingToDelete,
        GoogleStand,
        "an edit that comes between look and deletion is not lost",
        "have the service compare",
    ),
    (
        misled.LookingToCreate,
        CaldavStand,
        "an event that comes between look and create is not lost",
        "If-None-Match",
    ),
    (misled.Short, GoogleStand, "a read without a cursor names every event", "the last page's token"),
    (misled.Shorter, GraphStand, "the listing names every event once", "further pages"),
    (misled.Final, GoogleStand, "what was never there is not firmly deleted", "is_firm=False"),
    (misled.Emptying, CaldavStand, "an update changes the groups it names and no other", "Update.groups"),
    (misled.InUtc, GoogleStand, "a series keeps its wall time when clocks change", "never in UTC"),
    (misled.Inclusive, CaldavStand, "an all day event made elsewhere is read as dates", "after the last"),
    (misled.Boastful, GoogleStand, "a batch of the declared size is written", "declare the batch_size"),
    (deaf.Trusting, GoogleStand, "a request that says nothing is no news", "hmac.compare_digest"),
    (deaf.Beginning, GraphStand, "a request with another secret is refused", "raise Forged"),
    (deaf.Lax, GoogleStand, "a request with another secret is refused", "whole"),
    (deaf.Eager, GoogleStand, "the first message of a channel is no news", "is_news=False"),
    (deaf.Deaf, GoogleStand, "what changes is told", "is_news=True"),
    (deaf.Impatient, GraphStand, "the first message of a channel is no news", "Channel.resource is empty"),
    (deaf.Claiming, GoogleStand, "who declares push opens channels", "leave Provider.push None"),
    (deaf.Forgetting, GoogleStand, "a channel that was stopped is silent", "have stop_webhook end"),
    (deaf.Sweeping, GraphStand, "a channel outlives the opening of its successor", "and no other"),
    (deaf.Single, GoogleStand, "a channel outlives the opening of its successor", "and end none"),
    (deaf.Hopeful, GoogleStand, "a channel that ends earlier says so", "the end that the service names"),
    (deaf.Endless, GraphStand, "a channel is answered as it was asked for", "ChannelAsk.until"),
    (deaf.Fussy, GoogleStand, "a channel that is over can be stopped again", "for ended"),
    (deaf.Installed, GraphStand, "a page of a portal is no channel", "only when the service's own"),
    (deaf.Done, GoogleStand, "a page of a portal ends no channel", "only when the service's own"),
    (deaf.Unending, GraphStand, "a channel that is gone is not renewed", "raise NotFound"),
    (
        deaf.Unprolonged,
        GraphStand,
        "a channel that is renewed lasts longer and tells on",
        "that the service names",
    ),
    (deaf.Renaming, GraphStand, "a channel that is renewed lasts longer and tells on", "the same channel"),
]
# What is wrong with every event is found wherever an event is looked at.
PERVADING = {leaking.Reversing, misled.InUtc}
CLAIMS = [
    ({"visibility_lag": timedelta(0)}, "what was written shows within the declared lag"),
    ({"silent_writes": True}, "guests get no mail where writes are silent"),
]


def failures(adapter: type[LinedAdapter], stand: type[MemoryStand], **claimed: object) -> dict[str, Finding]:
    provider = provider_of(adapter, stand.conduct)
    declared = replace(provider.capabilities, **claimed)  # type: ignore[arg-type]
    found = checked(replace(provider, capabilities=declared), stand)
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
    assert adapter in PERVADING or len(failed) <= 10, "what is wrong is drowned in what follows from it"


@pytest.mark.parametrize(("claimed", "fact"), CLAIMS)
def test_a_claim_that_is_not_true_is_found_out(claimed: dict[str, object], fact: str) -> None:
    assert fact in failures(LinedAdapter, GraphStand, **claimed)


@pytest.mark.parametrize("stand", [GoogleStand, GraphStand, CaldavStand])
def test_nothing_is_found_wrong_with_the_adapters_they_are_made_of(stand: type[MemoryStand]) -> None:
    assert failures(TellingAdapter, stand) == {}
