"""Answers to writes that cannot be understood: none of them hides what became of another write."""

from typing import Any

import pytest
from tests.plugins.outlook.others_bodies import beside, event, series
from tests.plugins.outlook.scripted import EVENTS, Scripted, calendar, refused
from tests.plugins.scripted import Asked, Said

from metonic_core.model.content import TITLE
from metonic_core.spi import Create, Failed, Outcome, Stored, Unavailable, Unknown, Update
from metonic_core.testing.checks.contents import LESSON, MARKER, NEXT_MARKER, VARIED, creating
from metonic_outlook.adapter import OutlookAdapter
from metonic_outlook.reading import Whole

MARKED = beside(marker=MARKER)


def made(asked: Asked, **fields: Any) -> Said:  # noqa: ANN401 - JSON
    """A new event as Graph answers with it."""
    told = {"transactionId": asked.body["transactionId"], **fields}
    return Said(
        201, event(id=f"of {asked.body['transactionId']}", **{"subject": asked.body["subject"], **told})
    )


async def written(adapter: OutlookAdapter, *writes: Create | Update) -> list[Outcome]:
    return [*await adapter.write_events("home", writes)]


async def test_creates_that_share_an_id_are_in_doubt(server: Scripted, adapter: OutlookAdapter) -> None:
    server.on("POST", EVENTS, lambda asked: made(asked, id="one"))

    outcomes = await written(adapter, creating(LESSON), creating(LESSON))

    assert [type(outcome) for outcome in outcomes] == [Unknown, Unknown]


async def test_a_create_that_is_answered_with_another_event_is_in_doubt(
    server: Scripted, adapter: OutlookAdapter
) -> None:
    server.on("POST", EVENTS, lambda asked: made(asked, transactionId=None), made)

    first, second = await written(adapter, creating(LESSON), creating(LESSON))

    assert isinstance(first, Unknown)
    assert isinstance(first.error, Unavailable)
    assert isinstance(second, Stored)


@pytest.mark.parametrize(
    "fields", [{"start": None}, {"start": {"dateTime": "soon"}}, {"recurrence": 7}, {"id": "y"}]
)
async def test_an_update_whose_answer_is_twisted_is_in_doubt_alone(
    fields: dict[str, Any], server: Scripted, adapter: OutlookAdapter
) -> None:
    for name in "xz":
        body = series(id=name, singleValueExtendedProperties=MARKED, exceptionOccurrences=[])
        server.on("GET", f"{EVENTS}/{name}", Said(body=body))
    server.on("PATCH", f"{EVENTS}/x", Said(body={**series(id="x"), **fields}))
    server.on("PATCH", f"{EVENTS}/z", Said(body=series(id="z")))
    etag = {n: Whole(series(id=n)).etag for n in "xz"}

    twisted, well = await written(
        adapter, *(Update(n, etag[n], VARIED, frozenset({TITLE}), NEXT_MARKER) for n in "xz")
    )

    assert isinstance(twisted, Unknown | Stored)
    assert isinstance(well, Stored)


async def test_in_a_calendar_that_is_gone_nothing_is_made(server: Scripted, adapter: OutlookAdapter) -> None:
    outcomes = await written(adapter, *(creating(LESSON) for _ in range(3)))

    assert all(isinstance(outcome, Failed) for outcome in outcomes)
    assert [asked.path for asked in server.to("GET")] == ["/me/calendars/home"]


async def test_a_right_that_is_missing_for_one_is_told_of_one(
    server: Scripted, adapter: OutlookAdapter
) -> None:
    server.on("GET", "/me/calendars/home", calendar())
    server.on("POST", EVENTS, lambda _: refused(403, "ErrorAccessDenied"), made)

    first, second = await written(adapter, creating(LESSON), creating(LESSON))

    assert isinstance(first, Failed)
    assert isinstance(second, Stored)
