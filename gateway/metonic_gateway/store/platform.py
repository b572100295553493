"""What the platform sends of an appointment, judged and merged; nothing is written here."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from enum import StrEnum
from typing import Any
from uuid import UUID, uuid4

from metonic_core.model.appointment import EXTERNAL_TYPE, Appointment, Participant
from metonic_core.model.checks import check_hidden, checked
from metonic_core.model.codec import decode, encode
from metonic_core.model.content import Content, Group
from metonic_core.model.errors import InvalidValue
from metonic_core.reconcile.platform import Heard, PlatformState, Told, merge_platform, state_of
from metonic_gateway.store.users import Person, User


@dataclass(frozen=True, slots=True)
class Seat:
    """Somebody who takes part, with the right to edit or not."""

    person: Person
    may_edit: bool = False


@dataclass(frozen=True, slots=True)
class PlatformAppointment:
    """A whole state; its content was judged as that of a new appointment.

    ``is_busy`` None leaves it as it is; of the status the platform says nothing. ``seen_version`` is the
    appointment's version from which the state was made, ``appointment_id`` the one that gets this platform
    id.
    """

    platform_id: str
    platform_version: int
    type: str
    content: Content
    owner: Person
    participants: Sequence[Seat] = ()
    is_cancelled: bool = False
    is_busy: bool | None = None
    seen_version: int | None = None
    appointment_id: UUID | None = None

    def people(self) -> Iterator[Person]:
        """The owner first."""
        yield self.owner
        yield from (seat.person for seat in self.participants)


class UpsertStatus(StrEnum):
    """What became of one state; unchanged also if its version is known."""

    CREATED = "created"
    UPDATED = "updated"
    UNCHANGED = "unchanged"
    REFUSED = "refused"


@dataclass(frozen=True, slots=True)
class Stale:
    """What was sent is older than what is known: these versions are the present ones."""

    platform_version: int | None
    version: int


Refusal = InvalidValue | Stale
"""Why nothing was done; the path of an InvalidValue begins at the row."""


@dataclass(frozen=True, slots=True)
class Upserted:
    """``version`` is the appointment's present one; both are None where there is none.

    ``overwrote`` are groups that somebody else had changed and the platform had not seen, ``kept`` those in
    which the state only repeats what somebody changed again since.
    """

    platform_id: str
    appointment_id: UUID | None
    version: int | None
    status: UpsertStatus
    overwrote: frozenset[Group] = frozenset()
    kept: frozenset[Group] = frozenset()
    refusal: Refusal | None = None


@dataclass(frozen=True, slots=True)
class Known:
    """An appointment that is there, and what the platform last said of it."""

    appointment: Appointment
    platform_id: str | None
    platform_version: int | None
    base: PlatformState | None
    spoken: Mapping[Group, int]


@dataclass(frozen=True, slots=True)
class Merged:
    """What is to be stored: ``after`` with its new version, and ``base``, the state that was sent.

    ``spoken`` is the version in which the platform last had a word, by group. ``is_bound``: the appointment
    was here and gets its platform id now.
    """

    asked: PlatformAppointment
    before: Appointment | None
    after: Appointment
    base: PlatformState
    spoken: Mapping[Group, int] = field(default_factory=dict)
    overwrote: frozenset[Group] = frozenset()
    kept: frozenset[Group] = frozenset()
    is_bound: bool = False

    @property
    def status(self) -> UpsertStatus:
        if self.before is None:
            return UpsertStatus.CREATED
        is_same = self.after.version == self.before.version
        return UpsertStatus.UNCHANGED if is_same else UpsertStatus.UPDATED

    def outcome(self) -> Upserted:
        after = self.after
        return Upserted(
            self.asked.platform_id, after.id, after.version, self.status, self.overwrote, self.kept
        )


def settled(asked: PlatformAppointment, known: Known | None, bound: Known | None) -> Upserted | None:
    """The outcome of a state that brings nothing: its version is known or older, or it names things wrongly.

    ``known`` has its platform id, ``bound`` is the appointment that it names.
    """
    if known is not None and known.platform_version == asked.platform_version:
        here = known.appointment
        return Upserted(asked.platform_id, here.id, here.version, UpsertStatus.UNCHANGED)
    refusal = _misnamed(asked, known, bound)
    return refused(asked, known, refusal) if refusal else None


def refused(asked: PlatformAppointment, known: Known | None, why: Refusal) -> Upserted:
    """The outcome of a state of which nothing is taken."""
    here = known.appointment if known else None
    return Upserted(
        asked.platform_id,
        here.id if here else None,
        here.version if here else None,
        UpsertStatus.REFUSED,
        refusal=why,
    )


def _misnamed(asked: PlatformAppointment, known: Known | None, bound: Known | None) -> Refusal | None:
    if known is None and asked.appointment_id is not None:
        return _unbindable(asked, bound)
    if known is None:
        return None if asked.seen_version is None else _unseen()
    here = known.appointment
    if asked.appointment_id not in {None, here.id}:
        return _named("The platform id belongs to another appointment.")
    if known.platform_version is not None and asked.platform_version < known.platform_version:
        return Stale(known.platform_version, here.version)
    return _unseen() if (asked.seen_version or 0) > here.version else None


def _unbindable(asked: PlatformAppointment, bound: Known | None) -> Refusal | None:
    if bound is None:
        return _named("There is no appointment of that id.")
    if bound.platform_id is not None:
        return _named("The appointment has another platform id already.")
    version = bound.appointment.version
    if asked.seen_version is None or asked.seen_version > version:
        return _unseen()
    return None if asked.seen_version == version else Stale(None, version)


def _named(message: str) -> InvalidValue:
    return InvalidValue(message, ("appointmentId",), "Check the ids.")


def _unseen() -> InvalidValue:
    return InvalidValue(
        "The appointment has not had that version.", ("seenVersion",), "Give the `version` that you read."
    )


def merged(
    asked: PlatformAppointment,
    known: Known | None,
    users: Mapping[str, User],
    told: Sequence[Told] = (),
) -> Merged:
    """What the state makes of the appointment that is there, or of none; raises InvalidValue.

    ``told`` is what the platform may have read of it.
    """
    if known is None:
        return _new(asked, users)
    before = known.appointment
    # A platform that has seen the present state can put back what a calendar moved.
    has_seen = known.base is None or asked.seen_version == before.version
    base = state_of(before) if known.base is None or has_seen else known.base
    sent = _state(asked, base.content, users)
    heard = None if has_seen else Heard(told, known.spoken)
    made = merge_platform(base, sent, before, heard)
    after = replace(made.appointment, content=checked(made.appointment.content, before.content))
    _check(after, before)
    if not after.is_same_as(before):
        after = replace(after, version=before.version + 1)
    spoken = {**known.spoken, **dict.fromkeys(made.taken, after.version)}
    is_bound = known.platform_id is None
    return Merged(asked, before, after, sent, spoken, made.overwrote, made.kept, is_bound)


def _new(asked: PlatformAppointment, users: Mapping[str, User]) -> Merged:
    sent = _state(asked, None, users)
    made = Appointment(
        id=uuid4(),
        version=1,
        owner_id=sent.owner_id,
        type=sent.type,
        content=sent.content,
        participants=sent.participants,
        is_deleted=sent.is_cancelled,
    )
    _check_type(made.type, None)
    return Merged(asked, None, made, sent)


def _check(after: Appointment, before: Appointment) -> None:
    _check_type(after.type, before.type)
    if before.imported_from is None:
        return
    if after.owner_id != before.owner_id:
        raise InvalidValue(
            "The appointment came from its owner's calendar, so it stays theirs.",
            ("owner",),
            "Keep the owner.",
        )
    if before.content.is_private:
        check_hidden(after.content, before.content)


def _check_type(name: str, known: str | None) -> None:
    if name == EXTERNAL_TYPE != known:
        raise InvalidValue(
            f"The type {EXTERNAL_TYPE!r} is for imported appointments.", ("type",), "Use another type."
        )


def _state(asked: PlatformAppointment, base: Content | None, users: Mapping[str, User]) -> PlatformState:
    """The state with what the platform does not speak of as it was; True is busy enough for a new one."""
    is_busy = asked.is_busy if asked.is_busy is not None else base is None or base.is_busy
    status = asked.content.status if base is None else base.status
    owner = users[asked.owner.platform_id]
    taken = {users[seat.person.platform_id]: seat for seat in asked.participants}
    return PlatformState(
        type=asked.type,
        content=replace(asked.content, is_busy=is_busy, status=status),
        owner_id=owner.id,
        participants=tuple(_participant(user, seat) for user, seat in taken.items() if user.id != owner.id),
        is_cancelled=asked.is_cancelled,
    )


def _participant(user: User, seat: Seat) -> Participant:
    return Participant(user.id, seat.may_edit, seat.person.role)


def document_of(state: PlatformState) -> dict[str, Any]:
    """The form in which a base is stored."""
    return {
        "type": state.type,
        "content": encode(state.content),
        "owner": str(state.owner_id),
        "participants": [[str(p.user_id), p.may_edit, p.role] for p in state.participants],
        "is_cancelled": state.is_cancelled,
    }


def state_from(document: Any) -> PlatformState | None:  # noqa: ANN401 - JSON has no narrower type
    """The state of a document that ``document_of`` made; None stays None."""
    if document is None:
        return None
    return PlatformState(
        type=document["type"],
        content=decode(document["content"]),
        owner_id=UUID(document["owner"]),
        participants=tuple(Participant(UUID(i), *rights) for i, *rights in document["participants"]),
        is_cancelled=document["is_cancelled"],
    )
