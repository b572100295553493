"""The platform reads the feed: of every change it hears at least once, whatever happens to the service."""

import asyncio
from collections import defaultdict
from collections.abc import Iterable, Mapping
from typing import Any

from tests.e2e.smoke.api import PROVIDER, RUN, SYNC, Told
from tests.e2e.smoke.platform_side.edits import BY_TRAINER
from tests.e2e.smoke.platform_side.lessons import Kind, Lesson
from tests.e2e.smoke.platform_side.side import PATIENCE_SECONDS, Side, Watch, outcomes
from tests.e2e.smoke.scene import Person
from tests.e2e.smoke.table import Difference, expect
from tests.e2e.smoke.user import state_in
from tests.e2e.smoke.waiting import until


async def feed(side: Side) -> None:
    hearing = _Hearing(side)
    for name, check in (
        ("all of it is heard, though the service is killed between two pages", hearing.listen),
        ("each change is told with its cause, run and user, and nothing else is", hearing.causes),
        ("both calendars and the platform say what was made of it", hearing.compare),
        ("what came out of the calendar gets an id of the platform's", hearing.bind),
        ("read again from anywhere, it leads to the same state", hearing.replay),
    ):
        await side.scene.table.check(f"platform: {name}", check())


class _Hearing:
    """``heard`` are the entries in the order in which they were read."""

    def __init__(self, side: Side) -> None:
        self.side = side
        self.heard: list[Told] = []
        self._page = max(len(side.lessons) // 20, 5)

    @property
    def changed(self) -> list[Lesson]:
        """Those that the platform has to hear of; what the guest may not change is not among them."""
        return self.side.of(*BY_TRAINER, Kind.SHARED, Kind.EDITED_HERE)

    async def listen(self) -> None:
        side = self.side
        await self._edit_here()
        number = len(self.changed) + len(side.own)
        for person in (side.trainer, side.guest):
            await person.api.do(SYNC)
        watch = Watch()
        await until(lambda: self._have_heard(number // 3), "a third of it is heard", PATIENCE_SECONDS)
        before = len(self.heard)
        side.tell(f"heard until killed: {watch.rate(before)}")

        await side.restart()
        rest = asyncio.create_task(side.at_rest())
        await until(lambda: self._have_heard_all(rest), "all of it is heard", PATIENCE_SECONDS)
        await rest
        side.tell(f"heard, killed after {before}: {watch.rate(len(self.heard))}")

    async def _edit_here(self) -> None:
        ids = {t["platformId"]: t["id"] for t in await self.side.trainer.api.appointments()}
        for lesson in self.side.of(Kind.EDITED_HERE):
            item = self.side.retitle(lesson, "as the trainer calls it")
            await self.side.trainer.api.update(ids[lesson.platform_id], title=item.title)

    async def _have_heard(self, number: int) -> bool | None:
        for person in (self.side.trainer, self.side.guest):
            await person.api.approve()
        await self._read()
        return len(self.heard) >= number or None

    async def _have_heard_all(self, rest: asyncio.Task[None]) -> bool | None:
        """Nothing more comes, and nothing is left that it could come from."""
        is_at_rest = rest.done()
        return (await self._read() == 0 and is_at_rest) or None

    async def _read(self) -> int:
        """Read another page, from where the platform is."""
        page = await self.side.backend.page(self.side.position, self._page)
        self.heard += page["changes"]
        self.side.position = page["position"]
        return len(page["changes"])

    async def causes(self) -> None:
        side = self.side
        told: dict[str, set[object]] = defaultdict(set)
        for change in self.heard:
            told[_name_of(change)].add((change["kind"], change["cause"], change["byUserId"]))
        by_trainer, by_guest = (("UPDATE", PROVIDER, person.name) for person in (side.trainer, side.guest))
        wanted: dict[str, object] = {lesson.platform_id: {by_trainer} for lesson in side.of(*BY_TRAINER)}
        wanted |= {lesson.platform_id: {by_guest} for lesson in side.of(Kind.SHARED)}
        here = ("UPDATE", None, side.trainer.name)
        wanted |= {lesson.platform_id: {here} for lesson in side.of(Kind.EDITED_HERE)}
        wanted |= {title: {("CREATE", PROVIDER, side.trainer.name)} for title in side.own}
        expect("kind, cause and user of what was heard", dict(told), wanted)
        for person in (side.trainer, side.guest):
            await self._runs(person)
        expect("changes of no calendar that name a run", [c for c in self.heard if _is_odd(c)], [])

    async def _runs(self, person: Person) -> None:
        """The runs that are named are that user's."""
        mine = [c for c in self.heard if c["cause"] and c["byUserId"] == person.name]
        for run_id in {change["runId"] for change in mine}:
            if run_id is None or await person.api.do(RUN, id=run_id) is None:
                raise Difference(f"{person.name} has no run {run_id}")

    async def compare(self) -> None:
        await self.side.in_step(Kind.DELETED)
        told = {t["platformId"]: t for t in await self.side.trainer.api.appointments()}
        deleted = [told[lesson.platform_id] for lesson in self.side.of(Kind.DELETED)]
        stands = {(t["status"], state_in(t)) for t in deleted}
        expect("those whose copies were deleted", stands, {("CONFIRMED", "CONFLICT")})
        expect("the state rebuilt from the feed", *await self._rebuilt(_state_of(self.heard)))

    async def _rebuilt(self, state: Mapping[str, Told]) -> tuple[object, object]:
        """What of it has an id of the platform's, and what the platform is told if it asks for it."""
        found = {t["platformId"]: t for t in state.values() if t["platformId"]}
        return found, await self.side.backend.states(found)

    async def bind(self) -> None:
        """And one in two of them is deleted in the calendar, which the platform hears by that id."""
        side = self.side
        own = [t for t in _state_of(self.heard).values() if t["platformId"] is None]
        ids = {t["title"]: f"bound-{number:03}" for number, t in enumerate(own)}
        rows = [_as_row(told, ids[told["title"]]) for told in own]
        expect(
            "the outcomes",
            outcomes(await side.backend.upsert(rows)),
            dict.fromkeys(ids.values(), "UNCHANGED"),
        )
        gone = sorted(side.own)[::2]
        for title in gone:
            await side.trainer.device.delete(side.own.pop(title))
        await side.synced()

        first = len(self.heard)
        while await self._read():
            pass
        told = {(c["kind"], c["platformId"], c["appointment"]["status"]) for c in self.heard[first:]}
        expect("what is heard of it", told, {("DELETE", ids[title], "CANCELLED") for title in gone})
        await side.in_step(Kind.DELETED)

    async def replay(self) -> None:
        """From the start, and from where somebody has read to who applied all of it up to there."""
        number = len(self.heard)
        for read in (0, 1, number // 2, number - 1):
            after = self.heard[read - 1]["position"] if read else None
            again = [change async for change in self.side.backend.heard(after, self._page)]
            expect("the positions", _positions(again), _positions(self.heard[read:]))
            state = _state_of([*self.heard[:read], *again])
            expect(f"the state, read again after {read}", *await self._rebuilt(state))
        expect("whether each comes after the last", _positions(self.heard), sorted(_positions(self.heard)))


def _name_of(change: Told) -> str:
    """The platform's id, or the title of what has none yet."""
    return str(change["platformId"] or change["appointment"]["title"])


def _is_odd(change: Told) -> bool:
    return (change["cause"] is None) != (change["runId"] is None)


def _state_of(changes: Iterable[Told]) -> dict[str, Told]:
    """By appointment, what was told last; applied like that twice is applied once."""
    return {change["appointmentId"]: change["appointment"] for change in changes}


def _positions(changes: Iterable[Told]) -> list[int]:
    return [int(change["position"]) for change in changes]


def _as_row(told: Told, platform_id: str) -> dict[str, Any]:
    """The first state of what the platform did not make, as it read it."""
    return {
        "platformId": platform_id,
        "platformVersion": 1,
        "appointmentId": told["id"],
        "seenVersion": told["version"],
        "owner": {"userId": told["owner"]["userId"], "role": "trainer"},
        "type": told["type"],
        "title": told["title"],
        "location": told["location"],
        "when": {"timed": told["when"]},
    }
