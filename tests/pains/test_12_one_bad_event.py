"""Pain 12, one bad event stops everything: it is set aside with its reason, and all others go on."""

from datetime import timedelta

from tests.stage import Json, Person

RETRY = "mutation ($id: ID!) { retrySync(runId: $id) { ... on SyncRun { id } } }"
BAD = ("SUMMARY:Landing", "DTSTART;TZID=Mars/Phobos:20261202T100000")


async def test_the_others_come_in_and_the_bad_one_is_named(trainer: Person) -> None:
    await trainer.device.put("bad.ics", *BAD)
    await trainer.device.put("good.ics", "SUMMARY:Dentist", "DTSTART:20261203T090000Z")
    await trainer.create("Yoga")
    await trainer.sync()

    (error,) = (await trainer.history())[0]["errors"]
    assert error["externalEventId"].endswith("/bad.ics")
    assert error["error"]
    assert error["nextStep"]
    assert await trainer.titles() == ["Dentist", "Yoga"]
    assert (await trainer.status())["quarantined"] == 1


async def test_who_asks_has_it_read_again_and_is_told_again_what_is_wrong(trainer: Person) -> None:
    await trainer.device.put("bad.ics", *BAD)
    await trainer.sync()
    before = (await trainer.history())[0]
    trainer.house.later(timedelta(minutes=1))
    asked = await trainer.api.call(RETRY, id=before["id"])
    await trainer.sync(timedelta(minutes=1))

    again = (await trainer.history())[0]
    assert (again["id"], again["reason"], again["status"]) == (asked["id"], "RETRY", "PARTIAL")
    assert again["errors"] == before["errors"]
    assert (await trainer.status())["quarantined"] == 1


async def test_it_is_not_read_again_until_it_changes_and_then_comes_in(trainer: Person) -> None:
    await trainer.device.put("bad.ics", *BAD)
    await trainer.sync()
    asked = len(trainer.line.of(trainer.name))
    await trainer.sync()
    asked_again = len(trainer.line.of(trainer.name)) - asked

    await trainer.device.edit("Landing", ("Mars/Phobos", "Europe/Berlin"))
    await trainer.sync()

    assert asked_again == 1
    assert await trainer.titles() == ["Landing"]
    assert (await trainer.status())["quarantined"] == 0


QUARANTINED = """query ($first: Int! = 20, $after: String) { connectedCalendars {
  quarantined(first: $first, after: $after) { totalCount pageInfo { hasNextPage endCursor }
    nodes { appointmentId externalEventId title reason reasonCode nextStep since } } } }"""
IN_STATE = """query ($state: CopyState!, $first: Int! = 20, $after: String) {
  appointments(filter: { copyState: $state }, first: $first, after: $after) {
    nodes { title } pageInfo { hasNextPage endCursor } } }"""


async def quarantined(person: Person, **page: object) -> Json:
    (calendar,) = await person.api.call(QUARANTINED, **page)
    found: Json = calendar["quarantined"]
    return found


async def in_state(person: Person, state: str) -> list[str]:
    """The titles of the appointments that are found by that state, a page of one at a time."""
    titles, after = [], None
    while True:
        page = await person.api.call(IN_STATE, state=state, first=1, after=after)
        titles += [node["title"] for node in page["nodes"]]
        after = page["pageInfo"]["endCursor"]
        if not page["pageInfo"]["hasNextPage"]:
            return titles


async def test_an_event_that_cannot_be_read_is_found_where_its_calendar_is(trainer: Person) -> None:
    await trainer.device.put("bad.ics", *BAD)
    await trainer.sync()
    since = trainer.house.now
    await trainer.sync(later=timedelta(days=2))

    found = await quarantined(trainer)
    (item,) = found["nodes"]
    assert item["externalEventId"].endswith("/bad.ics")
    assert (item["appointmentId"], item["title"]) == (None, None)
    assert item["reason"] == "The event uses a time zone that is not in the IANA database."
    assert item["nextStep"]
    assert item["since"] == f"{since:%Y-%m-%dT%H:%M:%SZ}"
    assert found["totalCount"] == 1

    await trainer.device.edit("Landing", ("Mars/Phobos", "Europe/Berlin"))
    await trainer.sync()

    assert await quarantined(trainer) == {
        "totalCount": 0,
        "pageInfo": {"hasNextPage": False, "endCursor": None},
        "nodes": [],
    }


async def test_an_event_that_was_read_before_keeps_its_title_and_begins_anew_once_mended(
    trainer: Person,
) -> None:
    rule = "RRULE:FREQ=WEEKLY;COUNT=4"
    await trainer.device.put("own.ics", "SUMMARY:Landing", "DTSTART:20261202T100000Z", rule)
    await trainer.sync()
    but = "EXRULE:FREQ=WEEKLY;COUNT=2"
    sinces = []
    for _ in range(2):
        await trainer.device.edit("Landing", (rule, f"{rule}\n{but}"))
        await trainer.sync()
        (item,) = (await quarantined(trainer))["nodes"]
        sinces.append(item["since"])
        assert (item["title"], item["appointmentId"]) == ("Landing", (await trainer.named("Landing"))["id"])
        assert await in_state(trainer, "QUARANTINED") == ["Landing"]
        await trainer.device.edit("Landing", (f"{but}\n", ""))
        await trainer.sync()

    assert sinces[0] < sinces[1]
    assert (await quarantined(trainer))["nodes"] == []


async def test_what_the_calendar_refuses_is_listed_in_pages_as_the_calendar_would_be_shown_it(
    trainer: Person,
) -> None:
    await trainer.set(filters={"privateAppointments": "MASK"})
    trainer.refused(lambda exchange: exchange.method == "PUT", 403)
    await trainer.create("Yoga")
    await trainer.sync()
    await trainer.create("Oncologist", isPrivate=True)
    await trainer.sync()

    first = await quarantined(trainer, first=1)
    second = await quarantined(trainer, first=1, after=first["pageInfo"]["endCursor"])

    assert [page["nodes"][0]["title"] for page in (first, second)] == ["Busy", "Yoga"]
    assert [page["pageInfo"]["hasNextPage"] for page in (first, second)] == [True, False]
    assert (first["totalCount"], first["nodes"][0]["externalEventId"] is None) == (2, False)


async def test_appointments_are_found_by_how_they_stand_in_the_calendar(trainer: Person) -> None:
    for title in ("Yoga", "Squash"):
        await trainer.create(title)
    await trainer.create("Oncologist", isPrivate=True)
    await trainer.sync()
    trainer.refused(lambda exchange: exchange.method == "PUT", 403)
    await trainer.create("Boxing")
    await trainer.sync()
    await trainer.create("Pilates")

    found = {
        state: await in_state(trainer, state) for state in ("IN_SYNC", "EXCLUDED", "QUARANTINED", "PENDING")
    }

    assert {state: sorted(titles) for state, titles in found.items()} == {
        "IN_SYNC": ["Squash", "Yoga"],
        "EXCLUDED": ["Oncologist"],
        "QUARANTINED": ["Boxing"],
        "PENDING": ["Pilates"],
    }
    assert await in_state(trainer, "CONFLICT") == []
