"""A mailbox of a few lines: what Graph makes of a body that is written, as far as reads show it.

It shares no code with the plugin: zones by a table of its own, bodies as HTML, times in UTC.
"""

from collections.abc import Mapping
from datetime import UTC, date, datetime, time, timedelta
from html import escape
from typing import Any
from zoneinfo import ZoneInfo

from tests.plugins.outlook.others_bodies import MASTER, at, event, html

ZONES = {
    "W. Europe Standard Time": "Europe/Berlin",
    "Eastern Standard Time": "America/New_York",
    "Lord Howe Standard Time": "Australia/Lord_Howe",
    "Pacific SA Standard Time": "America/Santiago",
    "India Standard Time": "Asia/Kolkata",
    "Samoa Standard Time": "Pacific/Apia",
    "UTC": "UTC",
}
_PLAIN = ("subject", "location", "showAs", "sensitivity", "isAllDay", "transactionId", "recurrence")


def stored(fields: Mapping[str, Any], current: Mapping[str, Any] | None = None) -> dict[str, Any]:
    """The event as it is read after a POST or PATCH; a sender of what Graph refuses fails here."""
    made = dict(current or event(type="singleInstance"))
    made |= {name: value for name, value in fields.items() if name in _PLAIN}
    if "start" in fields:
        made |= _times(fields)
    if "body" in fields:
        body = fields["body"]
        is_text = body["contentType"] == "text"
        made["body"] = html(_as_html(body["content"])) if is_text else body
    if "singleValueExtendedProperties" in fields:
        known = {p["id"]: p for p in made.get("singleValueExtendedProperties", [])}
        known |= {p["id"]: p for p in fields["singleValueExtendedProperties"]}
        made["singleValueExtendedProperties"] = list(known.values())
    assert not {"attendees", "organizer", "reminderMinutesBeforeStart"} & set(fields)
    if made["type"] != "exception":
        made["type"] = "seriesMaster" if made["recurrence"] else "singleInstance"
    return made


def _as_html(text: str) -> str:
    lines = (escape(line) for line in text.split("\n"))
    return '<div class="PlainText">' + "<br>\r\n".join(lines) + "</div>"


def _times(fields: Mapping[str, Any]) -> dict[str, Any]:
    start, end = fields["start"], fields["end"]
    first, last = (datetime.fromisoformat(each["dateTime"]) for each in (start, end))
    assert start["timeZone"] == end["timeZone"]
    names = {"originalStartTimeZone": start["timeZone"], "originalEndTimeZone": end["timeZone"]}
    if fields["isAllDay"]:
        assert first.time() == last.time() == time()
        assert last - first >= timedelta(days=1)
        return {**names, "start": at(first.isoformat()), "end": at(last.isoformat())}
    told = [_utc(each, start["timeZone"]) for each in (first, last)]
    assert told[0] <= told[1]
    return {**names, "start": at(told[0].isoformat()), "end": at(told[1].isoformat())}


def _utc(local: datetime, name: str) -> datetime:
    return local.replace(tzinfo=ZoneInfo(ZONES[name])).astimezone(UTC).replace(tzinfo=None)


def changed(master: Mapping[str, Any], slot: date, fields: Mapping[str, Any]) -> dict[str, Any]:
    """The exception that a PATCH of the occurrence of that slot makes."""
    zone = ZoneInfo(ZONES[master["originalStartTimeZone"]])
    start = slot if isinstance(slot, datetime) else datetime.combine(slot, time())
    first, last = (datetime.fromisoformat(master[n]["dateTime"][:19]) for n in ("start", "end"))
    utc = start.replace(tzinfo=zone).astimezone(UTC).replace(tzinfo=None)
    begin = start if master["isAllDay"] else utc
    local = (_shown(first, zone), _shown(last, zone))
    end = begin + (last - first)
    if not master["isAllDay"]:
        end = (start + (local[1] - local[0])).replace(tzinfo=zone).astimezone(UTC).replace(tzinfo=None)
    usual = {
        **master,
        "id": f"{MASTER}.{slot}",
        "type": "exception",
        "seriesMasterId": MASTER,
        "recurrence": None,
        "originalStart": f"{utc.isoformat()}Z",
        "start": at(begin.isoformat()),
        "end": at(end.isoformat()),
    }
    return stored(fields, usual)


def _shown(utc: datetime, zone: ZoneInfo) -> datetime:
    return utc.replace(tzinfo=UTC).astimezone(zone).replace(tzinfo=None)
