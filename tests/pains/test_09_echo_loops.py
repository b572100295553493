"""Pain 9, echoes: what a write of ours brings about is no news, in however many calendars."""

from tests.stage import Person, Stage

from metonic_gateway.http.identity import Role

NOTES = "Bring a mat.  \n\n<b>Bold</b> & \\n; , \N{SNOWMAN}\n"


async def _rounds(people: list[Person], rounds: int = 3) -> list[int]:
    """How much each has been written to after as many runs as that."""
    for _ in range(rounds):
        for person in people:
            await person.sync()
    return [len(person.writes()) for person in people]


async def test_a_shared_lesson_comes_to_rest_in_all_calendars(stage: Stage) -> None:
    people = [await stage.connected(), await stage.connected("client-1", Role.CLIENT)]
    trainer, client = people
    await trainer.create("Yoga", participantIds=["client-1"], notes=NOTES, location="Hall 1")
    await trainer.device.put("own.ics", "SUMMARY:Dentist", "DTSTART:20261203T090000Z", "DESCRIPTION:  a  ")
    settled = await _rounds(people)

    assert settled == [1, 1]
    assert await _rounds(people) == settled

    await trainer.device.edit("Yoga", ("LOCATION:Hall 1", "LOCATION:Hall 2"))
    moved = await _rounds(people)
    assert moved == [1, 2]
    assert await _rounds(people) == moved
    assert "LOCATION:Hall 2" in await client.device.text(await client.device.named("Yoga"))


async def test_a_calendar_that_touches_its_events_without_changing_them_changes_nothing(
    trainer: Person,
) -> None:
    lesson = await trainer.create("Yoga", notes=NOTES)
    await trainer.sync()
    version = (await trainer.read(lesson))["version"]

    for day in (2, 3, 4):
        name = await trainer.device.named("Yoga")
        text = (await trainer.device.text(name)).replace("END:VEVENT", f"X-SEEN:202612{day:02}\nEND:VEVENT")
        await trainer.device.write(name, text)
        await trainer.sync()

    assert len(trainer.writes()) == 1
    assert (await trainer.read(lesson))["version"] == version


async def test_a_second_tool_that_puts_its_own_title_back_is_answered_twice_and_then_left_alone(
    trainer: Person,
) -> None:
    await trainer.create("Yoga")
    await trainer.set(direction="PUSH")
    await trainer.sync()
    written = len(trainer.writes())

    for _ in range(5):
        if "Yoga" in await trainer.device.titles():
            await trainer.device.edit("Yoga", ("SUMMARY:Yoga", "SUMMARY:Theirs"))
        await trainer.sync()

    assert len(trainer.writes()) == written + 2
    assert await trainer.device.titles() == ["Theirs"]
    assert (await trainer.status())["quarantined"] == 1
    told = [error["error"] for run in await trainer.history() for error in run["errors"]]
    assert any("keeps putting back" in sentence for sentence in told)

    await trainer.update((await trainer.named("Yoga"))["id"], title="Yin Yoga")
    await trainer.sync()
    assert await trainer.device.titles() == ["Yin Yoga"]
