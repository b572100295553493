"""What is stored is what is read back: every value, through JSON text as a database keeps it."""

import json
from typing import Any

from hypothesis import given
from hypothesis import strategies as st
from tests.core.strategies import contents, events, intents, observations, sents, versions

from metonic_core.model import content, event, mapping
from metonic_core.model.codec import decode, encode
from metonic_core.model.mapping import Absent, Intent, Look, Observation, Sent


def through_json(value: object) -> Any:  # noqa: ANN401 - whatever went in
    return decode(json.loads(json.dumps(encode(value))))


@given(contents() | versions())
def test_a_content_comes_back_as_it_was(value: content.Content) -> None:
    assert through_json(value) == value


@given(events)
def test_an_event_comes_back_as_it_was(value: event.StoredEvent) -> None:
    assert through_json(value) == value


@given(observations)
def test_an_observation_comes_back_as_it_was(value: Observation) -> None:
    again = through_json(value)

    assert again == value
    assert type(again) is type(value)


@given(intents)
def test_an_intent_comes_back_as_it_was(value: Intent) -> None:
    again = through_json(value)

    assert again == value
    assert type(again.kind) is mapping.WriteKind


@given(st.lists(sents, max_size=3).map(tuple))
def test_what_was_sent_comes_back_in_its_order(value: tuple[Sent, ...]) -> None:
    assert through_json(value) == value


@given(contents())
def test_enumerations_and_kinds_of_time_survive(value: content.Content) -> None:
    again = through_json(value)

    assert type(again.status) is content.Status
    assert type(again.when) is type(value.when)
    assert [type(o.slot) for o in again.overrides] == [type(o.slot) for o in value.overrides]


def test_nothing_comes_back_as_nothing() -> None:
    assert through_json(None) is None


def test_fields_at_their_default_take_no_room() -> None:
    assert encode(Absent()) == {"is": "absent"}
    assert encode(Look()) == {"is": "look"}


@given(contents())
def test_equal_values_have_equal_documents(value: content.Content) -> None:
    assert json.dumps(encode(value)) == json.dumps(encode(through_json(value)))
