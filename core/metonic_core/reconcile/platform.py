"""The platform's own edits, three ways: it sends whole states, and only what it changed in them is taken.

A state is compared with the last one that the platform sent, its base, field group by field group. What did
not change there says nothing: a calendar may have moved it meanwhile, and its move stays. Nor does a value
that the feed told the platform and that it only repeats, where somebody changed it again meanwhile.
What did change is taken, even where somebody else changed it to something else: then it is overwritten.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from uuid import UUID

from metonic_core.model.appointment import Appointment, Participant
from metonic_core.model.content import VISIBILITY, Content, Group, all_groups, occurrence_group
from metonic_core.model.series import has_slot

TYPE: Group = "type"
OWNER: Group = "owner"
PARTICIPANTS: Group = "participants"
"""What a state says besides its content. Participants are in no order."""

PRIVATE: Group = "private"
BUSY: Group = "busy"
"""The two halves of visibility: hiding an appointment does not say that it blocks time."""

_BESIDES = frozenset({TYPE, OWNER, PARTICIPANTS})
_FLAGS = frozenset({PRIVATE, BUSY})


@dataclass(frozen=True, slots=True)
class PlatformState:
    """An appointment as the platform says it is. The owner is none of the participants."""

    type: str
    content: Content
    owner_id: UUID
    participants: tuple[Participant, ...] = ()
    is_cancelled: bool = False


@dataclass(frozen=True, slots=True)
class Told:
    """What the platform may have read: the state after somebody else changed it, and the groups changed."""

    version: int
    changed: frozenset[Group]
    state: PlatformState


@dataclass(frozen=True, slots=True)
class Heard:
    """What the platform may have read, the oldest first; and the version of its own last word, by group."""

    told: Sequence[Told] = ()
    spoken: Mapping[Group, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class PlatformMerge:
    """The appointment with what the platform changed, its version as it was.

    ``taken`` are the groups in which the platform had a word, ``overwrote`` those among them in which it
    changed what it had not seen, ``kept`` those in which it only repeats what somebody changed again since.
    """

    appointment: Appointment
    taken: frozenset[Group]
    overwrote: frozenset[Group]
    kept: frozenset[Group]


def state_of(appointment: Appointment) -> PlatformState:
    """The appointment as a state: what a platform that has seen it would send."""
    return PlatformState(
        type=appointment.type,
        content=appointment.content,
        owner_id=appointment.owner_id,
        participants=appointment.participants,
        is_cancelled=appointment.is_deleted,
    )


def changed_groups(before: PlatformState | None, after: PlatformState) -> frozenset[Group]:
    """Where the two differ; everywhere, if there was nothing before."""
    groups = (all_groups(after.content, before.content if before else None) | _BESIDES | _FLAGS) - {
        VISIBILITY
    }
    return frozenset(g for g in groups if before is None or _get(before, g) != _get(after, g))


def merge_platform(
    base: PlatformState, sent: PlatformState, current: Appointment, heard: Heard | None = None
) -> PlatformMerge:
    """The present appointment with what differs between the last state and this one."""
    here = state_of(current)
    kept = _echoes(base, sent, here, heard) if heard else frozenset[Group]()
    sent = _without(kept, base, sent)
    content, overwrote = _merge_content(base.content, sent.content, current.content)
    taken = changed_groups(base, sent)
    made = replace(
        current,
        type=sent.type if TYPE in taken else current.type,
        content=content,
        owner_id=sent.owner_id if OWNER in taken else current.owner_id,
        participants=_merge_participants(base, sent, here),
        is_deleted=current.is_deleted if sent.is_cancelled == base.is_cancelled else sent.is_cancelled,
    )
    if OWNER in taken:
        made = replace(made, participants=tuple(p for p in made.participants if p.user_id != made.owner_id))
    lost = frozenset(g for g in taken & {TYPE, OWNER} if _get(here, g) not in (_get(base, g), _get(sent, g)))
    seats = frozenset({PARTICIPANTS}) if _loses_participants(base, sent, here) else frozenset[Group]()
    return PlatformMerge(made, taken, overwrote | lost | seats, kept)


def _echoes(base: PlatformState, sent: PlatformState, here: PlatformState, heard: Heard) -> frozenset[Group]:
    """Groups in which the state repeats what the feed told, though somebody else changed them since."""
    moved = changed_groups(base, sent) & changed_groups(here, sent)
    return frozenset(g for g in moved if _is_echo(g, sent, heard))


def _is_echo(group: Group, sent: PlatformState, heard: Heard) -> bool:
    last_word = heard.spoken.get(group, 0)
    about = [told for told in heard.told if group in told.changed]
    said = _get(sent, group)
    repeated = [n for n, told in enumerate(about) if _get(told.state, group) == said]
    return bool(repeated) and any(told.version > last_word for told in about[repeated[0] + 1 :])


def _without(echoes: frozenset[Group], base: PlatformState, sent: PlatformState) -> PlatformState:
    """The state with its base in place of what it only repeats."""
    content = sent.content.take(echoes - _BESIDES - _FLAGS, base.content)
    if PRIVATE in echoes:
        content = replace(content, is_private=base.content.is_private)
    if BUSY in echoes:
        content = replace(content, is_busy=base.content.is_busy)
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
        case "private":
            return state.content.is_private
        case "busy":
            return state.content.is_busy
        case _:
            return state.content.get(group)


def _seats(state: PlatformState) -> dict[UUID, Participant]:
    return {participant.user_id: participant for participant in state.participants}


def _merge_participants(
    base: PlatformState, sent: PlatformState, here: PlatformState
) -> tuple[Participant, ...]:
    """One by one: who was added, removed or changed by the platform; all others are as they are."""
    theirs, known, present = _seats(sent), _seats(base), _seats(here)
    made = (
        theirs.get(user) if theirs.get(user) != known.get(user) else present.get(user)
        for user in {**present, **theirs}
    )
    return tuple(participant for participant in made if participant is not None)


def _loses_participants(base: PlatformState, sent: PlatformState, here: PlatformState) -> bool:
    theirs, known, present = _seats(sent), _seats(base), _seats(here)
    moved = [user for user in {**theirs, **known} if theirs.get(user) != known.get(user)]
    return any(present.get(user) not in (known.get(user), theirs.get(user)) for user in moved)


def _merge_content(base: Content, sent: Content, current: Content) -> tuple[Content, frozenset[Group]]:
    moved = frozenset(g for g in all_groups(base, sent) if sent.get(g) != base.get(g))
    merged = current.take(moved - {VISIBILITY}, sent)
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
