"""Seals secrets for the database, and derives the installation's other keys.

An envelope is ``v1.<key id>.<base64url(nonce | ciphertext)>``: AES-256-GCM (NIST SP 800-38D) under a key that
HKDF-SHA256 (RFC 5869) derives from a root. Table, row and column are associated data, so that an envelope
opens only where it was put. The first root seals, every root opens.
"""

import base64
import binascii
import os
import re
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from metonic_core.model.marker import MarkerKey

_KEY_BYTES = 32
_NONCE_BYTES = 12
_KEY_ID = re.compile(r"[A-Za-z0-9_-]{1,32}")


class VaultError(Exception):
    """An envelope cannot be opened; the message names the place and the key id, never content."""


@dataclass(frozen=True, slots=True)
class Place:
    """Where an envelope is stored. The names must hold no ``|``, which separates them."""

    table: str
    row_id: str
    column: str

    def __str__(self) -> str:
        return f"{self.table}|{self.row_id}|{self.column}"


class Vault:
    """``keys`` are the roots by key id, 32 bytes each, the newest first; at least one."""

    def __init__(self, keys: Mapping[str, bytes]) -> None:
        self._ciphers = {kid: AESGCM(_derive(root, b"metonic/token/v1")) for kid, root in keys.items()}
        self._newest, *_ = keys
        *_, oldest = keys.values()
        self._marker_key = MarkerKey(_derive(oldest, b"metonic/marker/v1"))

    def seal(self, text: str, place: Place) -> str:
        nonce = os.urandom(_NONCE_BYTES)
        sealed = self._ciphers[self._newest].encrypt(nonce, text.encode(), str(place).encode())
        return f"v1.{self._newest}.{base64.urlsafe_b64encode(nonce + sealed).decode('ascii')}"

    def open(self, envelope: str, place: Place) -> str:
        """The text that was sealed at that place; raises VaultError."""
        version, _, rest = envelope.partition(".")
        kid, _, text = rest.partition(".")
        if version != "v1":
            raise VaultError(f"What is stored in {place} is no envelope.")
        if kid not in self._ciphers:
            raise VaultError(f"The key {kid!r} that sealed {place} is missing: add it to METONIC_KEYS.")
        try:
            sealed = base64.b64decode(text, altchars=b"-_", validate=True)
            opened = self._ciphers[kid].decrypt(
                sealed[:_NONCE_BYTES], sealed[_NONCE_BYTES:], str(place).encode()
            )
        except (InvalidTag, ValueError) as error:
            raise VaultError(
                f"The key {kid!r} does not open what is stored in {place}: it is another one of that id, "
                "or what is stored was altered or belongs elsewhere."
            ) from error
        return opened.decode()

    def marker_key(self) -> MarkerKey:
        """The key that signs the markers on copies.

        Problem: the copies in people's calendars carry the signature, and rotation cannot rewrite them.
        Solution: it comes from the oldest root, which stays the last of the keys for good.
        """
        return self._marker_key


def read_keys(text: str) -> dict[str, bytes]:
    """The roots written as ``kid:base64-of-32-bytes``, comma separated, in that order.

    Raises ValueError with a message that says which one is wrong and shows none of it.
    """
    roots: dict[str, bytes] = {}
    for number, entry in enumerate(text.split(","), start=1):
        kid, colon, encoded = entry.strip().partition(":")
        if not (colon and _KEY_ID.fullmatch(kid)):
            raise ValueError(
                f"key {number} must begin with its id, 1 to 32 of A-Z, a-z, 0-9, _ and -, and a colon"
            )
        if kid in roots:
            raise ValueError(f"key {number} has the id of an earlier one")
        roots[kid] = _read_root(encoded, number)
    return roots


def new_key_file(path: Path) -> None:
    """Write a file with one new root, for its owner alone; raises FileExistsError rather than overwrite."""
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "w", encoding="ascii") as file:
        root = base64.b64encode(os.urandom(_KEY_BYTES)).decode("ascii")
        file.write(f"{secrets.token_hex(4)}:{root}\n")


def _read_root(encoded: str, number: int) -> bytes:
    try:
        root = base64.b64decode(encoded, validate=True)
    except binascii.Error:
        raise ValueError(f"key {number} is not base64") from None
    if len(root) != _KEY_BYTES:
        raise ValueError(f"key {number} has {len(root)} bytes and needs {_KEY_BYTES}")
    return root


def _derive(root: bytes, purpose: bytes) -> bytes:
    return HKDF(algorithm=SHA256(), length=_KEY_BYTES, salt=None, info=purpose).derive(root)
