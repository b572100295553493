"""What goes wrong when many are read at once, each oddity off and on."""

from time import monotonic

from tests.simulators.phone import Phone


async def test_phantom_is_listed_and_cannot_be_read(phone: Phone) -> None:
    await phone.put_all("a.ics", "b.ics")
    assert len((await phone.multiget("a.ics", "b.ics")).texts()) == 2

    phone.stand_in.turn_on("phantom", item="*/a.ics")
    read = await phone.multiget("a.ics", "b.ics")

    assert phone.short(await phone.changes()) == {"a.ics", "b.ics"}
    assert "404" in read.status_of(phone.href("a.ics"))
    assert set(read.texts()) == {phone.href("b.ics")}
    assert (await phone.get("a.ics")).status == 404
    assert (await phone.get("b.ics")).status == 200


async def test_phantoms_alone_are_told_too(phone: Phone) -> None:
    await phone.put_all("a.ics")
    phone.stand_in.turn_on("phantom")

    assert "404" in (await phone.multiget("a.ics")).status_of(phone.href("a.ics"))


async def test_left_out_of_the_answer(phone: Phone) -> None:
    await phone.put_all("a.ics", "b.ics")
    phone.stand_in.turn_on("left-out", item="*/a.ics")

    assert phone.short(await phone.multiget("a.ics", "b.ics")) == {"b.ics"}
    assert (await phone.get("a.ics")).status == 200


async def test_multiget_capped_in_silence(phone: Phone) -> None:
    await phone.put_all("a.ics", "b.ics", "c.ics")
    phone.stand_in.turn_on("multiget-capped", size=2)

    assert phone.short(await phone.multiget("a.ics", "b.ics", "c.ics")) == {"a.ics", "b.ics"}


async def test_multiget_fails_above_a_size(phone: Phone) -> None:
    await phone.put_all("a.ics", "b.ics")
    phone.stand_in.turn_on("multiget-fails", above=1, status=503)

    assert (await phone.multiget("a.ics", "b.ics")).status == 503
    assert (await phone.multiget("a.ics")).status == 207


async def test_poison_spoils_every_read_it_is_in(phone: Phone) -> None:
    await phone.put_all("a.ics", "b.ics")
    phone.stand_in.turn_on("poison", item="*/a.ics")

    assert (await phone.multiget("a.ics", "b.ics")).status == 500
    assert (await phone.get("a.ics")).status == 500
    assert (await phone.multiget("b.ics")).status == 207


async def test_slow_multiget_takes_its_time_per_href(phone: Phone) -> None:
    await phone.put_all("a.ics", "b.ics")
    phone.stand_in.turn_on("slow-multiget", seconds_each=0.05)

    began = monotonic()
    await phone.multiget("a.ics", "b.ics")

    assert monotonic() - began >= 0.1
