"""Which requests a quirk concerns."""

from metonic_simulators.icloud import dav
from metonic_simulators.icloud.exchange import Asked


def anything(_: Asked) -> bool:
    return True


def propfind(asked: Asked) -> bool:
    return asked.method == "PROPFIND"


def changes(asked: Asked) -> bool:
    return asked.report == "sync-collection"


def changes_since(asked: Asked) -> bool:
    """Those that bring a token along."""
    return changes(asked) and bool(asked.token)


def listing(asked: Asked) -> bool:
    """What is answered with a multistatus."""
    return asked.method in {"PROPFIND", "REPORT"}


def multiget(asked: Asked) -> bool:
    return asked.report == "calendar-multiget"


def resource(asked: Asked) -> bool:
    """A request about one item of a calendar."""
    return not asked.path.endswith("/")


def get(asked: Asked) -> bool:
    return asked.method == "GET" and resource(asked)


def put(asked: Asked) -> bool:
    return asked.method == "PUT"


def write(asked: Asked) -> bool:
    return asked.method in {"PUT", "DELETE", "MOVE", "COPY", "POST", "PATCH"}


def bodies(asked: Asked) -> bool:
    """What is answered with iCalendar text."""
    return get(asked) or (asked.method == "REPORT" and names(asked, dav.DATA))


def names(asked: Asked, tag: str) -> bool:
    """Whether a property is asked for by name."""
    return asked.xml is not None and asked.xml.find(f".//{tag}") is not None
