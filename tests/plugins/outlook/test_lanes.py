"""Many requests at once: as few as that takes, never too many at a time, and an answer for each."""

from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass

import pytest
from tests.plugins.outlook.scripted import Scripted, refused
from tests.plugins.outside import HttpClient, session
from tests.plugins.scripted import Said

from metonic_core.spi import Answer, RateLimited, SignInNeeded, Unavailable
from metonic_outlook.errors import Hindered, Reply, read_failure
from metonic_outlook.lanes import LANES, SIZE, send_chains, send_each
from metonic_outlook.packing import Request, cost, parts
from metonic_outlook.session import Session

DONE = Said(body={"id": "x"})


@pytest.fixture
async def graph(server: Scripted) -> AsyncIterator[Session]:
    async with session() as http:
        yield Session(HttpClient(http), server.url)


def gets(*names: object) -> list[Request]:
    return [Request("GET", f"/{name}") for name in names]


def statuses(replies: list[Reply]) -> list[int | None]:
    return [reply.status if isinstance(reply, Answer) else None for reply in replies]


async def test_three_batches_of_twenty_are_on_their_way(server: Scripted, graph: Session) -> None:
    for number in range(100):
        server.on("GET", f"/{number}", Said(body={"id": str(number)}))

    replies = await send_each(graph, gets(*range(100)))

    assert [reply.content["id"] for reply in replies] == [*map(str, range(100))]  # type: ignore[union-attr]
    assert server.requests == 100 / SIZE
    assert server.most == LANES


async def test_every_part_asks_for_ids_that_stay_and_times_in_utc(server: Scripted, graph: Session) -> None:
    await send_each(graph, gets("a", "b"))
    await graph.attempt(Request("GET", "/c", {"Prefer": "odata.maxpagesize=5"}))

    told = [one.headers["Prefer"] for one in server.asked]
    assert all('IdType="ImmutableId"' in one and 'outlook.timezone="UTC"' in one for one in told)
    assert "odata.maxpagesize=5" in told[-1]


async def test_one_that_fails_keeps_no_other_from_being_sent(server: Scripted, graph: Session) -> None:
    for name in "abd":
        server.on("GET", f"/{name}", DONE)

    replies = await send_each(graph, gets("a", "b", "gone", "d"))

    assert statuses(replies) == [200, 200, 404, 200]
    assert [one.path for one in server.asked] == ["/a", "/b", "/gone", "/d"]


async def test_where_one_after_the_other_fails_little_is_sent_in_vain(server: Scripted) -> None:
    async with session() as http:
        client = Weighed(HttpClient(http))
        replies = await send_each(Session(client, server.url), gets(*range(100)))

    assert statuses(replies) == [404] * 100
    assert len(server.asked) == 100
    assert client.weight < 500


@dataclass
class Weighed:
    """A client that adds up what its requests count for."""

    client: HttpClient
    weight: int = 0

    async def request(
        self, method: str, url: str, headers: Mapping[str, str] | None = None, body: bytes | None = None
    ) -> Answer:
        self.weight += cost(method, body)
        return await self.client.request(method, url, headers, body)


async def test_in_a_chain_nothing_is_sent_after_one_that_was_refused(
    server: Scripted, graph: Session
) -> None:
    for name in "acde":
        server.on("GET", f"/{name}", DONE)

    replies = await send_chains(graph, [gets("a", "gone", "c"), gets("d", "e")])

    assert [statuses(each) for each in replies] == [[200, 404, None], [200, 200]]
    assert "/c" not in [one.path for one in server.asked]


async def test_a_part_that_comes_too_fast_stops_what_is_left(server: Scripted, graph: Session) -> None:
    server.on("GET", "/a", DONE)
    server.on("GET", "/b", refused(429, "ApplicationThrottled", retry_after="2.128"))

    replies = await send_each(graph, gets("a", "b", *"cdef"))

    assert statuses(replies) == [200, 429, None, None, None, None]
    error = read_failure(replies[1])
    assert isinstance(error, RateLimited)
    assert error.retry_after == 2.128
    assert all(isinstance(one, Hindered) and not one.is_open for one in replies[2:])
    assert len(server.asked) == 2


async def test_a_part_whose_token_has_ended_is_sent_alone(server: Scripted, graph: Session) -> None:
    server.on("GET", "/a", DONE)
    server.on("GET", "/b", refused(401, "InvalidAuthenticationToken"), DONE)
    server.on("GET", "/c", DONE)

    replies = await send_each(graph, gets(*"abc"))

    assert statuses(replies) == [200, 200, 200]
    assert [one.is_part for one in server.asked if one.path == "/b"] == [True, False]


async def test_a_sign_in_that_is_over_stops_what_is_left(server: Scripted, graph: Session) -> None:
    server.on("GET", "/a", refused(401, "InvalidAuthenticationToken"))

    replies = await send_each(graph, gets(*"abc"))

    assert all(isinstance(read_failure(reply), SignInNeeded) for reply in replies)


@pytest.mark.parametrize("status", [429, 403, 500, 503])
async def test_a_batch_that_is_refused_whole_is_so_for_each_part(
    status: int, server: Scripted, graph: Session
) -> None:
    server.whole = refused(status, "TooManyRequests" if status == 429 else "Whatever")

    replies = await send_each(graph, gets(*"abc"))

    assert statuses(replies)[0] == status
    assert {type(read_failure(reply)) for reply in replies} == {type(read_failure(replies[0]))}


@pytest.mark.parametrize("status", [400, 413])
async def test_what_cannot_be_sent_together_is_sent_alone(
    status: int, server: Scripted, graph: Session
) -> None:
    for name in "abc":
        server.on("GET", f"/{name}", DONE)
    server.whole = refused(status, "BadRequest")

    assert statuses(await send_each(graph, gets(*"abc"))) == [200, 200, 200]


async def test_a_batch_that_is_not_found_says_nothing_of_its_parts(server: Scripted, graph: Session) -> None:
    server.whole = refused(404, "ErrorItemNotFound")

    replies = await send_each(graph, gets(*"ab"))

    assert all(isinstance(reply, Hindered) and not reply.is_open for reply in replies)
    assert all(isinstance(read_failure(reply), Unavailable) for reply in replies)


async def test_a_part_without_an_answer_may_have_been_done(server: Scripted, graph: Session) -> None:
    for name in "abc":
        server.on("GET", f"/{name}", DONE)
    server.missing = [1]

    replies = await send_each(graph, gets(*"abc"))

    assert statuses(replies) == [200, 504, 200]
    assert isinstance(read_failure(replies[1]), Unavailable)


async def test_a_service_that_is_down_is_not_asked_for_each_part(server: Scripted, graph: Session) -> None:
    for number in range(10):
        server.on("GET", f"/{number}", refused(500, "ErrorInternalServerError"))

    replies = await send_each(graph, gets(*range(10)))

    assert all(isinstance(read_failure(reply), Unavailable) for reply in replies)
    assert [one.path for one in server.asked] == ["/0", "/1", "/me/calendar"]


async def test_several_that_graph_fails_at_stop_no_other_while_the_mailbox_answers(
    server: Scripted, graph: Session
) -> None:
    server.on("GET", "/me/calendar", DONE)
    for name in "abcdef":
        server.on("GET", f"/{name}", refused(504, "UnknownError") if name in "bcd" else DONE)

    replies = await send_each(graph, gets(*"abcdef"))

    assert statuses(replies) == [200, 504, 504, 504, 200, 200]


async def test_a_batch_that_graph_fails_at_stops_no_other_while_the_mailbox_answers(
    server: Scripted, graph: Session
) -> None:
    server.whole = refused(504, "UnknownError")
    server.on("GET", "/me/calendar", DONE)
    server.on("GET", "/20", DONE)

    replies = await send_chains(graph, [gets(*range(20)), gets(20)])

    assert [statuses(each) for each in replies] == [[504] * 20, [200]]


@pytest.mark.parametrize(
    "body", [{}, {"responses": {}}, {"responses": [None, 1, {"id": 0}]}, {"responses": [{"id": "0"}]}]
)
async def test_what_is_no_batch_of_answers_says_nothing(
    body: dict[str, object], server: Scripted, graph: Session
) -> None:
    server.whole = Said(200, body)

    replies = await send_each(graph, gets(*"ab"))

    assert all(isinstance(read_failure(reply), Unavailable) for reply in replies)


async def test_a_page_elsewhere_is_not_asked_for(graph: Session, server: Scripted) -> None:
    assert graph.path_of(f"{server.url}v1.0/me/events?$skip=1%2B") == "/me/events?$skip=1%2B"
    for link in ("https://evil.example/v1.0/me", f"{server.url}beta/me", "/v1.0/me", f"{server.url}v1.0/a b"):
        with pytest.raises(Unavailable):
            graph.path_of(link)


def test_each_part_counts() -> None:
    body = Request("POST", "/$batch", body={"requests": [{"method": "GET", "url": '"method":"'}] * 3}).content

    assert (parts(body), parts(None)) == (cost("POST", body), 1)
    assert (cost("POST", body), cost("GET", None), cost("POST", b'{"subject": "\\"method\\": \\""}')) == (
        3,
        1,
        1,
    )
