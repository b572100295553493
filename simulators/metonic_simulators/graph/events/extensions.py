"""Open extensions of an event, one by one: https://learn.microsoft.com/en-us/graph/api/resources/opentypeextension."""

from dataclasses import replace
from typing import Any

from metonic_simulators.graph import errors
from metonic_simulators.graph.call import Reply
from metonic_simulators.graph.events import attached, finding
from metonic_simulators.graph.mailbox import Body
from metonic_simulators.graph.session import Session


def listed(session: Session) -> Reply:
    found = finding.find(session).event
    shown = [attached.extension_shown(name, body) for name, body in found.extensions.items()]
    return session.answer({"value": shown}, "extensions")


def create(session: Session) -> Reply:
    """Raises Refused."""
    asked = session.call.json()
    name = attached.extension_name(asked)
    _with_extensions(session, {"extensions": [asked]})
    shown = attached.extension_shown(name, finding.find(session).event.extensions[name])
    return session.answer(shown, "extensions/$entity", 201)


def get(session: Session) -> Reply:
    """Raises Refused."""
    name, body = _extension(session)
    return session.answer(attached.extension_shown(name, body), "extensions/$entity")


def patch(session: Session) -> Reply:
    """Raises Refused."""
    name, body = _extension(session)
    _with_extensions(session, {"extensions": [{**body, **session.call.json(), "extensionName": name}]})
    return get(session)


def delete(session: Session) -> Reply:
    """Raises Refused."""
    name, _ = _extension(session)
    found = finding.find(session)
    kept = {key: one for key, one in found.event.extensions.items() if key != name}
    found.calendar.events.replace(found.event.name, replace(found.event, extensions=kept))
    return Reply(204)


def _extension(session: Session) -> tuple[str, dict[str, Any]]:
    found, name = finding.find(session).event.extensions, session.at["extensionId"]
    short = name.removeprefix("Microsoft.OutlookServices.OpenTypeExtension.")
    if short not in found:
        raise errors.not_found()
    return short, found[short]


def _with_extensions(session: Session, asked: Body) -> None:
    """Of what is kept under a name of its own: no delta tells of it."""
    found = finding.find(session)
    session.need_write(found.calendar)
    if found.event.master:
        raise errors.invalid_request("Extensions of an occurrence are written with the occurrence.")
    changed = replace(found.event, extensions=attached.extensions(asked, found.event.extensions))
    found.calendar.events.replace(found.event.name, changed)
