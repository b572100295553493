"""iCalendar text as a tree of content lines that keeps what it does not understand (RFC 5545 3.1, RFC 6868).

Every line is kept as it was written, folds included; name, parameters and value are read only when somebody
asks. So a text can be edited in place: lines that nobody replaces leave as they came. Line breaks alone are
made uniform, because XML turns CRLF into LF on the way.
"""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field

from metonic_apple.errors import Incomprehensible

# Calendar servers store objects of up to about a megabyte; these bounds keep a hostile one from costing more.
_MAX_CHARACTERS = 4 * 1024 * 1024
_MAX_LINES = 60_000
_MAX_DEPTH = 8
_FOLD_OCTETS = 75

# An empty line may be continued: without it what follows would be taken for the end of the line before.
_LOGICAL = re.compile(r"(?:[^\n]+|(?=\n[ \t]))(?:\n[ \t][^\n]*)*")
_NAME = re.compile(r"[A-Za-z0-9-]+(?=[;:])")
_PARAM_VALUE = r'(?:"[^"]*"|[^";:,]*)'
_PARAM = re.compile(rf";([A-Za-z0-9-]+)=({_PARAM_VALUE}(?:,{_PARAM_VALUE})*)")
_HEAD = re.compile(rf"[A-Za-z0-9-]+(?:{_PARAM.pattern})*:")
_CONTROLS = re.compile("[\x00-\x08\x0b-\x1f\x7f\ud800-\udfff\ufffe\uffff]")
_CARETS = {"^n": "\n", "^^": "^", "^'": '"'}
_ESCAPED = {"n": "\n", "N": "\n"}


@dataclass(slots=True, eq=False)
class Line:
    """One property as it was written; ``name`` is upper case, empty for what is no content line."""

    name: str
    raw: str

    @property
    def value(self) -> str:
        """What stands after the colon, unfolded, still escaped."""
        text = _unfolded(self.raw)
        return text[_head_end(text) :]

    @property
    def params(self) -> Mapping[str, str]:
        """Parameters by upper-case name, without quotes; several values stay separated by commas."""
        text = _unfolded(self.raw)
        found = _PARAM.findall(text[: _head_end(text)])
        return {name.upper(): _uncareted(value.replace('"', "")) for name, value in found}


@dataclass(slots=True, eq=False)
class Component:
    """From a BEGIN to its END; lines and inner components in the order of the text."""

    name: str
    items: "list[Line | Component]" = field(default_factory=list)
    begin: str = ""
    end: str = ""

    def lines(self, *names: str) -> list[Line]:
        """The properties of these names, in order."""
        return [item for item in self.items if item.name in names and isinstance(item, Line)]

    def first(self, name: str) -> Line | None:
        """The first property of that name."""
        for item in self.items:
            if item.name == name and isinstance(item, Line):
                return item
        return None

    def children(self, name: str) -> "list[Component]":
        """The components of that name directly inside."""
        return [item for item in self.items if item.name == name and isinstance(item, Component)]

    def remove(self, items: "Iterable[Line | Component]") -> None:
        """Take out exactly these."""
        gone = {id(item) for item in items}
        self.items[:] = [item for item in self.items if id(item) not in gone]

    def drop(self, *names: str) -> None:
        """Take out the properties of these names."""
        self.remove(self.lines(*names))

    def put(self, name: str, made: Iterable[Line]) -> None:
        """Let these be the properties of that name, in the place of the first such one, else at the end."""
        old = self.lines(name)
        at = self.items.index(old[0]) if old else self._end_of_lines()
        self.remove(old)
        self.items[at:at] = made

    def _end_of_lines(self) -> int:
        return max((i + 1 for i, item in enumerate(self.items) if isinstance(item, Line)), default=0)


def parse(text: str) -> Component:
    """The outermost component of the text; raises Incomprehensible."""
    if len(text) > _MAX_CHARACTERS:
        raise Incomprehensible("The event is larger than any calendar allows.")
    logical = _LOGICAL.findall(_uniform(text))
    if len(logical) > _MAX_LINES:
        raise Incomprehensible("The event has more lines than any calendar allows.")
    return _tree(logical)


def _uniform(text: str) -> str:
    return _CONTROLS.sub("", text.removeprefix("\ufeff").replace("\r\n", "\n"))


def _tree(logical: Iterable[str]) -> Component:
    root = Component("")
    open_ones = [root]
    for raw in logical:
        name = _name(raw)
        if name == "BEGIN":
            child = Component(_end_word(raw), begin=raw)
            open_ones[-1].items.append(child)
            open_ones.append(child)
            if len(open_ones) > _MAX_DEPTH:
                raise Incomprehensible("The event is nested more deeply than any calendar allows.")
        elif name == "END":
            _close(open_ones, raw)
        else:
            open_ones[-1].items.append(Line(name, raw))
    found = root.children("VCALENDAR")
    if len(open_ones) != 1 or len(found) != 1:
        raise Incomprehensible("The text is no complete iCalendar object.")
    return found[0]


def _close(open_ones: list[Component], raw: str) -> None:
    closed = open_ones.pop()
    closed.end = raw
    if not open_ones or closed.name != _end_word(raw):
        raise Incomprehensible("The text begins and ends components that do not match.")


def _name(raw: str) -> str:
    found = _NAME.match(raw) or _NAME.match(_unfolded(raw))
    return found.group().upper() if found else ""


def _end_word(raw: str) -> str:
    return _unfolded(raw).partition(":")[2].strip().upper()


def _unfolded(raw: str) -> str:
    return raw.replace("\n ", "").replace("\n\t", "") if "\n" in raw else raw


def _head_end(text: str) -> int:
    found = _HEAD.match(text)
    return found.end() if found else text.find(":") + 1


def _uncareted(value: str) -> str:
    return re.sub(r"\^[n^']", lambda found: _CARETS[found.group()], value) if "^" in value else value


def serialise(component: Component) -> str:
    """The text of the component: CRLF line ends, untouched lines as they came."""
    return "".join(f"{raw}\n" for raw in _raws(component)).replace("\n", "\r\n")


def _raws(component: Component) -> Iterator[str]:
    yield component.begin or f"BEGIN:{component.name}"
    for item in component.items:
        if isinstance(item, Line):
            yield item.raw
        else:
            yield from _raws(item)
    yield component.end or f"END:{component.name}"


def line(name: str, value: str, params: Mapping[str, str] | None = None) -> Line:
    """A new line, folded; ``value`` is escaped already, parameters are not."""
    head = name + "".join(f";{key}={_param_value(text)}" for key, text in (params or {}).items())
    return Line(name, _folded(f"{head}:{value}"))


def _param_value(text: str) -> str:
    made = clean(text).replace("^", "^^").replace("\n", "^n").replace('"', "^'")
    return f'"{made}"' if re.search(r"[,;:]", made) else made


def _folded(text: str) -> str:
    octets = text.encode()
    if len(octets) <= _FOLD_OCTETS:
        return text
    parts = []
    at, room = 0, _FOLD_OCTETS
    while at < len(octets):
        end = min(at + room, len(octets))
        while end < len(octets) and octets[end] & 0xC0 == 0x80:  # noqa: PLR2004 - inside a UTF-8 sequence
            end -= 1
        parts.append(octets[at:end].decode())
        at, room = end, _FOLD_OCTETS - 1
    return "\n ".join(parts)


def clean(text: str) -> str:
    """Text with LF line ends and without the characters that iCalendar and XML forbid."""
    return _CONTROLS.sub("", text.replace("\r\n", "\n").replace("\r", "\n"))


def escaped(text: str) -> str:
    """A TEXT value (RFC 5545 3.3.11) of plain text."""
    made = clean(text).replace("\\", "\\\\").replace(";", "\\;").replace(",", "\\,")
    return made.replace("\n", "\\n")


def unescaped(value: str) -> str:
    """Plain text of a TEXT value."""
    if "\\" not in value:
        return value
    return re.sub(r"\\(.)", lambda found: _ESCAPED.get(found.group(1), found.group(1)), value)
