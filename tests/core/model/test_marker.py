"""The mark on our copies: read back as it was signed, and by nobody else's hand."""

from uuid import UUID

from hypothesis import given
from hypothesis import strategies as st
from tests.core.strategies import markers

from metonic_core.model.marker import Marker, MarkerKey

KEY = MarkerKey(b"one installation")
STRANGER = MarkerKey(b"another installation")


@given(markers)
def test_a_marker_is_read_back_as_it_was_signed(marker: Marker) -> None:
    assert KEY.read(KEY.sign(marker)) == marker
    assert KEY.read(f"  {KEY.sign(marker)}\n") == marker


@given(markers)
def test_a_marker_of_another_installation_is_not_ours(marker: Marker) -> None:
    assert KEY.read(STRANGER.sign(marker)) is None


@given(markers, st.data())
def test_a_marker_with_any_other_character_in_it_is_forged(marker: Marker, data: st.DataObject) -> None:
    text = KEY.sign(marker)
    at = data.draw(st.integers(0, len(text) - 1))
    other = data.draw(st.characters(min_codepoint=33).filter(lambda c: c != text[at]))

    assert KEY.read(text[:at] + other + text[at + 1 :]) is None


@given(st.text(st.characters(), max_size=200))
def test_no_text_that_a_calendar_holds_is_taken_for_a_marker(text: str) -> None:
    assert KEY.read(text) is None


def test_half_a_surrogate_pair_in_a_marker_stops_nothing() -> None:
    assert KEY.read("v1;\ud800") is None


def test_the_form_of_a_marker_never_changes() -> None:
    marker = Marker(UUID(int=1), UUID(int=2), 3, "00c0ffee00c0ffee")

    assert KEY.sign(marker) == (
        "v1;00000000000000000000000000000001;00000000000000000000000000000002;3;00c0ffee00c0ffee;"
        "998a4600e94b15fcb075fbd1"
    )


def test_the_identity_of_a_copy_never_changes() -> None:
    assert Marker(UUID(int=1), UUID(int=2), 3, "any").identity == UUID("c721bbdc-648f-5201-b33c-381f3fb854e2")


@given(markers, st.text(max_size=5))
def test_the_identity_does_not_depend_on_the_operation(marker: Marker, operation: str) -> None:
    other = Marker(marker.link_id, marker.appointment_id, marker.generation, operation)

    assert other.identity == marker.identity


@given(markers)
def test_each_generation_has_an_identity_of_its_own(marker: Marker) -> None:
    following = Marker(marker.link_id, marker.appointment_id, marker.generation + 1, marker.operation)

    assert following.identity != marker.identity
