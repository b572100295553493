"""What apps attach to events: it is there, and shows only to who asks for it."""

from typing import Any
from urllib.parse import quote

from tests.simulators.graph.bodies import daily, made, timed
from tests.simulators.graph.official import Client, at, view

PROPERTY = "String {66f5a359-4659-4830-9070-00047ec6ac6e} Name Origin"
FILTER = quote(f"id eq '{PROPERTY}'")


def tagged(value: str = "Abc") -> dict[str, Any]:
    return {"singleValueExtendedProperties": [{"id": PROPERTY, "value": value}]}


async def found(alice: Client, value: str, name: str = PROPERTY) -> list[str]:
    text = f"singleValueExtendedProperties/Any(ep: ep/id eq '{name}' and ep/value eq '{value}')"
    return [one["id"] for one in (await alice.get(f"/me/events?$filter={quote(text)}"))["value"]]


async def test_extended_properties_show_where_they_are_expanded(alice: Client) -> None:
    event = await made(alice, timed(**tagged()))
    expand = f"?$expand=singleValueExtendedProperties($filter={FILTER})"

    assert "singleValueExtendedProperties" not in event
    assert (await alice.get(at(event) + expand))["singleValueExtendedProperties"] == [
        {"id": PROPERTY, "value": "Abc"}
    ]
    other = expand.replace("Origin", "origin")
    assert "singleValueExtendedProperties" not in await alice.get(at(event) + other)
    listed = (await alice.get(f"/me/events{expand}"))["value"]
    assert listed[0]["singleValueExtendedProperties"][0]["value"] == "Abc"
    assert (await alice.refused("GET", at(event) + "?$expand=singleValueExtendedProperties"))[0] == 400


async def test_events_are_found_by_a_property_in_any_case_of_its_value(alice: Client) -> None:
    event = await made(alice, timed(**tagged()))
    await made(alice, timed(**tagged("Other")))

    assert await found(alice, "ABC") == [event["id"]]
    assert await found(alice, "Abc", PROPERTY.replace("Origin", "origin")) == []
    await alice.patch(at(event), tagged("New"))
    assert await found(alice, "Abc") == []
    assert await found(alice, "New") == [event["id"]]
    await alice.patch(at(event), {"singleValueExtendedProperties": [{"id": PROPERTY, "value": None}]})
    assert await found(alice, "New") == []


async def test_a_series_has_its_properties_and_an_occurrence_its_own(alice: Client) -> None:
    await made(alice, daily(**tagged()))
    expand = f"singleValueExtendedProperties($filter=id eq '{PROPERTY}')"
    path = view(**{"$expand": expand})
    first, *_ = (await alice.get(path))["value"]

    await alice.patch(at(first), tagged("Mine"))

    values = [one.get("singleValueExtendedProperties") for one in (await alice.get(path))["value"]]
    assert values == [[{"id": PROPERTY, "value": "Mine"}], None, None, None, None]


async def test_extensions_are_written_read_and_deleted(alice: Client) -> None:
    extension = {
        "@odata.type": "microsoft.graph.openTypeExtension",
        "extensionName": "example.sync",
        "origin": "abc",
    }
    event = await made(alice, timed(extensions=[extension]))
    assert "extensions" not in event
    expand = f"?$expand=extensions($filter={quote('id eq ')}%27example.sync%27)"
    shown = (await alice.get(at(event) + expand))["extensions"]
    assert [(one["extensionName"], one["origin"]) for one in shown] == [("example.sync", "abc")]

    path = at(event, "extensions")
    await alice.post(path, {**extension, "extensionName": "example.other"})
    assert len((await alice.get(path))["value"]) == 2
    assert (await alice.get(f"{path}/example.other"))["origin"] == "abc"
    assert (await alice.patch(f"{path}/example.other", {"origin": "x"}))["origin"] == "x"
    await alice.delete(f"{path}/example.other")
    assert await alice.refused("GET", f"{path}/example.other") == (404, "ErrorItemNotFound")
    assert (await alice.refused("POST", path, {"origin": "x"}))[0] == 400


async def test_no_delta_shows_or_tells_what_is_attached(alice: Client) -> None:
    event = await made(alice, timed(**tagged()))
    first = await alice.get(view(what="calendarView/delta"))
    assert "singleValueExtendedProperties" not in first["value"][0]

    extension = {"extensionName": "example.sync", "origin": "abc"}
    await alice.post(at(event, "extensions"), extension)

    assert (await alice.get(first["@odata.deltaLink"]))["value"] == []
