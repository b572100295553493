"""Pain 12, one bad event stops everything, at Google: kinds to come, dirty rules, dates out of the world."""

from tests.google_stage import AtGoogle

TIMES = {"start": {"dateTime": "2026-12-02T09:00:00Z"}, "end": {"dateTime": "2026-12-02T10:00:00Z"}}


async def test_what_cannot_be_understood_is_named_and_all_others_come_in(alice: AtGoogle) -> None:
    rules = ["RRULE:FREQ=DAILY;COUNT=40", "EXRULE:FREQ=MONTHLY;COUNT=2"]
    bad = [
        {"id": "_60q30c1g60o30", "summary": "Dirty", **TIMES, "recurrence": rules},
        {"summary": "Far", "start": {"date": "9999-12-31"}, "end": {"date": "9999-12-32"}},
    ]
    for event in bad:
        alice.phone.seed(event)
    await alice.phone.put("Dentist")
    await alice.create("Yoga")
    await alice.sync()

    errors = [error for run in await alice.history() for error in run["errors"]]
    assert len({error["externalEventId"] for error in errors}) == len(bad)
    assert all(error["error"] and error["nextStep"] for error in errors)
    assert await alice.titles() == ["Dentist", "Yoga"]
    assert (await alice.status())["quarantined"] == len(bad)


async def test_a_kind_of_event_that_nobody_knows_yet_stops_nothing(alice: AtGoogle) -> None:
    odd = {"summary": "Odd", "eventType": "telepathy", **TIMES}
    alice.phone.seed(odd)
    await alice.phone.put("Dentist")
    await alice.sync()

    assert await alice.titles() == ["Dentist"]
    assert (await alice.status())["lastSyncStatus"] == "SUCCESS"
