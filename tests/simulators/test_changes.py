"""How changes are told, each oddity off and on."""

import pytest
from tests.simulators.phone import SPACES, Phone

LIMITED = "<limit><nresults>1</nresults></limit>"


async def test_silent_reset_lists_everything_and_nothing_that_is_gone(phone: Phone) -> None:
    await phone.put_all("a.ics", "b.ics", "c.ics")
    token = (await phone.changes()).token
    await phone.delete("a.ics")

    honest = await phone.changes(token)
    phone.stand_in.turn_on("silent-reset")
    reset = await phone.changes(token)

    assert {phone.href("a.ics")} == set(honest.members)
    assert "404" in honest.status_of(phone.href("a.ics"))
    assert phone.short(reset) == {"b.ics", "c.ics"}
    assert reset.token == honest.token


@pytest.mark.parametrize("shape", ["403", "412", "415", "418", "500"])
async def test_bad_token_is_refused_in_every_shape(phone: Phone, shape: str) -> None:
    token = (await phone.changes()).token
    assert (await phone.changes(token)).status == 207

    phone.stand_in.turn_on("bad-token", shape=shape)

    refused = await phone.changes(token)
    assert refused.status == int(shape)
    assert (b"valid-sync-token" in refused.body) == (shape in {"403", "412"})
    assert (await phone.changes()).status == 207


async def test_paged_changes_go_on_from_token_to_token(phone: Phone) -> None:
    names = {f"{number}.ics" for number in range(5)}
    await phone.put_all(*sorted(names))
    whole = await phone.changes()

    phone.stand_in.turn_on("paged", size=2)
    pages = [await phone.changes()]
    while "507" in pages[-1].members.get(phone.calendar, pages[-1].root).findtext("{DAV:}status", ""):
        pages.append(await phone.changes(pages[-1].token))

    assert phone.short(whole) == names
    assert [len(phone.short(page)) for page in pages] == [2, 2, 1]
    assert set.union(*map(phone.short, pages)) == names
    assert pages[-1].token == whole.token
    assert (await phone.changes(whole.token)).members == {}


async def test_stuck_paging_never_ends(phone: Phone) -> None:
    token = (await phone.changes()).token

    phone.stand_in.turn_on("stuck-paging")
    page = await phone.changes(token)

    assert "507" in page.status_of(phone.calendar)
    assert page.token == token


async def test_collection_listed_among_the_changes(phone: Phone) -> None:
    await phone.put_all("a.ics")
    assert set((await phone.changes()).members) == {phone.href("a.ics")}

    phone.stand_in.turn_on("collection-listed")

    listed = await phone.changes()
    assert set(listed.members) == {phone.calendar, phone.href("a.ics")}
    assert listed.members[phone.calendar].findtext(".//{DAV:}getetag")


async def test_foreign_member_is_neither_changed_nor_gone(phone: Phone) -> None:
    phone.stand_in.turn_on("foreign-member", status=405)

    assert "405" in (await phone.changes()).status_of(phone.href("not-for-you.ics"))


async def test_no_sync_collection_and_no_word_of_it(phone: Phone) -> None:
    asked = ("sync-token", "supported-report-set", "CS:getctag")
    before = await phone.propfind(phone.calendar, *asked)
    assert before.find("D:sync-token")[0].text

    phone.stand_in.turn_on("no-sync-collection")

    after = await phone.propfind(phone.calendar, *asked)
    assert (await phone.changes()).status == 403
    assert not after.find("D:sync-token")[0].text
    assert not list(after.find("D:supported-report-set")[0])
    assert after.find("CS:getctag")[0].text


async def test_no_ctag_either(phone: Phone) -> None:
    assert (await phone.propfind(phone.calendar, "CS:getctag")).find("CS:getctag")[0].text

    phone.stand_in.turn_on("no-ctag")

    hidden = await phone.propfind(phone.calendar, "CS:getctag", "sync-token")
    assert not hidden.find("CS:getctag")[0].text
    assert hidden.find("D:sync-token")[0].text


async def test_limit_ignored(phone: Phone) -> None:
    await phone.put_all("a.ics", "b.ics")

    phone.stand_in.turn_on("limit-ignored")

    assert phone.short(await phone.changes(rest=LIMITED)) == {"a.ics", "b.ics"}


async def test_limit_loses_the_rest_for_good(phone: Phone) -> None:
    await phone.put_all("a.ics", "b.ics")
    whole = await phone.changes()

    phone.stand_in.turn_on("limit-loses-the-rest")
    cut = await phone.changes(rest=LIMITED)

    assert len(phone.short(cut)) == 1
    assert cut.token == whole.token


async def test_over_limits_nothing_is_told(phone: Phone) -> None:
    token = (await phone.changes()).token
    phone.stand_in.turn_on("over-limits")

    for since in ("", token):
        refused = await phone.changes(since)
        assert refused.status == 507
        assert "number-of-matches-within-limits" in refused.text


async def test_named_twice_as_there_and_as_gone(phone: Phone) -> None:
    await phone.put_all("a.ics", "b.ics")
    phone.stand_in.turn_on("named-twice", item="*/a.ics")

    told = (await phone.changes()).find("D:response")

    names = [one.findtext("D:href", "", SPACES).removeprefix(phone.calendar) for one in told]
    gone = [one.findtext("D:status", "", SPACES) for one in told]
    assert sorted(names) == ["a.ics", "a.ics", "b.ics"]
    assert ["404" in status for status in gone] == [False, False, True]
