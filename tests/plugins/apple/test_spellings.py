"""One name in many spellings: which are the same event, and which spelling is sent back."""

from urllib.parse import quote
from uuid import uuid4

import pytest
from tests.plugins.apple.at_icloud import At
from tests.plugins.apple.others_text import calendar_object

from metonic_apple.paths import created_id, event_id, key, other_ids
from metonic_core.spi import Delete, Removed, Seen, Touched
from metonic_core.testing.checks.contents import LESSON

SAME = [
    ("/c/a@b.ics", "/c/a%40b.ics"),
    ("/c/a:b.ics", "/c/a%3Ab.ics"),
    ("/c/a:b.ics", "/c/a%3ab.ics"),
    ("/c/a~b.ics", "/c/a%7eb.ics"),
    ("/c/it's.ics", "/c/it%27s.ics"),
    ("/c/a b.ics", "/c/a%20b.ics"),
    ("/c/(1)+a,b;c=d&e!$*.ics", "/c/%281%29%2Ba%2Cb%3Bc%3Dd%26e%21%24%2A.ics"),
    ("/c/\u00e4.ics", "/c/%C3%A4.ics"),
    ("/c/%2f.ics", "/c/%2F.ics"),
    ("/c/a@b c\u00e4'.ics", "/c/a%40b%20c%C3%A4%27.ics"),
]
OTHER = [
    ("/c/a/b.ics", "/c/a%2Fb.ics"),
    ("/c/a%2Fb.ics", "/c/a%252Fb.ics"),
    ("/c/a@b.ics", "/c/a%2540b.ics"),
    ("/c/a+b.ics", "/c/a%20b.ics"),
    ("/c/%C3%A4.ics", "/c/a%CC%88.ics"),
    ("/c/%E4.ics", "/c/%F6.ics"),
    ("/c/a.ics", "/c/A.ics"),
    ("/c/a%3Fb.ics", "/c/a"),
]


def known(path: str) -> str:
    return event_id("/c/", path)


@pytest.mark.parametrize(("one", "other"), SAME)
def test_one_name_in_two_spellings_is_one_event(one: str, other: str) -> None:
    assert key(one) == key(other)
    first, second = known(one), known(other)
    assert first == second or (first in other_ids(second) and second in other_ids(first))


@pytest.mark.parametrize(("one", "other"), OTHER)
def test_two_names_are_two_events(one: str, other: str) -> None:
    assert key(one) != key(other)
    assert known(one) != known(other)
    assert known(other) not in other_ids(known(one))


@pytest.mark.parametrize("safe", ["", "@", ":@", "!$&'()*+,;=:@", "!*'()", "/"])
def test_every_library_spells_names_that_are_found(safe: str) -> None:
    name = "Mond\u00e9 (2)+a@b.example: it's, 1;2=3&4!$*~.ics"
    spelled = known("/c/" + quote(name, safe=safe).replace("/", "%2F"))

    assert {key(one) for one in other_ids(spelled)} == {key(spelled)}
    few = known("/c/" + quote("20261201T100000Z-1@google.com_R+2:3.ics", safe=safe))
    assert known("/c/20261201T100000Z-1%40google.com_R%2B2%3A3.ics") in [few, *other_ids(few)]


def test_what_we_create_has_one_spelling() -> None:
    assert list(other_ids(created_id("/c/", uuid4()))) == []


def test_a_long_name_of_all_characters_has_not_too_many_spellings() -> None:
    many = "!$&'()*+,;=:@ \u00e4"

    assert 8 < len(other_ids(f"/c/{many}.ics")) <= 16
    assert list(other_ids(f"/c/{many * 100}.ics")) == []


async def test_an_event_is_asked_for_as_the_server_spelled_it_last(at: At) -> None:
    begun = await at.changes()
    path = f"{at.calendar}lesson%40studio%20one.ics"
    assert await at.ask("PUT", path, calendar_object(str(uuid4()), LESSON)) == 201

    (encoded,) = (await at.changes(begun.done)).changes
    at.stand_in.turn_on("decoded-hrefs")
    (plain,) = (await at.changes(begun.done)).changes
    assert isinstance(plain, Touched)
    assert isinstance(encoded, Touched)
    (seen,) = await at.adapter.hydrate(at.calendar, [plain.id])
    removed = await at.write(Delete(plain.id, plain.etag))

    assert [encoded.id, plain.id] == [path, path.replace("%40", "@")]
    assert plain.id in at.adapter.other_ids(encoded.id)
    assert encoded.id in at.adapter.other_ids(plain.id)
    assert isinstance(seen, Seen)
    assert removed == Removed()
    assert at.asked("DELETE") == [plain.id]
