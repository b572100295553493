"""HTML as a row of tags and texts, each with its place: mail holds whatever was ever written.

Problem: the parser of the standard library takes the square of the time for what is never closed.
Solution: one pass that only looks ahead for what ends a tag, and takes what has no end for text.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from html import unescape

_NAME = re.compile(r"</?([A-Za-z][A-Za-z0-9:_-]*)")
_ATTRIBUTE = re.compile(r"""\b(class|href)\s*=\s*("[^"]*"|'[^']*'|[^\s"'>]+)""", re.IGNORECASE)
_COMMENT, _COMMENT_END = "<!--", "-->"
_PLAIN_TAG = re.compile(r"<(?:!(?=--)(?s:.*?)-->|(?:(/?[A-Za-z][A-Za-z0-9:_-]*)|[!?])[^>]*>)")


@dataclass(frozen=True, slots=True)
class Tag:
    """A tag, from ``start`` to ``end``; ``attributes`` are class and href, of those that it has."""

    start: int
    end: int
    name: str
    is_end: bool
    attributes: dict[str, str]


@dataclass(frozen=True, slots=True)
class Text:
    """What stands between two tags, as people read it."""

    start: int
    end: int
    words: str


def split(html: str) -> list[str | None] | None:
    """Its texts, as they stand there, and its tags in turn: the first and the last are texts.

    A tag is its name, with a slash before it where it is an end; None is a comment or a declaration. That is
    a quick look, and enough for most HTML: where something is never closed, the answer is None.
    """
    last = html.rfind(_COMMENT)
    is_open = last >= 0 and _comment_end(html, last) < 0
    if is_open or html.rfind("<") > html.rfind(">"):
        return None
    return _PLAIN_TAG.split(html)


def pieces(html: str) -> Iterator[Tag | Text]:
    """Its tags and texts in order, without comments and declarations."""
    at = 0
    while at < len(html):
        found = html.find("<", at)
        start = len(html) if found < 0 else found
        if start > at:
            yield _text(html, at, start)
        if start == len(html):
            return
        piece, at = _at(html, start)
        if piece:
            yield piece


def _at(html: str, start: int) -> tuple[Tag | Text | None, int]:
    """What begins there, and where it ends."""
    if html.startswith(_COMMENT, start):
        end = _comment_end(html, start)
        return None, len(html) if end < 0 else end
    name = _NAME.match(html, start)
    if name is None and html[start + 1 : start + 2] not in {"!", "?"}:
        return _text(html, start, start + 1), start + 1
    end = html.find(">", start) + 1
    if end == 0:
        return _text(html, start, len(html)), len(html)
    if name is None:
        return None, end
    is_end = html[start + 1] == "/"
    told = {} if is_end else _attributes(html[name.end() : end - 1])
    return Tag(start, end, name[1].lower(), is_end, told), end


def _comment_end(html: str, start: int) -> int:
    """Where the comment that begins there ends, -1 if it does not; an empty one may share its dashes."""
    end = html.find(_COMMENT_END, start + len("<!"))
    return end if end < 0 else end + len(_COMMENT_END)


def _attributes(text: str) -> dict[str, str]:
    return {found[1].lower(): unescape(found[2].strip("\"'")) for found in _ATTRIBUTE.finditer(text)}


def _text(html: str, start: int, end: int) -> Text:
    return Text(start, end, unescape(html[start:end]))
