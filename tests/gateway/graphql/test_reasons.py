"""Whatever the engine says in codes is told to people in a sentence, with a next step where there is one."""

import pytest

from metonic_core.model.mapping import HoldKind
from metonic_core.reconcile.step import ConflictType, Reason
from metonic_core.reconcile.undo import Left
from metonic_core.selection import Exclusion
from metonic_gateway.graphql.appointments.reasons import WHY, why
from metonic_gateway.graphql.errors import ErrorCode
from metonic_gateway.jobs.undoing import LEFT
from metonic_gateway.store import copies, states

# Some are codes of two of them.
CODES = sorted({str(code) for code in (*Reason, *Exclusion, *HoldKind, *ConflictType)})
WORDS = [copies.IN_SYNC, copies.PENDING, states.PAUSED, states.NEEDS_CALENDAR, states.NEEDS_SIGN_IN]
# What a person can do something about, or is asked to.
ACTIONABLE: list[str] = [
    *ConflictType,
    HoldKind.CONFLICT,
    HoldKind.QUARANTINE,
    HoldKind.DETACHED,
    Exclusion.NEVER,
    Exclusion.PRIVATE,
    Exclusion.NOT_SELECTED,
    Exclusion.CANCELLED,
    Reason.DELETED_THERE,
    Reason.NOT_YOURS_TO_EDIT,
    states.PAUSED,
    states.NEEDS_CALENDAR,
    states.NEEDS_SIGN_IN,
]


@pytest.mark.parametrize("code", [*CODES, *WORDS])
def test_every_code_has_a_sentence(code: str) -> None:
    told_code, told = why(code)

    assert code in WHY
    assert told_code == code
    for text in (told.standing, told.done, told.next_step):
        assert text is None or (text.endswith(".") and " " in text)


@pytest.mark.parametrize("code", ACTIONABLE)
def test_what_a_person_can_change_has_a_next_step(code: str) -> None:
    assert why(code)[1].next_step


def test_what_a_provider_says_itself_is_told_as_it_is() -> None:
    code, told = why("The server refuses it.")

    assert (code, told.standing) == ("other", "The server refuses it.")
    assert told.next_step


@pytest.mark.parametrize("left", Left)
def test_whatever_an_undo_leaves_alone_is_told_with_a_code_of_the_api_and_a_next_step(left: Left) -> None:
    code, message, next_step = LEFT[left]

    assert code.upper() in ErrorCode.__members__
    assert message.endswith(".")
    assert next_step.endswith(".")
