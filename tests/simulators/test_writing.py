"""What becomes of writes, each oddity off and on."""

from uuid import uuid4

import pytest
from tests.simulators.phone import Phone, event

ABSENT = {"If-None-Match": "*"}


async def test_no_etag_on_put(phone: Phone) -> None:
    assert (await phone.put("a.ics", event("a"))).etag

    phone.stand_in.turn_on("no-etag-on-put")

    assert (await phone.put("b.ics", event("b"))).etag is None
    assert (await phone.get("b.ics")).etag


async def test_weak_etag_on_put_opens_nothing(phone: Phone) -> None:
    phone.stand_in.turn_on("weak-etag-on-put")
    weak = (await phone.put("a.ics", event("a"))).etag
    strong = (await phone.get("a.ics")).etag

    assert weak is not None
    assert strong is not None
    assert weak == f"W/{strong}"
    assert (await phone.put("a.ics", event("a", "X-A:1"), {"If-Match": weak})).status == 412
    assert (await phone.put("a.ics", event("a", "X-A:2"), {"If-Match": strong})).status in {201, 204}


async def test_gzip_etags_are_none_of_the_servers(phone: Phone) -> None:
    await phone.put_all("a.ics")
    phone.stand_in.turn_on("gzip-etags")
    etag = (await phone.get("a.ics")).etag

    assert etag is not None
    assert etag.endswith('-gzip"')
    assert (await phone.put("a.ics", event("a", "X-A:1"), {"If-Match": etag})).status == 412
    assert "-gzip" not in (await phone.changes()).text


@pytest.mark.parametrize("status", [404, 403])
async def test_no_end_is_refused(phone: Phone, status: int) -> None:
    assert (await phone.put("a.ics", event("a", end=""))).status == 201

    phone.stand_in.turn_on("no-end", status=status)

    assert (await phone.put("b.ics", event("b", end=""))).status == status
    assert (await phone.put("b.ics", event("b", end="DURATION:PT1H"))).status == 201
    assert (await phone.put("c.ics", event("c"))).status == 201


async def test_uid_elsewhere_in_the_account_is_refused(phone: Phone) -> None:
    here, uid = phone.calendar, uuid4().hex
    phone.stand_in.turn_on("uid-elsewhere")
    assert (await phone.put("a.ics", event(uid))).status == 201
    assert (await phone.put("a.ics", event(uid, "X-A:1"))).status in {201, 204}

    phone.calendar = await phone.stand_in.make_calendar(uuid4().hex)
    refused = await phone.put("b.ics", event(uid))
    phone.stand_in.turn_off("uid-elsewhere")
    taken = await phone.put("b.ics", event(uid))
    await phone.ask("DELETE", phone.calendar)
    phone.calendar = here

    assert (refused.status, refused.body) == (412, b"")
    assert taken.status == 201


async def test_if_none_match_ignored_writes_over_what_is_there(phone: Phone) -> None:
    await phone.put_all("a.ics")
    assert (await phone.put("a.ics", event("a.ics", "X-A:1"), ABSENT)).status == 412

    phone.stand_in.turn_on("if-none-match-ignored")

    assert (await phone.put("a.ics", event("a.ics", "X-A:1"), ABSENT)).status in {201, 204}
    assert "X-A:1" in (await phone.get("a.ics")).text


async def test_if_match_star_means_its_opposite(phone: Phone) -> None:
    await phone.put_all("a.ics")
    assert (await phone.put("b.ics", event("b"), {"If-Match": "*"})).status == 412

    phone.stand_in.turn_on("if-match-star")

    assert (await phone.put("a.ics", event("a.ics"), {"If-Match": "*"})).status == 412
    assert (await phone.put("b.ics", event("b"), {"If-Match": "*"})).status == 201


async def test_writes_forbidden_and_reading_not(phone: Phone) -> None:
    await phone.put_all("a.ics")
    phone.stand_in.turn_on("writes-forbidden")

    refused = await phone.put("b.ics", event("b"))

    assert refused.status == 403
    assert refused.find("D:need-privileges")
    assert (await phone.delete("a.ics")).status == 403
    assert (await phone.get("a.ics")).status == 200


async def test_precondition_by_name_in_its_namespace(phone: Phone) -> None:
    phone.stand_in.turn_on("precondition", name="max-attendees-per-instance", status=409)

    refused = await phone.put("a.ics", event("a"))

    assert refused.status == 409
    assert refused.find("C:max-attendees-per-instance")


async def test_locked_for_whoever_has_no_lock(phone: Phone) -> None:
    await phone.put_all("a.ics")
    phone.stand_in.arm("locked", times=2)

    refused = [await phone.put("a.ics", event("a", "X-A:1")), await phone.delete("a.ics")]

    assert [answer.status for answer in refused] == [423, 423]
    assert all("lock-token-submitted" in answer.text for answer in refused)
    assert "X-A" not in (await phone.get("a.ics")).text


@pytest.mark.parametrize("status", [423, 403])
async def test_fails_within_a_multistatus(phone: Phone, status: int) -> None:
    await phone.put_all("a.ics")
    phone.stand_in.arm("fails-within", status=status)

    refused = await phone.delete("a.ics")

    assert str(status) in refused.status_of(phone.href("a.ics"))
    assert "424" in refused.status_of(phone.calendar)
    assert (await phone.get("a.ics")).status == 200
