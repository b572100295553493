"""Which appointments a calendar gets, and which way each of their field groups may travel."""

from dataclasses import replace
from datetime import date, datetime
from uuid import UUID

import pytest
from hypothesis import given
from tests.core.pairs import (
    APPOINTMENT,
    CLIENT,
    LINK,
    OTHER_LINK,
    TRAINER,
    TRAINING,
    WINDOW,
    appointment,
    copy,
    hour,
    imported,
    own,
    shared,
)
from tests.core.strategies import contents

from metonic_core.model.appointment import Appointment, Participant
from metonic_core.model.content import (
    LOCATION,
    NOTES,
    STATUS,
    TIME,
    TITLE,
    VISIBILITY,
    Content,
    occurrence_group,
)
from metonic_core.model.mapping import Mapping
from metonic_core.model.when import Timed
from metonic_core.selection import (
    BUSY,
    Choice,
    Direction,
    Exclusion,
    Filters,
    Flow,
    Selection,
    Treatment,
    flow,
    is_withheld,
    withhold,
)

CALENDAR = Selection(LINK, TRAINER, WINDOW)
OF_CLIENT = replace(CALENDAR, user_id=CLIENT)
SECRET = replace(TRAINING, title="Dentist", location="Main Street 1", notes="Root canal", is_private=True)
OCCURRENCE = occurrence_group(TRAINING.when.slot)


def test_a_calendar_takes_what_concerns_its_user() -> None:
    assert CALENDAR.excludes(appointment()) is None
    assert replace(CALENDAR, user_id=CLIENT).excludes(shared()) is None
    assert replace(CALENDAR, user_id=CLIENT).excludes(appointment()) is Exclusion.NOT_CONCERNED


def test_a_deleted_appointment_is_excluded_before_anything_else() -> None:
    gone = replace(appointment(SECRET), is_deleted=True)

    assert replace(CALENDAR, user_id=UUID(int=99)).excludes(gone) is Exclusion.CANCELLED


def test_a_private_appointment_stays_home_unless_the_setting_says_otherwise() -> None:
    assert CALENDAR.excludes(appointment(SECRET)) is Exclusion.PRIVATE
    assert replace(CALENDAR, private=Treatment.INCLUDE).excludes(appointment(SECRET)) is None


def test_privacy_never_deselects_an_appointment_where_it_was_imported_from() -> None:
    assert CALENDAR.excludes(imported(SECRET)) is None


def test_an_imported_appointment_is_not_pushed_to_the_users_other_calendars() -> None:
    assert replace(CALENDAR, link_id=OTHER_LINK).excludes(imported()) is Exclusion.IMPORTED_ELSEWHERE


def test_the_window_keeps_new_ones_out_and_paired_ones_in() -> None:
    distant = appointment(replace(TRAINING, when=TRAINING.when.moved_to(hour(1).start.replace(year=2030))))

    assert CALENDAR.excludes(distant) is None
    assert CALENDAR.excludes_new(distant) is Exclusion.OUTSIDE_WINDOW
    assert CALENDAR.excludes_new(appointment(SECRET)) is Exclusion.PRIVATE
    assert not CALENDAR.draws(distant)


def test_an_event_is_made_for_every_selected_appointment_that_has_none() -> None:
    assert CALENDAR.draws(appointment())
    assert CALENDAR.draws(imported())
    assert not replace(CALENDAR, link_id=OTHER_LINK).draws(imported())


ONLY_GROUPS = replace(CALENDAR, filters=Filters(types=frozenset({"group_class"})))


def test_filters_must_all_match() -> None:
    both = Filters(types=frozenset({"training"}), clients=frozenset({CLIENT}))

    assert both.excludes(shared()) is None
    assert both.excludes(appointment()) is Exclusion.OTHER_CLIENT
    assert both.excludes(replace(shared(), type="group_class")) is Exclusion.OTHER_TYPE


def test_an_empty_list_lets_nothing_through_and_no_filter_at_all_selects_nothing() -> None:
    assert Filters(types=frozenset()).excludes(shared()) is Exclusion.OTHER_TYPE
    assert Filters(clients=frozenset()).excludes(shared()) is Exclusion.OTHER_CLIENT
    assert Filters().excludes(shared()) is Exclusion.NOT_SELECTED


@pytest.mark.parametrize(
    ("first", "last", "why"),
    [
        (date(2026, 12, 1), date(2026, 12, 1), None),
        (date(2026, 12, 2), None, Exclusion.OTHER_DATES),
        (None, date(2026, 11, 30), Exclusion.OTHER_DATES),
        (None, date(2026, 12, 1), None),
    ],
)
def test_the_days_of_a_filter_are_those_of_the_appointments_zone_and_both_included(
    first: date | None, last: date | None, why: Exclusion | None
) -> None:
    late = Timed(datetime(2026, 12, 1, 23), datetime(2026, 12, 1, 23, 30), "America/Los_Angeles")  # noqa: DTZ001 - wall time

    assert Filters(first_day=first, last_day=last).excludes(appointment(replace(TRAINING, when=late))) is why


def test_a_single_choice_goes_before_the_filters_but_not_before_privacy() -> None:
    always = replace(ONLY_GROUPS, choices={APPOINTMENT: Choice.ALWAYS})

    assert ONLY_GROUPS.excludes(appointment()) is Exclusion.OTHER_TYPE
    assert always.excludes(appointment()) is None
    assert always.excludes(appointment(SECRET)) is Exclusion.PRIVATE


def test_filters_never_deselect_an_imported_appointment_but_its_users_single_choice_does() -> None:
    assert ONLY_GROUPS.excludes(imported()) is None
    assert replace(CALENDAR, choices={APPOINTMENT: Choice.NEVER}).excludes(imported()) is Exclusion.NEVER


def test_nothing_new_goes_out_to_a_pull_calendar_and_what_is_there_stays() -> None:
    inwards = replace(CALENDAR, direction=Direction.PULL)

    assert inwards.excludes(appointment()) is None
    assert inwards.excludes_new(appointment()) is Exclusion.PULL_ONLY


@pytest.mark.parametrize("group", [TITLE, TIME, NOTES, OCCURRENCE])
def test_one_way_out_is_outbound_on_copies_only(group: str) -> None:
    outwards = replace(CALENDAR, direction=Direction.PUSH)

    assert flow(copy(), appointment(), outwards, group) is Flow.OUT


@pytest.mark.parametrize("row", [copy(), own()])
def test_one_way_in_is_inbound_where_the_user_may_edit(row: Mapping) -> None:
    inwards = replace(CALENDAR, direction=Direction.PULL)

    assert flow(row, appointment(), inwards, TITLE) is Flow.IN
    assert flow(row, shared(), replace(inwards, user_id=CLIENT), TITLE) is Flow.NONE


def test_notes_that_are_switched_off_are_outbound_on_copies_and_flow_neither_way_on_the_users_own() -> None:
    without = replace(CALENDAR, include_notes=False)

    assert flow(copy(), appointment(), without, NOTES) is Flow.OUT
    assert flow(own(), imported(), without, NOTES) is Flow.NONE
    assert flow(own(), imported(), without, TITLE) is Flow.BOTH


@pytest.mark.parametrize("group", [TITLE, TIME, LOCATION, NOTES, STATUS, OCCURRENCE])
@pytest.mark.parametrize("row", [copy(), own()])
def test_every_group_flows_both_ways_between_a_pair_with_full_rights(row: Mapping, group: str) -> None:
    assert flow(row, appointment(), CALENDAR, group) is Flow.BOTH


def test_the_visibility_of_a_copy_never_flows_in() -> None:
    assert flow(copy(), appointment(), CALENDAR, VISIBILITY) is Flow.OUT
    assert flow(own(), imported(), CALENDAR, VISIBILITY) is Flow.BOTH


def test_what_somebody_may_not_edit_flows_out_only() -> None:
    assert flow(copy(), shared(), OF_CLIENT, TITLE) is Flow.OUT
    assert flow(copy(), shared(may_edit=True), OF_CLIENT, TITLE) is Flow.BOTH


def test_what_cannot_be_written_flows_in_only() -> None:
    row = replace(own(), can_write=False)

    assert flow(row, imported(), CALENDAR, TITLE) is Flow.IN
    assert flow(row, shared(), OF_CLIENT, TITLE) is Flow.NONE


@pytest.mark.parametrize("group", [TIME, OCCURRENCE])
def test_a_time_that_cannot_be_said_in_our_terms_flows_in_only(group: str) -> None:
    row = replace(own(), can_write_time=False)

    assert flow(row, imported(), CALENDAR, group) is Flow.IN
    assert flow(row, imported(), CALENDAR, TITLE) is Flow.BOTH


@pytest.mark.parametrize("group", [TITLE, LOCATION, NOTES, OCCURRENCE])
def test_what_a_private_event_says_flows_neither_way(group: str) -> None:
    row = own(SECRET)

    assert is_withheld(row, group)
    assert flow(row, imported(SECRET), CALENDAR, group) is Flow.NONE


@pytest.mark.parametrize("group", [TIME, STATUS, VISIBILITY])
def test_when_a_private_event_takes_place_is_known(group: str) -> None:
    assert flow(own(SECRET), imported(SECRET), CALENDAR, group) is Flow.BOTH


def test_a_private_copy_is_ours_and_nothing_of_it_is_withheld() -> None:
    assert not is_withheld(copy(SECRET), TITLE)
    assert not is_withheld(replace(own(), external_base=None), TITLE)


@given(contents())
def test_of_a_private_event_only_its_times_are_known(content: Content) -> None:
    private = replace(content, is_private=True)

    known = withhold(private, None)

    assert (known.title, known.location, known.notes, known.overrides) == (BUSY, "", "", ())
    assert (known.when, known.recurrence, known.status) == (content.when, content.recurrence, content.status)


@given(contents(), contents())
def test_what_was_known_before_an_event_went_private_stays(content: Content, before: Content) -> None:
    known = withhold(replace(content, is_private=True), before)

    assert (known.title, known.location, known.notes) == (before.title, before.location, before.notes)
    assert known.overrides == before.overrides
    assert known.when == content.when


@given(contents())
def test_of_a_public_event_everything_is_known(content: Content) -> None:
    public = replace(content, is_private=False)

    assert withhold(public, None) is public


def test_an_appointment_is_shared_if_anybody_but_its_owner_takes_part() -> None:
    alone = appointment(TRAINING, Participant(TRAINER, may_edit=True))

    assert not alone.is_shared
    assert shared().is_shared


@pytest.mark.parametrize(
    ("one", "user", "may"),
    [(shared(), TRAINER, True), (shared(), CLIENT, False), (shared(may_edit=True), CLIENT, True)],
)
def test_the_owner_may_edit_and_others_only_where_the_platform_says_so(
    one: Appointment, user: UUID, *, may: bool
) -> None:
    assert one.may_edit(user) is may
    assert one.concerns(user)
