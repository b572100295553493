"""Time zones there and back, by CLDR: what is lost on the way is kept beside the event."""

from zoneinfo import available_timezones

import pytest
from tzlocal.windows_tz import win_tz

from metonic_outlook.zones import (
    UTC_ZONE,
    Mailbox,
    clock,
    iana_name,
    is_same_name,
    kept,
    windows_name,
    zone_of,
)

_NAMELESS = {"Antarctica/Troll", "Factory", "localtime"}


@pytest.mark.parametrize("name", sorted(win_tz))
def test_a_windows_name_comes_back(name: str) -> None:
    zone = iana_name(name)

    assert zone is not None
    assert windows_name(zone) == name


def test_each_zone_has_a_windows_name_but_for_those_that_windows_does_not_know() -> None:
    assert {zone for zone in available_timezones() if windows_name(zone) is None} == _NAMELESS


@pytest.mark.parametrize("zone", ["", "Nowhere", "tzone://Microsoft/Custom"])
def test_what_is_no_zone_has_no_name(zone: str) -> None:
    assert windows_name(zone) is None
    assert iana_name(zone) is None
    assert Mailbox().name(zone) is None


@pytest.mark.parametrize("name", ["UTC", "Etc/UTC", "tzone://Microsoft/Utc", "utc"])
def test_utc_has_many_spellings(name: str) -> None:
    assert iana_name(name) == UTC_ZONE


def test_a_windows_name_is_written() -> None:
    assert Mailbox().name("Europe/Amsterdam") == "W. Europe Standard Time"


def test_an_iana_name_is_written_where_the_mailbox_takes_it() -> None:
    mailbox = Mailbox(frozenset({"W. Europe Standard Time", "Europe/Amsterdam"}))

    assert mailbox.name("Europe/Amsterdam") == "Europe/Amsterdam"
    assert mailbox.name("Europe/Oslo") == "W. Europe Standard Time"


def test_a_name_that_the_mailbox_does_not_take_is_not_written() -> None:
    assert Mailbox(frozenset({"UTC"})).name("Europe/Amsterdam") is None


@pytest.mark.parametrize("zone", ["America/Scoresbysund", "Antarctica/Casey", "Antarctica/Vostok"])
def test_a_windows_zone_with_another_clock_is_no_name_for_it(zone: str) -> None:
    assert windows_name(zone) is not None

    assert Mailbox().name(zone) is None
    assert clock(zone) == zone


@pytest.mark.parametrize("name", ["W. Europe Standard Time", "Europe/Berlin", "Europe/Amsterdam"])
def test_the_zone_kept_beside_counts_while_its_name_stands(name: str) -> None:
    assert zone_of(name, kept("Europe/Amsterdam", "W. Europe Standard Time")) == "Europe/Amsterdam"


@pytest.mark.parametrize("beside", ["", ";", "Europe/Amsterdam", "Nowhere;Pacific Standard Time", "\ud800;x"])
def test_anything_else_beside_it_does_not(beside: str) -> None:
    assert zone_of("Pacific Standard Time", beside) == "America/Los_Angeles"


def test_a_zone_that_was_given_in_outlook_outdoes_the_one_kept_beside() -> None:
    beside = kept("Europe/Amsterdam", "W. Europe Standard Time")

    assert zone_of("Romance Standard Time", beside) == "Europe/Paris"
    assert zone_of("tzone://Microsoft/Custom", beside) is None


def test_a_custom_zone_only_equals_itself() -> None:
    assert is_same_name("tzone://Microsoft/Custom", "tzone://Microsoft/Custom")
    assert not is_same_name("tzone://Microsoft/Custom", "UTC")
    assert not is_same_name("tzone://Microsoft/Custom", "")
