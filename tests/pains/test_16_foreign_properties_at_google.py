"""Pain 16, meeting links and bodies lost on update, at Google: only what changed is written."""

from tests.google_stage import AtGoogle

RICH = {
    "summary": "Call",
    "start": {"dateTime": "2026-12-03T09:00:00Z"},
    "end": {"dateTime": "2026-12-03T10:00:00Z"},
    "description": "<b>Agenda</b>: see the page",
    "colorId": "5",
    "hangoutLink": "https://meet.google.com/abc",
    "conferenceData": {
        "conferenceId": "abc",
        "conferenceSolution": {"key": {"type": "hangoutsMeet"}, "name": "Google Meet"},
        "entryPoints": [{"entryPointType": "video", "uri": "https://meet.google.com/abc"}],
    },
    "attachments": [{"fileUrl": "https://example.com/agenda", "title": "Agenda"}],
    "extendedProperties": {"private": {"other": "green"}, "shared": {"room": "12"}},
    "source": {"title": "A page", "url": "https://example.com/page"},
}
MOVED = {"etag", "updated", "sequence"}


async def test_an_edit_of_the_title_leaves_link_body_and_all_else_as_they_were(alice: AtGoogle) -> None:
    alice.phone.seed(RICH)
    before = await alice.phone.named("Call")
    await alice.sync()

    await alice.update((await alice.named("Call"))["id"], title="Review")
    await alice.sync()

    after = await alice.phone.named("Review")
    assert {name: value for name, value in after.items() if name not in MOVED} == {
        name: value for name, value in (before | {"summary": "Review"}).items() if name not in MOVED
    }
    assert set(RICH) <= set(after)


async def test_what_she_adds_to_a_copy_survives_the_next_edit_of_the_lesson(alice: AtGoogle) -> None:
    lesson = await alice.create("Yoga")
    await alice.sync()
    marks = (await alice.phone.named("Yoga"))["extendedProperties"]["private"]
    added = {"extendedProperties": {"private": {"other": "green"}}, "colorId": "7"}
    await alice.phone.edit("Yoga", **added)
    await alice.sync()

    await alice.update(lesson, location="Hall 2")
    await alice.sync()

    copy = await alice.phone.named("Yoga")
    assert (copy["location"], copy["colorId"]) == ("Hall 2", "7")
    assert copy["extendedProperties"]["private"].keys() == {*marks, "other"}
