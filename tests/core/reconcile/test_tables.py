"""Both tables answer whatever they are asked."""

from dataclasses import replace
from itertools import product

import pytest
from tests.core.pairs import (
    APPOINTMENT,
    KEY,
    OTHER_LINK,
    ROW,
    TRAINING,
    appointment,
    copy,
    event_id,
    foreign,
    lone,
    marker,
    own,
    seen,
    sending,
    terms,
    unborn,
)

from metonic_core.model.appointment import Appointment
from metonic_core.model.event import StoredEvent
from metonic_core.model.mapping import Absent, Illegible, Look, Mapping, Observation, Observed, WriteKind
from metonic_core.reconcile.decide import PAIRS, Local, Remote, decide, local_state, remote_state
from metonic_core.reconcile.merge import Comparison
from metonic_core.reconcile.onesided import Lone, decide_event
from metonic_core.reconcile.step import Step
from metonic_core.selection import Direction

EDITED = replace(TRAINING, title="Yoga")
OTHERWISE = replace(TRAINING, title="Boxing")
LOCALS: dict[Local, Appointment] = {
    Local.KEPT: appointment(),
    Local.EDITED: appointment(EDITED),
    Local.DELETED: replace(appointment(), is_deleted=True),
    Local.DESELECTED: replace(appointment(), imported_from=OTHER_LINK),
}
ROWS = {"copy": copy(), "own": own()}


def moved(row: Mapping, remote: Remote) -> list[Mapping]:
    """The row with each observation that counts as that state."""
    states: dict[Remote, list[Mapping]] = {
        Remote.KEPT: [row.due(), seen(row, TRAINING)],
        Remote.EDITED: [seen(row, OTHERWISE)],
        Remote.DELETED: [replace(row, seen=Absent()).due()],
        Remote.UNKNOWN: [replace(row, seen=Look()).due(), replace(row, seen=Illegible("e")).due()],
    }
    return states[remote]


def test_every_pair_of_states_has_exactly_one_entry() -> None:
    assert set(PAIRS) == set(product(Local, Remote))


@pytest.mark.parametrize("row", ROWS)
@pytest.mark.parametrize("remote", Remote)
@pytest.mark.parametrize("local", Local)
def test_every_pair_is_recognised_and_answered(local: Local, remote: Remote, row: str) -> None:
    for mapping in moved(ROWS[row], remote):
        pair = Comparison(mapping, LOCALS[local], terms())

        assert (local_state(pair), remote_state(pair)) == (local, remote)
        assert_answered(mapping, decide(mapping, LOCALS[local], terms()))


@pytest.mark.parametrize("direction", Direction)
@pytest.mark.parametrize("row", ROWS)
@pytest.mark.parametrize("remote", Remote)
@pytest.mark.parametrize("local", Local)
def test_every_pair_is_answered_in_every_direction_and_one_way_in_writes_nothing(
    local: Local, remote: Remote, row: str, direction: Direction
) -> None:
    for mapping in moved(ROWS[row], remote):
        step = decide(mapping, LOCALS[local], terms(direction=direction))

        assert step.write or step.mapping.wanted is None
        assert step.write is None or direction is not Direction.PULL
        assert step.appointment is None or direction is not Direction.PUSH


def assert_answered(before: Mapping, step: Step) -> None:
    """Something is due no more: it was done, is about to be done, is held, or waits to be read."""
    after = step.mapping
    is_waiting = isinstance(after.seen, Look | Illegible)
    assert step.write or after.closed or after.hold or is_waiting or after.seen is None
    assert step.write or after.wanted is None
    assert after.id == before.id


EVENTS: dict[str, StoredEvent] = {
    "the user's own": foreign(),
    "our copy": replace(foreign(), id=event_id(marker().identity), marker=KEY.sign(marker())),
    "an earlier generation": replace(foreign(), uid=str(marker().identity), marker=KEY.sign(marker())),
    "of another link": replace(foreign(), marker=KEY.sign(marker(link=OTHER_LINK))),
    "a duplicate of our copy": replace(foreign(), marker=KEY.sign(marker())),
    "a forged marker": replace(foreign(), marker="v1;forged"),
}
OBSERVATIONS: dict[str, Observation | None] = {
    **{name: Observed(event) for name, event in EVENTS.items()},
    "nothing": None,
    "a hint": Look(),
    "absent": Absent(),
    "illegible": Illegible("e"),
}
APPOINTMENTS: dict[str, Appointment | None] = {"none": None, **{str(k): a for k, a in LOCALS.items()}}
OTHER_ROW = replace(unborn(), id=APPOINTMENT)
CLAIMS: dict[str, Mapping | None] = {
    "nobody": None,
    "an unborn row": OTHER_ROW,
    "an open create": sending(OTHER_ROW, kind=WriteKind.CREATE),
    "a pair": replace(copy(), id=APPOINTMENT),
}


@pytest.mark.parametrize("claim", CLAIMS)
@pytest.mark.parametrize("leading_to", APPOINTMENTS)
@pytest.mark.parametrize("observation", OBSERVATIONS)
def test_every_one_sided_case_is_answered(observation: str, leading_to: str, claim: str) -> None:
    row = replace(lone(), seen=OBSERVATIONS[observation])

    step = decide_event(Lone(row, APPOINTMENTS[leading_to], CLAIMS[claim]), terms())

    is_copy = observation in {"our copy", "an earlier generation"}
    if is_copy and claim == "an open create":
        assert step == Step(row)
    elif step.appointment:
        assert step.is_import
        assert step.mapping.appointment_id == step.appointment.id
    else:
        assert step.write or step.mapping.closed or step.mapping.hold or step.mapping.wanted != 1
    assert step.mapping.id == ROW


@pytest.mark.parametrize("observation", [None, Look(), Absent(), Illegible("e")])
def test_an_unborn_row_is_answered_whatever_was_seen(observation: Observation | None) -> None:
    row = replace(unborn(), seen=observation)

    for one in LOCALS.values():
        step = decide(row, one, terms())
        assert step.write or step.mapping.closed or isinstance(step.mapping.seen, Look | Illegible)
