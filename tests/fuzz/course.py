"""Any number of inputs, judged, with a count of what became of them."""

import asyncio
import time
from collections import Counter
from dataclasses import dataclass, field

from hypothesis import HealthCheck, Phase, given, seed, settings
from hypothesis import strategies as st
from tests.fuzz.bodies import judged_body
from tests.fuzz.bounds import bounded
from tests.fuzz.documents import judged_document
from tests.fuzz.materials import BODIES, DOCUMENTS
from tests.fuzz.mutations import Input, inputs

SECONDS = 2.0
"""What one input may cost of the processor."""


@dataclass(slots=True)
class Course:
    """What some inputs came to: how many of which outcome, the slowest, and what broke."""

    outcomes: Counter[str] = field(default_factory=Counter)
    slowest: tuple[float, str] = (0.0, "")
    broken: dict[str, str] = field(default_factory=dict)

    def add(self, other: "Course") -> None:
        """Count what another one came to as well."""
        self.outcomes += other.outcomes
        self.slowest = max(self.slowest, other.slowest)
        self.broken |= other.broken


def judged(one: Input, text: str, runner: asyncio.Runner) -> str:
    """What became of the input, within the time that it has; raises whatever must not happen."""
    with bounded(SECONDS):
        if one.material is BODIES:
            return judged_body(text, one.turn)
        return judged_document(runner, text, one.turn)


def run(first: int, number: int) -> Course:
    """So many inputs, the same for the same ``first``; one that breaks something is shrunk and ends it."""
    course = Course()
    last: list[str] = []
    with asyncio.Runner() as runner:

        @seed(first)
        @settings(
            max_examples=number,
            database=None,
            deadline=None,
            phases=(Phase.generate, Phase.shrink),
            suppress_health_check=list(HealthCheck),
            report_multiple_bugs=False,
            print_blob=False,
        )
        @given(st.one_of(inputs(BODIES), inputs(BODIES), inputs(DOCUMENTS)))
        def each(one: Input) -> None:
            last[:] = [str(one)]
            text = one.text
            before = time.process_time()
            course.outcomes[judged(one, text, runner)] += 1
            course.slowest = max(course.slowest, (time.process_time() - before, str(one)))

        try:
            each()
        except Exception as error:  # noqa: BLE001 - whatever it is, it is a finding
            course.broken[last[0]] = f"{type(error).__name__}: {error}"
    return course
