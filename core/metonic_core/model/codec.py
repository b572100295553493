"""Values as JSON documents and back: the form in which bases, observations and intents are stored."""

from dataclasses import fields
from datetime import date, datetime
from enum import StrEnum
from types import NoneType
from typing import Any

from metonic_core.model import content, event, mapping, resolution, series, when

_TYPES: dict[str, type] = {
    "timed": when.Timed,
    "allDay": when.AllDay,
    "recurrence": series.Recurrence,
    "override": series.Override,
    "content": content.Content,
    "event": event.StoredEvent,
    "look": mapping.Look,
    "observed": mapping.Observed,
    "absent": mapping.Absent,
    "illegible": mapping.Illegible,
    "sent": mapping.Sent,
    "intent": mapping.Intent,
    "resolution": resolution.Resolution,
    "written": mapping.Written,
    "refused": mapping.Refused,
}
_NAMES = {cls: name for name, cls in _TYPES.items()}
_FIELDS = {cls: [(f.name, f.default) for f in fields(cls)] for cls in _NAMES}
_PLAIN = frozenset({str, int, float, bool, NoneType})
_ENUMS: dict[str, type[StrEnum]] = {
    "status": content.Status,
    "kind": mapping.WriteKind,
    "asked": resolution.ResolutionKind,
    "way": resolution.ResolutionKind,
}


def encode(value: Any) -> Any:  # noqa: ANN401 - JSON has no narrower type
    """A JSON document of a value of this package; fields at their default are left out."""
    kind = type(value)
    if kind in _PLAIN:
        return value
    if kind in _FIELDS:
        made = {name: encode(v) for name, usual in _FIELDS[kind] if (v := getattr(value, name)) != usual}
        return {"is": _NAMES[kind], **made}
    if isinstance(value, date):
        return {"is": "at" if isinstance(value, datetime) else "on", "t": value.isoformat()}
    if isinstance(value, tuple):
        return [encode(v) for v in value]
    if isinstance(value, frozenset):
        return {"is": "set", "t": sorted(value)}
    if isinstance(value, StrEnum):
        return str(value)
    raise TypeError(f"a {kind.__name__} is no value of this package")


def decode(document: Any) -> Any:  # noqa: ANN401 - JSON has no narrower type
    """The value of a document that ``encode`` made; None stays None."""
    if isinstance(document, list):
        return tuple(decode(v) for v in document)
    if not isinstance(document, dict):
        return document
    match document["is"]:
        case "at":
            return datetime.fromisoformat(document["t"])
        case "on":
            return date.fromisoformat(document["t"])
        case "set":
            return frozenset(document["t"])
        case name:
            made = {k: decode(v) for k, v in document.items() if k != "is"}
            made |= {k: _ENUMS[k](v) for k, v in made.items() if k in _ENUMS and isinstance(v, str)}
            return _TYPES[name](**made)
