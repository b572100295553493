"""What a check finds, and checks that take no longer than they may."""

import asyncio
from collections.abc import AsyncIterator, Callable, Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum

_MOST_SECONDS = 15


class Verdict(StrEnum):
    """WARNING is what somebody may want to be so."""

    OK = "OK"
    WARNING = "WARNING"
    FAILED = "FAILED"


@dataclass(frozen=True, slots=True)
class Finding:
    """``what`` is a sentence without secrets; ``next_step`` says what to do, where it is not OK."""

    verdict: Verdict
    check: str
    what: str
    next_step: str = ""


def ok(check: str, what: str) -> Finding:
    return Finding(Verdict.OK, check, what)


def warning(check: str, what: str, next_step: str) -> Finding:
    return Finding(Verdict.WARNING, check, what, next_step)


def failed(check: str, what: str, next_step: str) -> Finding:
    return Finding(Verdict.FAILED, check, what, next_step)


Check = tuple[str, Callable[[], AsyncIterator[Finding]]]
"""Its name, and what looks; it tells what it found so far even where it does not come to its end."""


async def examined(checks: Sequence[Check], most_seconds: float = _MOST_SECONDS) -> Sequence[Finding]:
    """What all of them find, in their order; they look at the same time, and none for long."""
    found = await asyncio.gather(*(_looked(name, look, most_seconds) for name, look in checks))
    return [finding for each in found for finding in each]


async def _looked(
    name: str, look: Callable[[], AsyncIterator[Finding]], most_seconds: float
) -> Sequence[Finding]:
    found: list[Finding] = []
    try:
        async with asyncio.timeout(most_seconds):
            async for finding in look():
                found.append(finding)  # noqa: PERF401 - what was found before a time-out counts
    except TimeoutError:
        found.append(
            failed(name, f"It took longer than {most_seconds:g} s.", "See whether it answers at all.")
        )
    except Exception as error:  # noqa: BLE001 - the other checks go on; the words of an unknown error may be secret
        kind = type(error).__name__
        found.append(
            failed(name, f"It could not be looked at ({kind}).", "Look into the log of the service.")
        )
    return found


def table(findings: Sequence[Finding]) -> Iterator[str]:
    """A line each, and another for what to do."""
    width = max(len(finding.check) for finding in findings)
    indent = " " * (len(Verdict.WARNING) + width + 4)
    for finding in findings:
        yield f"{finding.verdict:<{len(Verdict.WARNING)}}  {finding.check:<{width}}  {finding.what}"
        if finding.next_step:
            yield f"{indent}-> {finding.next_step}"
