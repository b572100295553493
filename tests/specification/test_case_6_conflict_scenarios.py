"""Test case 6: Conflict Scenarios."""

import pytest
from tests.gateway.graphql.operations import timed
from tests.specification.resolving import resolve, resolve_all
from tests.stage import Person

ENTERED = ("SUMMARY:BOXING", "DTSTART:20261201T090000Z", "DTEND:20261201T100000Z", "LOCATION:Park")


@pytest.fixture
async def teacher(trainer: Person) -> Person:
    """Somebody with a lesson that both sides agree on."""
    await trainer.create("Yoga", location="Hall 1")
    await trainer.sync()
    return trainer


async def test_time_changed_in_both_systems(teacher: Person) -> None:
    lesson = await teacher.named("Yoga")
    await teacher.update(lesson["id"], when=timed("2026-12-01T12:00:00", "2026-12-01T13:00:00"))
    await teacher.device.edit("Yoga", ("20261201T10", "20261201T15"), ("20261201T11", "20261201T16"))
    await teacher.sync()

    (conflict,) = await teacher.conflicts()
    assert conflict["conflictType"] == "TIME_CHANGE"
    starts = [conflict[side]["when"]["start"] for side in ("localVersion", "externalVersion")]
    assert starts == ["2026-12-01T12:00:00", "2026-12-01T15:00:00"]


async def test_appointment_deleted_externally(teacher: Person) -> None:
    await teacher.device.delete("Yoga")
    await teacher.sync()

    (conflict,) = await teacher.conflicts()
    assert conflict["conflictType"] == "DELETED"
    assert await teacher.titles() == ["Yoga"]


@pytest.mark.parametrize(("resolution", "left"), [("KEEP_LOCAL", ["Yoga"]), ("KEEP_EXTERNAL", [])])
async def test_what_was_deleted_externally_is_made_anew_or_cancelled_as_is_decided(
    teacher: Person, resolution: str, left: list[str]
) -> None:
    await teacher.device.delete("Yoga")
    await teacher.sync()

    await resolve(teacher, resolution)
    await teacher.sync()

    assert await teacher.titles() == await teacher.device.titles() == left
    assert await teacher.conflicts() == []


@pytest.mark.parametrize(("resolution", "hour"), [("KEEP_LOCAL", 12), ("KEEP_EXTERNAL", 15)])
async def test_of_two_times_one_is_kept(teacher: Person, resolution: str, hour: int) -> None:
    lesson = await teacher.named("Yoga")
    await teacher.update(lesson["id"], when=timed("2026-12-01T12:00:00", "2026-12-01T13:00:00"))
    await teacher.device.edit("Yoga", ("20261201T10", "20261201T15"), ("20261201T11", "20261201T16"))
    await teacher.sync()

    await resolve(teacher, resolution)

    assert (await teacher.read(lesson["id"]))["when"]["start"] == f"2026-12-01T{hour}:00:00"
    assert f"20261201T{hour}0000" in await teacher.device.text(await teacher.device.named("Yoga"))


async def test_appointment_created_externally_comes_in(teacher: Person) -> None:
    await teacher.device.put("own.ics", "SUMMARY:Dentist", "DTSTART:20261203T090000Z")
    await teacher.sync()

    assert (await teacher.named("Dentist"))["type"] == "external"
    assert await teacher.conflicts() == []


async def test_appointment_created_in_both_systems(teacher: Person) -> None:
    await teacher.create("Boxing", location="Hall 2")
    await teacher.device.put("own.ics", *ENTERED)
    await teacher.sync()

    (conflict,) = await teacher.conflicts()
    assert conflict["conflictType"] == "CREATED_EXTERNALLY"
    assert await teacher.titles() == ["Boxing", "Yoga"]
    assert len(await teacher.device.texts()) == 2


@pytest.mark.parametrize(
    ("resolution", "location", "events"),
    [("KEEP_LOCAL", "Hall 2", 2), ("KEEP_EXTERNAL", "Park", 2), ("KEEP_BOTH", "Park", 3)],
)
async def test_what_was_created_in_both_systems_is_one_thing_or_two(
    teacher: Person, resolution: str, location: str, events: int
) -> None:
    await teacher.create("Boxing", location="Hall 2")
    await teacher.device.put("own.ics", *ENTERED)
    await teacher.sync()

    told = await resolve_all(teacher, resolution)
    await teacher.sync()

    texts = await teacher.device.texts()
    assert (told, len(texts)) == ({"resolvedCount": 1, "refusedCount": 0}, events)
    assert f"LOCATION:{location}" in texts["own.ics"]
    assert len(await teacher.titles()) == events
    assert await teacher.conflicts() == []


@pytest.mark.parametrize(
    ("here", "there"),
    [
        ({"title": "Pilates"}, ("SUMMARY:Yoga", "SUMMARY:Boxing")),
        ({"location": "Hall 2"}, ("LOCATION:Hall 1", "LOCATION:Park")),
    ],
    ids=["title", "location"],
)
async def test_data_mismatch(teacher: Person, here: dict[str, str], there: tuple[str, str]) -> None:
    await teacher.update((await teacher.named("Yoga"))["id"], **here)
    await teacher.device.edit("Yoga", there)
    await teacher.sync()

    (conflict,) = await teacher.conflicts()
    assert conflict["conflictType"] == "DATA_MISMATCH"
    assert [f["group"] for f in conflict["fields"] if f["collides"]] == [name.upper() for name in here]


async def test_bulk_conflict_resolution(teacher: Person) -> None:
    await teacher.create("Boxing")
    await teacher.sync()
    for title in ("Boxing", "Yoga"):
        await teacher.update((await teacher.named(title))["id"], title=f"{title} here")
        await teacher.device.edit(title, (f"SUMMARY:{title}", f"SUMMARY:{title} there"))
    await teacher.sync()

    told = await resolve_all(teacher, "KEEP_EXTERNAL")

    assert told == {"resolvedCount": 2, "refusedCount": 0}
    assert await teacher.titles() == ["Boxing there", "Yoga there"]
    assert await teacher.conflicts() == []
