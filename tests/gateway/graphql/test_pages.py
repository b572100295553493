"""Lists come in keyset pages of at most fifty, in a stable order, with every item once."""

from datetime import timedelta
from typing import Any

import pytest
from tests.gateway.graphql.client import Api
from tests.gateway.graphql.operations import CREATE, HISTORY, LIST, lesson, timed

from metonic_gateway.store import run_log
from metonic_gateway.store.runs import Outcome


async def test_pages_show_every_appointment_once_and_by_start(api: Api) -> None:
    # Three at the same time: their ids decide, so that none is lost between two pages.
    starts = ["2026-12-03T10:00", "2026-12-01T10:00", *["2026-12-02T10:00"] * 3]
    for number, start in enumerate(starts):
        when = timed(start, start.replace("10:00", "11:00"))
        await api.call(CREATE, appointment=lesson(title=f"{start[8:10]}-{number}", when=when))

    pages = await _all_pages(api, first=2)

    titles = [node["title"] for page in pages for node in page["nodes"]]
    assert [title[:2] for title in titles] == ["01", "02", "02", "02", "03"]
    assert len(set(titles)) == 5
    assert [page["pageInfo"]["hasNextPage"] for page in pages] == [True, True, False]
    assert [page["pageInfo"]["hasPreviousPage"] for page in pages] == [False, True, True]
    for page in pages:
        assert [edge["node"]["id"] for edge in page["edges"]] == [node["id"] for node in page["nodes"]]
        assert page["pageInfo"]["startCursor"] == page["edges"][0]["cursor"]


async def test_an_empty_page_has_no_cursors(api: Api) -> None:
    page = await api.call(LIST)

    assert page["nodes"] == page["edges"] == []
    assert page["pageInfo"] == {
        "hasNextPage": False,
        "hasPreviousPage": False,
        "startCursor": None,
        "endCursor": None,
    }


@pytest.mark.parametrize("first", [0, -1, 51])
async def test_a_page_size_out_of_range_is_refused_with_the_range(first: int, api: Api) -> None:
    error = await api.refused(LIST, first=first)

    assert error["extensions"]["code"] == "INVALID_ARGUMENT"
    assert f"`first` is {first}: pages have 1 to 50 items" in error["message"]


@pytest.mark.parametrize(
    "cursor", ["", "nonsense", "Ww==", "WzEsMl0=", "é", "bnVsbA==", "WyIyMDI2IiwgIngiXQ==", "W1tb" * 9_000]
)
async def test_a_cursor_of_nobodys_making_is_refused(cursor: str, api: Api) -> None:
    error = await api.refused(LIST, after=cursor)

    assert error["extensions"]["code"] == "INVALID_ARGUMENT"
    assert "`after`" in error["message"]


async def test_a_filter_chooses_by_who_takes_part(api: Api) -> None:
    for client in ("client-1", "client-2"):
        await api.as_user(client).call("{ viewer { id } }")
    await api.call(CREATE, appointment=lesson(title="one", participantIds=["client-1"]))
    await api.call(CREATE, appointment=lesson(title="both", participantIds=["client-1", "client-2"]))
    await api.call(CREATE, appointment=lesson(title="none"))

    assert await _titles(api, clientIds=["client-1"]) == {"one", "both"}
    assert await _titles(api, clientIds=["client-2", "nobody", "\0"]) == {"both"}
    assert await _titles(api, clientIds=["trainer-1"]) == {"one", "both", "none"}
    assert await _titles(api, clientIds=[]) == set()
    assert await _titles(api.as_user("client-2"), clientIds=["client-1"]) == {"both"}


@pytest.mark.parametrize("name", ["types", "clientIds"])
async def test_a_filter_of_very_many_values_is_refused_by_name(name: str, api: Api) -> None:
    error = await api.refused(LIST, filter={name: [f"value-{n}" for n in range(201)]})

    assert error["extensions"]["code"] == "INVALID_ARGUMENT"
    assert error["message"] == f"`filter.{name}` has 201 values: 200 at most."


async def test_filters_choose_by_span_and_type(api: Api) -> None:
    await api.call(
        CREATE, appointment=lesson(title="early", when=timed("2026-12-01T10:00", "2026-12-01T11:00"))
    )
    await api.call(
        CREATE, appointment=lesson(title="late", when=timed("2026-12-03T10:00", "2026-12-03T11:00"))
    )
    series = lesson(title="series", type="group_class", recurrence={"rules": ["FREQ=WEEKLY"]})
    await api.call(CREATE, appointment=series)

    assert await _titles(api, since="2026-12-02T00:00:00Z") == {"series", "late"}
    assert await _titles(api, until="2026-12-02T00:00:00+01:00") == {"series", "early"}
    assert await _titles(api, types=["group_class"]) == {"series"}
    assert await _titles(api, types=[]) == set()
    assert await _titles(api, importedFrom="memory") == set()


@pytest.mark.parametrize("since", ["yesterday", "2026-12-02T00:00:00", "0001-01-01T00:00:00+14:00"])
async def test_an_instant_without_offset_is_refused_by_name(since: str, api: Api) -> None:
    error = await api.refused(LIST, filter={"since": since})

    assert error["extensions"]["code"] == "INVALID_ARGUMENT"
    assert error["message"].startswith("`filter.since`")


async def test_history_counts_all_and_shows_the_newest_first(api: Api) -> None:
    calendar = await api.house.connect()
    for _ in range(3):
        log = await run_log.begin(calendar, "schedule", api.house.later(timedelta(minutes=15)))
        await log.ensure()
        await log.finish(Outcome("success"), api.house.now)

    first = await api.call(HISTORY, first=2)
    rest = await api.call(HISTORY, first=2, after=first["pageInfo"]["endCursor"])
    failed = await api.call(HISTORY, filter={"status": ["FAILED"]})
    since = await api.call(HISTORY, filter={"since": api.house.now.isoformat(), "provider": "memory"})

    assert (first["totalCount"], len(first["nodes"]), first["pageInfo"]["hasNextPage"]) == (3, 2, True)
    assert (len(rest["nodes"]), rest["pageInfo"]["hasNextPage"]) == (1, False)
    assert rest["nodes"][0]["id"] not in {run["id"] for run in first["nodes"]}
    assert failed["totalCount"] == 0
    assert [run["id"] for run in since["nodes"]] == [first["nodes"][0]["id"]]


async def _all_pages(api: Api, first: int) -> list[dict[str, Any]]:
    pages = [await api.call(LIST, first=first)]
    while pages[-1]["pageInfo"]["hasNextPage"]:
        pages.append(await api.call(LIST, first=first, after=pages[-1]["pageInfo"]["endCursor"]))
    return pages


async def _titles(api: Api, **wanted: object) -> set[str]:
    return {node["title"] for node in (await api.call(LIST, filter=wanted))["nodes"]}
