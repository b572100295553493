"""A history as a list of decisions that can be cut: what happens, and after how many steps of the others.

Each decision has chance of its own, so that what the others are does not change what it is.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from random import Random

LENGTH = 35
_TASTES = (0, 0.5, 1, 4)
_ALWAYS = "run"
_PAUSES = (0, 0, 1, 1, 2, 3, 5, 8, 13)


Kinds = Sequence[tuple[float, str]]
"""What may happen, each with its weight."""


@dataclass(frozen=True, slots=True)
class Decision:
    """``chance`` seeds the dice of what happens."""

    after: int
    what: str
    chance: int


@dataclass(frozen=True, slots=True)
class Script:
    """A history to be lived: the decisions of a seed, or those of them that are kept."""

    seed: int
    kept: tuple[int, ...] | None = None

    def decisions(self, kinds: Kinds, beginnings: Sequence[Sequence[str]]) -> list[Decision]:
        """What happens. Each history is about few things, so that these come together (swarm testing)."""
        dice = Random(self.seed)  # noqa: S311 - chance that can be repeated
        names = [name for _, name in kinds]
        weights = [weight * (dice.choice(_TASTES) if name != _ALWAYS else 1) for weight, name in kinds]
        first = dice.choice(beginnings)
        chosen = [*first, *dice.choices(names, weights, k=LENGTH - len(first))]
        made = [Decision(dice.choice(_PAUSES), what, dice.getrandbits(32)) for what in chosen]
        return made if self.kept is None else [made[i] for i in self.kept]

    def keeping(self, kept: Collection[int]) -> "Script":
        return Script(self.seed, tuple(sorted(kept)))

    def __str__(self) -> str:
        kept = "" if self.kept is None else ":" + ",".join(map(str, self.kept))
        return f"{self.seed}{kept}"

    @classmethod
    def parse(cls, text: str) -> "Script":
        """The script of that text: ``17``, or ``17:0,3,8``; raises ValueError."""
        seed, _, kept = text.partition(":")
        return cls(int(seed), tuple(map(int, kept.split(","))) if kept else None)
