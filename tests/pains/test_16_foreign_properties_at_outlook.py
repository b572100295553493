"""Pain 16, meeting links and bodies lost on update, at Outlook: only what changed is written."""

from tests.outlook_stage import AtOutlook, times

JOIN = (
    '<div class="me-email-text"><a id="meet_invite_block.action.join_link" '
    'href="https://teams.microsoft.com/l/meetup-join/19%3ameeting_x/0">Join the meeting now</a></div>'
)
RICH = {
    "subject": "Call",
    **times(3),
    "body": {
        "contentType": "html",
        "content": f"<html><body><b>Agenda</b>: see the page{JOIN}</body></html>",
    },
    "isOnlineMeeting": True,
    "onlineMeetingProvider": "teamsForBusiness",
    "categories": ["Green"],
    "importance": "high",
    "reminderMinutesBeforeStart": 7,
    "showAs": "oof",
}
MOVED = {"@odata.etag", "changeKey", "lastModifiedDateTime", "@odata.context"}


async def test_an_edit_of_the_title_leaves_link_body_and_all_else_as_they_were(anna: AtOutlook) -> None:
    made = await anna.phone.ask("POST", body=RICH)
    before = await anna.phone.ask("GET", anna.phone.at(made))
    await anna.sync()

    await anna.update((await anna.named("Call"))["id"], title="Review")
    await anna.sync()

    after = await anna.phone.ask("GET", anna.phone.at(made))
    assert {name: value for name, value in after.items() if name not in MOVED} == {
        name: value for name, value in (before | {"subject": "Review"}).items() if name not in MOVED
    }
    assert "meetup-join" in after["body"]["content"]


async def test_what_she_adds_to_a_copy_survives_the_next_edit_of_the_lesson(anna: AtOutlook) -> None:
    lesson = await anna.create("Yoga")
    await anna.sync()
    await anna.phone.edit("Yoga", categories=["Green"], reminderMinutesBeforeStart=45)
    await anna.sync()

    await anna.update(lesson, location="Hall 2")
    await anna.sync()

    copy = await anna.phone.named("Yoga")
    assert (copy["location"]["displayName"], copy["categories"]) == ("Hall 2", ["Green"])
    assert copy["reminderMinutesBeforeStart"] == 45
