"""Rows as values and values as rows."""

from collections.abc import Mapping as Columns
from datetime import datetime
from typing import Any

from metonic_core.model.appointment import Appointment, Participant
from metonic_core.model.codec import decode, encode
from metonic_core.model.mapping import Answer, Hold, HoldKind, Look, Mapping, Origin
from metonic_core.model.when import Window
from metonic_core.sync import Due, Link
from metonic_gateway.store import models


def mapping_of(row: models.CalendarSyncMapping) -> Mapping:
    return Mapping(
        id=row.id,
        link_id=row.link_id,
        appointment_id=row.appointment_id,
        event_id=row.external_event_id,
        uid=row.uid,
        origin=Origin(row.origin),
        generation=row.generation,
        local_base=decode(row.local_base),
        external_base=decode(row.external_base),
        etag=row.etag,
        revision=row.revision,
        can_write=row.can_write,
        can_write_time=row.can_write_time,
        seen=decode(row.seen),
        wanted=row.wanted,
        drawn=row.drawn,
        intent=decode(row.intent),
        unconfirmed=decode(row.unconfirmed) or (),
        hold=Hold(HoldKind(row.hold), row.hold_reason or "") if row.hold else None,
        read_round=row.read_round,
        wrote_at=row.wrote_at,
        met_at=row.met_at,
        attempts=row.attempts,
        is_recreated=row.is_recreated,
        written=decode(row.written) or (),
        refused=decode(row.refused),
        is_masked=row.is_masked,
        unfinished=decode(row.unfinished),
        enters_at=row.enters_at,
        resolution=decode(row.resolution),
        resolved_at=row.resolved_at,
        alike_id=row.alike_id,
        is_commanded=row.is_commanded,
        fingerprint=row.fingerprint,
        answer=Answer(row.answer) if row.answer else None,
        closed=row.closed,
    )


def mapping_columns(mapping: Mapping) -> dict[str, Any]:
    """Every column of the row except those that only the store knows."""
    return {
        "id": mapping.id,
        "link_id": mapping.link_id,
        "appointment_id": mapping.appointment_id,
        "external_event_id": mapping.event_id,
        "uid": mapping.uid,
        "origin": mapping.origin.value,
        "generation": mapping.generation,
        "local_base": encode(mapping.local_base),
        "external_base": encode(mapping.external_base),
        "etag": mapping.etag,
        "revision": mapping.revision,
        "can_write": mapping.can_write,
        "can_write_time": mapping.can_write_time,
        "seen": encode(mapping.seen),
        "wanted": mapping.wanted,
        "drawn": mapping.drawn,
        "intent": encode(mapping.intent),
        "unconfirmed": encode(mapping.unconfirmed) or None,
        "hold": mapping.hold.kind.value if mapping.hold else None,
        "hold_reason": mapping.hold.reason if mapping.hold else None,
        "read_round": mapping.read_round,
        "wrote_at": mapping.wrote_at,
        "met_at": mapping.met_at,
        "attempts": mapping.attempts,
        "is_recreated": mapping.is_recreated,
        "written": encode(mapping.written) or None,
        "refused": encode(mapping.refused),
        "is_masked": mapping.is_masked,
        "unfinished": encode(mapping.unfinished),
        "enters_at": mapping.enters_at,
        "resolution": encode(mapping.resolution),
        "resolved_at": mapping.resolved_at,
        "alike_id": mapping.alike_id,
        # A command is about what is due, and an approval too: both end when that is done.
        "is_commanded": mapping.is_commanded and mapping.wanted is not None,
        "fingerprint": mapping.fingerprint if _answer_of(mapping) or mapping.hold else None,
        "answer": _answer_of(mapping),
        "due": due_of(mapping),
        "closed": mapping.closed,
    }


def _answer_of(mapping: Mapping) -> Answer | None:
    is_done = mapping.answer is Answer.APPROVED and mapping.wanted is None
    return None if is_done else mapping.answer


def due_of(mapping: Mapping) -> Due | None:
    """What a run does about the row first. A tombstone is only ever read again."""
    if mapping.intent is not None:
        return Due.SETTLE
    if isinstance(mapping.seen, Look):
        return Due.READ
    return Due.DECIDE if mapping.wanted is not None and mapping.closed is None else None


def link_of(columns: Columns[str, Any], window: Window) -> Link:
    return Link(window=window, **{name: columns[name] for name in LINK})


def link_columns(link: Link) -> dict[str, Any]:
    """The columns that a run moves."""
    return {name: getattr(link, name) for name in _MOVED}


_MOVED = (
    *("cursor", "cursor_at", "round", "is_reading_completely", "read_completely_at"),
    *("window_end", "is_suspect"),
)
LINK = ("id", "calendar_id", *_MOVED)
"""Columns of a link that its value has under the same names."""


def appointment_of(row: models.Appointment) -> Appointment:
    """The row must have its participants fetched."""
    return Appointment(
        id=row.id,
        version=row.version,
        owner_id=row.owner_id,
        type=row.type,
        content=decode(row.content),
        participants=tuple(Participant(p.user_id, p.may_edit, p.role) for p in row.participants),
        imported_from=row.imported_from,
        is_deleted=row.is_deleted,
        edited_at={group: _instant(at) for group, at in (row.edited_at or {}).items()},
    )


def _instant(text: str | None) -> datetime | None:
    return None if text is None else datetime.fromisoformat(text)


def appointment_columns(appointment: Appointment, now: datetime) -> dict[str, Any]:
    return {
        "type": appointment.type,
        "version": appointment.version,
        "content": encode(appointment.content),
        "starts_at": appointment.content.when.starts_at,
        "ends_at": appointment.content.ends_at(),
        "is_deleted": appointment.is_deleted,
        "edited_at": {g: at.isoformat() if at else None for g, at in appointment.edited_at.items()},
        "updated_at": now,
    }
