"""The part of a description by which an online meeting is joined: Outlook's own words, and nobody's notes.

A meeting whose description is rewritten without it can be joined no more (guide "Create an event as an online
meeting"). So it is not read as notes, and stays as it is when they change; where it cannot be told from the
rest, they do not change. It stands between two lines of underscores, or in an element of a class of its own.
"""

import re
from dataclasses import dataclass, field

from metonic_outlook.bodies import as_html, html_of, likeness, plain, text_of_body, written
from metonic_outlook.items import Item, part_of, text_of
from metonic_outlook.markup import Tag, Text, pieces
from metonic_outlook.obstacles import Inexpressible, Obstacle

_RULE = re.compile(r"\s*_{20,}\s*\Z")
_CLASS = "me-email"
_LINKS = (
    "https://teams.microsoft.com/l/meetup-join/",
    "https://teams.microsoft.com/meet/",
    "https://teams.live.com/meet/",
)
_VOID = frozenset(
    {"area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "source", "wbr"}
)
_DEEPEST = 200


def is_online(item: Item) -> bool:
    """Whether it is joined over the net, by what Outlook knows of it."""
    is_linked = bool(part_of(item, "onlineMeeting")) or bool(text_of(item, "onlineMeetingUrl"))
    return item.get("isOnlineMeeting") is True or is_linked


def notes_of(item: Item) -> str:
    """What people wrote in its description."""
    text = text_of_body(item)
    content = text_of(part_of(item, "body"), "content")
    is_told = is_online(item) and any(link in content for link in _links(item))
    return _own_words(text) if is_told else text


def _links(item: Item) -> tuple[str, ...]:
    """How the links begin by which it may be joined."""
    own = text_of(part_of(item, "onlineMeeting"), "joinUrl").partition("?")[0]
    return (*_LINKS, own) if own else _LINKS


def _own_words(text: str) -> str:
    """Without what is between the last two lines of underscores: people draw them above it, too."""
    lines = text.split("\n")
    rules = [number for number, line in enumerate(lines) if _RULE.match(line)]
    match rules:
        case [*_, above, below]:
            return "\n".join([*lines[:above], *lines[below + 1 :]]).strip("\n")
    return text


def body_with(notes: str, item: Item) -> dict[str, str]:
    """The body that has these notes, and the part by which it is joined if it is; raises Inexpressible."""
    if not is_online(item):
        return written(notes)
    html = f"<html><body>{as_html(notes)}{_join_part(item)}</body></html>"
    if likeness(_own_words(plain(html))) != likeness(notes):
        raise Inexpressible(Obstacle.NO_JOIN_PART)
    return {"contentType": "html", "content": html}


def _join_part(item: Item) -> str:
    html = html_of(item)
    if html is None:
        # Of the text alone a body with links cannot be made again.
        raise Inexpressible(Obstacle.NO_JOIN_PART)
    found = [_outline(html, _links(item))]
    while len(found) == 1 and not found[0].is_whole:
        within = found[0].children
        signed = [number for number, part in enumerate(within) if part.is_linked or part.is_marked]
        if not signed:
            break
        found = within[signed[0] : signed[-1] + 1]
    if not any(part.is_linked for part in found) or not any(part.is_marked for part in found):
        raise Inexpressible(Obstacle.NO_JOIN_PART)
    return html[found[0].start : found[-1].end]


@dataclass(eq=False)
class _Piece:
    """An element, or a line of underscores, from ``start`` to ``end`` of some HTML.

    ``is_linked``: the link to join by is in it; ``is_marked``: something that only the join part has is;
    ``is_whole``: it is such a thing itself.
    """

    tag: str
    start: int
    end: int
    is_linked: bool = False
    is_marked: bool = False
    is_whole: bool = False
    children: list["_Piece"] = field(default_factory=list)


def _outline(html: str, links: tuple[str, ...]) -> _Piece:
    """The elements of some HTML, within a root; raises Inexpressible for one without a bottom."""
    opened = [_Piece("", 0, len(html))]
    for piece in pieces(html):
        if isinstance(piece, Text):
            if _RULE.match(piece.words):
                _add(opened, _Piece("", piece.start, piece.end, is_marked=True, is_whole=True))
        elif piece.is_end:
            _shut(opened, piece)
        else:
            made = _element(piece, opened[-1].end, links)
            _add(opened, made)
            if piece.name not in _VOID:
                opened.append(made)
        if len(opened) > _DEEPEST:
            raise Inexpressible(Obstacle.NO_JOIN_PART)
    return opened[0]


def _element(tag: Tag, end: int, links: tuple[str, ...]) -> _Piece:
    """One that is never closed goes on to the end of what it is in."""
    is_marked = any(name.startswith(_CLASS) for name in tag.attributes.get("class", "").split())
    is_linked = tag.attributes.get("href", "").startswith(links)
    end = tag.end if tag.name in _VOID else end
    return _Piece(tag.name, tag.start, end, is_linked=is_linked, is_marked=is_marked, is_whole=is_marked)


def _add(opened: list[_Piece], piece: _Piece) -> None:
    opened[-1].children.append(piece)
    for parent in opened:
        parent.is_linked |= piece.is_linked
        parent.is_marked |= piece.is_marked


def _shut(opened: list[_Piece], tag: Tag) -> None:
    depth = next((n for n in range(len(opened) - 1, 0, -1) if opened[n].tag == tag.name), None)
    if depth is None:
        return
    for piece in opened[depth + 1 :]:
        piece.end = tag.start
    opened[depth].end = tag.end
    del opened[depth:]
