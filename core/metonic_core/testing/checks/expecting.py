"""How a check fails: with what is wrong and what to mend."""

from collections.abc import Awaitable, Iterable
from typing import NoReturn, TypeVar
from unittest import SkipTest

from metonic_core.model.content import Content, Group, all_groups
from metonic_core.spi.adapter import CalendarAdapter
from metonic_core.spi.errors import ProviderError

T = TypeVar("T")


class Broken(AssertionError):
    """The plugin does not do what the engine builds on."""

    def __init__(self, what: str, mend: str) -> None:
        super().__init__(f"{what}\nMend: {mend}")
        self.what = what
        self.mend = mend


def expect(is_so: object, what: str, mend: str) -> None:
    """Fail the check unless it is so."""
    __tracebackhide__ = True
    if not is_so:
        raise Broken(what, mend)


def skip(reason: str) -> NoReturn:
    """The check does not apply to this plugin."""
    raise SkipTest(reason)


async def error_of(call: Awaitable[object]) -> ProviderError | None:
    """What the plugin raised; None if it did not."""
    try:
        await call
    except ProviderError as error:
        return error
    return None


async def expect_error(
    call: Awaitable[object],
    kinds: type[ProviderError] | tuple[type[ProviderError], ...],
    when: str,
    mend: str,
) -> ProviderError:
    """The error of the call, which must be of that kind."""
    __tracebackhide__ = True
    allowed = kinds if isinstance(kinds, tuple) else (kinds,)
    names = " or ".join(kind.__name__ for kind in allowed)
    error = await error_of(call)
    if error is None:
        raise Broken(f"{when}, and nothing was raised where {names} is expected.", mend)
    if not isinstance(error, allowed):
        raise Broken(f"{when}, and {named(error)} was raised where {names} is expected.", mend)
    return error


def named(error: BaseException) -> str:
    """The class of an error and what it says."""
    return f"{type(error).__name__} ({error})"


def differing(adapter: CalendarAdapter, wanted: Content, found: Content) -> list[Group]:
    """The groups in which they are not the same, as far as the plugin can tell."""
    groups = sorted(all_groups(wanted, found))
    return [group for group in groups if not adapter.same(group, wanted, found)]


def told(groups: Iterable[Group], wanted: Content, found: Content) -> str:
    """What was wanted in these groups and what is there."""
    return "; ".join(f"{g}: {found.get(g)!r} instead of {wanted.get(g)!r}" for g in groups)


def expect_same(adapter: CalendarAdapter, wanted: Content, found: Content, when: str, mend: str) -> None:
    """Both must say the same in every group."""
    __tracebackhide__ = True
    groups = differing(adapter, wanted, found)
    expect(not groups, f"{when}: {told(groups, wanted, found)}.", mend)
