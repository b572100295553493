"""The body of an event as plain text, and plain text as a body (resource "itemBody").

Exchange stores HTML whatever was written, and cleans it, so texts are compared as what they say: line by
line, whatever white space is between words.
"""

import re
from html import escape, unescape
from itertools import zip_longest

from metonic_outlook.errors import Flaw, Incomprehensible
from metonic_outlook.items import Item, clean, part_of, text_of
from metonic_outlook.markup import Text, pieces, split

_BLOCKS = frozenset(
    {"address", "article", "blockquote", "dd", "div", "dl", "dt", "footer", "h1", "h2", "h3", "h4", "h5"}
) | frozenset({"h6", "header", "hr", "li", "ol", "p", "pre", "section", "table", "tr", "ul"})
_CELLS = frozenset({"td", "th"})
_SILENT = frozenset({"script", "style", "title"})
_SPACE = re.compile(r"[ \t\n\r\f\xa0]+")
_BETWEEN = re.compile(r"[ \t\n\r\f]+")
_LINES = re.compile(r"\n{2,}")
_HTML = "html"
# Anybody can send an invitation, and each event is read many times.
_MOST_CHARACTERS, _MOST_MARKS = 4 * 1024 * 1024, 120_000


def html_of(item: Item) -> str | None:
    """The HTML of its body; None where it was asked for as text."""
    body = part_of(item, "body")
    return text_of(body, "content") if text_of(body, "contentType").casefold() == _HTML else None


def text_of_body(item: Item) -> str:
    """What its body says; raises Incomprehensible for one that takes too long to read."""
    html = html_of(item)
    if html is not None and (len(html) > _MOST_CHARACTERS or max(map(html.count, "<&")) > _MOST_MARKS):
        raise Incomprehensible(Flaw.TOO_LARGE)
    return clean(text_of(part_of(item, "body"), "content")).strip("\n") if html is None else plain(html)


def plain(html: str) -> str:
    """The text of HTML: a line for each block and each line break."""
    cleaned, reader = clean(html), _Reader()
    found = split(cleaned)
    if found is None:
        _look_closer(cleaned, reader)
    else:
        for words, tag in zip_longest(found[::2], found[1::2]):
            if words:
                reader.read(unescape(words))
            if tag:
                reader.meet(tag.lower())
    return reader.text()


def _look_closer(html: str, reader: "_Reader") -> None:
    for piece in pieces(html):
        if isinstance(piece, Text):
            reader.read(piece.words)
        else:
            reader.meet(f"/{piece.name}" if piece.is_end else piece.name)


def written(text: str) -> dict[str, str]:
    """A body that says no more than that text."""
    return {"contentType": "text", "content": text}


def as_html(text: str) -> str:
    """The same lines as HTML, for a body that holds more than text."""
    lines = text.split("\n")
    return "".join(f"<div>{escape(line, quote=False) or '<br>'}</div>" for line in lines) if text else ""


def likeness(text: str) -> str:
    """The same for texts that say the same in HTML."""
    lines = (_SPACE.sub(" ", line).strip() for line in clean(text).split("\n"))
    return _LINES.sub("\n", "\n".join(lines)).strip("\n")


class _Reader:
    """Collects the lines that are shown; ``is_kept``: the text has its own."""

    def __init__(self) -> None:
        self.is_silent = False
        self.is_kept = False
        self._lines: list[str] = []
        self._line: list[str] = []

    def meet(self, tag: str) -> None:
        """A tag by its name in small letters, with a slash before it if it is an end."""
        name = tag.removeprefix("/")
        if name in _BLOCKS:
            self.end_block()
            self.is_kept = tag == "pre"
        elif name == "br":
            self.end_line()
        elif tag in _CELLS:
            self._line.append(" ")
        elif name in _SILENT:
            self.is_silent = tag == name

    def read(self, words: str) -> None:
        """A text."""
        if self.is_silent:
            return
        if not self.is_kept:
            is_one_line = words.isprintable() and "  " not in words
            self._line.append(words if is_one_line else _BETWEEN.sub(" ", words))
            return
        first, *others = words.split("\n")
        self._line.append(first)
        for line in others:
            self.end_line()
            self._line.append(line)

    def end_line(self) -> None:
        self._lines.append("".join(self._line).strip())
        self._line = []

    def end_block(self) -> None:
        # A paragraph of nothing but a hard space is how people leave a line out.
        if "".join(self._line).strip(" "):
            self.end_line()
        self._line = []

    def text(self) -> str:
        self.end_block()
        # A character may be told by its number, those too that no text has.
        return clean("\n".join(self._lines)).strip("\n").replace("\xa0", " ")
