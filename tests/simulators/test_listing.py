"""How answers are spelled and filled, each oddity off and on."""

from tests.simulators.phone import SPACES, Phone, event

NAMES = ("displayname", "CS:getctag")


async def test_empty_propstat_follows_the_filled_one(phone: Phone) -> None:
    assert len((await phone.propfind(phone.calendar, *NAMES)).find("CS:getctag")) == 1

    phone.stand_in.turn_on("empty-propstat")

    found = await phone.propfind(phone.calendar, *NAMES)
    full, empty = found.find("CS:getctag")
    assert full.text
    assert not empty.text
    assert "404" in found.find("D:propstat")[-1].findtext("D:status", "", SPACES)


async def test_unprefixed_names_mean_the_same(phone: Phone) -> None:
    before = await phone.propfind(phone.calendar, *NAMES)

    phone.stand_in.turn_on("unprefixed")

    after = await phone.propfind(phone.calendar, *NAMES)
    assert [one.tag for one in after.root.iter()] == [one.tag for one in before.root.iter()]
    assert b'<multistatus xmlns="DAV:"><response><href>' in after.body
    assert b'<getctag xmlns="http://calendarserver.org/ns/">' in after.body


async def test_empty_status_about_a_collection(phone: Phone) -> None:
    before = await phone.propfind(phone.calendar, *NAMES)
    assert before.members[phone.calendar].find("D:status", SPACES) is None

    phone.stand_in.turn_on("empty-status")

    assert (await phone.propfind(phone.calendar, *NAMES)).status_of(phone.calendar) == ""


async def test_absolute_hrefs_lead_to_the_host_that_was_asked(phone: Phone) -> None:
    await phone.put_all("a.ics")
    phone.stand_in.turn_on("absolute-hrefs")

    (href,) = (await phone.changes()).members
    read = await phone.multiget(href)

    assert href == phone.stand_in.world.partition + phone.href("a.ics")
    assert "BEGIN:VEVENT" in read.texts()[href]
    assert (await phone.ask("GET", href)).status == 200


async def test_entry_host_hrefs_lead_back_to_it(phone: Phone) -> None:
    await phone.put_all("a.ics")
    phone.stand_in.turn_on("entry-host-hrefs")

    (href,) = (await phone.changes()).members

    assert href == phone.stand_in.world.entry + phone.href("a.ics")
    assert (await phone.ask("GET", href)).status == 200


async def test_percent_encoded_hrefs_are_the_same_resources(phone: Phone) -> None:
    await phone.put_all("a-b_c.ics")
    phone.stand_in.turn_on("percent-encoded-hrefs")

    (href,) = (await phone.changes()).members
    read = await phone.multiget(href)

    assert href == phone.calendar + "a%2Db%5Fc.ics"
    assert "BEGIN:VEVENT" in read.texts()[href]
    assert (await phone.ask("GET", href)).status == 200


async def test_decoded_hrefs_are_the_same_resources(phone: Phone) -> None:
    made = await phone.put("a%40b%20c.ics", event("a"))
    assert made.status == 201, made
    phone.stand_in.turn_on("decoded-hrefs")

    (href,) = (await phone.changes()).members
    read = await phone.multiget(href)

    assert href == phone.calendar + "a@b%20c.ics"
    assert "BEGIN:VEVENT" in read.texts()[href]
    assert (await phone.ask("GET", href)).status == 200


async def test_missing_as_propstat_instead_of_a_status(phone: Phone) -> None:
    href = phone.href("nowhere.ics")
    assert "404" in (await phone.multiget(href)).status_of(href)

    phone.stand_in.turn_on("missing-as-propstat")

    told = (await phone.multiget(href)).members[href]
    assert told.find("D:status", SPACES) is None
    assert "404" in told.findtext("D:propstat/D:status", "", SPACES)


async def test_read_only_privileges_grant_reading_alone(phone: Phone) -> None:
    phone.stand_in.turn_on("read-only-privileges")

    rights = (await phone.propfind(phone.calendar, "current-user-privilege-set")).find("D:privilege")

    assert {one.tag for right in rights for one in right} == {"{DAV:}read"}
