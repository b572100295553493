"""An event as a reader sees it: https://learn.microsoft.com/en-us/graph/api/event-get."""

from metonic_simulators.graph import errors
from metonic_simulators.graph.events import attached, series, shape, text, zones
from metonic_simulators.graph.mailbox import Body, Calendar, Event
from metonic_simulators.graph.session import Session

_ALWAYS = frozenset({"id", "@odata.etag", "@odata.type"})
_ONLY_SELECTED = frozenset({"cancelledOccurrences", "occurrenceId"})
_LINK = "https://outlook.office365.com/owa/?itemid={id}&exvsurl=1&path=/calendar/item"
_MEMBERS = (
    *("id", "createdDateTime", "lastModifiedDateTime", "changeKey", "categories", "transactionId"),
    *("originalStartTimeZone", "originalEndTimeZone", "iCalUId", "reminderMinutesBeforeStart"),
    *("isReminderOn", "hasAttachments", "subject", "bodyPreview", "importance", "sensitivity", "isAllDay"),
    *("isCancelled", "isOrganizer", "responseRequested", "seriesMasterId", "showAs", "type", "webLink"),
    *("onlineMeetingUrl", "isOnlineMeeting", "onlineMeetingProvider", "allowNewTimeProposals"),
    *("isDraft", "hideAttendees", "responseStatus", "body", "start", "end", "location", "locations"),
    *("recurrence", "attendees", "organizer", "onlineMeeting", "originalStart"),
)
NAMES = frozenset({*_MEMBERS, *_ONLY_SELECTED})


def see(session: Session, calendar: Calendar, event: Event) -> Body:
    """As it was asked for: with what is selected and expanded. Raises Refused."""
    wanted = selected(session)
    found = {"@odata.etag": zones.etag(event.stamp), **_whole(session, calendar, event)}
    if "cancelledOccurrences" in wanted and event.is_series:
        found["cancelledOccurrences"] = [
            f"OID.{session.event_id(event)}.{day}" for day in sorted(event.cancelled)
        ]
    if "occurrenceId" in wanted and event.master:
        found["occurrenceId"] = f"OID.{found['seriesMasterId']}.{event.day}"
    if wanted:
        found = {name: value for name, value in found.items() if name in wanted or name in _ALWAYS}
    return found | _expanded(session, calendar, event)


def selected(session: Session) -> set[str]:
    """What ``$select`` names, nothing if it is not there; raises Refused."""
    wanted = set(session.call.names("$select"))
    for name in sorted(wanted - NAMES - set(shape.BESIDES) - {"exceptionOccurrences"}):
        message = f"Could not find a property named '{name}' on type 'Microsoft.OutlookServices.Event'."
        raise errors.bad_request(message, "RequestBroker--ParseUri")
    return wanted


def _whole(session: Session, calendar: Calendar, event: Event) -> Body:
    found = {**_kept(session, event), **_times(session, event), **_made(session, calendar, event)}
    quirks = session.world.quirks
    if quirks.is_on("custom-zones"):
        name = quirks.options("custom-zones")["name"]
        found |= dict.fromkeys(("originalStartTimeZone", "originalEndTimeZone"), name)
    if quirks.is_on("unknown-enums"):
        found["showAs"] = "somewhereElse"
    if quirks.is_on("nulls"):
        found |= dict.fromkeys(set(str(quirks.options("nulls")["members"]).split(",")) & found.keys())
    return found


def _kept(session: Session, event: Event) -> Body:
    """What was written."""
    body = event.body
    found = {name: value for name, value in body.items() if name in NAMES}
    shown = text.as_text(body["body"]) if session.wants_text else text.as_html(body["body"])
    kind = "text" if session.wants_text else "html"
    return found | {
        "body": {"contentType": kind, "content": shown},
        "bodyPreview": text.preview(body["body"]),
        "location": _place(body["location"]),
        "locations": [_place(one) for one in body["locations"]],
    }


def _place(location: Body) -> Body:
    name = location["displayName"]
    usual = {"locationType": "default", "uniqueId": name, "uniqueIdType": "private" if name else "unknown"}
    return {**usual, **location}


def _times(session: Session, event: Event) -> Body:
    body = event.body
    zone, name, is_day = session.zone, session.zone_name, bool(body["isAllDay"])
    found: Body = {
        "start": zones.shown(body["start"], zone, name, is_day=is_day),
        "end": zones.shown(body["end"], zone, name, is_day=is_day),
        "originalStartTimeZone": body["start"]["timeZone"],
        "originalEndTimeZone": body["end"]["timeZone"],
        "createdDateTime": zones.exact(event.created),
        "lastModifiedDateTime": zones.exact(event.modified),
        "recurrence": body["recurrence"] if event.is_series else None,
    }
    return found | ({"originalStart": zones.utc(event.slot)} if event.master else {})


def _made(session: Session, calendar: Calendar, event: Event) -> Body:
    """What the server says of it."""
    body, new_id = event.body, session.event_id(event)
    per_occurrence = event.master and session.world.quirks.is_on("ids-per-occurrence")
    owner = session.world.people.users[calendar.owner]
    me = {"emailAddress": {"name": owner.name, "address": owner.email}}
    usual = {"response": "organizer", "time": zones.NO_TIME}
    return {
        "id": new_id,
        "changeKey": zones.change_key(event.stamp),
        "iCalUId": event.uid + (event.day.replace("-", "") if per_occurrence else ""),
        "hasAttachments": False,
        "isCancelled": bool(body.get("isCancelled", False)),
        "isOrganizer": event.is_organizer,
        "isDraft": False,
        "seriesMasterId": session.id_of(event.master) if event.master else None,
        "type": event.type,
        "webLink": _LINK.format(id=new_id.replace("+", "%2B").replace("/", "%2F").replace("=", "%3D")),
        "organizer": body.get("organizer", me),
        "responseStatus": body.get("responseStatus", usual),
        "onlineMeeting": body.get("onlineMeeting"),
        "onlineMeetingUrl": None,
    }


def _expanded(session: Session, calendar: Calendar, event: Event) -> Body:
    found: Body = {}
    for name, inner in attached.expansions(session.call.text("$expand")).items():
        if name == "exceptionOccurrences":
            found |= _exceptions(session, calendar, event, inner)
        elif name in shape.BESIDES:
            found |= attached.shown(event, name, inner)
        elif name == "attachments":
            found[name] = []
        else:
            raise errors.bad_request(f"Parsing OData Select and Expand failed: '{name}'.")
    return found


def _exceptions(session: Session, calendar: Calendar, event: Event, inner: str) -> Body:
    """Those of a series; perhaps only some, with the way to the others."""
    if not event.is_series:
        return {"exceptionOccurrences": []}
    wanted, quirks = attached.option(inner, "$select"), session.world.quirks
    found = series.exceptions(session.world, calendar, event)
    most = int(quirks.number("exceptions-paged", "size")) if quirks.is_on("exceptions-paged") else len(found)
    names = set(wanted.split(",")) | _ALWAYS if wanted else None
    shown = [{"@odata.etag": zones.etag(one.stamp), **_whole(session, calendar, one)} for one in found[:most]]
    kept = [{name: one[name] for name in one if names is None or name in names} for one in shown]
    if len(found) <= most:
        return {"exceptionOccurrences": kept}
    query = f"?$skip={most}" + (f"&$select={wanted}" if wanted else "")
    link = f"{session.path}/exceptionOccurrences{query}"
    return {"exceptionOccurrences": kept, "exceptionOccurrences@odata.nextLink": link}
