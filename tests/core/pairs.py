"""A pair of appointment and event that agree, for tests to move apart."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import count
from uuid import UUID

from metonic_core.model.appointment import EXTERNAL_TYPE, Appointment, Participant
from metonic_core.model.content import Content, Group
from metonic_core.model.event import StoredEvent
from metonic_core.model.mapping import Absent, Intent, Mapping, Observed, Origin, Sent, WriteKind
from metonic_core.model.marker import Marker, MarkerKey
from metonic_core.model.when import Timed, Window
from metonic_core.reconcile.step import Reason
from metonic_core.reconcile.terms import Terms
from metonic_core.selection import Direction, Selection, Treatment
from metonic_core.spi import Unfit

LINK, OTHER_LINK = UUID(int=1), UUID(int=2)
TRAINER, CLIENT = UUID(int=11), UUID(int=12)
APPOINTMENT = UUID(int=21)
ROW = UUID(int=31)
NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)
WINDOW = Window.around(NOW, timedelta(days=30), timedelta(days=400))
KEY = MarkerKey(b"the key of this installation")
AGREED = "etag-agreed"
OWN_ID = "/calendar/dentist.ics"


def same(group: Group, ours: Content, theirs: Content) -> bool:
    return ours.get(group) == theirs.get(group)


def loosely_same(group: Group, ours: Content, theirs: Content) -> bool:
    """A provider that stores notes with white space of its own."""
    if group == "notes":
        return ours.notes.strip() == theirs.notes.strip()
    return same(group, ours, theirs)


def everything_fits(_: Content) -> Sequence[Unfit]:
    return ()


def event_id(identity: UUID) -> str:
    return f"/calendar/{identity}.ics"


def keys() -> Iterator[UUID]:
    return (UUID(int=1000 + n) for n in count())


def terms(
    user: UUID = TRAINER,
    *,
    private: Treatment = Treatment.EXCLUDE,
    direction: Direction = Direction.BOTH,
    lag: timedelta = timedelta(0),
    silent: bool = False,
) -> Terms:
    fresh = keys()
    return Terms(
        selection=Selection(LINK, user, WINDOW, private, direction),
        same=loosely_same,
        fit=everything_fits,
        event_id=event_id,
        markers=KEY,
        new_id=lambda: next(fresh),
        now=NOW,
        visibility_lag=lag,
        silent_writes=silent,
    )


def hour(day: int, at: int = 10) -> Timed:
    """An hour of December 2026."""
    return Timed(datetime(2026, 12, day, at), datetime(2026, 12, day, at + 1), "Europe/Berlin")  # noqa: DTZ001 - wall time


TRAINING = Content("Training", hour(1))


def appointment(content: Content = TRAINING, *others: Participant) -> Appointment:
    """The trainer's own."""
    return Appointment(APPOINTMENT, 3, TRAINER, "training", content, others)


def imported(content: Content = TRAINING, *others: Participant) -> Appointment:
    """One that came from an event of the trainer's."""
    return replace(appointment(content, *others), type=EXTERNAL_TYPE, imported_from=LINK)


def shared(content: Content = TRAINING, *, may_edit: bool = False) -> Appointment:
    """One that a client takes part in."""
    return appointment(content, Participant(CLIENT, may_edit))


def unborn() -> Mapping:
    """An appointment that has no event yet."""
    return Mapping(ROW, LINK, APPOINTMENT, wanted=1, drawn=1)


def copy(base: Content = TRAINING) -> Mapping:
    """A copy that agrees with its appointment."""
    row = replace(unborn(), wanted=None, local_base=base, external_base=base, etag=AGREED)
    identity = row.marker("").identity
    return replace(row, event_id=event_id(identity), uid=str(identity))


def own(base: Content = TRAINING) -> Mapping:
    """An event of the trainer's that agrees with the appointment imported from it."""
    return replace(copy(base), origin=Origin.OWN, event_id=OWN_ID, uid="dentist")


def lone(event: StoredEvent | None = None) -> Mapping:
    """A row for an event that nothing is paired with."""
    seen = Observed(event) if event else None
    event_id = event.id if event else OWN_ID
    return Mapping(ROW, LINK, event_id=event_id, origin=Origin.OWN, seen=seen, wanted=1, drawn=1)


def marker(operation: str = "op0", generation: int = 1, link: UUID = LINK) -> Marker:
    return Marker(link, APPOINTMENT, generation, operation)


def stored(row: Mapping, content: Content, etag: str = "etag-new", operation: str = "op0") -> StoredEvent:
    """The event of a row as the provider now holds it; a copy carries the stamp of the operation."""
    stamp = KEY.sign(row.marker(operation)) if row.origin is Origin.COPY and row.appointment_id else None
    return StoredEvent(row.event_id or OWN_ID, etag, content, row.uid, marker=stamp)


def foreign(content: Content = TRAINING, etag: str = "etag-new") -> StoredEvent:
    """An event that the trainer made."""
    return StoredEvent(OWN_ID, etag, content, "dentist")


def deleted_there(row: Mapping) -> Mapping:
    """The row after the provider stated that its event is deleted."""
    return replace(row, seen=Absent()).due()


def seen(row: Mapping, content: Content, etag: str = "etag-new") -> Mapping:
    """The row after its event was read, holding this."""
    return replace(row, seen=Observed(stored(row, content, etag))).due()


def sending(row: Mapping, *sent: Sent, kind: WriteKind = WriteKind.UPDATE) -> Mapping:
    """The row with the intent to send the last of these, the earlier ones never confirmed."""
    intent = Intent(
        kind,
        sent[-1].operation if sent else "op1",
        NOW,
        Reason.EDITED_HERE if kind is WriteKind.UPDATE else Reason.NEW_HERE,
        answers=row.due().wanted,
        sent=sent[-1] if sent else None,
        etag=row.etag,
        prior=row.external_base,
    )
    return replace(row.due(), intent=intent, unconfirmed=(*row.unconfirmed, *sent), wrote_at=NOW)
