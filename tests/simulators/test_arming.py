"""Faults are armed for the next requests that match; what was asked and what came of it is kept."""

import pytest
from tests.simulators.phone import Phone, event, hangs_up

from metonic_simulators.icloud import BEARABLE, ICLOUD, QUIRKS, StandIn, Unusable


async def test_a_fault_waits_for_its_method_and_path(phone: Phone) -> None:
    phone.stand_in.arm("failing", times=2, method="PUT", path="*/b.ics", status=507)

    first = [(await phone.put(name, event(name))).status for name in ("a.ics", "b.ics", "b.ics", "b.ics")]

    assert first == [201, 507, 507, 201]


async def test_a_fault_may_wait_for_a_report_by_name(phone: Phone) -> None:
    await phone.put_all("a.ics")
    phone.stand_in.arm("failing", method="calendar-multiget")

    assert (await phone.changes()).status == 207
    assert [(await phone.multiget("a.ics")).status for _ in range(2)] == [500, 207]


async def test_a_fault_is_spent_only_on_what_it_concerns(phone: Phone) -> None:
    token = (await phone.changes()).token
    phone.stand_in.arm("bad-token")

    assert (await phone.changes()).status == 207
    assert [(await phone.changes(token)).status for _ in range(2)] == [403, 207]


async def test_faults_come_one_by_one_in_the_order_of_arming(phone: Phone) -> None:
    phone.stand_in.arm("failing", status=500)
    phone.stand_in.arm("failing", times=2, status=502)

    assert [(await phone.changes()).status for _ in range(4)] == [500, 502, 502, 207]


async def test_the_log_says_what_was_asked_and_what_came_of_it(phone: Phone) -> None:
    await phone.put_all("a.ics")
    phone.stand_in.log.clear()

    await phone.multiget("a.ics", "b.ics")
    phone.stand_in.arm("lost-request")
    await hangs_up(phone.get("a.ics"))

    read, lost = phone.stand_in.log
    assert (read.method, read.report, read.depth, read.hrefs) == ("REPORT", "calendar-multiget", "1", 2)
    assert (read.path, read.status, read.who) == (phone.calendar, 207, phone.stand_in.user)
    assert read.seconds > 0
    assert lost.at >= read.at
    assert (lost.method, lost.status, lost.fault) == ("GET", 0, "lost-request")


async def test_a_reset_forgets_all_but_what_is_in_the_calendars(phone: Phone) -> None:
    await phone.put_all("a.ics")
    phone.stand_in.turn_on("phantom")
    phone.stand_in.arm("failing")

    phone.stand_in.reset()

    assert phone.stand_in.log == []
    assert (await phone.get("a.ics")).status == 200


def test_what_there_is_not_cannot_be_turned_on_or_armed(stand_in: StandIn) -> None:
    for turning in (stand_in.turn_on, stand_in.turn_off, stand_in.arm):
        with pytest.raises(Unusable, match="There is no quirk 'no-such'"):
            turning("no-such")
    with pytest.raises(Unusable, match="paged has no option 'pages': it has size"):
        stand_in.turn_on("paged", pages=2)
    with pytest.raises(Unusable, match="size of paged must be like 2"):
        stand_in.arm("paged", size="many")


def test_what_is_named_in_advance_is_in_the_table() -> None:
    assert set(ICLOUD) <= set(BEARABLE) <= set(QUIRKS)
