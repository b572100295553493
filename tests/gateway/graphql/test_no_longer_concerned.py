"""Whom an appointment concerned once neither reads what it said, nor decides about it."""

import json
from dataclasses import replace

from tests.gateway.graphql.client import Api
from tests.gateway.graphql.conflicting import RESOLVE_MANY, in_conflict, put_there, resolve, synced
from tests.gateway.graphql.operations import CREATE, lesson
from tests.gateway.graphql.settings import MINE

from metonic_gateway.store.models import Appointment, CalendarSyncMapping, User

PREVIEW = """mutation { previewSync(provider: "memory") { ... on SyncRun { id } } }"""
PLAN = """query ($id: ID!) { syncRun(id: $id) { plan { steps { nodes {
  side operation title when { __typename } fields { group base local external } } } } } }"""


async def _hand_over(api: Api, appointment: str) -> None:
    """Somebody else has the appointment from here on."""
    await api.as_user("client-1").call(MINE)
    other = await User.exclude(id=(await Appointment.get(id=appointment)).owner_id).first()
    assert other
    await Appointment.filter(id=appointment).update(owner_id=other.id)


async def test_a_conflict_about_what_is_not_theirs_any_more_is_not_there(api: Api) -> None:
    _, made, conflict = await in_conflict(api)
    await _hand_over(api, made)

    one = await resolve(api, conflict, "KEEP_LOCAL")
    stale = await resolve(api, conflict | {"version": 7}, "KEEP_LOCAL")
    named = [{"id": conflict["id"], "ifVersion": 7}]
    many = await api.call(RESOLVE_MANY, **{"target": {"conflicts": named}, "as": "KEEP_LOCAL"})
    every = await api.call(RESOLVE_MANY, **{"target": {"everything": True}, "as": "KEEP_LOCAL"})

    assert (one["code"], stale["code"]) == ("NOT_FOUND", "NOT_FOUND")
    assert [each["error"]["code"] for each in many["refused"]] == ["NOT_FOUND"]
    assert every["resolvedCount"] == 0
    row = await CalendarSyncMapping.get(appointment_id=made)
    assert row.resolution is None


async def test_a_plan_does_not_say_what_is_not_theirs_any_more(api: Api) -> None:
    _, made = await synced(api)
    put_there(api, lambda content: replace(content, title="Talk"))
    new = await api.call(CREATE, appointment=lesson(title="Later"))
    run = (await api.call(PREVIEW))["id"]
    await api.house.preview()
    before = json.dumps(await api.call(PLAN, id=run))

    for appointment in (made, new["id"]):
        await _hand_over(api, appointment)

    steps = (await api.call(PLAN, id=run))["plan"]["steps"]["nodes"]
    assert '"Lesson"' in before
    assert '"Later"' in before
    told = {(step["side"], step["operation"]): (step["title"], step["when"]) for step in steps}
    assert told == {("LOCAL", "UPDATE"): (None, None), ("EXTERNAL", "CREATE"): (None, None)}
    assert "Talk" not in json.dumps(steps)
    assert "Later" not in json.dumps(steps)
