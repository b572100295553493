"""Runs the conformance suite without a test runner, and says how each check ended."""

import asyncio
import inspect
import traceback
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from enum import StrEnum
from importlib.metadata import EntryPoint, entry_points
from typing import Any
from unittest import SkipTest

from metonic_core.spi.provider import Provider
from metonic_core.testing.checks import Broken, Checks
from metonic_core.testing.stand import Stand

STANDS = "metonic.stands"
"""The group of entry points that name a plugin's stand, by the name of its provider."""

_TIMEOUT = 120.0


class Verdict(StrEnum):
    """How a check ended."""

    PASSED = "passed"
    FAILED = "failed"
    SKIPPED = "skipped"


@dataclass(frozen=True, slots=True)
class Finding:
    """``what`` is what was found wrong, or why it was skipped; ``mend`` what to do about it."""

    check: str
    verdict: Verdict
    what: str = ""
    mend: str = ""


class NoStand(Exception):
    """There is a stand and it cannot be used; the message says why."""


def stand_of(name: str, found: Iterable[EntryPoint] | None = None) -> type[Stand] | None:
    """The stand of the provider with that name; None if nobody brings one. Raises NoStand."""
    points = entry_points(group=STANDS) if found is None else found
    point = next((one for one in points if one.name == name), None)
    if point is None:
        return None
    try:
        stand = point.load()
    except Exception as error:
        raise NoStand(f"{type(error).__name__}: {error}") from error
    if not (isinstance(stand, type) and issubclass(stand, Stand)):
        raise NoStand(f"{point.value} is no class that inherits metonic_core.testing.stand.Stand")
    return stand


def check_names() -> list[str]:
    """Every check, subject by subject, as the modules have them."""
    subjects = [subject for subject in Checks.__mro__ if subject not in {Checks, object}]
    return [name for subject in subjects for name in vars(subject) if name.startswith("test_")]


def checked(provider: Provider, stand: type[Stand] | None, without: str = "") -> Iterator[Finding]:
    """The findings, one after the other; ``without`` says why there is no stand."""
    names = check_names()
    if stand is None:
        yield from (asyncio.run(_one(provider, name, None, without)) for name in names)
        return
    with stand.sharing() as shared:
        for name in names:
            yield asyncio.run(_one(provider, name, stand(provider, shared), without))


async def _one(provider: Provider, name: str, stand: Stand | None, without: str) -> Finding:
    checks = Checks()
    checks.provider = provider
    check = getattr(checks, name)
    needs_stand = "stand" in inspect.signature(check).parameters
    fact = name.removeprefix("test_").replace("_", " ")
    if needs_stand and stand is None:
        return Finding(fact, Verdict.SKIPPED, without)
    running = _opened(check, stand) if needs_stand and stand else check()
    try:
        await asyncio.wait_for(running, _TIMEOUT)
    except SkipTest as reason:
        return Finding(fact, Verdict.SKIPPED, str(reason))
    except Broken as broken:
        return Finding(fact, Verdict.FAILED, broken.what, broken.mend)
    except Exception as error:  # noqa: BLE001 - whatever a stranger's plugin raises, the other checks run
        return Finding(fact, Verdict.FAILED, *_unexpected(error))
    return Finding(fact, Verdict.PASSED)


async def _opened(check: Any, stand: Stand) -> None:  # noqa: ANN401 - a bound method of the checks
    await stand.open()
    try:
        await check(stand=stand)
    finally:
        await stand.close()


def _unexpected(error: Exception) -> tuple[str, str]:
    """What a check did not reckon with: where it was raised is what the author has to look at."""
    if isinstance(error, TimeoutError):
        return f"The check did not end within {_TIMEOUT:.0f} seconds.", "let no call wait without end."
    frames = traceback.extract_tb(error.__traceback__)
    last = frames[-1] if frames else None
    where = f"{last.filename}:{last.lineno} in {last.name}" if last else "an unknown place"
    return (
        f"{type(error).__name__} was raised in {where}: {error}",
        "mend what raises it, or raise the error of metonic_core.spi that says what happened.",
    )
