"""Ids of Outlook: base64 with ``+``, ``/`` and ``=``, told apart by case, one row for each kind.

An item has two: the usual one and the immutable one; calendars have one. An occurrence's is derived from its
series and its day. https://learn.microsoft.com/en-us/graph/outlook-immutable-id
"""

import base64
import binascii
import hashlib
from dataclasses import dataclass

from metonic_simulators.graph import errors

ITEM, IMMUTABLE, FOLDER = "AAMkAG", "AAkALg", "AQMkAD"
_END = b"|"


@dataclass(frozen=True, slots=True)
class Key:
    """What an id of an event stands for: of an occurrence its series, the run of its ids, and its day."""

    name: str
    run: int = 0
    day: str = ""

    @property
    def text(self) -> str:
        return f"{self.name};{self.run};{self.day}" if self.day else self.name

    @classmethod
    def of(cls, text: str) -> "Key":
        name, _, rest = text.partition(";")
        run, _, day = rest.partition(";")
        return cls(name, int(run or 0), day)


def written(kind: str, owner: str, text: str) -> str:
    """``owner``: the id of the user whose mailbox it is in."""
    plain = text.encode() + _END
    plain += b" " * ((1 - len(plain) - 6) % 3)
    code = bytes(one ^ two for one, two in zip(plain, _pad(kind, owner, len(plain)), strict=True))
    return kind + base64.b64encode(_tag(owner) + code).decode()


def read(kinds: tuple[str, ...], owner: str, name: str) -> str:
    """The text that it was written of.

    Raises Refused: malformed for what is no id, not found for one of another mailbox.
    """
    kind = name[:6]
    if kind not in kinds:
        raise errors.malformed_id()
    try:
        raw = base64.b64decode(name[6:], validate=True)
    except (binascii.Error, ValueError) as error:
        raise errors.malformed_id() from error
    tag, code = raw[:6], raw[6:]
    if tag != _tag(owner):
        raise errors.not_found()
    plain = bytes(one ^ two for one, two in zip(code, _pad(kind, owner, len(code)), strict=True))
    text, end, _ = plain.partition(_END)
    if not end or not text.isascii():
        raise errors.malformed_id()
    return text.decode()


def _tag(owner: str) -> bytes:
    return hashlib.sha256(owner.encode()).digest()[:6]


def _pad(kind: str, owner: str, length: int) -> bytes:
    return hashlib.shake_256(f"{kind}{owner}".encode()).digest(length)
