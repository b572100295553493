"""What people change, and what each appointment and each event about it has to say in the end.

Each item is edited on one side only, so nothing that anybody does collides with anything else, and the last
edit of each has to be everywhere.
"""

from collections import Counter
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from random import Random

from tests.chaos.places import Place, Shown
from tests.chaos.platform import Backend, User

_DAYS = 60
_MOST_REMOVED = 2
_EDITS = 6


@dataclass
class Item:
    """``author``: where it is edited; None: at the platform. ``said`` is None once it is deleted."""

    name: str
    user: User
    author: Place | None
    is_from_platform: bool
    said: Shown | None
    edits: int = 1

    @property
    def is_at_hand(self) -> bool:
        """Whether its author can edit it by now: a copy may be on its way."""
        return self.author is None or self.author.has(self.name)


@dataclass
class People:
    """Edits arrive at any of the users, with any of the items: ``items`` are by name."""

    dice: Random
    backend: Backend
    users: list[User]
    items: dict[str, Item] = field(default_factory=dict)
    made: dict[str, int] = field(default_factory=dict)
    removed: Counter[str] = field(default_factory=Counter)

    async def edit(self) -> None:
        """One of them does something."""
        at_hand = [one for one in self.items.values() if one.said and one.edits < _EDITS]
        item = self.dice.choice(at_hand) if at_hand and self.dice.random() < 0.6 else None
        if item is None or not item.is_at_hand:
            await self._create()
        elif self.dice.random() < 0.15 and self._may_remove(item):
            await self._remove(item)
        else:
            await self._change(item)

    async def _create(self) -> None:
        user = self.dice.choice(self.users)
        author = self.dice.choice([None, *user.places])
        is_from_platform = author is None or self.dice.random() < 0.4
        name = f"k{len(self.items)}"
        item = Item(name, user, author, is_from_platform, self._shown(name, 1))
        self.items[name] = item
        await self._say(item, None if is_from_platform else author)
        self._count("created", None if is_from_platform else author)

    async def _change(self, item: Item) -> None:
        item.edits += 1
        item.said = self._shown(item.name, item.edits)
        await self._say(item, item.author)
        self._count("edited", item.author)

    async def _remove(self, item: Item) -> None:
        said, item.said = item.said, None
        self.removed[item.user.name] += 1
        if item.author is None:
            assert said is not None
            await self.backend.put(item.user.name, said, item.name, is_cancelled=True)
        else:
            await item.author.remove(item.name)
        self._count("deleted", item.author)

    async def _say(self, item: Item, place: Place | None) -> None:
        assert item.said is not None
        if place is None:
            await self.backend.put(item.user.name, item.said, item.name)
        else:
            await place.put(item.said)

    def _may_remove(self, item: Item) -> bool:
        """A copy that is deleted asks its user what that means, and so do deletions that leave nothing."""
        is_own = (item.author is None) == item.is_from_platform
        return is_own and self.removed[item.user.name] < _MOST_REMOVED

    def _shown(self, name: str, number: int) -> Shown:
        day = datetime.now(UTC).replace(hour=0, minute=0, second=0, microsecond=0) + timedelta(days=2)
        at = timedelta(days=self.dice.randrange(_DAYS), minutes=15 * self.dice.randrange(92))
        return Shown(f"{name}.{number} Training", day + at)

    def _count(self, what: str, place: Place | None) -> None:
        key = f"{what} {'at the platform' if place is None else f'at {place.provider}'}"
        self.made[key] = self.made.get(key, 0) + 1
