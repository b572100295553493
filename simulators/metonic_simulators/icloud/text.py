"""iCalendar text as far as a server's oddities concern it (RFC 5545 3.1): lines, components, names."""

import re
from collections.abc import Callable
from typing import NamedTuple

_FOLD = re.compile(r"\r?\n[ \t]")
_LINE = re.compile(r'([\w-]+)((?:;[\w-]+=(?:"[^"]*"|[^";:,])*(?:,(?:"[^"]*"|[^";:,])*)*)*):(.*)', re.DOTALL)
_PARAMETER = re.compile(r';([\w-]+)=("[^"]*"|[^;:]*)')


class Line(NamedTuple):
    """A content line, unfolded; ``name`` in capitals."""

    name: str
    parameters: dict[str, str]
    value: str


def lines(text: str) -> list[str]:
    """The content lines, unfolded."""
    return [line for line in _FOLD.sub("", text).splitlines() if line]


def read(line: str) -> Line:
    found = _LINE.fullmatch(line)
    if found is None:
        return Line("", {}, line)
    name, parameters, value = found.groups()
    pairs = {key.upper(): word.strip('"') for key, word in _PARAMETER.findall(parameters)}
    return Line(name.upper(), pairs, value)


def joined(content: list[str]) -> str:
    """Text of these lines, folded at 75 octets."""
    return "".join(_folded(line) + "\r\n" for line in content)


def events(text: str) -> list[list[Line]]:
    """The lines of each VEVENT, without those of its alarms."""
    made: list[list[Line]] = []
    depth = 0
    for line in map(read, lines(text)):
        if line.name == "BEGIN":
            depth = 1 if line.value.upper() == "VEVENT" else depth + bool(depth)
            made += [[]] if depth == 1 else []
        elif line.name == "END":
            depth -= bool(depth)
        elif depth == 1:
            made[-1].append(line)
    return made


def values(event: list[Line], name: str) -> list[Line]:
    return [line for line in event if line.name == name]


def uid(text: str) -> str:
    found = [line.value for event in events(text) for line in values(event, "UID")]
    return found[0] if found else ""


def each_event(text: str, change: Callable[[list[str]], list[str]]) -> str:
    """The text after a change of what stands between BEGIN:VEVENT and END:VEVENT, event by event."""
    made: list[str] = []
    inside: list[str] | None = None
    for line in lines(text):
        if line.upper() == "BEGIN:VEVENT":
            made.append(line)
            inside = []
        elif line.upper() == "END:VEVENT" and inside is not None:
            made += [*change(inside), line]
            inside = None
        else:
            (made if inside is None else inside).append(line)
    return joined(made)


def has(content: list[str], *names: str) -> bool:
    return any(re.split("[;:]", line, maxsplit=1)[0].upper() in names for line in content)


def _folded(line: str) -> str:
    parts: list[str] = []
    current, size = "", 0
    for character in line:
        octets = len(character.encode())
        if size + octets > (75 if not parts else 74):
            parts.append(current)
            current, size = "", 0
        current += character
        size += octets
    return "\r\n ".join([*parts, current])
