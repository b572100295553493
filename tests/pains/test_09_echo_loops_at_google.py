"""Pain 9, echoes, at Google: it touches events after writes, and rewrites descriptions."""

from tests.google_stage import AtGoogle

BLOCK = "-::~:~::~:~:~:~::~:~::-\nJoin: https://meet.google.com/abc\n-::~:~::~:~:~::~:~::-"


async def test_events_that_google_touches_after_each_write_are_written_once(alice: AtGoogle) -> None:
    alice.google.arm("touched-after", times=100)
    lesson = await alice.create("Yoga", notes="Bring a mat.  \n\n<b>Bold</b> & \\n")
    course = await alice.create("Course", recurrence={"rules": ["FREQ=WEEKLY;COUNT=6"]})
    for _ in range(4):
        await alice.sync()
    written = alice.writes()
    await alice.update(lesson, title="Pilates")
    for _ in range(4):
        await alice.sync()

    assert (written, alice.writes()) == (2, 3)
    assert (await alice.read(course))["version"] == 1
    assert await alice.phone.titles() == ["Course", "Pilates"]


async def test_the_words_of_a_conference_that_google_adds_or_strips_are_no_edit(alice: AtGoogle) -> None:
    lesson = await alice.create("Yoga", notes="Bring a mat.")
    await alice.sync()
    await alice.phone.edit("Yoga", description=f"Bring a mat.\n\n{BLOCK}")
    for _ in range(3):
        await alice.sync()

    assert alice.writes() == 1
    assert (await alice.read(lesson))["notes"].strip() == "Bring a mat."
