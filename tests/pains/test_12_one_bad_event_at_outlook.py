"""Pain 12, one bad event stops everything, at Outlook: null members, words and zones nobody knows."""

from tests.outlook_stage import WEEKLY, AtOutlook, times


async def test_what_cannot_be_understood_is_named_and_all_others_come_in(anna: AtOutlook) -> None:
    ages = {
        name: {**at, "dateTime": f"{year}{at['dateTime'][4:]}"}
        for (name, at), year in zip(times(3).items(), (2026, 2999), strict=True)
    }
    anna.phone.seed({"subject": "For ages", **ages})
    await anna.phone.put("Dentist")
    await anna.create("Yoga")
    await anna.sync()

    (error,) = [error for run in await anna.history() for error in run["errors"]]
    assert error["externalEventId"]
    assert error["error"]
    assert error["nextStep"]
    assert await anna.titles() == ["Dentist", "Yoga"]
    assert (await anna.status())["quarantined"] == 1


async def test_members_that_are_null_and_words_to_come_stop_nothing(anna: AtOutlook) -> None:
    anna.stand_in.turn_on("nulls", members="iCalUId,location,body")
    anna.stand_in.turn_on("unknown-enums")
    await anna.phone.put("Dentist")
    await anna.sync()

    assert await anna.titles() == ["Dentist"]
    assert (await anna.status())["lastSyncStatus"] == "SUCCESS"


async def test_a_zone_that_only_outlook_knows_stops_nothing(anna: AtOutlook) -> None:
    anna.stand_in.turn_on("custom-zones")
    await anna.phone.put("Dentist")
    await anna.phone.put("Course", recurrence=WEEKLY)
    await anna.sync()

    assert await anna.titles() == ["Course", "Dentist"]
    assert (await anna.named("Dentist"))["when"]["startsAt"] == "2026-12-03T09:00:00Z"
