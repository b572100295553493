"""The mark on every copy: whose it is, and which of our operations wrote it last.

``v1;link;appointment;generation;operation;mac``, the mac a truncated HMAC-SHA256 under the installation's
key. The form and the derived identities can never change: copies in people's calendars carry them.
"""

import hashlib
import hmac
from dataclasses import dataclass
from uuid import UUID, uuid5

_NAMESPACE = UUID("6f5d3c52-5f0e-4b0c-9b64-6d0a5f1f6c1e")
_MAC_CHARACTERS = 24
# No hexadecimal digit: an operation that showed all has a name without it.
_MASKING = "m"


def operation_name(key: UUID, *, is_masked: bool) -> str:
    """What a write is called, on its copy too.

    Whether it masked the copy is part of the name, so that every version of a copy, however old, tells of
    itself whether its text is the appointment's.
    """
    name = key.hex[:16]
    return _MASKING + name[1:] if is_masked else name


def is_masking(operation: str) -> bool:
    """Whether the write of that name said no more than that somebody is busy."""
    return operation.startswith(_MASKING)


@dataclass(frozen=True, slots=True)
class Marker:
    """``generation`` counts the events made for one appointment in one link, from 1."""

    link_id: UUID
    appointment_id: UUID
    generation: int
    operation: str

    @property
    def is_masked(self) -> bool:
        """Whether the copy that carries it was told no more than that somebody is busy."""
        return is_masking(self.operation)

    @property
    def identity(self) -> UUID:
        """The identity of the copy at the provider, derived so that a create can be repeated."""
        return uuid5(_NAMESPACE, f"{self.link_id}/{self.appointment_id}/{self.generation}")


class MarkerKey:
    """Signs and reads markers, so that nobody else's text is taken for ours."""

    def __init__(self, key: bytes) -> None:
        self._key = key

    def sign(self, marker: Marker) -> str:
        """The text to put on a copy."""
        text = f"v1;{marker.link_id.hex};{marker.appointment_id.hex};{marker.generation};{marker.operation}"
        return f"{text};{self._mac(text)}"

    def read(self, text: str) -> Marker | None:
        """The marker in that text; None if it was not signed with this key."""
        if not text.isascii():
            return None
        signed, _, mac = text.strip().rpartition(";")
        if not hmac.compare_digest(mac.encode(), self._mac(signed).encode()):
            return None
        _version, link, appointment, generation, operation = signed.split(";")
        return Marker(UUID(link), UUID(appointment), int(generation), operation)

    def digest(self, text: str) -> str:
        """Tells equal texts without keeping them: nobody without the key can try out what they said."""
        return hmac.new(self._key, f"digest;{text}".encode(), hashlib.sha256).hexdigest()

    def _mac(self, text: str) -> str:
        return hmac.new(self._key, text.encode(), hashlib.sha256).hexdigest()[:_MAC_CHARACTERS]
