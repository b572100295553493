"""Values as JSON documents and back: the form in which bases, observations and intents are stored."""

from dataclasses import fields, is_dataclass
from datetime import date, datetime
from enum import StrEnum
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
_ENUMS: dict[str, type[StrEnum]] = {
    "status": content.Status,
    "kind": mapping.WriteKind,
    "asked": resolution.ResolutionKind,
    "way": resolution.ResolutionKind,
}


def encode(value: Any) -> Any:  # noqa: ANN401 - JSON has no narrower type
    """A JSON document of a value of this package; fields at their default are left out."""
    if is_dataclass(value) and not isinstance(value, type):
        made = {f.name: encode(v) for f in fields(value) if (v := getattr(value, f.name)) != f.default}
        return {"is": _NAMES[type(value)], **made}
    if isinstance(value, datetime):
        return {"is": "at", "t": value.isoformat()}
    if isinstance(value, date):
        return {"is": "on", "t": value.isoformat()}
    if isinstance(value, tuple):
        return [encode(v) for v in value]
    if isinstance(value, frozenset):
        return {"is": "set", "t": sorted(value)}
    return str(value) if isinstance(value, StrEnum) else value


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
            return _TYPES[name](**{k: _enum(k, v) for k, v in made.items()})


def _enum(name: str, value: Any) -> Any:  # noqa: ANN401 - JSON has no narrower type
    return _ENUMS[name](value) if name in _ENUMS and isinstance(value, str) else value
