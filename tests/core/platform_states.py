"""States that a platform may send, and appointments that say the same."""

from dataclasses import replace
from uuid import UUID

from hypothesis import strategies as st
from tests.core.strategies import versions

from metonic_core.model.appointment import Appointment, Participant
from metonic_core.model.content import Content
from metonic_core.model.series import has_slot
from metonic_core.reconcile.platform import PlatformState

OWNERS = (UUID(int=1), UUID(int=2))
OTHERS = (UUID(int=3), UUID(int=4))


@st.composite
def contents(draw: st.DrawFn) -> Content:
    """A version of the series whose occurrences are all its own, as the platform may hand it in."""
    made = draw(versions())
    kept = tuple(o for o in made.overrides if has_slot(made.when, made.recurrence, o.slot))
    return replace(made, overrides=kept, is_private=draw(st.booleans()))


participants = st.lists(
    st.builds(
        Participant, st.sampled_from(OTHERS), st.booleans(), st.sampled_from([None, "client", "trainer"])
    ),
    max_size=2,
    unique_by=lambda p: p.user_id,
).map(tuple)
states = st.builds(
    PlatformState,
    type=st.sampled_from(["one_on_one", "group_class", "assessment"]),
    content=contents(),
    owner_id=st.sampled_from(OWNERS),
    participants=participants,
    is_cancelled=st.booleans(),
)


def as_stored(state: PlatformState) -> Appointment:
    return Appointment(
        id=UUID(int=9),
        version=3,
        owner_id=state.owner_id,
        type=state.type,
        content=state.content,
        participants=state.participants,
        is_deleted=state.is_cancelled,
    )


appointments = states.map(as_stored)


def state_with(content: Content) -> PlatformState:
    return PlatformState("one_on_one", content, OWNERS[0])
