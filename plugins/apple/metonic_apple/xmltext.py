"""What servers send as XML, made into what XML 1.0 allows (its section 2.2), and taken apart.

Servers pass on whatever people pasted into events, raw or as references. Parsers refuse the whole answer for
one such character, and with it every other event that it holds.
"""

import re
from xml.etree.ElementTree import Element, ParseError

from defusedxml import DefusedXmlException, ElementTree

from metonic_apple.charsets import declared_in, decoded

_FORBIDDEN = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")
_REFERENCE = re.compile(r"&#([0-9]+|[xX][0-9A-Fa-f]+);")
_DECLARED = re.compile(rb"""<\?xml[^>]{1,100}?encoding\s*=\s*["']([A-Za-z][A-Za-z0-9._-]{0,40})["']""")
_LAST, _MAX_DIGITS = 0x10FFFF, 8
# Tags and attributes take up to forty times their octets once they are objects. A listing of eighty thousand
# events has so many.
_MAX_PARTS = 1_000_000


def root_of(body: bytes, content_type: str = "") -> Element | None:
    """The outermost element of an XML document; None if it is none, or too much of one."""
    text = printable(body, content_type)
    if text.count("<") + text.count("=") > _MAX_PARTS:
        return None
    try:
        root: Element = ElementTree.fromstring(text, forbid_dtd=True)
    except (ParseError, DefusedXmlException, ValueError):
        return None
    return root


def printable(body: bytes, content_type: str = "") -> str:
    """The text of an XML document without the characters, and references to such, that XML forbids.

    What is in no character set at all is replaced (U+FFFD): it must not hide the rest of the answer.
    """
    text = _FORBIDDEN.sub("", _decoded(body, content_type))
    return _REFERENCE.sub(_allowed, text) if "&#" in text else text


def _decoded(body: bytes, content_type: str) -> str:
    prolog = _DECLARED.match(body)
    text = decoded(body, declared_in(content_type), prolog.group(1).decode() if prolog else "")
    return (body.decode("utf-8", "replace") if text is None else text).removeprefix("\ufeff")


def _allowed(reference: re.Match[str]) -> str:
    """The reference if XML has a place for what it stands for."""
    written = reference.group(1)
    is_hex = written[0] in "xX"
    digits = written.lstrip("xX0") or "0"
    code = int(digits, 16 if is_hex else 10) if len(digits) <= _MAX_DIGITS else _LAST + 1
    return "" if code > _LAST or _FORBIDDEN.match(chr(code)) else reference.group()
