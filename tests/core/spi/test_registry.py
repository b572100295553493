"""A broken plugin is reported by name, and the others load."""

import sys
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from importlib.metadata import EntryPoint
from types import ModuleType
from typing import cast

import pytest

from metonic_core.spi import (
    CalendarAdapter,
    Channel,
    Field,
    Incoming,
    Notice,
    Pace,
    Password,
    Provider,
    Push,
    hookimpl,
)
from metonic_core.spi.errors import Scope
from metonic_core.spi.registry import PluginReport, Registry

USERNAME, SECRET = Field("username", "User name"), Field("password", "Password", is_secret=True)
GOOD = Provider(
    name="good",
    title="Good",
    sign_in=Password((USERNAME, SECRET), "https://calendar.example.com"),
    adapter=cast("type[CalendarAdapter]", object),
)


@pytest.fixture
def modules() -> Iterator[list[str]]:
    """The names of plugin modules that a test makes; they are forgotten after it."""
    made: list[str] = []
    yield made
    for name in made:
        del sys.modules[name]


def plugin(modules: list[str], name: str, **functions: object) -> EntryPoint:
    """A plugin module with these functions in it, as an entry point."""
    module = ModuleType(f"metonic_plugin_{name}")
    vars(module).update(functions)
    sys.modules[module.__name__] = module
    modules.append(module.__name__)
    return EntryPoint(name, module.__name__, "metonic.providers")


def bringing(modules: list[str], name: str, value: object) -> EntryPoint:
    """A plugin whose hook returns that."""

    @hookimpl
    def metonic_provider() -> object:
        return value

    return plugin(modules, name, metonic_provider=metonic_provider)


def problem_of(point: EntryPoint, modules: list[str]) -> str:
    """What is reported of a plugin that is loaded beside a good one, which must work."""
    registry = Registry.load([point, bringing(modules, "a_good_one", GOOD)])

    reports = {report.name: report for report in registry.reports}
    assert set(registry.providers) == {"good"}
    assert reports["a_good_one"].problem is None
    assert point.name in reports
    return reports[point.name].problem or ""


def test_a_plugin_that_keeps_to_the_interface_brings_its_provider(modules: list[str]) -> None:
    other = replace(GOOD, name="other")

    registry = Registry.load([bringing(modules, "b", other), bringing(modules, "a", GOOD)])

    assert registry.providers == {"good": GOOD, "other": other}
    assert registry.reports == (PluginReport("a", "?", "?"), PluginReport("b", "?", "?"))


def test_installed_plugins_are_found_with_their_distribution() -> None:
    registry = Registry.load()

    assert [(r.name, r.distribution, r.problem) for r in registry.reports] == [
        ("apple", "metonic-apple", None),
        ("google", "metonic-google", None),
        ("outlook", "metonic-outlook", None),
    ]
    assert all(report.version != "?" for report in registry.reports)


def test_a_plugin_that_cannot_be_imported_is_left_out(modules: list[str]) -> None:
    missing = EntryPoint("missing", "metonic_plugin_nobody_wrote", "metonic.providers")

    assert "metonic_plugin_nobody_wrote" in problem_of(missing, modules)


def test_a_plugin_whose_hook_raises_is_left_out(modules: list[str]) -> None:
    @hookimpl
    def metonic_provider() -> Provider:
        raise RuntimeError("no configuration")

    assert "no configuration" in problem_of(
        plugin(modules, "raising", metonic_provider=metonic_provider), modules
    )


def test_a_plugin_without_the_hook_is_left_out(modules: list[str]) -> None:
    assert "exactly once" in problem_of(plugin(modules, "empty"), modules)


def test_a_plugin_with_an_unknown_hook_is_left_out(modules: list[str]) -> None:
    @hookimpl
    def metonic_calendar() -> Provider:
        return GOOD

    assert "metonic_calendar" in problem_of(
        plugin(modules, "wrong", metonic_calendar=metonic_calendar), modules
    )


def test_a_plugin_whose_hook_answers_nothing_is_left_out(modules: list[str]) -> None:
    assert "exactly once" in problem_of(bringing(modules, "silent", None), modules)


def test_a_plugin_that_returns_anything_but_a_provider_is_left_out(modules: list[str]) -> None:
    assert "must return a metonic_core.spi.Provider" in problem_of(
        bringing(modules, "text", "apple"), modules
    )


def test_a_plugin_without_a_usable_adapter_is_left_out(modules: list[str]) -> None:
    mute = replace(GOOD, name="mute", adapter=cast("type[CalendarAdapter]", None))

    assert "adapter is a function" in problem_of(bringing(modules, "mute", mute), modules)


def test_a_plugin_whose_channels_could_not_be_renewed_in_time_is_left_out(modules: list[str]) -> None:
    brief = replace(GOOD, name="brief", push=Push(timedelta(minutes=1), _news))

    assert "ten minutes at least" in problem_of(bringing(modules, "brief", brief), modules)


def test_a_plugin_whose_push_says_nothing_is_left_out(modules: list[str]) -> None:
    deaf = replace(GOOD, name="deaf", push=cast("Push", "yes"))

    assert "push is a Push" in problem_of(bringing(modules, "deaf", deaf), modules)


@pytest.mark.parametrize(
    "paces",
    [
        (Pace("*", 0),),
        (Pace("*", 1, timedelta(0)),),
        (Pace("*", 1, scope=Scope.CALENDAR),),
        cast("tuple[Pace, ...]", (60,)),
        cast("tuple[Pace, ...]", Pace("*", 1)),
    ],
)
def test_a_plugin_with_a_pace_that_is_none_is_left_out(modules: list[str], paces: tuple[Pace, ...]) -> None:
    assert "pace" in problem_of(bringing(modules, "hasty", replace(GOOD, name="hasty", paces=paces)), modules)


def _news(_incoming: Incoming, _channel: Channel) -> Notice:
    return Notice(is_news=True)


def test_a_plugin_for_another_version_of_the_interface_is_left_out(modules: list[str]) -> None:
    assert "version 2" in problem_of(
        bringing(modules, "future", replace(GOOD, name="future", spi=2)), modules
    )


def test_the_second_plugin_of_a_name_is_left_out(modules: list[str]) -> None:
    assert "already provides 'good'" in problem_of(bringing(modules, "twin", GOOD), modules)


@pytest.mark.parametrize("name", ["", "Good", "1st", "with space", "a" * 21, "good\n", "ümlaut"])
def test_a_plugin_with_an_unusable_name_is_left_out(name: str, modules: list[str]) -> None:
    assert "1 to 20" in problem_of(bringing(modules, "named", replace(GOOD, name=name)), modules)


@pytest.mark.parametrize(
    "fields",
    [(), (USERNAME,), (SECRET,), (USERNAME, Field("password", "Password"))],
    ids=["none", "no password", "no user name", "password shown"],
)
def test_a_plugin_without_a_usable_sign_in_is_left_out(fields: tuple[Field, ...], modules: list[str]) -> None:
    odd = replace(GOOD, name="odd", sign_in=Password(fields, "https://example.com"))

    assert "username and (secret) password" in problem_of(bringing(modules, "odd", odd), modules)


def test_two_implementations_of_the_hook_are_one_too_many(modules: list[str]) -> None:
    @hookimpl(specname="metonic_provider")
    def first() -> Provider:
        return GOOD

    @hookimpl(specname="metonic_provider")
    def second() -> Provider:
        return GOOD

    assert "exactly once" in problem_of(plugin(modules, "two", first=first, second=second), modules)
