"""From octets to text: which characters the body of an answer holds (RFC 5545 3.1, RFC 7303 3.2).

Almost all is UTF-8, whatever is declared beside it. But lines have been folded in the middle of a character,
and old objects are in the character set of the program that wrote them.
"""

import codecs
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

_UTF_16 = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)
_PARAMETER = re.compile(r"""charset\s*=\s*["']?([A-Za-z][A-Za-z0-9._:-]{0,40})""", re.IGNORECASE)
# Those that texts are written in: Python's codecs do other things to text as well.
_WRITTEN_IN = re.compile(r"(?:utf-(?:8|16|32)|ascii|iso8859|iso2022|cp[0-9]|gb|big5|shift|euc|koi8|mac)")
# The octets of a character, and a fold among them. What follows has no other meaning in UTF-8.
_SPLIT = re.compile(rb"([\xc2-\xf4][\x80-\xbf]{0,2})(\r?\n[ \t])([\x80-\xbf]{1,3})")
_LENGTHS = ((0xF0, 4), (0xE0, 3), (0xC2, 2))
_OLD = "cp1252"
_WIDE = ("utf-16", "utf-32")
_HIGH = bytes(range(0x80, 0x100))


@dataclass(frozen=True, slots=True)
class Decoded:
    """``is_sure`` is False where the character set is a guess: what is guessed is not to be written back."""

    text: str
    is_sure: bool = True


def of_object(body: bytes, content_type: str) -> Decoded | None:
    """The text of a calendar object; None if nobody can tell which characters it holds."""
    declared = declared_in(content_type)
    text = decoded(body, declared)
    if text is not None:
        return Decoded(text)
    old = next((charset for charset in _usable([declared], body) if _takes_anything(charset)), _OLD)
    try:
        # Lines of several programs have been met in one object.
        lines = [_guessed(line, old) for line in _whole(body).split(b"\n")]
        return Decoded("\n".join(lines), is_sure=False)
    except UnicodeDecodeError:
        return None


def declared_in(content_type: str) -> str:
    """The ``charset`` of a Content-Type; empty if it names none."""
    found = _PARAMETER.search(content_type)
    return found.group(1) if found else ""


def decoded(body: bytes, *declared: str) -> str | None:
    """The text in the first of these that it can be in, UTF-8 before them all; None if there is none.

    What is UTF-8 is so by no accident, while servers declare what their configuration says. So where some
    lines are UTF-8 the whole is not in a character set that any octets are text in.
    """
    if body.startswith(_UTF_16):
        return _in("utf-16", body)
    return next((text for text in _attempts(body, declared) if text is not None), None)


def _attempts(body: bytes, declared: Iterable[str]) -> Iterator[str | None]:
    is_plain = body.isascii()
    if not is_plain:
        yield _in("utf-8", body)
        yield _in("utf-8", _whole(body))
    # What is plain may be so by escapes (ISO-2022-JP).
    for charset in _usable(declared, body):
        if is_plain or not (_takes_anything(charset) and _is_partly_utf8(body)):
            yield _in(charset, body)
    if is_plain:
        yield body.decode()


def _usable(declared: Iterable[str], body: bytes) -> Iterator[str]:
    """Those of the declared ones that it may be in.

    UTF-16 and UTF-32 without a byte order mark show at once: all that we read begins with a plain character.
    """
    is_wide = b"\0" in body[:2]
    for name in filter(None, declared):
        try:
            charset = codecs.lookup(name).name
        except LookupError:
            continue
        if _WRITTEN_IN.match(charset) and (is_wide or not charset.startswith(_WIDE)):
            yield charset


def _takes_anything(charset: str) -> bool:
    """Whether each octet is a character of its own there: that a text can be decoded then proves nothing."""
    text = _HIGH.decode(charset, "replace")
    return len(text) == len(_HIGH) and set(text) != {"\ufffd"}


def _is_partly_utf8(body: bytes) -> bool:
    lines = _whole(body).split(b"\n")
    return any(not line.isascii() and _in("utf-8", line) is not None for line in lines)


def _in(charset: str, body: bytes) -> str | None:
    try:
        return body.decode(charset)
    except UnicodeDecodeError:
        return None


def _guessed(line: bytes, old: str) -> str:
    found = _in("utf-8", line)
    return line.decode(old) if found is None else found


def _whole(body: bytes) -> bytes:
    """The body with folds before the characters that they were in the middle of: the same lines."""
    return _SPLIT.sub(_unsplit, body)


def _unsplit(found: re.Match[bytes]) -> bytes:
    before, fold, after = found.groups()
    length = next(length for lead, length in _LENGTHS if before[0] >= lead)
    is_split = len(before) < length <= len(before) + len(after)
    return fold + before + after if is_split else found.group()
