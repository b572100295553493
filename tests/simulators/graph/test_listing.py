"""Lists of events: windows, pages, orders, filters, what is selected."""

from urllib.parse import quote

import pytest
from tests.simulators.graph.bodies import all_day, daily, days, made, point, timed
from tests.simulators.graph.official import Client, at, decoded, view

from metonic_simulators.graph import Simulator

NO_WINDOW = (400, "ErrorInvalidParameter")


async def test_a_view_wants_both_ends_of_its_window(alice: Client) -> None:
    event = await made(alice, daily())

    for path in ("/me/calendarView", "/me/calendarView/delta", at(event, "instances")):
        for query in ("", "?startDateTime=2026-03-01", "?endDateTime=2026-03-01T00:00:00Z"):
            assert await alice.refused("GET", path + query) == NO_WINDOW
        assert await alice.refused("GET", f"{path}?startDateTime=x&endDateTime=y") == NO_WINDOW
        backwards = "?startDateTime=2026-03-02&endDateTime=2026-03-01"
        assert await alice.refused("GET", path + backwards) == NO_WINDOW


async def test_a_window_excludes_what_touches_it(alice: Client) -> None:
    await made(alice, timed(subject="hour"))
    await made(alice, timed(subject="moment", end=point("2026-03-10", 10)))

    async def seen(start: str, end: str) -> list[str]:
        path = f"/me/calendarView?startDateTime={quote(start)}&endDateTime={quote(end)}"
        return [one["subject"] for one in (await alice.get(path))["value"]]

    assert await seen("2026-03-10T08:00:00Z", "2026-03-10T09:00:00Z") == []
    assert await seen("2026-03-10T09:00:00", "2026-03-10T09:01:00") == ["hour", "moment"]
    assert await seen("2026-03-10T10:00:00Z", "2026-03-10T11:00:00Z") == []
    assert await seen("2026-03-10T10:30:00+01:00", "2026-03-10T11:00:00+01:00") == ["hour"]


async def test_a_page_holds_ten_unless_asked_and_leads_to_the_next(sim: Simulator, alice: Client) -> None:
    for day in range(10, 22):
        await made(alice, timed(f"2026-03-{day}"))

    first = await alice.get("/me/events?$select=subject&$count=true")
    assert (len(first["value"]), first["@odata.count"]) == (10, 12)
    assert first["@odata.nextLink"].startswith(f"{sim.url}v1.0/me/events?")
    assert "$select=subject" in decoded(first["@odata.nextLink"])
    assert len((await alice.get(first["@odata.nextLink"]))["value"]) == 2
    assert len(await alice.all(view(what="calendarView"))) == 12
    assert len(await alice.all("/me/events?$top=5")) == 12
    answer = await alice.ask("GET", "/me/events", prefer="odata.maxpagesize=7")
    assert len(answer.body["value"]) == 7
    assert answer.headers["Preference-Applied"] == "odata.maxpagesize=7"
    for wrong in ("$top=0", "$top=1001", "$top=x", "$skip=-1"):
        assert (await alice.refused("GET", f"/me/events?{wrong}"))[0] == 400


async def test_links_lead_where_the_client_asked_though_another_one_passed_it_on(alice: Client) -> None:
    true = "https://graph.microsoft.com/v1.0"
    passed_on = {"Forwarded": 'host="graph.microsoft.com";proto=https'}
    for _ in range(11):
        await made(alice, timed())

    listed = await alice.ask("GET", "/me/events", **passed_on)
    changes = await alice.ask("GET", view(what="calendarView/delta"), **passed_on)
    parts = [
        {"id": "1", "method": "GET", "url": f"{true}/me/events"},
        {"id": "2", "method": "GET", "url": "/me/events"},
    ]
    batch = await alice.ask("POST", "/$batch", {"requests": parts}, **passed_on)

    assert listed.body["@odata.nextLink"].startswith(f"{true}/me/events?")
    assert listed.body["@odata.context"].startswith(f"{true}/$metadata#")
    assert changes.body["@odata.nextLink"].startswith(f"{true}/users/")
    links = [one["body"]["@odata.nextLink"] for one in batch.body["responses"]]
    assert all(link.startswith(f"{true}/me/events?") for link in links)


async def test_lists_are_ordered_as_asked(alice: Client) -> None:
    for day, name in (("2026-03-12", "b"), ("2026-03-10", "b"), ("2026-03-11", "a")):
        await made(alice, timed(day, subject=name))

    async def order(text: str) -> list[str]:
        return days((await alice.get(f"/me/events?$orderby={quote(text)}"))["value"])

    assert await order("start/dateTime") == ["2026-03-10", "2026-03-11", "2026-03-12"]
    assert await order("subject desc,start/dateTime desc") == ["2026-03-12", "2026-03-10", "2026-03-11"]
    assert (await alice.refused("GET", "/me/events?$orderby=colour"))[0] == 400


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("start/dateTime ge '2026-03-11T00:00:00'", ["b", "c", "all"]),
        ("start/dateTime ge '2026-03-11T00:00:00Z' and end/dateTime lt '2026-03-12T00:00:00Z'", ["b"]),
        ("subject eq 'a' or (subject eq 'b' and isAllDay eq false)", ["a", "b"]),
        ("type eq 'seriesMaster'", ["c"]),
        ("isAllDay eq true", ["all"]),
        ("subject eq 'it''s'", []),
        ("lastModifiedDateTime gt 2026-03-02T09:00:00Z", []),
        ("categories/any(c:c eq 'Red')", ["b"]),
        ("subject ne 'a' and showAs eq 'busy'", ["b", "c", "all"]),
    ],
)
async def test_filters_choose(alice: Client, text: str, expected: list[str]) -> None:
    await made(alice, timed(subject="a"))
    await made(alice, timed("2026-03-11", subject="b", categories=["Red"]))
    span = {"type": "noEnd", "startDate": "2026-03-13"}
    recurrence = {"pattern": {"type": "daily", "interval": 1}, "range": span}
    await made(alice, timed("2026-03-13", subject="c", recurrence=recurrence))
    await made(alice, all_day("2026-03-20", "2026-03-21", subject="all"))

    found = (await alice.get(f"/me/events?$filter={quote(text)}"))["value"]

    assert [one["subject"] for one in found] == expected


async def test_an_event_is_found_by_its_uid(alice: Client) -> None:
    event = await made(alice, timed())
    await made(alice, timed())

    path = f"/me/events?$filter={quote('iCalUId eq ')}%27{event['iCalUId']}%27"

    assert [one["id"] for one in (await alice.get(path))["value"]] == [event["id"]]


@pytest.mark.parametrize(
    "text",
    [
        "colour eq 'red'",
        "subject is 'a'",
        "subject eq",
        "(subject eq 'a'",
        "subject eq a",
        "x",
        "start/dateTime ge 'x'",
        "categories/any(c:c)",
        "subject eq 'a' x",
    ],
)
async def test_a_filter_that_is_none_is_400(alice: Client, text: str) -> None:
    assert (await alice.refused("GET", f"/me/events?$filter={quote(text)}"))[0] == 400


async def test_what_is_selected_comes_with_id_and_etag(alice: Client) -> None:
    event = await made(alice, timed())

    assert (await alice.get(at(event) + "?$select=subject,start")).keys() == {
        "@odata.context",
        "@odata.etag",
        "id",
        "subject",
        "start",
    }
    assert (await alice.refused("GET", at(event) + "?$select=colour"))[0] == 400
    assert (await alice.refused("GET", view(**{"$select": "createdDateTime"})))[0] == 400
    assert (await alice.refused("GET", at(event) + "?$expand=colour"))[0] == 400
    assert (await alice.get(at(event) + "?$expand=attachments"))["attachments"] == []
    assert (await alice.get("/me?$select=mail")).keys() == {"@odata.context", "id", "mail"}


async def test_pages_may_be_shorter_than_asked(sim: Simulator, alice: Client) -> None:
    for day in range(10, 15):
        await made(alice, timed(f"2026-03-{day}"))
    sim.turn_on("short-pages", size=2)

    first = await alice.ask("GET", view(what="calendarView/delta"), prefer="odata.maxpagesize=50")

    assert len(first.body["value"]) == 2
    assert len((await alice.get("/me/events?$top=5"))["value"]) == 2
    assert len(await alice.all("/me/events?$top=5")) == 5
