"""What users get wrong: each a typed answer that says what, where and what next, and nobody else notices."""

from collections.abc import Awaitable, Callable
from datetime import date, timedelta
from uuid import uuid4

from tests.e2e.smoke.api import CHOOSE, CREATE, DELETE, READ, RUN, SYNC, TEST, UPDATE, Api, Told, when
from tests.e2e.smoke.children import PASSWORD
from tests.e2e.smoke.item import When, timed
from tests.e2e.smoke.scene import Person, Scene, day
from tests.e2e.smoke.table import Difference, expect

from metonic_simulators.servers import HOST, free_port


class _Two:
    """Who gets it wrong, and somebody whose calendar goes on meanwhile."""

    def __init__(self, scene: Scene, clumsy: Person, other: Person) -> None:
        self.scene, self.clumsy, self.other = scene, clumsy, other

    async def others_go_on(self) -> None:
        """A change of the other user's still reaches their calendar."""
        told = await self.other.api.create(title=f"Meanwhile {uuid4()}", when=when(timed(day(3), 8)))
        await self.other.api.settled()
        await self.other.pair(told["id"])


async def bad_input(scene: Scene) -> None:
    clumsy, other = await scene.meet("bo", is_connected=False), await scene.meet("otto")
    two = _Two(scene, clumsy, other)
    checks: tuple[tuple[str, Callable[[_Two], Awaitable[None]]], ...] = (
        ("no token, and one of somebody else's making", _token),
        ("not connected", _not_connected),
        ("a wrong password", _wrong_password),
        ("a URL that is no CalDAV server's", _not_caldav),
        ("a URL that cannot be reached", _unreachable),
        ("after all that, the right password", _right_password),
        ("a calendar that is not one of the account's", _not_a_choice),
        ("an end before the start", _end_before_start),
        ("an unknown zone", _unknown_zone),
        ("a time in a gap", _gap),
        ("somebody else's id", _somebody_elses),
    )
    for name, check in checks:
        await scene.table.check(f"bad input: {name}", _and_others_go_on(two, check))
    await scene.table.check("bad input: both sides agree, bo's", clumsy.in_step())
    await scene.table.check("bad input: both sides agree, otto's", other.in_step())


async def _and_others_go_on(two: _Two, check: Callable[[_Two], Awaitable[None]]) -> None:
    await check(two)
    await two.others_go_on()


def refused(answer: Told, code: str, *path: str) -> None:
    """It is an error of that kind, at that place, in words for people."""
    if not answer or not answer.get("message") or not answer.get("nextStep"):
        raise Difference(f"No error for people: {answer}")
    expect(f"the code of {answer['message']!r}", answer["code"], code)
    expect(f"the path of {answer['message']!r}", answer.get("path") or [], list(path))


async def _token(two: _Two) -> None:
    for token in ("", "eyJhbGciOiJub25lIn0.eyJzdWIiOiJvdHRvIn0."):
        told = await Api(two.scene.session, two.scene.api_url, token).answer("{ viewer { id } }")
        codes = [error["extensions"]["code"] for error in told["errors"]]
        expect("the code", codes, ["UNAUTHENTICATED"])


async def _not_connected(two: _Two) -> None:
    for mutation in (SYNC, TEST):
        refused(await two.clumsy.api.ask(mutation), "NOT_CONNECTED")


async def _wrong_password(two: _Two) -> None:
    api, proxy = two.clumsy.api, two.clumsy.proxy
    refused(await api.connect(proxy.url, "bo", "wrong"), "SIGN_IN_FAILED")
    expect("what is connected", await api.status(), None)


async def _not_caldav(two: _Two) -> None:
    refused(await two.clumsy.api.connect(two.scene.service_url, "bo", PASSWORD), "NOT_A_CALENDAR_SERVER")
    expect("what is connected", await two.clumsy.api.status(), None)


async def _unreachable(two: _Two) -> None:
    nowhere = f"http://{HOST}:{free_port()}/"
    refused(await two.clumsy.api.connect(nowhere, "bo", PASSWORD), "UNREACHABLE")
    expect("what is connected", await two.clumsy.api.status(), None)


async def _right_password(two: _Two) -> None:
    await two.clumsy.connect()
    told = await two.clumsy.api.create(title="At last", when=when(timed(day(3), 8)))
    await two.clumsy.api.settled()
    await two.clumsy.pair(told["id"])


async def _not_a_choice(two: _Two) -> None:
    refused(await two.clumsy.api.ask(CHOOSE, id="/otto/calendar/"), "INVALID_INPUT", "calendarId")


async def _end_before_start(two: _Two) -> None:
    start, _end, zone = timed(day(3), 8)
    span = (start, timed(day(3), 7)[0], zone)
    await _refused_both_ways(two, span, "end")


async def _unknown_zone(two: _Two) -> None:
    await _refused_both_ways(two, timed(day(3), 8, zone="Mars/Phobos"), "timeZone")


async def _gap(two: _Two) -> None:
    await _refused_both_ways(two, timed(_clocks_go_forward(), 2.5), "start")


async def _refused_both_ways(two: _Two, span: When, field: str) -> None:
    """By create and by update, and the appointment stays what it was."""
    api = two.clumsy.api
    path = ("appointment", "when", "timed", field)
    fields = {"type": "one_on_one", "title": "Not like this", "when": when(span)}
    refused(await api.ask(CREATE, appointment=fields), "INVALID_INPUT", *path)
    known = await api.named("At last")
    refused(await api.ask(UPDATE, id=known["id"], appointment={"when": when(span)}), "INVALID_INPUT", *path)
    expect("the appointment", await api.named("At last"), known)


async def _somebody_elses(two: _Two) -> None:
    bo, otto = two.clumsy.api, two.other.api
    known = (await otto.appointments())[0]
    run = await otto.sync()
    for id_ in (known["id"], str(uuid4()), "no id at all"):
        expect("what is read", await bo.ask(READ, id=id_), None)
        refused(await bo.ask(UPDATE, id=id_, appointment={"title": "Mine now"}), "NOT_FOUND")
        refused(await bo.ask(DELETE, id=id_), "NOT_FOUND")
    expect("the other's run", await bo.ask(RUN, id=run["id"]), None)
    expect("the other's appointment", await otto.appointment(known["id"]), known)


def _clocks_go_forward() -> date:
    """The last Sunday of next year's March, when Berlin has no half past two."""
    last = date(day(0).year + 1, 3, 31)
    return last - timedelta(days=(last.weekday() + 1) % 7)
