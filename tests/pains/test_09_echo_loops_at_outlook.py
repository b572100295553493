"""Pain 9, echoes, at Outlook: Exchange touches what is new once more, and makes HTML of every text."""

from tests.outlook_stage import AtOutlook


async def test_notes_that_come_back_as_html_are_no_edit(anna: AtOutlook) -> None:
    anna.stand_in.turn_on("late-bump", seconds=2.0)
    lesson = await anna.create("Yoga", notes="Bring a mat.  \n\n<b>Bold</b> & \\n")
    for _ in range(3):
        await anna.sync()

    assert anna.writes() == 1
    assert "&lt;b&gt;Bold" in (await anna.phone.named("Yoga"))["body"]["content"]
    assert (await anna.read(lesson))["version"] == 1
