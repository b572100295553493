"""How fast a service may be asked: its plugin declares it, and whoever asks keeps to it."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta

from metonic_core.spi.errors import Scope

COUNTED_TOGETHER = frozenset({Scope.ACCOUNT, Scope.PROJECT})
"""Whose requests a provider may count together."""


def _one(_method: str, _body: bytes | None) -> int:
    return 1


@dataclass(frozen=True, slots=True)
class Pace:
    """At most ``units`` within any ``span``, of requests to ``host``: a pattern, as in ``Provider.hosts``.

    ``scope`` says whose requests are counted together: those for an ACCOUNT, or for the whole PROJECT, which
    is what the provider knows the installation as. ``cost`` is pure and tells by method and body how many
    units a request takes. Of these requests no more than ``at_once`` are on their way at the same time; None:
    as many as come.
    """

    host: str
    units: int
    span: timedelta = timedelta(minutes=1)
    scope: Scope = Scope.ACCOUNT
    cost: Callable[[str, bytes | None], int] = _one
    at_once: int | None = None

    @property
    def least(self) -> int:
        """The units to reckon with where even fewer are allowed.

        What a batch of writes takes in all has to fit, or it would be begun again and again.
        """
        return self.units // 2
