"""An account and its calendars: https://learn.microsoft.com/en-us/graph/api/resources/calendar."""

from typing import Any
from urllib.parse import quote

from metonic_simulators.graph import errors, ids
from metonic_simulators.graph.call import Reply
from metonic_simulators.graph.events import listing, zones
from metonic_simulators.graph.events.shape import enum
from metonic_simulators.graph.mailbox import Body, Calendar
from metonic_simulators.graph.session import Session

_COLORS = (
    *("auto", "lightBlue", "lightGreen", "lightOrange", "lightGray", "lightYellow", "lightTeal"),
    *("lightPink", "lightBrown", "lightRed", "maxColor"),
)
_GROUP = "calendar-group"
_MOST_IDS = 1000
_FORMATS = {"restid": ids.ITEM, "restimmutableentryid": ids.IMMUTABLE}


def me(session: Session) -> Reply:
    user = session.user
    mail = None if user.is_personal else user.email
    if session.world.quirks.is_on("nulls") and "mail" in _nulls(session):
        mail = None
    first, _, last = user.name.partition(" ")
    content: Body = {
        "businessPhones": [],
        "displayName": user.name,
        "givenName": first,
        "jobTitle": None,
        "mail": mail,
        "mobilePhone": None,
        "officeLocation": None,
        "preferredLanguage": None,
        "surname": last or None,
        "userPrincipalName": user.email,
        "id": user.id,
    }
    wanted = set(session.call.names("$select"))
    if wanted:
        content = {name: value for name, value in content.items() if name in wanted or name == "id"}
    return session.answer(content, "users/$entity")


def listed(session: Session) -> Reply:
    found = session.world.calendars_of(session.user)
    context = f"users('{session.user.id}')/calendars"
    return listing.page(session, found, lambda one: shown(session, one), context)


def get(session: Session) -> Reply:
    """Raises Refused."""
    return session.answer(shown(session, session.calendar), f"users('{session.user.id}')/calendars/$entity")


def create(session: Session) -> Reply:
    """Raises Refused."""
    asked = _read(session)
    if not asked.get("name"):
        raise errors.invalid_property("The property 'name' is required.")
    _check_name(session, asked["name"])
    made = session.world.add_calendar(session.user.email, asked)
    reply = session.answer(shown(session, made), f"users('{session.user.id}')/calendars/$entity", 201)
    reply.headers["Location"] = (
        f"{session.path}/{quote(session.world.calendar_id(session.user, made), safe='')}"
    )
    return reply


def patch(session: Session) -> Reply:
    """Raises Refused."""
    calendar, asked = session.calendar, _read(session)
    if calendar.owner != session.user.email or not calendar.can_edit:
        raise errors.access_denied()
    if asked.get("name") not in {None, calendar.body["name"]}:
        _check_name(session, asked["name"])
    calendar.body = {**calendar.body, **asked}
    calendar.stamp = session.world.clock.stamp()
    return get(session)


def delete(session: Session) -> Reply:
    """Raises Refused."""
    calendar = session.calendar
    if not calendar.is_removable or calendar.owner != session.user.email:
        raise errors.invalid_request("The calendar cannot be deleted.")
    calendar.is_deleted = True
    return Reply(204)


def groups(session: Session) -> Reply:
    return listing.page(session, [_GROUP], lambda one: _group_shown(session, one), "calendarGroups")


def of_group(session: Session) -> Reply:
    """Raises Refused."""
    if ids.read((ids.FOLDER,), session.user.id, session.at["groupId"]) != _GROUP:
        raise errors.not_found()
    return listed(session)


def supported_zones(session: Session) -> Reply:
    """As Windows calls them, or as IANA does."""
    if session.at.get("standard", "").lower() == "iana":
        found = [{"alias": one, "displayName": one} for one in zones.LISTED]
    else:
        found = [{"alias": one, "displayName": one} for one in zones.WINDOWS]
    return session.answer({"value": found}, "Collection(microsoft.graph.timeZoneInformation)")


def translate(session: Session) -> Reply:
    """translateExchangeIds: usual ids to immutable ones and back. Raises Refused."""
    asked = session.call.action()
    given = asked.get("inputids")
    kinds = [
        _FORMATS.get(str(asked.get(name, default)).lower())
        for name, default in (("sourceidtype", "restId"), ("targetidtype", ""))
    ]
    if not isinstance(given, list) or len(given) > _MOST_IDS or None in kinds:
        raise errors.invalid_request("The ids or their formats are not valid.")
    source, target = str(kinds[0]), str(kinds[1])
    found = []
    for one in given:
        text = ids.read((source,), session.user.id, str(one))
        found.append({"sourceId": one, "targetId": ids.written(target, session.user.id, text)})
    return session.answer({"value": found}, "Collection(microsoft.graph.convertIdResult)")


def shown(session: Session, calendar: Calendar) -> Body:
    owner = session.world.people.users[calendar.owner]
    is_own = owner is session.user
    providers = [] if session.user.is_personal else ["teamsForBusiness"]
    found: dict[str, Any] = {
        "id": session.world.calendar_id(session.user, calendar),
        "name": calendar.body["name"],
        "color": calendar.body.get("color", "auto"),
        "hexColor": calendar.body.get("hexColor", ""),
        "isDefaultCalendar": calendar.is_default and is_own,
        "changeKey": zones.change_key(calendar.stamp),
        "canShare": is_own and calendar.can_edit,
        "canViewPrivateItems": is_own,
        "canEdit": calendar.is_written_by(session.user.email),
        "allowedOnlineMeetingProviders": providers,
        "defaultOnlineMeetingProvider": providers[0] if providers else "unknown",
        "isTallyingResponses": calendar.is_default and is_own,
        "isRemovable": calendar.is_removable,
        "owner": {"name": owner.name, "address": owner.email},
    }
    wanted = set(session.call.names("$select"))
    return {name: value for name, value in found.items() if not wanted or name in wanted or name == "id"}


def _group_shown(session: Session, name: str) -> Body:
    return {
        "id": ids.written(ids.FOLDER, session.user.id, name),
        "name": "My Calendars",
        "classId": "0006f0b7-0000-0000-c000-000000000046",
        "changeKey": zones.change_key(1),
    }


def _read(session: Session) -> Body:
    """What can be written of a calendar; raises Refused."""
    asked, found = session.call.json(), {}
    for name in ("name", "hexColor"):
        if isinstance(asked.get(name), str):
            found[name] = asked[name]
    if asked.get("color") is not None:
        found["color"] = enum("color", asked["color"], _COLORS)
    return found


def _check_name(session: Session, name: str) -> None:
    own = [one for one in session.world.calendars_of(session.user) if one.owner == session.user.email]
    if name in [one.body["name"] for one in own]:
        message = "A folder with the specified name already exists."
        raise errors.Refused(409, "ErrorFolderExists", message)


def _nulls(session: Session) -> list[str]:
    return str(session.world.quirks.options("nulls")["members"]).split(",")
