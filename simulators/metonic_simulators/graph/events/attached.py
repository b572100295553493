"""What apps attach to events: extended properties and open extensions. Neither shows unless it is asked for.

https://learn.microsoft.com/en-us/graph/api/resources/extended-properties-overview
"""

import re
from collections.abc import Mapping
from typing import Any

from metonic_simulators.graph import errors
from metonic_simulators.graph.mailbox import Body, Event

_PROPERTY = re.compile(
    r"^(String|Integer|Boolean|SystemTime|Double|Long) (\{[0-9A-Fa-f-]{36}\} (Name \S.*|Id 0x[0-9A-Fa-f]+))$"
    r"|^(String|Integer|Boolean|SystemTime|Double|Long) 0x[0-9A-Fa-f]+$"
)
_ASKED = re.compile(r"id\s+eq\s+'((?:[^']|'')*)'", re.IGNORECASE)
_TYPE = "#microsoft.graph.openTypeExtension"
_META = frozenset({"@odata.type", "extensionName", "id"})


def properties(asked: Body, before: Mapping[str, str]) -> dict[str, str]:
    """Those of the body over those of before; raises Refused."""
    found = dict(before)
    for one in _objects(asked, "singleValueExtendedProperties"):
        name, value = one.get("id"), one.get("value")
        if not isinstance(name, str) or not _PROPERTY.match(name):
            raise errors.invalid_request(f"PropertyId values may only be in one of the known forms: {name}.")
        if value is None:
            found.pop(name, None)
        else:
            found[name] = str(value)
    return found


def extensions(asked: Body, before: Mapping[str, Body]) -> dict[str, Body]:
    """Those of the body over those of before; raises Refused."""
    found = dict(before)
    for one in _objects(asked, "extensions"):
        name = extension_name(one)
        found[name] = {key: value for key, value in one.items() if key not in _META}
    return found


def extension_name(asked: Body) -> str:
    """Raises Refused."""
    name = asked.get("extensionName")
    if not isinstance(name, str) or not name:
        raise errors.bad_request("The property 'extensionName' is required.")
    return name


def extension_shown(name: str, body: Body) -> Body:
    return {
        "@odata.type": _TYPE,
        "id": f"Microsoft.OutlookServices.OpenTypeExtension.{name}",
        "extensionName": name,
        **body,
    }


def shown(event: Event, name: str, inner: str) -> Body:
    """What ``$expand`` brings of it: only what its filter names."""
    wanted = {one.replace("''", "'") for one in _ASKED.findall(option(inner, "$filter"))}
    if name == "extensions":
        short = {one.removeprefix("Microsoft.OutlookServices.OpenTypeExtension.") for one in wanted}
        found = [extension_shown(one, body) for one, body in event.extensions.items() if one in short]
        return {name: found} if found else {}
    if name != "singleValueExtendedProperties":
        return {}
    if not wanted:
        raise errors.bad_request("Expanding extended properties needs a filter of their ids.")
    kept = [{"id": one, "value": value} for one, value in event.properties.items() if one in wanted]
    return {name: kept} if kept else {}


def expansions(text: str) -> dict[str, str]:
    """By name, what is in the parentheses; raises Refused."""
    found: dict[str, str] = {}
    for part in _split(text, ","):
        name, _, inner = part.strip().partition("(")
        found[name.strip()] = inner.removesuffix(")")
    return {name: inner for name, inner in found.items() if name}


def option(inner: str, name: str) -> str:
    """``$select`` or ``$filter`` of an expansion."""
    for part in _split(inner, ";"):
        key, _, value = part.partition("=")
        if key.strip().lower() == name:
            return value.strip()
    return ""


def _split(text: str, mark: str) -> list[str]:
    """At marks that are in no parentheses and no quotes."""
    parts, depth, is_quoted = [""], 0, False
    for one in text:
        is_quoted ^= one == "'"
        depth += 0 if is_quoted else (one == "(") - (one == ")")
        if one == mark and depth == 0 and not is_quoted:
            parts.append("")
        else:
            parts[-1] += one
    return parts


def _objects(asked: Body, name: str) -> list[dict[str, Any]]:
    value = [] if asked.get(name) is None else asked[name]
    if not isinstance(value, list) or not all(isinstance(one, dict) for one in value):
        raise errors.unreadable(f"Property {name} in payload has a value that does not match schema.")
    return value
