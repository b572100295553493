"""What the inputs for Outlook are made of: golden items, answers, batches, and words that do harm."""

import json
import re
from collections.abc import Iterator
from pathlib import Path

from tests.fuzz.mutations import Material
from tests.fuzz.outlook_answers import IDS, held
from tests.fuzz.outlook_server import CALENDAR, Item, Mailbox
from tests.fuzz.trees import AS_TREE
from tests.plugins.outlook.others_bodies import JOIN, MEETING, NAMES, beside, event, html

_GOLDEN = Path(__file__).parents[1] / "plugins" / "outlook" / "golden"
_DEEP = 400
_MARKUP = "".join(f"<!-- {n} --><p class='x'>a &amp; b</p>" for n in range(100))

_LINES = (
    "monday",
    "sunday",
    "Funday",
    "OID.x.2028-03-14",
    "OID.x.2028-02-30",
    "OID.x.9999-12-31",
    "2028-03-14",
    "OID.",
    "",
    "Secret words",
    "RRULE:FREQ=DAILY",
)
# As they stand in JSON: some of them no parser would take, or make.
_VALUES = (
    "null",
    "true",
    "false",
    "[]",
    "{}",
    "[null]",
    "0",
    "-1",
    "99",
    "31",
    "10000",
    "1e999",
    "NaN",
    "-Infinity",
    "9" * 30,
    "9" * 5000,
    '""',
    '"\\u0000"',
    '"\\ud800"',
    '"\\udfff\\ud800 Secret words"',
    '"\\u2028\\ufffe\\uffff"',
    '"\\n\\r\\t"',
    f'"{"i" * 5000}"',
    json.dumps("\u00e9" * 1000),
    json.dumps("\u65e5" * 900),
    '"private"',
    '"confidential"',
    '"free"',
    '"tentative"',
    '"singleInstance"',
    '"occurrence"',
    '"exception"',
    '"seriesMaster"',
    '"lessons"',
    '"single"',
    '"sound-before"',
    '"../../calendars/x?y#z"',
    '"00000000-0000-0000-0000-000000000007"',
    '"part;v1;marker"',
    '"series-0"',
    '"W. Europe Standard Time"',
    '"Pacific SA Standard Time"',
    '"Greenland Standard Time"',
    '"tzone://Microsoft/Custom"',
    '"tzone://Microsoft/Utc"',
    '"America/Nuuk"',
    '"Nowhere/Else"',
    '"../../etc/passwd"',
    '"2028-03-07"',
    '"0001-01-01"',
    '"9999-12-31"',
    '"4500-08-31"',
    '"2028-02-30"',
    '"2028-03-07T10:00:00.0000000"',
    '"2028-03-26T02:30:00.0000000"',
    '"2028-10-29T01:30:00.0000000"',
    '"2028-03-14T09:00:00Z"',
    '"2028-03-07T10:00:00+23:59"',
    '"2028-03-07T24:00:00"',
    '"0001-01-01T00:00:00Z"',
    '"9999-12-31T23:59:59.9999999"',
    '"8999-12-31T23:59:59"',
    '"\\u0662\\u0660\\u0662\\u0668-03-07"',
    '"daily"',
    '"weekly"',
    '"absoluteMonthly"',
    '"relativeMonthly"',
    '"absoluteYearly"',
    '"relativeYearly"',
    '"numbered"',
    '"endDate"',
    '"noEnd"',
    '"last"',
    '["monday", "friday"]',
    '["saturday", "Sunday", 7, null]',
    '{"dateTime": "2028-03-07T10:00:00.0000000", "timeZone": "UTC"}',
    '{"dateTime": "8999-12-31T23:59:59", "timeZone": "Line Islands Standard Time"}',
    '{"pattern": {"type": "daily", "interval": 1}, "range": {"type": "noEnd", "startDate": "2028-03-07"}}',
    '{"reason": "deleted"}',
    '[{"emailAddress": {"address": "guest@example.com"}}]',
    '"https://graph.microsoft.com/v1.0/me/calendars/home%3D/events?$skip=10"',
    '"https://graph.microsoft.com.evil.example/v1.0/me"',
    '"https://graph.microsoft.com/v1.0/me/calendarView/delta?$deltatoken=\\u65e5"',
    f'"https://graph.microsoft.com/v1.0/me/calendarView/delta?$deltatoken={"x" * 20_000}"',
    json.dumps("<" * 3000),
    json.dumps("<div>" * 3000),
    json.dumps("<!--" * 3000),
    json.dumps(_MARKUP),
    json.dumps(JOIN),
    json.dumps("&#0;&#xD800;&#99999999;&nbsp;&amp<br\n/><pre>\n a\tb\n</pre>"),
    '{"contentType": "text", "content": "Secret words"}',
    '{"code": "ErrorItemNotFound"}',
    '{"code": "SyncStateNotFound"}',
    '{"code": "ApplicationThrottled", "message": "Secret words"}',
    '{"code": "ErrorDuplicateTransactionId", "@event.existingEventId": "single"}',
    '{"code": "TimeZoneNotSupportedException"}',
    '{"code": ["Secret words"]}',
    "200",
    "404",
    "412",
    "424",
    "429",
    "500",
    '"0"',
    '"1"',
    '"2"',
    "[" * _DEEP + "]" * _DEEP,
    '{"a":' * _DEEP + "1" + "}" * _DEEP,
)
_PLACES = (
    re.compile(r'": ("(?:[^"\\]|\\.)*"|[-+0-9.eE]+|true|false|null)'),
    re.compile(
        r'"(?:type|id|@odata.etag|seriesMasterId|transactionId|isCancelled|value|status|code)": ([^\n,]+)'
    ),
    re.compile(r'"(?:dateTime|timeZone|originalStart|startDate|endDate|\w+TimeZone)": ("[^"\n]*")'),
    re.compile(r'"(?:interval|month|dayOfMonth|index|firstDayOfWeek|numberOfOccurrences)": ([^\n,]+)'),
    re.compile(r'"(?:content|@odata.nextLink|@odata.deltaLink|joinUrl)": ("(?:[^"\\]|\\.)*")'),
    re.compile(r'": (\{[^{}]*\}|\[[^\][]*\])'),
)


def _events() -> Iterator[list[Item]]:
    for path in sorted(_GOLDEN.glob("*.json")):
        case = json.loads(path.read_text("utf-8"))
        yield [case["master"], *case["exceptions"]]
    yield [event(**MEETING, body=html(f"<p>Shoes</p><ul><li>Water</li></ul>{JOIN}"))]


def _answers() -> Iterator[Item]:
    """What is answered soundly, and refusals."""
    copy = event(
        id="made", transactionId="00000000-0000-0000-0000-000000000007", **_beside(beside(marker="v1;marker"))
    )
    mailbox = Mailbox([*held(), copy])
    home = f"/me/calendars/{CALENDAR}"
    for path in ("/me", "/me/calendar", "/me/calendars", "/me/outlook/supportedTimeZones", "/subscriptions"):
        yield json.loads(mailbox.told("GET", path, {})[2])
    for path in ("calendarView/delta", "events", "events/single", "events/lessons", "events/made"):
        yield json.loads(mailbox.told("GET", f"{home}/{path}", {})[2])
    yield json.loads(mailbox.told("GET", f"{home}/events/gone", {})[2])
    yield json.loads(
        mailbox.told("POST", "/subscriptions", {"resource": f"me/calendars/{CALENDAR}/events"})[2]
    )
    error = {"code": "ErrorDuplicateTransactionId", "message": "Used.", "@event.existingEventId": "made"}
    yield {"error": error}


def _beside(properties: list[dict[str, str]]) -> Item:
    assert properties[0]["id"] == NAMES["marker"]
    return {"singleValueExtendedProperties": properties}


def _batches() -> Iterator[Item]:
    """The answers to batches that read these, write, and meet what is not there."""
    home = f"/me/calendars/{CALENDAR}/events"
    for ids in (IDS, ["lessons", "days"], ["single", "days"]):
        asked = [{"id": str(n), "method": "GET", "url": f"{home}/{name}"} for n, name in enumerate(ids)]
        yield json.loads(Mailbox(held()).batch(asked)[2])
    made = {"subject": "Lesson", "transactionId": "00000000-0000-0000-0000-000000000007"}
    writes: list[Item] = [
        {"id": "0", "method": "POST", "url": home, "body": made},
        {"id": "1", "method": "PATCH", "url": f"{home}/single", "body": {"subject": "Lesson"}},
        {"id": "2", "method": "DELETE", "url": f"{home}/days", "dependsOn": ["1"]},
    ]
    yield json.loads(Mailbox(held()).batch(writes)[2])


def _material(kind: str, seeds: Iterator[object]) -> Material:
    texts = tuple(json.dumps(seed, indent=1) for seed in seeds)
    return Material(kind, texts, lines=_LINES, values=_VALUES, places=_PLACES, mutations=AS_TREE)


EVENTS = _material("outlook-event", _events())
ANSWERS = _material("outlook-answer", _answers())
BATCHES = _material("outlook-batch", _batches())
