"""Who is mailed by a server that schedules (RFC 6638)."""

from tests.simulators.phone import Phone, event

ME, BOB, CAROL = "mailto:alice@example.com", "mailto:bob@example.com", "mailto:carol@example.com"


def _meeting(organizer: str, *guests: str) -> str:
    return event("m", f"ORGANIZER:{organizer}", *(f"ATTENDEE{guest}" for guest in guests))


def _mails(phone: Phone) -> list[tuple[str, str]]:
    return [(mail.method, mail.recipient) for mail in phone.stand_in.outbox]


async def test_schedules_nothing_when_off(phone: Phone) -> None:
    await phone.put("m.ics", _meeting(ME, f":{BOB}"))

    assert _mails(phone) == []


async def test_schedules_invitations_and_cancellations(phone: Phone) -> None:
    phone.stand_in.turn_on("schedules")

    await phone.put("m.ics", _meeting(ME, f";PARTSTAT=ACCEPTED:{ME}", f":{BOB}", f":{CAROL}"))
    invited = _mails(phone)
    phone.stand_in.outbox.clear()
    await phone.put("m.ics", _meeting(ME, f":{BOB}"))
    changed = _mails(phone)
    phone.stand_in.outbox.clear()
    await phone.delete("m.ics")

    assert invited == [("REQUEST", BOB), ("REQUEST", CAROL)]
    assert changed == [("REQUEST", BOB), ("CANCEL", CAROL)]
    assert _mails(phone) == [("CANCEL", BOB)]


async def test_nobody_is_mailed_whom_the_client_tells(phone: Phone) -> None:
    phone.stand_in.turn_on("schedules")

    await phone.put("m.ics", _meeting(ME, f";SCHEDULE-AGENT=CLIENT:{BOB}", f";SCHEDULE-AGENT=NONE:{CAROL}"))
    await phone.delete("m.ics")

    assert _mails(phone) == []


async def test_nobody_is_mailed_of_an_event_without_guests(phone: Phone) -> None:
    phone.stand_in.turn_on("schedules")

    await phone.put_all("a.ics")
    await phone.delete("a.ics")

    assert _mails(phone) == []


async def test_nobody_is_mailed_of_a_write_that_was_refused(phone: Phone) -> None:
    phone.stand_in.turn_on("schedules")

    await phone.put("m.ics", _meeting(ME, f":{BOB}"), {"If-Match": '"other"'})

    assert _mails(phone) == []


async def test_a_guest_answers_by_writing_and_declines_by_deleting(phone: Phone) -> None:
    await phone.put("m.ics", _meeting(BOB, f":{ME}"))
    phone.stand_in.turn_on("schedules")

    await phone.put("m.ics", _meeting(BOB, f":{ME}", f":{CAROL}"))
    unchanged = _mails(phone)
    await phone.put("m.ics", _meeting(BOB, f";PARTSTAT=ACCEPTED:{ME}"))
    answered = _mails(phone)
    phone.stand_in.outbox.clear()
    await phone.delete("m.ics")

    assert unchanged == []
    assert answered == [("REPLY", BOB)]
    assert _mails(phone) == [("REPLY", BOB)]


async def test_a_guest_may_delete_without_a_word(phone: Phone) -> None:
    await phone.put("m.ics", _meeting(BOB, f":{ME}"))
    phone.stand_in.turn_on("schedules")

    await phone.delete("m.ics", {"Schedule-Reply": "F"})

    assert _mails(phone) == []
