"""Pain 16, meeting links and bodies lost on update: only what changed is written, all else survives."""

from tests.stage import Person

RICH = (
    "SUMMARY:Call",
    "DTSTART;TZID=Europe/Berlin:20261203T100000",
    "DTEND;TZID=Europe/Berlin:20261203T110000",
    "DESCRIPTION:Join at https://example.com/j/1?pwd=a\\;b\\n\\n----( Video Call )----",
    "CONFERENCE;VALUE=URI;FEATURE=VIDEO:https://example.com/j/1",
    "URL:https://example.com/agenda",
    "X-GOOGLE-CONFERENCE:https://meet.example.com/abc",
    "X-APPLE-TRAVEL-ADVISORY-BEHAVIOR:AUTOMATIC",
    "CATEGORIES:WORK",
    "BEGIN:VALARM",
    "ACTION:DISPLAY",
    "DESCRIPTION:Reminder",
    "TRIGGER:-PT15M",
    "END:VALARM",
)


async def test_an_edit_of_the_title_leaves_link_body_and_alarm_as_they_were(trainer: Person) -> None:
    await trainer.device.put("call.ics", *RICH)
    await trainer.sync()
    before = await trainer.device.text("call.ics")

    await trainer.update((await trainer.named("Call"))["id"], title="Review")
    await trainer.sync()

    assert await trainer.device.text("call.ics") == before.replace("SUMMARY:Call", "SUMMARY:Review")


async def test_what_a_phone_adds_to_a_copy_survives_the_next_edit_of_the_lesson(trainer: Person) -> None:
    lesson = await trainer.create("Yoga")
    await trainer.sync()
    alarm = "BEGIN:VALARM\nACTION:DISPLAY\nDESCRIPTION:Reminder\nTRIGGER:-PT15M\nEND:VALARM"
    await trainer.device.edit("Yoga", ("END:VEVENT", f"X-COLOUR:red\n{alarm}\nEND:VEVENT"))
    await trainer.sync()

    await trainer.update(lesson, location="Hall 2")
    await trainer.sync()

    text = await trainer.device.text(await trainer.device.named("Yoga"))
    assert "LOCATION:Hall 2" in text
    assert "X-COLOUR:red" in text
    assert "TRIGGER:-PT15M" in text
