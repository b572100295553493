"""What asks too much is refused before it runs, quickly; what nobody foresaw is told by reference."""

import time

import pytest
from graphql import get_introspection_query
from strawberry.extensions.validation_cache import _get_validate_cache
from structlog.testing import capture_logs
from tests.gateway.graphql.client import Api
from tests.gateway.graphql.operations import CREATE, lesson

from metonic_gateway.graphql import limits
from metonic_gateway.store import pages

BOMB = "{ viewer { ...F0 } } " + " ".join(
    f"fragment F{n} on Viewer {{ ...F{n + 1} ...F{n + 1} }}" for n in range(60)
)

FIELDS = "id title version type notes location status isPrivate isBusy"
TOO_LARGE = {
    "deep": "{ syncHistory { nodes { " + "errors { " * 12 + "code" + " }" * 12 + " } } }",
    "aliases": "{ viewer { " + " ".join(f"a{n}: id" for n in range(31)) + " } }",
    "aliases in fragments": "{ viewer { ...A ...B } } fragment A on Viewer { "
    + " ".join(f"a{n}: id" for n in range(20))
    + " } fragment B on Viewer { "
    + " ".join(f"b{n}: id" for n in range(20))
    + " }",
    "cost": "{ "
    + " ".join(f"a{n}: appointments(first: 50) {{ nodes {{ {FIELDS} }} }}" for n in range(25))
    + " }",
    "cost by variable": "query ($n: Int!) { "
    + " ".join(f"a{n}: appointments(first: $n) {{ nodes {{ {FIELDS} }} }}" for n in range(25))
    + " }",
    "cost made up for by a negative page": "{ "
    + " ".join(f"a{n}: appointments(first: 50) {{ nodes {{ {FIELDS} }} }}" for n in range(25))
    + " b: appointments(first: -1000) { nodes { "
    + FIELDS
    + " } } }",
    "cost of the page of a fragment": "{ a: appointmentChanges { ...P } b: appointmentChanges { ...P } } "
    "fragment P on AppointmentChangePage { changes { " + "position at kind cause " * 15 + "} }",
    "cost of a large page": "{ appointmentChanges(first: 500) { changes { "
    + "position at kind cause runId " * 5
    + "} } }",
    "fragments that double": BOMB + " fragment F60 on Viewer { x: id }",
}


@pytest.mark.parametrize("query", TOO_LARGE.values(), ids=TOO_LARGE)
async def test_what_is_too_large_is_refused_quickly(query: str, api: Api) -> None:
    began = time.perf_counter()

    answer = await api.ask(query, n=1)

    assert any(e.get("extensions", {}).get("code") == "TOO_LARGE" for e in answer["errors"]), answer
    assert len(str(answer)) < 5_000
    assert time.perf_counter() - began < 5


@pytest.mark.parametrize(
    "query",
    [
        "{ viewer { " + "id " * 1_100 + "} }",
        "{" * 400,
        "{ viewer " + "{ a " * 300 + "}" * 300 + " }",
        "{ viewer { ...A } } fragment A on Viewer { ...A }",
        "{ viewer { ...Missing } }",
        "query",
        "{ nonsense }",
        "{ appointments(first: " + "9" * 5_000 + ") { nodes { id } } }",
    ],
)
async def test_what_cannot_be_run_is_an_error_and_no_failure(query: str, api: Api) -> None:
    answer = await api.ask(query)

    assert answer["errors"]
    assert "Traceback" not in str(answer)


@pytest.mark.parametrize("query", ["query", "{" * 400, "{ nonsense }", "{ viewer { " + "id " * 1_100 + "} }"])
async def test_what_graphql_cannot_read_has_a_code(query: str, api: Api) -> None:
    errors = [await api.refused(query) for _ in range(2)]

    assert [error["extensions"] for error in errors] == [{"code": "BAD_REQUEST"}] * 2
    assert errors[0]["message"]
    assert errors[0]["locations"]


@pytest.mark.parametrize(
    ("query", "variables"),
    [
        ("query ($n: Int!) { appointments(first: $n) { nodes { id } } }", {"n": "many"}),
        ("query ($n: Int!) { appointments(first: $n) { nodes { id } } }", {}),
        ("query ($n: Int = 1) { appointments(first: $n) { nodes { id } } }", {"n": None}),
    ],
)
async def test_variables_that_cannot_be_read_have_the_same_code_each_time(
    query: str, variables: dict[str, object], api: Api
) -> None:
    errors = [await api.refused(query, **variables) for _ in range(2)]

    assert [error["extensions"] for error in errors] == [{"code": "BAD_REQUEST"}] * 2
    assert errors[0]["locations"]


@pytest.mark.parametrize("query", ["subscription { nonsense }", "subscription {"])
async def test_a_subscription_that_cannot_be_read_has_the_code_as_well(query: str, api: Api) -> None:
    async with api.subscribed(query) as socket:
        message = await socket.receive_json(timeout=5)

    assert message["type"] == "error"
    assert [error["extensions"] for error in message["payload"]] == [{"code": "BAD_REQUEST"}]


async def test_the_schema_may_be_read_by_anybody(api: Api) -> None:
    object.__setattr__(api, "token", "")

    schema = await api.call(get_introspection_query(descriptions=True))

    assert {"Query", "Mutation", "Subscription"} <= {type_["name"] for type_ in schema["types"]}


async def test_a_page_with_everything_is_not_too_large(api: Api) -> None:
    await api.call(CREATE, appointment=lesson())

    answer = await api.ask(
        """query ($n: Int!) {
          appointments(first: $n) { pageInfo { endCursor } edges { cursor node { ...A } } } }
        fragment A on Appointment { id version type title notes location status isPrivate isBusy importedFrom
          when { ...W } recurrence { rules rdates overrides { occurrence isCancelled title when { ...W } } }
          owner { userId name } participants { userId name mayEdit } createdAt updatedAt
          copies { provider state reason reasonCode externalEventId lastSyncedAt } }
        fragment W on When {
          ... on Timed { start end timeZone startsAt endsAt } ... on AllDay { startDate endDate } }""",
        n=50,
    )

    assert "errors" not in answer


async def test_a_page_of_a_hundred_changes_with_everything_is_not_too_large(api: Api) -> None:
    answer = await api.as_backend().ask(
        """{ appointmentChanges(first: 100) { position hasMore changes { position at kind cause runId byUserId
          appointmentId platformId appointment { ...A } overwritten { ...V } } } }
        fragment A on Appointment { id platformId platformVersion version type title notes location status
          isPrivate isBusy importedFrom createdAt updatedAt when { ...W } recurrence { ...R }
          owner { userId name role mayEdit } participants { userId name role mayEdit } }
        fragment V on AppointmentVersion { title notes location status isPrivate isBusy when { ...W }
          recurrence { ...R } }
        fragment R on Recurrence { rules rdates
          overrides { occurrence isCancelled title location when { ...W } } }
        fragment W on When {
          ... on Timed { start end timeZone startsAt endsAt } ... on AllDay { startDate endDate } }"""
    )

    assert "errors" not in answer


async def test_what_nobody_foresaw_is_masked_and_logged_under_a_reference(
    api: Api, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def broken(*_args: object) -> None:
        raise RuntimeError("password hunter2 in table users")

    monkeypatch.setattr(pages, "appointments", broken)

    with capture_logs() as lines:
        error = await api.refused("{ appointments { nodes { id } } }")

    reference = error["extensions"]["reference"]
    assert (error["extensions"]["code"], reference in error["message"]) == ("INTERNAL", True)
    assert "hunter2" not in str(error)
    (line,) = [line for line in lines if line.get("reference") == reference]
    assert (line["event"], str(line["exc_info"])) == ("operation_failed", "password hunter2 in table users")


async def test_rules_and_caches_are_shared_by_all_requests(api: Api) -> None:
    await api.call("{ viewer { id } }")
    before = _get_validate_cache(limits._CACHED).cache_info()  # type: ignore[attr-defined]  # noqa: SLF001 - Strawberry tells it nowhere else

    await api.call("{ viewer { id } }")

    after = _get_validate_cache(limits._CACHED).cache_info()  # type: ignore[attr-defined]  # noqa: SLF001 - likewise
    assert (after.hits, after.misses) == (before.hits + 1, before.misses)
