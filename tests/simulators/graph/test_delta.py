"""Rounds of changes: what they hold, how they go on, and how they end."""

from typing import Any
from urllib.parse import quote

import pytest
from tests.simulators.graph.bodies import daily, made, point, timed
from tests.simulators.graph.conftest import ALICE
from tests.simulators.graph.official import Client, at, view

from metonic_simulators.graph import Simulator

STUB = {"@odata.type", "@odata.etag", "id", "seriesMasterId", "type", "start", "end"}
ROUND = view(what="calendarView/delta")


async def go(alice: Client, path: str, prefer: str = "odata.maxpagesize=50") -> tuple[list[Any], str]:
    """A whole round: its rows, and where the next one begins."""
    rows: list[Any] = []
    while True:
        page = await alice.get(path, prefer=prefer)
        assert ("@odata.nextLink" in page) != ("@odata.deltaLink" in page)
        rows += page["value"]
        if "@odata.deltaLink" in page:
            return rows, page["@odata.deltaLink"]
        path = page["@odata.nextLink"]


async def test_a_round_has_singles_and_exceptions_whole_series_too_and_occurrences_as_stubs(
    alice: Client,
) -> None:
    await made(alice, timed())
    series = await made(alice, daily(times=3))
    second = next(one for one in (await alice.get(view()))["value"] if one["type"] == "occurrence")
    await alice.patch(at(second), {"subject": "Match"})

    rows, _ = await go(alice, ROUND)

    assert [one["type"] for one in rows] == [
        "singleInstance",
        "seriesMaster",
        "exception",
        "occurrence",
        "occurrence",
    ]
    whole = {one["type"]: set(one) for one in rows}
    assert "body" in whole["singleInstance"] & whole["exception"] & whole["seriesMaster"]
    assert whole["occurrence"] == STUB
    assert rows[1]["id"] == rows[3]["seriesMasterId"] == series["id"]


async def test_a_later_window_has_the_series_with_its_first_start(alice: Client) -> None:
    await made(alice, daily(times=30))

    rows, _ = await go(alice, view("2026-03-20", "2026-03-22", what="calendarView/delta"))

    assert [one["type"] for one in rows] == ["seriesMaster", "occurrence", "occurrence"]
    assert rows[0]["start"]["dateTime"].startswith("2026-03-10")


async def test_a_series_stays_on_one_page(alice: Client) -> None:
    await made(alice, timed())
    await made(alice, daily(times=12))
    await made(alice, timed())

    first = await alice.get(ROUND, prefer="odata.maxpagesize=5")
    second = await alice.get(first["@odata.nextLink"], prefer="odata.maxpagesize=5")
    third = await alice.get(second["@odata.nextLink"])

    assert [len(one["value"]) for one in (first, second, third)] == [1, 13, 1]
    assert "@odata.deltaLink" in third
    answer = await alice.ask("GET", ROUND)
    assert answer.headers["Preference-Applied"] == "odata.track-changes"


async def test_a_round_brings_what_was_made_changed_and_deleted_since(alice: Client) -> None:
    kept = await made(alice, timed(subject="kept"))
    changed = await made(alice, timed(subject="changed"))
    gone = await made(alice, timed(subject="gone"))
    _, link = await go(alice, ROUND)
    assert (await go(alice, link))[0] == []

    await alice.patch(at(changed), {"subject": "Match"})
    await alice.delete(at(gone))
    new = await made(alice, timed(subject="new"))
    rows, after = await go(alice, link)

    assert [one["id"] for one in rows] == [changed["id"], gone["id"], new["id"]]
    assert rows[1] == {
        "@odata.type": "#microsoft.graph.event",
        "id": gone["id"],
        "@removed": {"reason": "deleted"},
    }
    assert kept["id"] not in {one["id"] for one in rows}
    assert (await go(alice, link))[0] == rows
    assert (await go(alice, after))[0] == []


async def test_what_happens_outside_the_window_is_told_as_removed(sim: Simulator, alice: Client) -> None:
    event = await made(alice, timed())
    _, link = await go(alice, ROUND)

    await alice.patch(at(event), {"start": point("2027-03-10", 10), "end": point("2027-03-10", 11)})
    stranger = await made(alice, timed("2027-03-10"))
    rows, _ = await go(alice, link)
    assert [(one["id"], "@removed" in one) for one in rows] == [(event["id"], True), (stranger["id"], True)]
    await alice.get(at(event))

    sim.turn_off("out-of-window-removed")
    assert (await go(alice, link))[0] == []


async def test_a_deleted_occurrence_brings_its_series_again_and_no_tombstone(alice: Client) -> None:
    series = await made(alice, daily(times=3))
    _, link = await go(alice, ROUND)
    second = (await alice.get(view()))["value"][1]

    await alice.delete(at(second))
    rows, link = await go(alice, link)

    assert [one["type"] for one in rows] == ["seriesMaster", "occurrence", "occurrence"]
    assert second["id"] not in {one["id"] for one in rows}
    await alice.delete(at(series))
    rows, _ = await go(alice, link)
    assert [(one["id"], "@removed" in one) for one in rows] == [(series["id"], True)]


async def test_a_delta_takes_no_options_of_lists(alice: Client) -> None:
    for name in ("$select", "$filter", "$expand", "$orderby", "$search"):
        assert (await alice.refused("GET", f"{ROUND}&{name}=subject"))[0] == 400


async def test_the_window_is_frozen_in_the_link(alice: Client) -> None:
    _, link = await go(alice, ROUND)
    await made(alice, timed("2026-05-10"))

    rows, _ = await go(alice, f"{link}&startDateTime=2026-01-01&endDateTime=2026-01-02")

    assert "@removed" not in rows[0]


async def test_links_lead_elsewhere_than_was_asked(sim: Simulator, alice: Client) -> None:
    default = await alice.get("/me/calendar")
    _, link = await go(alice, ROUND)
    path = f"users/{quote(ALICE)}/calendars/{quote(default['id'], safe='')}/calendarView/delta"
    assert link.startswith(f"{sim.url}v1.0/{path}?$deltatoken=")

    sim.turn_off("links-rewritten")
    assert (await go(alice, ROUND))[1].startswith(f"{sim.url}v1.0/me/calendarView/delta?$deltatoken=")


async def test_ids_and_zones_of_a_round_are_as_preferred_for_each_page(alice: Client) -> None:
    event = await made(alice, timed())
    _, link = await go(alice, ROUND)
    await alice.patch(at(event), {"subject": "Match"})

    wanted = 'IdType="ImmutableId", outlook.timezone="Tokyo Standard Time"'
    (row,), _ = await go(alice, link, prefer=wanted)

    assert row["id"] != event["id"]
    assert row["start"]["dateTime"].startswith("2026-03-10T18")


async def test_a_first_page_may_be_empty(sim: Simulator, alice: Client) -> None:
    sim.turn_on("empty-pages")
    await made(alice, timed())

    first = await alice.get(ROUND)
    assert first["value"] == []
    rows, link = await go(alice, first["@odata.nextLink"])
    assert len(rows) == 1
    assert (await alice.get(link))["value"] == []


async def test_rounds_may_repeat_double_and_shuffle(sim: Simulator, alice: Client) -> None:
    events = [await made(alice, timed(subject=str(number))) for number in range(3)]
    _, link = await go(alice, ROUND)

    sim.turn_on("delta-replays", events=2)
    rows, _ = await go(alice, link)
    assert [one["id"] for one in rows] == [one["id"] for one in events[1:]]
    sim.turn_on("delta-shuffled")
    rows, _ = await go(alice, link)
    assert [one["subject"] for one in rows] == ["2", "1"]
    sim.turn_on("delta-duplicates")
    assert len((await go(alice, link))[0]) == 4


async def test_changes_may_show_later(sim: Simulator, alice: Client) -> None:
    sim.turn_on("delta-lag", seconds=60.0)
    _, link = await go(alice, ROUND)
    event = await made(alice, timed())
    rows, link = await go(alice, link)
    assert rows == []
    sim.advance(seconds=61)
    assert [one["id"] for one in (await go(alice, link))[0]] == [event["id"]]

    sim.turn_on("delta-lag", rounds=1)
    await alice.patch(at(event), {"subject": "Match"})
    rows, link = await go(alice, link)
    assert "Match" not in [one["subject"] for one in rows[1:]]
    assert [one["subject"] for one in (await go(alice, link))[0]] == ["Match"]


async def test_a_link_is_forgotten_by_age_by_the_operator_and_amid_a_round(
    sim: Simulator, alice: Client
) -> None:
    for day in range(10, 20):
        await made(alice, timed(f"2026-03-{day}"))
    wrong = (410, "SyncStateNotFound")
    page = await alice.get(ROUND, prefer="odata.maxpagesize=5")
    _, link = await go(alice, ROUND)

    sim.arm("sync-state-not-found")
    answer = await alice.ask("GET", link)
    assert (answer.status, answer.code) == wrong
    assert answer.headers["Location"].endswith("/calendarView/delta?$deltatoken=")
    await go(alice, link)

    async with alice.session.post(f"{sim.url}-/expire-delta-tokens"):
        pass
    assert await alice.refused("GET", link) == wrong
    assert await alice.refused("GET", page["@odata.nextLink"]) == wrong

    _, link = await go(alice, ROUND)
    sim.advance(days=31)
    assert await alice.refused("GET", link) == wrong


async def test_a_forgotten_link_may_be_told_in_other_words(sim: Simulator, alice: Client) -> None:
    _, link = await go(alice, ROUND)
    sim.turn_on("delta-reset", status=400, code="resyncRequired", location=0)
    sim.arm("sync-state-not-found")

    answer = await alice.ask("GET", link)

    assert (answer.status, answer.code) == (400, "resyncRequired")
    assert "Location" not in answer.headers


async def test_a_token_of_nobody_is_invalid(alice: Client) -> None:
    other = await alice.post("/me/calendars", {"name": "Team"})
    _, link = await go(alice, ROUND)
    token = link.partition("=")[2]
    path = f"/me/calendars/{quote(other['id'], safe='')}/calendarView/delta"

    for wrong in (f"/me/calendarView/delta?$deltatoken={token}x", f"{path}?$deltatoken={token}"):
        assert await alice.refused("GET", wrong) == (400, "InvalidDeltaToken")
    assert await alice.refused("GET", "/me/calendarView/delta?$skiptoken=x") == (400, "InvalidDeltaToken")


async def test_each_calendar_has_its_own_rounds(alice: Client) -> None:
    other = await alice.post("/me/calendars", {"name": "Team"})
    home = f"/me/calendars/{quote(other['id'], safe='')}"
    await made(alice, timed())

    rows, link = await go(alice, ROUND.replace("/me/", f"{home}/"))
    assert rows == []
    event = await alice.post(f"{home}/events", timed())
    assert [one["id"] for one in (await go(alice, link))[0]] == [event["id"]]


async def test_changes_of_events_are_a_capability_that_few_have(sim: Simulator, alice: Client) -> None:
    event = await made(alice, timed())
    await made(alice, daily())
    assert (await alice.refused("GET", "/me/events/delta"))[0] == 400

    sim.turn_on("events-delta")
    rows, link = await go(alice, "/me/events/delta?startDateTime=2026-03-01T00:00:00Z")
    assert [one["type"] for one in rows] == ["singleInstance", "seriesMaster"]
    assert rows[0].keys() == STUB - {"seriesMasterId"}
    await alice.delete(at(event))
    assert "@removed" in (await go(alice, link))[0][0]
    wrong = "/me/events/delta()?startDateTime=&endDateTime="
    assert await alice.refused("GET", wrong) == (400, "ErrorInvalidParameter")
    assert await alice.refused("GET", link.replace("events/delta", "calendarView/delta")) == (
        400,
        "InvalidDeltaToken",
    )


@pytest.mark.parametrize("size", ["0", "x"])
async def test_a_page_size_that_is_none_is_ignored(alice: Client, size: str) -> None:
    for day in range(10, 22):
        await made(alice, timed(f"2026-03-{day}"))

    assert len((await alice.get(ROUND, prefer=f"odata.maxpagesize={size}"))["value"]) == 10
