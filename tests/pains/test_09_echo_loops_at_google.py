"""Pain 9, echoes, at Google: it rewrites descriptions."""

from tests.google_stage import AtGoogle

BLOCK = "-::~:~::~:~:~:~::~:~::-\nJoin: https://meet.google.com/abc\n-::~:~::~:~:~::~:~::-"


async def test_the_words_of_a_conference_that_google_adds_or_strips_are_no_edit(alice: AtGoogle) -> None:
    lesson = await alice.create("Yoga", notes="Bring a mat.")
    await alice.sync()
    await alice.phone.edit("Yoga", description=f"Bring a mat.\n\n{BLOCK}")
    for _ in range(3):
        await alice.sync()

    assert alice.writes() == 1
    assert (await alice.read(lesson))["notes"].strip() == "Bring a mat."
