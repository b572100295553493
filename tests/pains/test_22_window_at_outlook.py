"""Pain 22, the edges of the synced window, at Outlook: what leaves that of the link is "removed"."""

from datetime import timedelta

from tests.outlook_stage import AtOutlook, times


def _in_year(year: int) -> dict[str, object]:
    return {name: {**at, "dateTime": f"{year}{at['dateTime'][4:]}"} for name, at in times(3).items()}


async def test_who_is_moved_out_of_the_window_is_not_deleted_and_comes_back(anna: AtOutlook) -> None:
    await anna.phone.put("Dentist")
    await anna.create("Yoga")
    await anna.sync()
    for title in ("Dentist", "Yoga"):
        await anna.phone.edit(title, **_in_year(2029))
    for _ in range(2):
        await anna.sync()

    assert await anna.titles() == await anna.phone.titles() == ["Dentist", "Yoga"]
    assert await _day_of(anna, "Yoga") == "2029-12-03"

    await anna.phone.edit("Yoga", **_in_year(2026))
    await anna.sync(timedelta(days=1, minutes=1))
    assert await _day_of(anna, "Yoga") == "2026-12-03"
    assert await anna.conflicts() == []


async def _day_of(anna: AtOutlook, title: str) -> str:
    start: str = (await anna.named(title))["when"]["start"]
    return start[:10]


async def test_what_lies_far_ahead_comes_in_when_its_time_comes(anna: AtOutlook) -> None:
    far = {name: {**at, "dateTime": f"2028-01-10T{at['dateTime'][11:]}"} for name, at in times(3).items()}
    await anna.phone.put("Wedding", **far)
    await anna.sync()
    before = await anna.titles()

    await anna.sync(timedelta(days=30))

    assert (before, await anna.titles()) == ([], ["Wedding"])
