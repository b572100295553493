"""The platform's own edits, three ways: it sends whole states, and only what it changed in them is taken.

A state is compared with the last one that the platform sent, its base, field group by field group. What did
not change there says nothing: a calendar may have moved it meanwhile, and its move stays. Nor does a value
that the feed told the platform and that it only repeats, where somebody changed it again meanwhile.
What did change is taken, even where somebody else changed it to something else: then it is overwritten.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from uuid import UUID

from metonic_core.model.appointment import Appointment, Participant
from metonic_core.model.content import VISIBILITY, Content, Group, all_groups, occurrence_group
from metonic_core.model.series import has_slot

TYPE: Group = "type"
OWNER: Group = "owner"
PARTICIPANTS: Group = "participants"
"""What a state says besides its content. Participants are one value, whatever their order."""


@dataclass(frozen=True, slots=True)
class PlatformState:
    """An appointment as the platform says it is. The owner is none of the participants."""

    type: str
    content: Content
    owner_id: UUID
    participants: tuple[Participant, ...] = ()
    is_cancelled: bool = False


@dataclass(frozen=True, slots=True)
class PlatformMerge:
    """The appointment with what the platform changed, its version as it was.

    ``overwrote`` are the groups in which the platform changed what it had not seen.
    """

    appointment: Appointment
    overwrote: frozenset[Group]


def state_of(appointment: Appointment) -> PlatformState:
    """The appointment as a state: what a platform that has seen it would send."""
    return PlatformState(
        type=appointment.type,
        content=appointment.content,
        owner_id=appointment.owner_id,
        participants=appointment.participants,
        is_cancelled=appointment.is_deleted,
    )


def merge_platform(
    base: PlatformState, sent: PlatformState, current: Appointment, told: Sequence[PlatformState] = ()
) -> PlatformMerge:
    """The present appointment with what differs between the last state and this one.

    ``told`` are states that the platform may have read: needed only where else something is overwritten.
    """
    sent = _without_echoes(base, sent, state_of(current), told)
    content, overwrote = _merge_content(base.content, sent.content, current.content)
    here = state_of(current)
    moved = frozenset(g for g in (TYPE, OWNER, PARTICIPANTS) if _get(sent, g) != _get(base, g))
    made = replace(
        current,
        type=sent.type if TYPE in moved else current.type,
        content=content,
        owner_id=sent.owner_id if OWNER in moved else current.owner_id,
        participants=sent.participants if PARTICIPANTS in moved else current.participants,
        is_deleted=current.is_deleted if sent.is_cancelled == base.is_cancelled else sent.is_cancelled,
    )
    if moved & {OWNER, PARTICIPANTS}:
        made = replace(made, participants=_others(made))
    lost = frozenset(g for g in moved if _get(here, g) not in (_get(base, g), _get(sent, g)))
    return PlatformMerge(made, overwrote | lost)


def _without_echoes(
    base: PlatformState, sent: PlatformState, here: PlatformState, told: Sequence[PlatformState]
) -> PlatformState:
    """The state with its base in place of what it only repeats of something that was changed since."""
    echoes = frozenset(
        group
        for group in all_groups(base.content, sent.content, here.content) | {TYPE, OWNER, PARTICIPANTS}
        if _get(here, group) not in (_get(base, group), _get(sent, group))
        and any(_get(sent, group) == _get(known, group) for known in told)
    )
    # Flags are merged one by one, and have only two values.
    content = sent.content.take(echoes - {VISIBILITY, TYPE, OWNER, PARTICIPANTS}, base.content)
    return replace(
        sent,
        content=content,
        type=base.type if TYPE in echoes else sent.type,
        owner_id=base.owner_id if OWNER in echoes else sent.owner_id,
        participants=base.participants if PARTICIPANTS in echoes else sent.participants,
    )


def _get(state: PlatformState, group: Group) -> object:
    match group:
        case "type":
            return state.type
        case "owner":
            return state.owner_id
        case "participants":
            return frozenset(state.participants)
        case _:
            return state.content.get(group)


def _others(appointment: Appointment) -> tuple[Participant, ...]:
    """A new owner takes part no longer."""
    return tuple(p for p in appointment.participants if p.user_id != appointment.owner_id)


def _merge_content(base: Content, sent: Content, current: Content) -> tuple[Content, frozenset[Group]]:
    moved = frozenset(g for g in all_groups(base, sent) if sent.get(g) != base.get(g))
    merged = current.take(moved - {VISIBILITY}, sent)
    # Private and busy are two things to a platform: hiding an appointment does not say that it blocks time.
    merged = replace(
        merged,
        is_private=_taken(base.is_private, sent.is_private, current.is_private),
        is_busy=_taken(base.is_busy, sent.is_busy, current.is_busy),
    )
    merged, dropped = _without_lost_slots(merged, current, moved)
    # A flag has two values, so what stood there was the base, or is what the platform says.
    unseen = frozenset(g for g in moved | dropped if current.get(g) not in (base.get(g), merged.get(g)))
    return merged, unseen - {VISIBILITY}


def _taken(base: bool, sent: bool, current: bool) -> bool:  # noqa: FBT001 - the three sides of one flag
    return current if sent == base else sent


def _without_lost_slots(
    merged: Content, current: Content, moved: frozenset[Group]
) -> tuple[Content, frozenset[Group]]:
    """A new schedule takes along only those occurrences that it still has.

    What the platform itself says now about an occurrence stays, for its author to hear if there is none.
    """
    if (merged.when, merged.recurrence) == (current.when, current.recurrence):
        return merged, frozenset()
    lost = [
        o
        for o in merged.overrides
        if occurrence_group(o.slot) not in moved and not has_slot(merged.when, merged.recurrence, o.slot)
    ]
    kept = tuple(o for o in merged.overrides if o not in lost)
    return replace(merged, overrides=kept), frozenset(occurrence_group(o.slot) for o in lost)
