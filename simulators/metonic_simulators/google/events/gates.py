"""Parts of an event that count only when the request says that its sender knows them."""

from dataclasses import replace
from typing import Any

from metonic_simulators.google import errors
from metonic_simulators.google.calendars import Calendar
from metonic_simulators.google.session import Session
from metonic_simulators.google.world import World

_ATTACHMENTS = 25

Body = dict[str, Any]


def gated(session: Session, old: Body, new: Body) -> Body:
    """``new`` with the parts of ``old`` that this request cannot change. Raises Refused."""
    found = dict(new)
    if not _version(session, "conferenceDataVersion"):
        _keep(found, old, "conferenceData", "hangoutLink")
    if not session.call.flag("supportsAttachments"):
        _keep(found, old, "attachments")
    elif len(found.get("attachments", [])) > _ATTACHMENTS:
        raise errors.invalid("Too many attachments.")
    _keep(found, old, "colorId" if _version(session, "eventLabelVersion") else "eventLabelId")
    return found


def request_conference(session: Session, calendar: Calendar, old: Body, new: Body) -> None:
    """A conference that is asked for is pending at first and made later, as a change of its own."""
    asked = new.get("conferenceData", {}).get("createRequest")
    before = old.get("conferenceData", {}).get("createRequest", {})
    if not asked or "status" in asked:
        return
    if asked.get("requestId") == before.get("requestId"):
        _keep(new, old, "conferenceData", "hangoutLink")
        return
    new["conferenceData"] = {"createRequest": {**asked, "status": {"statusCode": "pending"}}}
    world, event_id = session.world, new["id"]
    seconds = world.quirks.number("conference-delay", "seconds")
    world.clock.later(seconds, lambda: _make_conference(world, calendar, event_id))


def _make_conference(world: World, calendar: Calendar, event_id: str) -> None:
    event = calendar.events.get(event_id)
    if event is None or event.is_cancelled or "conferenceData" not in event.body:
        return
    name = "-".join(world.seeds.text("meet", length, "abcdefghijklmnop") for length in (3, 4, 3))
    uri = f"https://meet.google.com/{name}"
    request = event.body["conferenceData"]["createRequest"]
    made = {
        "createRequest": {**request, "status": {"statusCode": "success"}},
        "conferenceId": name,
        "conferenceSolution": {"key": {"type": "hangoutsMeet"}, "name": "Google Meet"},
        "entryPoints": [{"entryPointType": "video", "uri": uri, "label": uri.removeprefix("https://")}],
    }
    body = {**event.body, "conferenceData": made, "hangoutLink": uri}
    stamp = world.clock.stamp()
    world.put(calendar, replace(event, body=body, stamp=stamp, updated=stamp))


def _keep(new: Body, old: Body, *names: str) -> None:
    for name in names:
        new.pop(name, None)
        if name in old:
            new[name] = old[name]


def _version(session: Session, name: str) -> bool:
    value = session.call.text(name) or "0"
    if value not in {"0", "1"}:
        raise errors.bad_parameter(name, value)
    return value == "1"
