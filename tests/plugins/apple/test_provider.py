"""The plugin as the service finds it, and what it takes for equal."""

from dataclasses import replace
from datetime import datetime
from uuid import UUID

import pytest
from tests.plugins.apple.outside import account

from metonic_apple import metonic_provider
from metonic_apple.adapter import AppleAdapter
from metonic_apple.paths import event_id, key, resolved, tidy, with_scheme
from metonic_core.model.content import GROUPS, occurrence_group
from metonic_core.spi import (
    Account,
    Answer,
    Content,
    NotACalendarServer,
    Override,
    Password,
    Recurrence,
    Status,
    Timed,
)
from metonic_core.spi.registry import Registry

TEN = datetime.fromisoformat("2026-12-01T10:00")
SERIES = Content(
    title="Lesson",
    when=Timed(TEN, TEN.replace(hour=11), "Europe/Berlin"),
    recurrence=Recurrence(("FREQ=DAILY;COUNT=3",)),
    location="Gym",
    notes="One\nTwo",
    overrides=(Override(TEN.replace(day=2), title="Other"),),
)
SECOND = occurrence_group(TEN.replace(day=2))


class Redirecting:
    """A server with encryption that passes on to one without."""

    async def request(self, _method: str, url: str, _headers: object = None, _body: object = None) -> Answer:
        assert url.startswith("https:")
        return Answer(301, {"location": "http://caldav.example.com/"}, b"", url)


def test_the_entry_point_brings_the_provider() -> None:
    assert Registry.load().providers["apple"] is metonic_provider()


def test_an_empty_server_field_means_icloud() -> None:
    sign_in = metonic_provider().sign_in

    assert isinstance(sign_in, Password)
    assert sign_in.default_server == "https://caldav.icloud.com/"
    assert [f.name for f in sign_in.fields if f.is_required] == ["username", "password"]
    assert [f.name for f in sign_in.fields if f.is_secret] == ["password"]


async def test_the_password_never_goes_from_https_to_http() -> None:
    with pytest.raises(NotACalendarServer, match="without encryption"):
        await AppleAdapter(Redirecting(), account("caldav.example.com")).authenticate()


def test_the_id_of_a_create_is_known_before_it() -> None:
    adapter = AppleAdapter(Redirecting(), Account("", "", "https://caldav.icloud.com/", ""))

    assert adapter.event_id("/1/calendars/a/", UUID(int=1)) == f"/1/calendars/a/{UUID(int=1)}.ics"


@pytest.mark.parametrize("group", [*GROUPS, SECOND])
def test_line_ends_and_trailing_white_space_make_no_difference(group: str) -> None:
    stored = replace(SERIES, title="Lesson ", location="Gym\r\n", notes="One \r\nTwo\r\n\r\n")

    assert same(group, SERIES, stored)


def test_an_override_that_says_nothing_is_none() -> None:
    nothing = replace(SERIES, overrides=(Override(TEN.replace(day=2), title="Lesson ", location="Gym"),))

    assert same(SECOND, nothing, replace(SERIES, overrides=()))


def test_a_cancelled_occurrence_has_no_title() -> None:
    slot = TEN.replace(day=2)
    bare, titled = Override(slot, is_cancelled=True), Override(slot, is_cancelled=True, title="Other")

    assert same(SECOND, replace(SERIES, overrides=(titled,)), replace(SERIES, overrides=(bare,)))


@pytest.mark.parametrize(
    ("group", "other"),
    [
        ("title", replace(SERIES, title="lesson")),
        ("location", replace(SERIES, location="")),
        ("notes", replace(SERIES, notes=" One\nTwo")),
        ("time", replace(SERIES, recurrence=None)),
        ("status", replace(SERIES, status=Status.TENTATIVE)),
        ("visibility", replace(SERIES, is_busy=False)),
        (SECOND, replace(SERIES, overrides=())),
    ],
)
def test_any_other_difference_is_one(group: str, other: Content) -> None:
    assert not same(group, SERIES, other)


def same(group: str, ours: Content, theirs: Content) -> bool:
    return AppleAdapter(Redirecting(), account("caldav.example.com")).same(group, ours, theirs)


def test_paths_are_compared_decoded_and_kept_as_spelled() -> None:
    assert key("/a%40b/c d") == key("/a@b/c%20d")
    assert key("/a%2Fb") != key("/a/b")
    assert event_id("/a@b/", "/a%40b/x%20y.ics") == "/a@b/x%20y.ics"
    assert event_id("/a/", "/b/x.ics") == "/b/x.ics"
    assert event_id("/a/", "/a/x%2Dy%7e%2f%40.ics") == "/a/x-y~%2F%40.ics"


def test_a_path_never_names_another_host() -> None:
    assert resolved("https://caldav.example.com:8443/x/", "//alice/calendars/") == (
        "https://caldav.example.com:8443//alice/calendars/"
    )


def test_addresses_are_tidied() -> None:
    assert with_scheme(" caldav.example.com ") == "https://caldav.example.com/"
    assert tidy("https://user@p34-caldav.icloud.com:443/1/?a#b") == "https://p34-caldav.icloud.com/1/"
    assert tidy("http://[::1]:5232/dav") == "http://[::1]:5232/dav"
