"""What holds the answers against the discovery document does notice what is wrong."""

import pytest
from tests.simulators.google.official import check_answer, document

from metonic_simulators.google.scopes import SCOPES


@pytest.mark.parametrize(
    "answer",
    [
        {"kind": "calendar#event", "colour": "red"},
        {"kind": "calendar#event", "sequence": "0"},
        {"kind": "calendar#event", "locked": "true"},
        {"kind": "calendar#event", "start": {"dateTime": "2026-03-10T10:00:00"}},
        {"kind": "calendar#event", "attendees": {"email": "bob@example.com"}},
        {"kind": "calendar#event", "extendedProperties": {"private": {"key": 1}}},
    ],
)
def test_an_answer_that_the_document_does_not_allow_is_noticed(answer: dict[str, object]) -> None:
    with pytest.raises(AssertionError):
        check_answer("calendar.events.get", answer)


def test_an_answer_as_the_document_has_it_passes() -> None:
    check_answer(
        "calendar.events.get", {"kind": "calendar#event", "sequence": 0, "start": {"date": "2026-03-10"}}
    )
    check_answer("calendar.events.delete", "")


@pytest.mark.parametrize("operation", sorted(SCOPES))
def test_the_scopes_of_an_operation_are_those_of_the_document(operation: str) -> None:
    resource, _, name = operation.partition(".")

    wanted = document()["resources"][resource]["methods"][name]["scopes"]

    assert {one.rpartition("/")[2] for one in wanted} == set(SCOPES[operation])


def test_the_document_is_the_one_that_the_stand_in_was_built_after() -> None:
    assert document()["revision"] >= "20261030"
