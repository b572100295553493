"""Whether all is as it should be once everything is calm: the invariants, calendar by calendar."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field

from tests.chaos.edits import Item, People
from tests.chaos.places import Shown, about
from tests.chaos.platform import User

INVARIANTS = (
    "I1 nothing is left to be done",
    "I1 a run at rest writes nothing",
    "I2 what was deleted is gone",
    "I2 nobody has what is another's",
    "I3 the last edit is everywhere",
    "I4 nothing is doubled",
    "I5 nothing is deleted that nobody deleted",
    "I5 nothing is erased and made anew",
    "I6 nobody gets a mail",
    "I9 nobody is asked anything",
    "no process ends by itself",
)


@dataclass
class Verdict:
    """What does not hold, by invariant and in words.

    ``looked_at`` counts places, ``things`` what stood there.
    """

    broken: dict[str, list[str]] = field(default_factory=dict)
    looked_at: int = 0
    things: int = 0

    def find(self, invariant: str, why: str) -> None:
        self.broken.setdefault(invariant, []).append(why)

    @property
    def is_good(self) -> bool:
        return not self.broken


async def judged(people: People) -> Verdict:
    """I2 to I5 and I9 on the platform and in every calendar."""
    verdict = Verdict()
    by_user: dict[str, list[Item]] = {user.name: [] for user in people.users}
    for item in people.items.values():
        by_user[item.user.name].append(item)
    for user in people.users:
        _judge(verdict, f"{user.name} at the platform", by_user[user.name], await user.shown())
        for place in user.places:
            where = f"{user.name} at {place.provider}"
            _judge(verdict, where, by_user[user.name], place.shown())
            for item in by_user[user.name]:
                if item.said is not None and item.name in place.erased():
                    verdict.find("I5 nothing is erased and made anew", f"{where}: {item.said}")
            await _ask(verdict, where, user, place.provider)
    return verdict


def _judge(verdict: Verdict, where: str, items: Sequence[Item], shown: Sequence[Shown]) -> None:
    verdict.looked_at += 1
    verdict.things += len(shown)
    count = Counter(about(one.title) for one in shown)
    said = {about(one.title): one for one in shown}
    for item in items:
        found = said.get(item.name)
        if item.said is None and found is not None:
            verdict.find("I2 what was deleted is gone", f"{where}: {found}")
        elif item.said is not None and found is None:
            verdict.find(
                "I5 nothing is deleted that nobody deleted", f"{where}: {item.said}, by {_who(item)}"
            )
        elif item.said is not None and found != item.said:
            why = f"{where}: {found} instead of {item.said}, by {_who(item)}"
            verdict.find("I3 the last edit is everywhere", why)
        if count[item.name] > 1:
            verdict.find("I4 nothing is doubled", f"{where}: {count[item.name]} of {item.name}")
    for name in set(count) - {item.name for item in items}:
        verdict.find("I2 nobody has what is another's", f"{where}: {said[name]}")


def _who(item: Item) -> str:
    return "the platform" if item.author is None else item.author.provider


async def _ask(verdict: Verdict, where: str, user: User, provider: str) -> None:
    told = await user.status(provider)
    for what in ("openConflicts", "quarantined", "heldRun", "attention"):
        if told[what]:
            verdict.find("I9 nobody is asked anything", f"{where}: {what} {told[what]} {told['errors']}")
