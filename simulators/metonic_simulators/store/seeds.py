"""Ids and tokens that a client cannot guess, and that come in the same order for the same seed."""

import hashlib
import hmac
from collections import Counter

BASE32HEX = "0123456789abcdefghijklmnopqrstuv"
WORDY = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"


class Seeds:
    """Each kind has a row of its own: one more token does not change the ids that follow."""

    def __init__(self, seed: str) -> None:
        self._seed = seed.encode()
        self._drawn: Counter[str] = Counter()

    def text(self, kind: str, length: int, alphabet: str = WORDY) -> str:
        """The next of its kind; the length of the alphabet is a power of two."""
        self._drawn[kind] += 1
        name = f"{kind}:{self._drawn[kind]}".encode()
        found = hashlib.shake_256(hmac.digest(self._seed, name, "sha256")).digest(length)
        return "".join(alphabet[one % len(alphabet)] for one in found)

    def number(self, kind: str, below: int) -> int:
        """The next number of its kind, from 0."""
        return int(self.text(kind, 8, "0123456789abcdef"), 16) % below
