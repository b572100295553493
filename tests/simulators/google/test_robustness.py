"""Whatever is sent, the stand-in answers as the API would: without a failure, without a key too many."""

import json
from collections.abc import Mapping
from typing import Any
from urllib.parse import urlencode

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from multidict import CIMultiDict
from tests.simulators.google.bodies import daily, timed
from tests.simulators.google.official import check_answer
from tests.simulators.google.running import ALICE, START

from metonic_simulators.google.call import Call
from metonic_simulators.google.events.shape import WRITABLE
from metonic_simulators.google.names import PARAMETERS
from metonic_simulators.google.operations import Operations
from metonic_simulators.google.people import full_scope
from metonic_simulators.google.push import Push
from metonic_simulators.google.service import Service
from metonic_simulators.google.world import World
from metonic_simulators.store.clock import Clock
from metonic_simulators.wire.errands import Errands
from metonic_simulators.wire.serving import Sent

KNOWN = {200, 204, 304, 400, 403, 404, 409, 410, 412}
TIMES = st.sampled_from(
    [
        "0001-01-01T00:00:00+14:00",
        "9999-12-31T23:59:59-14:00",
        "2026-03-10T10:00:00",
        "2026-03-29T02:30:00",
        "2026-10-25T02:30:00Z",
        "20260310T100000Z",
        "T",
    ]
)
POINTS = st.fixed_dictionaries(
    {},
    optional={
        "date": st.sampled_from(["2026-03-10", "0001-01-01", "9999-12-31", "20260310", "x"]) | st.none(),
        "dateTime": TIMES | st.none(),
        "timeZone": st.sampled_from(["Europe/Berlin", "UTC", "Pacific/Apia", "", "../etc", "\x00"])
        | st.none(),
    },
)
LINES = st.sampled_from(
    [
        "RRULE:FREQ=DAILY",
        "RRULE:FREQ=DAILY;INTERVAL=0",
        "RRULE:FREQ=MONTHLY;BYMONTHDAY=31;COUNT=3",
        "RRULE:FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=30",
        "RRULE:FREQ=WEEKLY;UNTIL=20260401",
        "RRULE:FREQ=WEEKLY;COUNT=2;UNTIL=20260401T000000Z",
        "RRULE:COUNT=3",
        "EXDATE;VALUE=DATE:20260310",
        "EXDATE;TZID=Nowhere:20260310T100000",
        "RDATE;VALUE=PERIOD:20260310T100000Z/PT1H",
        "DTSTART:20260310",
        "",
    ]
)
ODD: st.SearchStrategy[Any] = (
    st.none()
    | st.booleans()
    | st.integers()
    | st.text(max_size=3)
    | st.just("\ud800")
    | st.just([])
    | st.just({})
)
BODIES = st.fixed_dictionaries(
    {},
    optional={
        "start": POINTS,
        "end": POINTS,
        "recurrence": st.lists(LINES, max_size=3),
        "attendees": st.lists(
            st.fixed_dictionaries({}, optional={"email": st.just("bob@example.com") | ODD})
        ),
        "status": st.sampled_from(["confirmed", "tentative", "cancelled"]),
        "visibility": st.sampled_from(["default", "public", "private", "confidential"]),
        "eventType": st.sampled_from(["default", "birthday", "focusTime", "outOfOffice", "workingLocation"]),
    },
)
SPOILT = st.dictionaries(st.sampled_from(sorted(WRITABLE)), ODD, max_size=2)
QUERIES = st.dictionaries(
    st.sampled_from(sorted(PARAMETERS - {"quotaUser", "oauth_token"})),
    TIMES
    | st.sampled_from(["true", "false", "1", "0", "-1", "startTime", "a=b", "", "²", "id,items(id)", "UTC"]),
    max_size=3,
)
METHODS = st.sampled_from(
    ["events.insert", "events.update", "events.patch", "events.delete", "events.import"]
)


class Desk:
    """The API without a network: a world of its own, with an event and a series."""

    def __init__(self) -> None:
        self.world = World("robust", Clock(START, runs=False))
        for user in (ALICE, "bob@example.com"):
            self.world.add_user(user)
        push = Push(self.world, _unheard, Errands())
        self.service = Service(lambda: self.world, Operations(lambda: push), "http://localhost")
        token = self.world.people.issue_access(
            self.world.people.users[ALICE], frozenset({full_scope("calendar")})
        )
        self.headers = CIMultiDict({"Authorization": f"Bearer {token}", "Content-Type": "application/json"})
        self.world.quirks.turn_off("quota")

    async def ask(self, method: str, path: str, body: Any = None, query: Any = ()) -> tuple[int, Any]:  # noqa: ANN401
        target = f"/calendar/v3/calendars/primary/events{path}?{urlencode(query)}"
        content = json.dumps(body).encode() if body is not None else b""
        reply = await self.service.answer(Call.of(method, target, self.headers, content))
        found = json.loads(reply.body()) if reply.content is not None else ""
        operation = self.world.log[-1].operation
        assert reply.status in KNOWN, (method, target, body, found)
        if reply.status in {200, 204}:
            check_answer(f"calendar.{operation}", found)
        return reply.status, found


async def _unheard(_: str, __: Mapping[str, str], ___: bytes) -> Sent:
    return 204, "", b""


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(
    steps=st.lists(st.tuples(METHODS, BODIES, SPOILT, st.booleans(), QUERIES), min_size=1, max_size=4),
    query=QUERIES,
)
async def test_no_request_brings_it_out_of_step(steps: list[Any], query: dict[str, str]) -> None:
    desk = Desk()
    await desk.ask("POST", "", timed(id="event0", attendees=[{"email": "bob@example.com"}]))
    await desk.ask("POST", "", daily(4, id="series0"))

    for number, (operation, body, spoilt, is_instance, parameters) in enumerate(steps):
        event = "series0_20260311T090000Z" if is_instance else ("event0", "series0")[number % 2]
        whole = {**timed(), **body, **spoilt}
        match operation:
            case "events.insert":
                await desk.ask("POST", "", whole, parameters)
            case "events.import":
                await desk.ask("POST", "/import", {"iCalUID": "uid", **whole}, parameters)
            case "events.update":
                await desk.ask("PUT", f"/{event}", whole, parameters)
            case "events.patch":
                await desk.ask("PATCH", f"/{event}", {**body, **spoilt}, parameters)
            case _:
                await desk.ask("DELETE", f"/{event}", query=parameters)
        await desk.ask("GET", f"/{event}")
        await desk.ask("GET", "", query=query)
    for parameters in (
        {},
        {"singleEvents": "true", "maxResults": "20"},
        {"showDeleted": "true"},
        {"timeMin": "2026-03-11T00:00:00Z"},
    ):
        assert (await desk.ask("GET", "", query=parameters))[0] == 200
