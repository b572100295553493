"""Pain 18, private matters leak: who takes part may edit what their calendar does not show.

Neither what they do there, nor undoing and resolving it, tells them through journal, plan and conflict more
of the appointment than the calendar does.
"""

import json
from datetime import timedelta
from typing import Any

import pytest
from tests.gateway.graphql.operations import ERROR, timed
from tests.gateway.graphql.undo_scene import READ_RUN, UNDO
from tests.specification.resolving import resolve
from tests.stage import Person, Stage

from metonic_gateway.http.identity import Role
from metonic_gateway.store.models import AppointmentParticipant

SECRET = "Oncologist"
SLOT = "2026-12-08T10:00:00"
RULE = "RRULE:FREQ=WEEKLY;COUNT=8"
SPLIT = "RELATED-TO;RELTYPE=X-CALENDARSERVER-RECURRENCE-SET:set-1"
HOUR, LONG = (timed("2026-12-01T10:00:00", f"2026-12-01T{end}:00:00") for end in (11, 13))

VERSION = "title notes location recurrence { overrides { title location } }"
FIELDS = "title fields { group base local external }"
TOLD = f"""{{
  syncHistory(first: 10) {{ nodes {{ kind errors {{ error nextStep }}
    operations(first: 9) {{ nodes {{ side operation reasonCode {FIELDS} }} }}
    plan {{ steps(first: 9) {{ nodes {{ {FIELDS} }} }} }} }} }}
  syncConflicts(filter: {{ states: [OPEN, RESOLVING, RESOLVED, SUPERSEDED] }}, first: 5) {{ nodes {{
    sentence localVersion {{ {VERSION} }} externalVersion {{ summary description location }}
    fields {{ group base local external }} }} }} }}"""
OUTCOMES = f"""{{ syncConflicts(first: 5) {{ nodes {{
  here: outcome(resolution: KEEP_LOCAL) {{ {VERSION} }}
  there: outcome(resolution: KEEP_EXTERNAL) {{ {VERSION} }} }} }} }}"""
PREVIEW = f"""mutation {{ previewSync(provider: "apple") {{ ... on SyncRun {{ id }} {ERROR} }} }}"""
PLAN = f"query ($id: ID!) {{ syncRun(id: $id) {{ state plan {{ steps {{ nodes {{ {FIELDS} }} }} }} }} }}"

ALL = "{ appointments(first: 50) { nodes { id } } }"

MASKS: dict[str, Any] = {"filters": {"privateAppointments": "MASK"}}
RULES: dict[str, Any] = {
    "filters": {"privateAppointments": "MASK", "rules": [{"field": "title", "pattern": SECRET}]}
}
NO_NOTES: dict[str, Any] = {"filters": {"privateAppointments": "INCLUDE"}, "includeNotes": False}


async def told(person: Person) -> str:
    """All that the API says about what was done, is to be done and would be done in their calendar."""
    asked = [await person.api.ask(TOLD), await person.api.ask(OUTCOMES), await _planned(person)]
    assert [answer["errors"] for answer in asked if "errors" in answer] == []
    return json.dumps(asked)


async def _planned(person: Person) -> dict[str, object]:
    run = await person.api.call(PREVIEW)
    await person.house.preview()
    plan = await person.api.call(PLAN, id=run["id"])
    assert plan["state"] == "FINISHED", plan
    return {"data": plan}


Case = tuple[Person, Person, str, str]
"""The trainer, a guest who may edit the lesson, the lesson, and what the guest's calendar calls it."""


@pytest.fixture(params=["masked", "matching a rule", "without notes"])
async def case(request: pytest.FixtureRequest, stage: Stage) -> Case:
    trainer, guest = await stage.connected(), await stage.connected("client-1", Role.CLIENT)
    settings = {"masked": MASKS, "matching a rule": RULES, "without notes": NO_NOTES}[request.param]
    await guest.set(**settings)
    is_shown = request.param == "without notes"
    occurrence = {"occurrence": SLOT, "title": None if is_shown else SECRET, "location": SECRET}
    lesson = await trainer.create(
        "Yoga" if is_shown else SECRET,
        notes=SECRET,
        location="Room 9" if is_shown else SECRET,
        when=HOUR,
        recurrence={"rules": ["FREQ=WEEKLY;COUNT=8"], "overrides": [] if is_shown else [occurrence]},
        isPrivate=request.param == "masked",
        participantIds=["client-1"],
    )
    await AppointmentParticipant.filter(user__platform_id="client-1").update(may_edit=True)
    await guest.sync()
    title = "Yoga" if is_shown else "Busy"
    assert title in await guest.device.titles()
    return trainer, guest, lesson, title


async def lengthen(person: Person, title: str, hour: int) -> None:
    """The series, in the calendar, to end at that hour."""
    end = "DTEND;TZID=Europe/Berlin:20261201T"
    await person.device.edit(title, (f"{end}11", f"{end}{hour}"))


async def move_occurrence(person: Person, title: str) -> None:
    """The phone adds a VEVENT for the occurrence, or changes the one that is there."""
    name = await person.device.named(title)
    text = await person.device.text(name)
    (uid,) = {line for line in text.split("\n") if line.startswith("UID:")}
    at = "TZID=Europe/Berlin:20261208T"
    lines = f"RECURRENCE-ID;{at}100000", f"DTSTART;{at}180000", f"DTEND;{at}190000", f"SUMMARY:{title}"
    event = "\n".join(["BEGIN:VEVENT", uid, "DTSTAMP:20261101T000000Z", *lines, "END:VEVENT"])
    await person.device.write(name, text.replace("END:VCALENDAR", f"{event}\nEND:VCALENDAR"))


async def split(person: Person, title: str) -> None:
    """This and following from the third occurrence on, two hours later."""
    name = await person.device.named(title)
    text = await person.device.text(name)
    until = "RRULE:FREQ=WEEKLY;UNTIL=20261214T225959Z"
    await person.device.write(name, text.replace(RULE, f"{until}\n{SPLIT}"))
    (uid,) = {line for line in text.split("\n") if line.startswith("UID:")}
    second = text.replace(uid, "UID:second").replace(RULE, f"RRULE:FREQ=WEEKLY;COUNT=6\n{SPLIT}")
    second = second.replace("20261201T10", "20261215T12").replace("20261201T11", "20261215T13")
    await person.device.write("second.ics", second)


async def undo(person: Person, kind: str = "SYNC") -> None:
    """Take back the latest run of that kind that changed anything."""
    runs = (await person.api.call("{ syncHistory(first: 50) { nodes { id kind canUndo } } }"))["nodes"]
    run = next(r["id"] for r in runs if r["canUndo"] and r["kind"] == kind)
    person.house.later(timedelta(minutes=1))
    asked = await person.api.call(UNDO, id=run)
    await person.house.undo()
    done = await person.api.call(READ_RUN, id=asked["id"])
    assert "undone" in {o["reasonCode"] for o in done["operations"]["nodes"]}, done


async def test_an_edit_and_taking_it_back_and_that_back_again(case: Case) -> None:
    _, guest, lesson, title = case
    await lengthen(guest, title, 12)
    planned = await told(guest)
    await guest.sync()
    done = await told(guest)

    await undo(guest)
    undone = await told(guest)
    back = (await guest.read(lesson))["when"]["end"]
    await undo(guest, "UNDO")

    assert SECRET not in planned
    assert SECRET not in done
    assert SECRET not in undone
    assert SECRET not in await told(guest)
    assert back == "2026-12-01T11:00:00"
    assert (await guest.read(lesson))["when"]["end"] == "2026-12-01T12:00:00"


async def test_a_moved_occurrence_and_taking_that_back(case: Case) -> None:
    trainer, guest, lesson, title = case
    before = (await trainer.read(lesson))["recurrence"]
    await move_occurrence(guest, title)
    planned = await told(guest)
    await guest.sync()
    done = await told(guest)
    moved = (await trainer.read(lesson))["recurrence"]["overrides"]

    await undo(guest)

    assert moved[0]["when"]["start"] == "2026-12-08T18:00:00"
    assert SECRET not in planned
    assert SECRET not in done
    assert SECRET not in await told(guest)
    assert (await trainer.read(lesson))["recurrence"] == before


async def test_a_split_and_taking_that_back(case: Case) -> None:
    trainer, guest, lesson, title = case
    notes = (await trainer.read(lesson))["notes"]
    await split(guest, title)
    planned = await told(guest)
    await guest.sync()
    done = await told(guest)
    (second,) = [i for i in (await trainer.api.call(ALL))["nodes"] if i["id"] != lesson]
    assert (await trainer.read(second["id"]))["notes"] == notes

    await undo(guest)

    assert SECRET not in planned
    assert SECRET not in done
    assert SECRET not in await told(guest)
    assert [i["id"] for i in (await trainer.api.call(ALL))["nodes"]] == [lesson]


async def test_a_conflict_and_what_would_come_of_it(case: Case) -> None:
    trainer, guest, lesson, title = case
    await lengthen(guest, title, 14)
    await trainer.update(lesson, when=LONG, notes=f"{SECRET}, soon")
    await guest.sync()
    asked = await told(guest)

    await resolve(guest, "KEEP_EXTERNAL")

    assert "14:00" in asked
    assert SECRET not in asked
    assert SECRET not in await told(guest)
    assert (await trainer.read(lesson))["when"]["end"] == "2026-12-01T14:00:00"


async def test_what_is_brought_back_and_cancelled_again(case: Case) -> None:
    trainer, guest, lesson, title = case
    await lengthen(guest, title, 14)
    await trainer.cancel(lesson)
    await guest.sync()
    asked = await told(guest)

    await resolve(guest, "KEEP_EXTERNAL")
    revived, stands = await told(guest), (await trainer.api.call(ALL))["nodes"]
    await undo(guest)

    assert SECRET not in asked
    assert [each["id"] for each in stands] == [lesson]
    assert SECRET not in revived
    assert SECRET not in await told(guest)
    assert (await trainer.api.call(ALL))["nodes"] == []


async def test_what_is_cancelled_and_brought_back(case: Case) -> None:
    trainer, guest, lesson, title = case
    await trainer.update(lesson, when=LONG, notes=f"{SECRET}, soon")
    await guest.device.delete(title)
    await guest.sync()
    asked = await told(guest)

    await resolve(guest, "KEEP_EXTERNAL")
    cancelled, stands = await told(guest), (await trainer.api.call(ALL))["nodes"]
    await undo(guest)

    assert SECRET not in asked
    assert stands == []
    assert SECRET not in cancelled
    assert SECRET not in await told(guest)
    assert [each["id"] for each in (await trainer.api.call(ALL))["nodes"]] == [lesson]
