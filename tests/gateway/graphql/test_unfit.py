"""What a provider cannot hold is told before anything is written, with what to do instead."""

from collections.abc import AsyncIterator
from datetime import datetime
from uuid import UUID

import aiohttp
import pytest
from tests.gateway.graphql.client import Api, Json, serving
from tests.gateway.graphql.operations import COPIES, ERROR
from tests.gateway.house import House
from tests.gateway.microsoft import ALICE, Microsoft, at_microsoft
from tests.simulators.graph.official import Client

from metonic_core.model.series import Recurrence
from metonic_core.model.when import Timed
from metonic_outlook.provider import PROVIDER
from metonic_outlook.sign_in import SIGN_IN

EACH_31ST = Recurrence(("FREQ=MONTHLY;BYMONTHDAY=31",))
FIRST = Timed(datetime(2026, 12, 31, 10), datetime(2026, 12, 31, 11), "Europe/Berlin")  # noqa: DTZ001 - wall time
WHY = (
    "The rule leaves out months that are too short, where Outlook takes their last day. "
    "Use the last day of the month (BYMONTHDAY=-1), or a day that every month has."
)
PREVIEW = f"""mutation {{ previewSync(provider: "outlook") {{
  ... on SyncRun {{ id }} {ERROR} }} }}"""
RUN = """query ($id: ID!) { syncRun(id: $id) {
  status plan { creates steps(first: 5) { nodes { title } } } errors { code error appointmentId } } }"""
STATUS = (
    """{ syncStatus(provider: "outlook") { quarantined lastSyncStatus errors { error appointmentId } } }"""
)


@pytest.fixture
async def microsoft(house: House) -> AsyncIterator[Microsoft]:
    async with at_microsoft(house, PROVIDER) as microsoft:
        microsoft.sim.world.base = f"{SIGN_IN.server}/v1.0"
        yield microsoft


@pytest.fixture
async def api(microsoft: Microsoft) -> AsyncIterator[Api]:
    async with serving(microsoft.house) as api:
        yield api


async def copy_of(api: Api, appointment: UUID) -> Json:
    (copy,) = (await api.call(COPIES, id=str(appointment)))["copies"]
    found: Json = copy
    return found


async def subjects(microsoft: Microsoft) -> list[str]:
    """What another client of hers sees in the calendar."""
    async with aiohttp.ClientSession() as http:
        found = await Client(http, microsoft.sim, ALICE).get("/me/events")
    return [event["subject"] for event in found["value"]]


async def test_a_rule_that_outlook_cannot_hold_is_not_written_and_says_why(
    api: Api, microsoft: Microsoft
) -> None:
    calendar = await microsoft.signed_in()
    odd = await api.house.add("Each 31st", FIRST, recurrence=EACH_31ST)
    fine = await api.house.add("Once", FIRST)

    await api.house.sync(calendar)

    assert await subjects(microsoft) == ["Once"]
    assert (await copy_of(api, fine))["state"] == "IN_SYNC"
    copy = await copy_of(api, odd)
    assert (copy["state"], copy["reason"]) == ("QUARANTINED", WHY)
    status = await api.call(STATUS)
    assert (status["quarantined"], status["lastSyncStatus"]) == (1, "PARTIAL")
    assert status["errors"] == [{"error": WHY, "appointmentId": str(odd)}]


async def test_a_preview_says_it_before(api: Api, microsoft: Microsoft) -> None:
    await microsoft.signed_in()
    odd = await api.house.add("Each 31st", FIRST, recurrence=EACH_31ST)
    await api.house.add("Once", FIRST)

    asked = await api.call(PREVIEW)
    await api.house.preview()
    run = await api.call(RUN, id=asked["id"])

    assert (run["status"], run["plan"]["creates"]) == ("SUCCESS", 1)
    assert [step["title"] for step in run["plan"]["steps"]["nodes"]] == ["Once"]
    assert run["errors"] == [{"code": "FAILED", "error": WHY, "appointmentId": str(odd)}]
    assert await subjects(microsoft) == []
