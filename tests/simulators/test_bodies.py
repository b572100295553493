"""What becomes of the text, each oddity off and on."""

from tests.simulators.phone import Phone, event, series

FROM_JANUARY = """<C:comp-filter name="VEVENT"><C:time-range start="20270101T000000Z" end="20270201T000000Z"/>
    </C:comp-filter>"""


def _stamps(text: str) -> list[str]:
    """The DTSTAMP lines of the override, which comes last."""
    override = text.replace("\r", "").rpartition("BEGIN:VEVENT")[2]
    return [line for line in override.splitlines() if line.startswith("DTSTAMP")]


async def test_duplicate_dtstamp_changes_with_every_fetch(phone: Phone) -> None:
    await phone.put("a.ics", series("a"))
    href = phone.href("a.ics")
    (stored,) = _stamps((await phone.multiget(href)).texts()[href])

    phone.stand_in.turn_on("duplicate-dtstamp")
    first, second = _stamps((await phone.multiget(href)).texts()[href])
    later, second_later = _stamps((await phone.get("a.ics")).text)

    assert stored == second == second_later
    assert len({stored, first, later}) == 3


async def test_duplicate_dtstamp_spares_what_is_no_override(phone: Phone) -> None:
    await phone.put_all("a.ics")
    phone.stand_in.turn_on("duplicate-dtstamp")

    assert (await phone.get("a.ics")).text.count("DTSTAMP") == 1


async def test_recurrence_exception_depends_on_the_range(phone: Phone) -> None:
    await phone.put("a.ics", series("a"))
    href = phone.href("a.ics")
    assert "X-RECURRENCE-EXCEPTION" not in (await phone.multiget(href)).text

    phone.stand_in.turn_on("recurrence-exception")

    assert (await phone.multiget(href)).texts()[href].count("X-RECURRENCE-EXCEPTION") == 1
    assert "X-RECURRENCE-EXCEPTION" not in (await phone.query(FROM_JANUARY)).texts()[href]


async def test_unreadable_text_of_one_item(phone: Phone) -> None:
    await phone.put_all("a.ics", "b.ics")
    phone.stand_in.turn_on("unreadable", item="*/a.ics")

    texts = (await phone.multiget("a.ics", "b.ics")).texts()

    assert "END:VCALENDAR" not in texts[phone.href("a.ics")]
    assert "END:VCALENDAR" in texts[phone.href("b.ics")]
    assert "END:VCALENDAR" not in (await phone.get("a.ics")).text


async def test_re_serialised_text_is_another_text_and_the_same_event(phone: Phone) -> None:
    sent = event("a", f"DESCRIPTION:{'long ' * 40}", "X-MINE:kept")
    phone.stand_in.turn_on("re-serialised")
    await phone.put("a.ics", sent)
    kept = (await phone.get("a.ics")).text

    assert "X-APPLE-REWRITTEN:TRUE" in kept
    assert "X-MINE:kept" in kept
    assert f"DESCRIPTION:{'long ' * 40}" in kept.replace("\r\n ", "")
    assert max(len(line) for line in kept.splitlines()) <= 75


async def test_carriage_returns_survive_the_way_through(phone: Phone) -> None:
    await phone.put_all("a.ics")

    assert "\r\n" in (await phone.get("a.ics")).text
