"""Which scopes open which operation, any one of them: https://developers.google.com/workspace/calendar/api/auth."""

PREFIX = "https://www.googleapis.com/auth/"

_LIST = ("calendar", "calendar.calendarlist")
_LIST_READ = (*_LIST, "calendar.calendarlist.readonly", "calendar.readonly")
_CALENDAR = ("calendar", "calendar.calendars", "calendar.app.created")
_WRITE = ("calendar", "calendar.app.created", "calendar.events", "calendar.events.owned")
_READ = (
    *_WRITE,
    "calendar.events.freebusy",
    "calendar.events.owned.readonly",
    "calendar.events.public.readonly",
    "calendar.events.readonly",
    "calendar.readonly",
)
_STOP = (
    *_READ,
    *("calendar.acls", "calendar.acls.readonly", "calendar.calendarlist", "calendar.calendarlist.readonly"),
    *("calendar.settings", "calendar.settings.readonly"),
)
_COLORS = (
    *("calendar", "calendar.app.created", "calendar.calendarlist", "calendar.calendarlist.readonly"),
    *("calendar.events.freebusy", "calendar.events.owned", "calendar.events.owned.readonly"),
    *("calendar.events.public.readonly", "calendar.readonly"),
)

SCOPES: dict[str, tuple[str, ...]] = {
    "calendarList.list": _LIST_READ,
    "calendarList.watch": _LIST_READ,
    "calendarList.get": (*_LIST_READ, "calendar.app.created"),
    "calendarList.insert": _LIST,
    "calendarList.patch": (*_LIST, "calendar.app.created"),
    "calendarList.update": (*_LIST, "calendar.app.created"),
    "calendarList.delete": (*_LIST, "calendar.app.created"),
    "calendars.get": (*_CALENDAR, "calendar.calendars.readonly", "calendar.readonly"),
    "calendars.insert": _CALENDAR,
    "calendars.patch": _CALENDAR,
    "calendars.update": _CALENDAR,
    "calendars.delete": _CALENDAR,
    "calendars.clear": ("calendar", "calendar.calendars"),
    "events.list": _READ,
    "events.get": _READ,
    "events.instances": _READ,
    "events.watch": _READ,
    "events.insert": _WRITE,
    "events.import": _WRITE,
    "events.patch": _WRITE,
    "events.update": _WRITE,
    "events.delete": _WRITE,
    "events.move": ("calendar", "calendar.events", "calendar.events.owned"),
    "channels.stop": _STOP,
    "colors.get": _COLORS,
}


def opens(granted: frozenset[str], operation: str) -> bool:
    return any(PREFIX + scope in granted for scope in SCOPES[operation])
