"""Pain 23, peculiarities of Graph's delta: it repeats, leaves out, and says removed of what is there."""

import pytest
from tests.outlook_stage import AtOutlook, times

DISORDER = (
    *("empty-pages", "delta-replays", "delta-duplicates", "delta-shuffled", "delta-lag", "exceptions-listed"),
    "exceptions-paged",
)


@pytest.mark.parametrize("quirk", DISORDER)
async def test_whatever_a_round_repeats_or_leaves_out_all_changes_come_in_once(
    anna: AtOutlook, quirk: str
) -> None:
    anna.stand_in.turn_on(quirk, **({"rounds": 1} if quirk == "delta-lag" else {}))
    for title in ("Dentist", "Lunch"):
        await anna.phone.put(title)
    series = await anna.phone.put_series("Course")
    await anna.create("Yoga")
    for _ in range(3):
        await anna.sync()

    await anna.phone.rename("Dentist", "Doctor")
    await anna.phone.delete("Lunch")
    await anna.phone.move(series, 10)
    await anna.phone.cancel(series, 17)
    await anna.phone.rename("Yoga", "Pilates")
    for _ in range(3):
        await anna.sync()
    written = anna.writes()
    for _ in range(2):
        await anna.sync()

    assert await anna.titles() == await _there(anna) == ["Course", "Doctor", "Pilates"]
    overrides = (await anna.named("Course"))["recurrence"]["overrides"]
    assert [(one["occurrence"][:10], one["isCancelled"]) for one in overrides] == [
        ("2026-12-10", False),
        ("2026-12-17", True),
    ]
    assert (anna.writes(), await anna.conflicts()) == (written, [])


async def _there(anna: AtOutlook) -> list[str]:
    anna.stand_in.turn_off("exceptions-listed")
    return await anna.phone.titles()


async def test_series_that_began_long_ago_come_in_whole_and_as_one(anna: AtOutlook) -> None:
    start = {name: {**at, "dateTime": f"2019{at['dateTime'][4:]}"} for name, at in times(5).items()}
    pattern = {"type": "weekly", "interval": 1, "daysOfWeek": ["thursday"], "firstDayOfWeek": "monday"}
    range_ = {"type": "noEnd", "startDate": "2019-12-05"}
    await anna.phone.put("Choir", **start, recurrence={"pattern": pattern, "range": range_})
    await anna.sync()
    written = anna.writes()

    await anna.update((await anna.named("Choir"))["id"], title="Old choir")
    for _ in range(2):
        await anna.sync()

    assert await anna.phone.titles() == ["Old choir"]
    assert (await anna.phone.named("Old choir"))["start"]["dateTime"].startswith("2019-12-05T09:00")
    assert (written, anna.writes()) == (0, 1)


async def test_removed_of_what_was_never_in_the_window_is_nothing(anna: AtOutlook) -> None:
    await anna.phone.put("Dentist")
    await anna.sync()
    far = {name: {**at, "dateTime": f"2031{at['dateTime'][4:]}"} for name, at in times(4).items()}
    await anna.phone.put("Far", **far)
    await anna.phone.rename("Far", "Farther")
    await anna.sync()

    assert await anna.titles() == ["Dentist"]
    assert await anna.phone.titles() == ["Dentist", "Farther"]
