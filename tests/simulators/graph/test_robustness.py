"""Whatever is sent, the stand-in answers as Graph would: without a failure, without a member too many."""

import json
from collections.abc import Mapping
from typing import Any
from urllib.parse import quote, urlencode

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from multidict import CIMultiDict
from tests.simulators.graph.bodies import daily, timed
from tests.simulators.graph.conftest import ALICE, BOB, START
from tests.simulators.graph.official import check_answer

from metonic_simulators.graph.call import Call
from metonic_simulators.graph.events.patterns import DAYS, INDEXES
from metonic_simulators.graph.events.shape import ENUMS, USUAL
from metonic_simulators.graph.operations import Operations
from metonic_simulators.graph.scopes import KNOWN
from metonic_simulators.graph.service import Service
from metonic_simulators.graph.subscriptions import Subscriptions
from metonic_simulators.graph.world import World
from metonic_simulators.store.clock import Clock
from metonic_simulators.wire.errands import Errands
from metonic_simulators.wire.serving import Sent

EXPECTED = {200, 201, 202, 204, 400, 403, 404, 405, 409, 410, 412}
TIMES = st.sampled_from(
    [
        "0001-01-01T00:00:00",
        "1601-01-01T00:00:00",
        "9999-12-31T23:59:59-14:00",
        "4499-12-31T23:59:59",
        "2026-03-10T00:00:00.0000000",
        "2026-03-29T02:30:00",
        "2026-10-25T02:30:00Z",
        "2026-03-10",
        "T",
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
    | st.just([1])
)
POINTS = st.fixed_dictionaries(
    {},
    optional={
        "dateTime": TIMES | ODD,
        "timeZone": st.sampled_from(["UTC", "W. Europe Standard Time", "Samoa Standard Time", "", "../etc"])
        | ODD,
    },
)
PATTERNS = st.fixed_dictionaries(
    {"interval": st.integers(0, 3) | st.just(999) | ODD},
    optional={
        "type": st.sampled_from(
            [
                *("daily", "weekly", "absoluteMonthly", "relativeMonthly"),
                *("absoluteYearly", "relativeYearly", "hourly"),
            ]
        ),
        "daysOfWeek": st.lists(st.sampled_from(DAYS), max_size=3) | ODD,
        "firstDayOfWeek": st.sampled_from(DAYS),
        "index": st.sampled_from(INDEXES) | ODD,
        "dayOfMonth": st.integers(0, 32),
        "month": st.integers(0, 13),
    },
)
RANGES = st.fixed_dictionaries(
    {"startDate": st.just("2026-03-10") | TIMES},
    optional={
        "type": st.sampled_from(["noEnd", "endDate", "numbered"]) | ODD,
        "endDate": st.sampled_from(["2026-04-10", "9999-12-31", "0001-01-01"]) | ODD,
        "numberOfOccurrences": st.integers(-1, 5) | ODD,
        "recurrenceTimeZone": st.just("UTC") | ODD,
    },
)
GUESTS = st.lists(
    st.fixed_dictionaries(
        {},
        optional={"emailAddress": st.fixed_dictionaries({}, optional={"address": st.just(BOB) | ODD}) | ODD},
    ),
    max_size=2,
)
BODIES = st.fixed_dictionaries(
    {},
    optional={
        "start": POINTS | st.just(timed()["start"]),
        "end": POINTS | st.just(timed()["end"]),
        "recurrence": st.fixed_dictionaries({"pattern": PATTERNS | ODD, "range": RANGES | ODD}) | ODD,
        "attendees": GUESTS | ODD,
        "isAllDay": st.booleans(),
        "body": st.fixed_dictionaries({}, optional={"contentType": st.just("html") | ODD, "content": ODD}),
    },
)
SPOILT = st.dictionaries(
    st.sampled_from([*USUAL, *ENUMS, "singleValueExtendedProperties", "extensions"]), ODD, max_size=2
)
QUERIES = st.dictionaries(
    st.sampled_from(
        [
            *("$select", "$filter", "$expand", "$orderby", "$top", "$skip", "$count", "$deltatoken"),
            *("$skiptoken", "startDateTime", "endDateTime"),
        ]
    ),
    TIMES
    | st.sampled_from(
        [
            *("subject", "1", "0", "-1", "²", "true", "subject eq 'a'", "start/dateTime ge '2026'", "("),
            *("exceptionOccurrences($select=id)", "extensions($filter=id eq 'x')", "a'b", "subject desc"),
            *("singleValueExtendedProperties/any(e: e/id eq", "singleValueExtendedProperties/any(e)"),
        ]
    ),
    max_size=4,
)
PATHS = st.sampled_from(
    [
        *("events", "calendarView", "calendarView/delta", "events/delta", "calendars", "calendar", ""),
        *("events/{id}", "events/{id}/instances", "events/{id}/extensions", "events/{id}/accept"),
        *("events/{id}/cancel", "events/{id}/exceptionOccurrences", "translateExchangeIds", "nothing"),
    ]
)


class Desk:
    """Graph without a network: a world of its own, with an event, a series and an exception."""

    def __init__(self) -> None:
        self.world = World("robust", Clock(START, runs=False))
        self.world.base = "http://localhost/v1.0"
        for user in (ALICE, BOB):
            self.world.add_user(user)
        subscriptions = Subscriptions(self.world, _unheard, Errands())
        self.service = Service(lambda: self.world, Operations(lambda: subscriptions))
        token = self.world.people.issue_access(self.world.people.users[ALICE], frozenset(KNOWN.values()))
        self.headers = CIMultiDict({"Authorization": f"Bearer {token}", "Content-Type": "application/json"})
        self.world.quirks.turn_off("window")
        self.world.quirks.turn_on("events-delta")
        self.ids: list[str] = []

    async def ask(self, method: str, path: str, body: Any = None, query: Any = ()) -> Any:  # noqa: ANN401 - JSON
        target = f"/me/{path}?{urlencode(query)}"
        content = json.dumps(body).encode() if body is not None else b""
        reply = await self.service.answer(Call.of(method, target, self.headers, content))
        assert reply.status in EXPECTED, (method, target, body, reply.content)
        if reply.status in {200, 201} and reply.content is not None:
            check_answer(f"/me/{path}".rstrip("/"), reply.content)
        return reply.content

    async def fill(self) -> None:
        single = await self.ask("POST", "events", timed())
        series = await self.ask("POST", "events", daily())
        window = {"startDateTime": "2026-03-01", "endDateTime": "2026-04-01"}
        view = await self.ask("GET", "calendarView", query=window)
        second = view["value"][2]
        await self.ask("PATCH", f"events/{quote(second['id'], safe='')}", {"subject": "Match"})
        self.ids = [single["id"], series["id"], second["id"], view["value"][3]["id"]]


async def _unheard(_: str, __: Mapping[str, str], ___: bytes) -> Sent:
    return 0, "", b""


STEPS = st.tuples(
    st.sampled_from(["GET", "POST", "PATCH", "PATCH", "DELETE"]),
    PATHS,
    st.integers(0, 3),
    BODIES,
    SPOILT,
    QUERIES,
)


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(steps=st.lists(STEPS, min_size=1, max_size=4))
async def test_no_request_brings_it_out_of_step(steps: list[Any]) -> None:
    desk = Desk()
    await desk.fill()
    window = {"startDateTime": "2026-03-01T00:00:00Z", "endDateTime": "2027-03-01T00:00:00Z"}
    for method, path, which, body, spoilt, query in steps:
        whole = timed() | body | spoilt if method in {"POST", "PATCH"} else None
        asked = query if method == "GET" else {}
        await desk.ask(method, path.replace("{id}", quote(desk.ids[which], safe="")), whole, asked)
        for reader in ("calendarView", "calendarView/delta"):
            await desk.ask("GET", reader, query=window)
