"""Who looks like whom, and when a person is asked: one appointment and one event, nothing guessed."""

from collections.abc import Sequence
from dataclasses import replace
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.core.pairs import (
    CLIENT,
    LINK,
    OTHER_LINK,
    OWN_ID,
    TRAINING,
    appointment,
    copy,
    foreign,
    hour,
    imported,
    lone,
    own,
    sending,
    shared,
    terms,
    unborn,
)

from metonic_core.model.appointment import Appointment
from metonic_core.model.content import LOCATION, Content
from metonic_core.model.mapping import Absent, Hold, HoldKind, Look, Mapping, Observed
from metonic_core.model.series import Recurrence
from metonic_core.model.when import Timed
from metonic_core.reconcile.alike import ALIKE, Standing, is_asking, is_waiting, likeness
from metonic_core.reconcile.decide import decide
from metonic_core.reconcile.meeting import NOBODY, Meeting, Neighbours
from metonic_core.reconcile.onesided import Lone, decide_event
from metonic_core.reconcile.step import ConflictType, Step

GYM = replace(TRAINING, location="Gym")
ROW_OF_EVENT, THIRD = UUID(int=41), UUID(int=51)
TITLES = st.sampled_from(["Training", "training ", "TRAINING", "Yoga class", "1:1"])


def event(content: Content = GYM, name: str = OWN_ID) -> Mapping:
    """The row of an event that was just read."""
    seen = replace(foreign(content), id=name)
    return replace(lone(seen), id=UUID(int=ROW_OF_EVENT.int + sum(map(ord, name))))


def around(standing: Sequence[Standing], *events: Mapping) -> Neighbours:
    return Neighbours(standing, events, terms())


def another(one: Appointment, number: int) -> Appointment:
    return replace(one, id=UUID(int=number))


def asked(step: Step) -> bool:
    return step.conflict is not None and step.conflict.type is ConflictType.CREATED_EXTERNALLY


def of_event(row: Mapping, *standing: Standing, others: Sequence[Mapping] = ()) -> Step:
    meeting = around(standing, row, *others).of_event(row)
    return decide_event(Lone(row, meeting=meeting), terms())


def of_appointment(row: Mapping, *standing: Standing, events: Sequence[Mapping] = ()) -> Step:
    one = next(s.appointment for s in standing if s.appointment.id == row.appointment_id)
    meeting = around(standing, *events).of_appointment(row, one)
    return decide(row, one, terms(), meeting)


@pytest.mark.parametrize(
    "title",
    ["training", " TRAINING  ", "Ｔｒａｉｎｉｎｇ", "TraInIng\t"],  # noqa: RUF001 - full width on purpose
)
def test_case_width_and_spaces_make_no_difference(title: str) -> None:
    assert likeness(replace(TRAINING, title=title)) == likeness(TRAINING)


def test_letters_that_are_written_in_two_ways_are_the_same() -> None:
    assert likeness(replace(TRAINING, title="Straße")) == likeness(replace(TRAINING, title="STRASSE"))


@pytest.mark.parametrize("title", ["", "1:1", "gym", "10:00 - 11:00", "A 1 B 2 C"])
def test_a_title_of_fewer_than_four_letters_looks_like_nothing(title: str) -> None:
    assert likeness(replace(TRAINING, title=title)) is None


def test_the_same_instants_in_another_zone_are_the_same() -> None:
    there = Timed(hour(1).start.replace(hour=9), hour(1).end.replace(hour=10), "Europe/London")

    assert likeness(replace(TRAINING, when=there)) == likeness(TRAINING)


def test_a_series_looks_like_a_series_of_the_same_rule_only() -> None:
    weekly = replace(TRAINING, recurrence=Recurrence(("FREQ=WEEKLY",)))

    assert likeness(weekly) not in {likeness(TRAINING), None}
    assert likeness(weekly) == likeness(replace(weekly, notes="other"))


def test_new_on_both_sides_both_are_held() -> None:
    step = of_event(event(), Standing(appointment(), unborn()))

    assert asked(step)
    assert step.conflict
    assert (step.conflict.local, step.conflict.external, step.conflict.base) == (TRAINING, GYM, None)
    assert (step.conflict.groups, step.conflict.appointment_id) == (frozenset({LOCATION}), appointment().id)
    assert is_asking(step.mapping)
    (waiting,) = step.others
    assert is_waiting(waiting)
    assert (step.appointment, step.write, step.mapping.wanted, waiting.wanted) == (None, None, None, None)


def test_a_copy_that_stands_is_left_as_it_is() -> None:
    step = of_event(event(), Standing(appointment(), copy()))

    assert asked(step)
    assert step.others == ()


def test_what_waits_stays_waiting_as_long_as_somebody_asks() -> None:
    asking = replace(event(), hold=ALIKE, alike_id=appointment().id)

    step = of_appointment(unborn(), Standing(appointment(), unborn()), events=[asking])

    assert is_waiting(step.mapping)
    assert (step.write, step.others) == (None, ())


def test_an_imported_event_is_asked_about_by_the_appointment_that_comes_later() -> None:
    pair = replace(own(), id=THIRD, appointment_id=THIRD)

    step = of_appointment(
        unborn(), Standing(appointment(), unborn()), Standing(another(imported(), THIRD.int), pair)
    )

    assert asked(step)
    assert step.conflict
    assert (step.conflict.event_id, step.mapping.alike_id) == (OWN_ID, THIRD)


def test_an_appointment_that_is_alone_meets_nobody() -> None:
    assert around([Standing(appointment(), unborn())]).of_appointment(unborn(), appointment()) is NOBODY


def test_who_asked_about_another_one_lets_that_go_before_it_asks_anew() -> None:
    asking = replace(event(), hold=ALIKE, alike_id=THIRD)

    step = of_event(asking, Standing(appointment(), unborn()))

    assert step == Step(replace(asking, hold=None, alike_id=None))


NOT_UNTOUCHED = {
    "written": (replace(own(), wrote_at=terms().now), imported()),
    "edited": (own(), imported(GYM)),
    "shared": (own(), replace(shared(), type="external", imported_from=LINK)),
    "retyped": (own(), replace(imported(), type="one_on_one")),
    "held": (replace(own(), hold=Hold(HoldKind.UNLINKED, "never")), imported()),
}


@pytest.mark.parametrize(("pair", "one"), NOT_UNTOUCHED.values(), ids=NOT_UNTOUCHED)
def test_an_imported_event_that_was_made_something_of_is_not_asked_about(
    pair: Mapping, one: Appointment
) -> None:
    standing = Standing(another(one, THIRD.int), replace(pair, id=THIRD, appointment_id=THIRD))

    step = of_appointment(unborn(), Standing(appointment(), unborn()), standing)

    assert not asked(step)
    assert step.write


@pytest.mark.parametrize("on_its_way", [{"seen": Look()}, {"wanted": 9}, {"seen": Absent(), "wanted": 9}])
def test_what_is_still_to_be_decided_is_waited_for(on_its_way: dict[str, object]) -> None:
    pair = replace(own(), id=THIRD, appointment_id=THIRD, **on_its_way)  # type: ignore[arg-type]
    standing = Standing(another(imported(), THIRD.int), pair)

    step = of_appointment(unborn(), Standing(appointment(), unborn()), standing)

    assert step == Step(unborn())


def test_a_create_that_is_open_is_waited_for() -> None:
    step = of_event(event(), Standing(appointment(), sending(unborn())))

    assert step == Step(event())


NOBODYS = {
    "somebody else's": replace(appointment(), owner_id=CLIENT),
    "imported elsewhere": replace(imported(), imported_from=OTHER_LINK),
    "cancelled": replace(appointment(), is_deleted=True),
    "private": appointment(replace(TRAINING, is_private=True)),
}


@pytest.mark.parametrize("one", NOBODYS.values(), ids=NOBODYS)
def test_an_appointment_that_does_not_belong_here_looks_like_nothing(one: Appointment) -> None:
    assert of_event(event(), Standing(one)).is_import


@pytest.mark.parametrize(
    "row", [own(), replace(copy(), hold=Hold(HoldKind.CONFLICT, "time_change"))], ids=["linked", "conflict"]
)
def test_an_appointment_that_has_its_event_or_is_asked_about_already_is_not_asked_about(row: Mapping) -> None:
    assert of_event(event(), Standing(appointment(), row)).is_import


def test_what_was_said_to_be_two_is_not_asked_about_again() -> None:
    answered = replace(event(), alike_id=appointment().id)
    pair = replace(own(), id=THIRD, appointment_id=THIRD, alike_id=appointment().id)

    assert of_event(answered, Standing(appointment(), copy())).is_import
    assert of_appointment(
        unborn(), Standing(appointment(), unborn()), Standing(another(imported(), THIRD.int), pair)
    ).write


def test_who_asked_lets_go_what_waited_when_it_asks_no_more() -> None:
    waiting = replace(unborn(), hold=ALIKE, wanted=None)
    asking = replace(event(replace(GYM, title="Dentist")), hold=ALIKE, alike_id=appointment().id)

    step = of_event(asking, Standing(appointment(), waiting))

    assert step.is_import
    assert step.mapping.alike_id is None
    assert [(row.hold, row.wanted) for row in step.others] == [(None, 2)]


@pytest.mark.parametrize(
    "gone", [Absent(), Observed(replace(foreign(), content=replace(GYM, is_private=True)))]
)
def test_whatever_becomes_of_an_event_that_asked_what_waited_goes_on(gone: Absent | Observed) -> None:
    waiting = replace(unborn(), hold=ALIKE, wanted=None)
    asking = replace(event(), hold=ALIKE, alike_id=appointment().id, seen=gone)

    step = of_event(asking, Standing(appointment(), waiting))

    assert [(row.id, row.hold, row.wanted) for row in step.others] == [(waiting.id, None, 2)]


def test_a_third_one_has_the_first_think_again() -> None:
    asking = replace(event(name="/first.ics"), hold=ALIKE, alike_id=appointment().id, wanted=None)
    waiting = Standing(appointment(), replace(unborn(), hold=ALIKE, wanted=None))

    step = of_event(event(), waiting, others=[asking])
    second = of_appointment(
        replace(unborn(), id=THIRD, appointment_id=THIRD),
        waiting,
        Standing(another(appointment(), THIRD.int)),
        events=[asking],
    )

    assert step.is_import
    assert [row.id for row in step.others] == [asking.id]
    assert second.write
    assert [row.id for row in second.others] == [asking.id]


@given(here=st.lists(TITLES, max_size=3), there=st.lists(TITLES, max_size=3))
def test_it_is_asked_if_and_only_if_there_is_one_of_each(here: list[str], there: list[str]) -> None:
    standing = [
        Standing(another(appointment(replace(TRAINING, title=t)), n), replace(unborn(), id=UUID(int=n)))
        for n, t in enumerate(here)
    ]
    events = [event(replace(GYM, title=t), f"/{n}.ics") for n, t in enumerate(there)]
    for row, title in zip(events, there, strict=True):
        step = of_event(row, *standing, others=[e for e in events if e.id != row.id])
        like = likeness(replace(TRAINING, title=title))
        counts = [
            sum(likeness(replace(TRAINING, title=t)) == like for t in titles) for titles in (here, there)
        ]

        assert asked(step) == (like is not None and counts == [1, 1])
        assert step.is_import != asked(step)


@given(titles=st.lists(TITLES, min_size=1, max_size=4), seed=st.randoms())
def test_no_order_matters(titles: list[str], seed: object) -> None:
    events = [event(replace(GYM, title=t), f"/{n}.ics") for n, t in enumerate(titles)]
    standing = [Standing(appointment(), unborn()), Standing(another(appointment(GYM), THIRD.int))]
    mixed, turned = [*events], [*standing]
    seed.shuffle(mixed)  # type: ignore[attr-defined]
    seed.shuffle(turned)  # type: ignore[attr-defined]

    def meetings(nearby: Neighbours) -> list[Meeting]:
        made = [nearby.of_event(row) for row in events]
        return [replace(m, others=tuple(sorted(m.others, key=lambda r: r.id))) for m in made]

    assert meetings(around(standing, *events)) == meetings(around(turned, *mixed))
