"""Any number of inputs, judged, with a count of what became of them."""

import asyncio
import time
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from hypothesis import HealthCheck, Phase, given, seed, settings
from hypothesis import strategies as st
from tests.fuzz.bodies import judged_body
from tests.fuzz.bounds import bounded
from tests.fuzz.documents import judged_document
from tests.fuzz.google_answers import judged_answer, judged_batch
from tests.fuzz.google_events import judged_event
from tests.fuzz.google_materials import ANSWERS, BATCHES, EVENTS
from tests.fuzz.materials import BODIES, DOCUMENTS
from tests.fuzz.mutations import Input, Material, inputs
from tests.fuzz.outlook_answers import judged_answer as judged_answer_of_outlook
from tests.fuzz.outlook_answers import judged_batch as judged_batch_of_outlook
from tests.fuzz.outlook_events import judged_event as judged_event_of_outlook
from tests.fuzz.outlook_materials import ANSWERS as OUTLOOK_ANSWERS
from tests.fuzz.outlook_materials import BATCHES as OUTLOOK_BATCHES
from tests.fuzz.outlook_materials import EVENTS as OUTLOOK_EVENTS

SECONDS = 2.0
"""What one input may cost of the processor."""
MIXTURES: Mapping[str, tuple[Material, ...]] = {
    "apple": (BODIES, BODIES, DOCUMENTS),
    "google": (EVENTS, EVENTS, EVENTS, ANSWERS, BATCHES),
    "outlook": (*(OUTLOOK_EVENTS,) * 3, OUTLOOK_ANSWERS, OUTLOOK_BATCHES),
}
"""What is tried of each plugin; what stands there more often is."""
MATERIALS = {material.kind: material for mixture in MIXTURES.values() for material in mixture}


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
        return JUDGES[one.material.kind](runner, text, one.turn)


def _judged_body(_: asyncio.Runner, text: str, turn: int) -> str:
    return judged_body(text, turn)


JUDGES: Mapping[str, Callable[[asyncio.Runner, str, int], str]] = {
    "body": _judged_body,
    "document": judged_document,
    "event": judged_event,
    "answer": judged_answer,
    "batch": judged_batch,
    "outlook-event": judged_event_of_outlook,
    "outlook-answer": judged_answer_of_outlook,
    "outlook-batch": judged_batch_of_outlook,
}


def run(first: int, number: int, plugin: str) -> Course:
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
        @given(st.one_of(*map(inputs, MIXTURES[plugin])))
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
