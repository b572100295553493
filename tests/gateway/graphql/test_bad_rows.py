"""A row that cannot be taken refuses itself with its reason; what GraphQL cannot read refuses all of them."""

from typing import Any

import pytest
from tests.gateway.graphql.client import Api
from tests.gateway.graphql.operations import TIMED, UPSERT, platform_row, timed
from tests.gateway.graphql.sending import person, statuses, upserted

from metonic_gateway.graphql.scalars import MOST_VERSIONS
from metonic_gateway.store.models import Appointment

BAD: dict[str, tuple[dict[str, Any], list[str]]] = {
    "no title": ({"title": None}, ["title"]),
    "no type": ({"type": None}, ["type"]),
    "no time": ({"when": None}, ["when"]),
    "no id": ({"platformId": None}, ["platformId"]),
    "no version": ({"platformVersion": None}, ["platformVersion"]),
    "no owner": ({"owner": None}, ["owner"]),
    "an owner without id": ({"owner": person(userId=None)}, ["owner", "userId"]),
    "an owner without role": ({"owner": {"userId": "trainer-1"}}, ["owner", "role"]),
    "nobody who takes part": ({"participants": [person(userId=None)]}, ["participants", "0", "userId"]),
    "a user without role": ({"participants": [person(role=None)]}, ["participants", "0", "role"]),
    "a blank id": ({"platformId": " \u3000"}, ["platformId"]),
    "a user of a blank id": ({"owner": person(userId=" ")}, ["owner", "userId"]),
    "a user on Mars": ({"owner": person(timeZone="Mars/Olympus")}, ["owner", "timeZone"]),
    "a user nowhere": ({"owner": person(timeZone="")}, ["owner", "timeZone"]),
    "blank title": ({"title": " "}, ["title"]),
    "a type with spaces": ({"type": "One\0on one"}, ["type"]),
    "an unknown zone": (
        {"when": timed("2026-12-01T10:00", "2026-12-01T11:00", "Mars/Olympus")},
        ["when", "timed", "timeZone"],
    ),
    "no rule": ({"recurrence": {"rules": []}}, ["recurrence", "rules"]),
    "an empty id": ({"platformId": ""}, ["platformId"]),
    "a long id": ({"platformId": "x" * 256}, ["platformId"]),
    "an id that no database knows": ({"platformId": "a\ud800"}, ["platformId"]),
    "a word for a version": ({"platformVersion": "new"}, ["platformVersion"]),
    "half a version": ({"platformVersion": 1.5}, ["platformVersion"]),
    "a negative version": ({"platformVersion": -1}, ["platformVersion"]),
    "a version past exact numbers": ({"platformVersion": MOST_VERSIONS + 1}, ["platformVersion"]),
    "an endless version": ({"platformVersion": "9" * 5_000}, ["platformVersion"]),
    "a flag for a version": ({"platformVersion": True}, ["platformVersion"]),
    "an unknown role": ({"participants": [person(), person(role="chef")]}, ["participants", "1", "role"]),
    "an unknown role of the owner": ({"owner": person(role="backend")}, ["owner", "role"]),
    "a user without id": ({"participants": [person(userId="")]}, ["participants", "0", "userId"]),
    "a user twice": ({"participants": [person(), person()]}, ["participants", "1", "userId"]),
    "the owner among them": ({"participants": [person(userId="trainer-1")]}, ["participants", "0", "userId"]),
    "a long e-mail": ({"participants": [person(email="x" * 256)]}, ["participants", "0", "email"]),
    "a long phone": ({"participants": [person(phone="1" * 65)]}, ["participants", "0", "phone"]),
    "a name of two lines": ({"participants": [person(name="A\nB")]}, ["participants", "0", "name"]),
    "too many participants": (
        {"participants": [person(userId=f"client-{n}") for n in range(201)]},
        ["participants"],
    ),
    "no appointment's id": ({"appointmentId": "nonsense", "seenVersion": 1}, ["appointmentId"]),
    "nobody's appointment": (
        {"appointmentId": "00000000-0000-0000-0000-000000000000", "seenVersion": 1},
        ["appointmentId"],
    ),
    "an appointment that was not seen": (
        {"appointmentId": "00000000-0000-0000-0000-000000000000"},
        ["seenVersion"],
    ),
}


@pytest.mark.parametrize(("fields", "path"), BAD.values(), ids=BAD)
async def test_a_bad_row_refuses_only_itself(fields: dict[str, Any], path: list[str], api: Api) -> None:
    outcomes = await upserted(
        api, platform_row("before"), platform_row("bad", **fields), platform_row("after")
    )

    error = outcomes[1]["error"]
    assert statuses(outcomes) == ["CREATED", "REFUSED", "CREATED"]
    assert (error["code"], error["path"]) == ("INVALID_INPUT", ["appointments", "1", *path]), error
    assert error["nextStep"].endswith(".")
    assert await Appointment.all().count() == 2


async def test_all_in_one_request_may_be_bad(api: Api) -> None:
    outcomes = await upserted(api, platform_row(title=""), platform_row(type=None))

    assert statuses(outcomes) == ["REFUSED", "REFUSED"]


@pytest.mark.parametrize(
    ("fields", "message"),
    [
        ({"title": None}, "`title` is missing."),
        ({"platformId": None}, "`platformId` is missing."),
        ({"platformId": " "}, "`platformId` is blank."),
        ({"platformId": "a\ud800"}, "`platformId` holds half a character (a lone surrogate)."),
        ({"platformId": "a\0"}, "`platformId` holds control characters."),
    ],
)
async def test_a_refusal_says_what_is_wrong(fields: dict[str, Any], message: str, api: Api) -> None:
    (outcome,) = await upserted(api, platform_row(**fields))

    assert outcome["error"]["message"] == message
    assert outcome["platformId"] == (fields.get("platformId", "a-1") or "")


@pytest.mark.parametrize(
    "fields",
    [
        {"title": 7},
        {"when": {"timed": TIMED, "allDay": {"startDate": "2026-12-01", "endDate": "2026-12-02"}}},
        {"participants": [None]},
        {"colour": "red"},
    ],
)
async def test_what_graphql_cannot_read_refuses_the_whole_request(fields: dict[str, Any], api: Api) -> None:
    error = await api.as_backend().refused(UPSERT, rows=[platform_row("good"), platform_row(**fields)])

    assert error["extensions"]["code"] == "BAD_REQUEST"
    assert not await Appointment.all().exists()
