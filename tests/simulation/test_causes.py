"""I9: a conflict about an occurrence that somebody put back to how its series has it."""

from dataclasses import replace
from datetime import timedelta
from uuid import uuid4

import pytest
from tests.simulation.causes import groundless
from tests.simulation.world import World

from metonic_core.model.content import Content, occurrence_group
from metonic_core.model.mapping import Mapping
from metonic_core.model.series import Override
from metonic_core.reconcile.step import Conflict, ConflictType


def _sides(world: World) -> tuple[Content, Content, Content]:
    """A series, the same with an occurrence of a title of its own, and with another title there."""
    plain = world.values.content(is_series=True)
    group = occurrence_group(plain.when.slot + timedelta(weeks=1))
    titled = world.values.edited(plain, group)
    return plain, titled, world.values.edited(titled, group)


def _told(world: World, base: Content, local: Content, external: Content) -> list[str]:
    group = occurrence_group(base.overrides[0].slot)
    conflict = Conflict(ConflictType.DATA_MISMATCH, frozenset({group}), base, local, external)
    desk = world.desks[0]
    return groundless(world, desk, Mapping(uuid4(), desk.link_id, uuid4(), "copy"), conflict)


@pytest.mark.parametrize("where", ["there", "here"])
def test_an_occurrence_that_was_put_back_to_none_is_an_edit(world: World, where: str) -> None:
    plain, titled, edited = _sides(world)

    world.values.restore(plain, titled)

    sides = (edited, plain) if where == "there" else (plain, edited)
    assert _told(world, titled, *sides) == []


def test_an_occurrence_that_nobody_took_away_is_none(world: World) -> None:
    plain, titled, edited = _sides(world)

    assert len(_told(world, titled, edited, plain)) == 1


def test_an_occurrence_is_no_edit_because_something_else_was_put_back(world: World) -> None:
    plain, titled, edited = _sides(world)
    other = replace(titled, overrides=(Override(titled.overrides[0].slot, title="v4711"),))

    world.values.restore(plain, replace(other, title="v4712"))

    assert len(_told(world, titled, edited, plain)) == 1


def test_an_occurrence_that_was_brought_back_itself_was_not_taken_away(world: World) -> None:
    plain, titled, edited = _sides(world)

    world.values.restore(titled, plain)

    assert len(_told(world, titled, edited, plain)) == 1
