"""Whole contents there and back: what fits is written, stored as Graph stores it, and read as the same."""

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from tests.core.strategies import contents
from tests.plugins.outlook.mailbox import changed, stored
from tests.plugins.outlook.others_bodies import MASTER

from metonic_core.model.content import Content, Status
from metonic_core.model.series import slots_until
from metonic_core.spi import Create, Seen, Update
from metonic_outlook.fit import fit
from metonic_outlook.likeness import likeness
from metonic_outlook.occurrences import Aim, Edit, edits
from metonic_outlook.reading import Whole
from metonic_outlook.writing import created, fitting, patched
from metonic_outlook.zones import Mailbox

IDENTITY = UUID("0e6b4f6c-2d1a-5c51-9df0-1d5b7f0c1a11")
HERE = Mailbox(home="Europe/Berlin")


@st.composite
def held(draw: st.DrawFn) -> Content:
    """A content that Outlook can hold: its series has one rule, without dates, and begins where that does."""
    content = draw(contents())
    if content.recurrence:
        rule = draw(st.sampled_from(content.recurrence.rules or ("FREQ=WEEKLY",)))
        series = replace(content.recurrence, rules=(rule,), rdates=())
        limit = content.when.starts_at + timedelta(days=400)
        named = list(slots_until(content.when, series, limit))[1:2]
        assume(named)
        when = content.when.moved_to(named[0])
        slots = list(slots_until(when, series, when.starts_at + timedelta(days=200)))[1:9]
        taken = [
            replace(o, slot=slot, when=o.when and when.moved_to(slot + timedelta(hours=24)))
            for o, slot in zip(content.overrides, draw(st.permutations(slots)), strict=False)
        ]
        content = replace(content, when=when, recurrence=series, overrides=tuple(sorted(taken, key=str)))
    content = replace(content, status=draw(st.sampled_from([Status.CONFIRMED, Status.TENTATIVE])))
    assume(not fit(content, HERE))
    return content


def written(write: Create) -> Whole:
    """What stands in the mailbox after the create, with its occurrences."""
    goal = fitting(write.content)
    master = stored(created(write, HERE))
    return applied(Whole(master), edits(None, Whole(master), Aim(goal, goal.groups()), HERE))


def applied(whole: Whole, asked: list[Edit]) -> Whole:
    master = dict(whole.master)
    exceptions = {e["originalStart"]: e for e in whole.exceptions}
    gone: list[Any] = list(master.get("cancelledOccurrences", []))
    for edit in asked:
        known = next((e for e in exceptions.values() if e["id"] == edit.id), None)
        made = changed(master, edit.slot, {}) if known is None else known
        if edit.fields is None:
            exceptions.pop(made["originalStart"], None)
            on = edit.slot.date() if isinstance(edit.slot, datetime) else edit.slot
            gone.append(f"OID.{MASTER}.{on}")
        else:
            exceptions[made["originalStart"]] = stored(edit.fields, made)
    return Whole({**master, "cancelledOccurrences": gone}, list(exceptions.values()))


def assert_reads_as(whole: Whole, goal: Content) -> Content:
    read = whole.read
    assert isinstance(read, Seen), read
    content = read.event.content
    for group in goal.groups() | content.groups():
        assert likeness(group, content) == likeness(group, goal), group
    return content


@settings(max_examples=150, deadline=None)
@given(held())
def test_a_content_that_fits_is_read_as_it_was_written(content: Content) -> None:
    whole = written(Create(IDENTITY, "mark", content))

    read = assert_reads_as(whole, fitting(content))
    assert read.when == content.when
    assert whole.event.identity == str(IDENTITY)
    assert whole.event.marker == "mark"
    assert whole.event.can_write_time


@settings(max_examples=150, deadline=None)
@given(held(), held(), st.data())
def test_an_update_changes_its_groups_and_leaves_the_others(
    before: Content, after: Content, data: st.DataObject
) -> None:
    whole = written(Create(IDENTITY, "mark", before))
    groups = frozenset(
        data.draw(st.sets(st.sampled_from(["title", "location", "notes", "status", "visibility"])))
    )
    goal = whole.event.content.take(groups, after)

    write = Update(MASTER, whole.etag, goal, groups, "next")
    master = stored(patched(write, whole.master, HERE), whole.master)
    now = Whole(master, whole.exceptions)
    done = applied(now, edits(whole, now, Aim(goal, groups), HERE))

    read = assert_reads_as(done, goal)
    assert read.when == before.when
    assert done.event.marker == "next"


@settings(max_examples=150, deadline=None)
@given(held())
def test_what_was_read_is_not_written_again(content: Content) -> None:
    whole = written(Create(IDENTITY, "mark", content))
    goal = whole.event.content

    groups = frozenset({"notes", "status", "visibility"})
    assert patched(Update(MASTER, whole.etag, goal, groups), whole.master, HERE) == {}
    assert edits(whole, whole, Aim(goal, goal.groups()), HERE) == []


@pytest.mark.parametrize("keeps", [False, True], ids=["drops exceptions", "keeps exceptions"])
@settings(max_examples=120, deadline=None)
@given(before=held(), after=held())
def test_a_series_that_is_written_anew_is_read_as_it_was_written(
    keeps: bool,  # noqa: FBT001 - a case of a table
    before: Content,
    after: Content,
) -> None:
    whole = written(Create(IDENTITY, "mark", before))
    goal, groups = fitting(after), before.groups() | after.groups()

    master = stored(patched(Update(MASTER, whole.etag, goal, groups), whole.master, HERE), whole.master)
    # Graph lets go of what was cancelled; whether of exceptions as well, nobody says.
    master["cancelledOccurrences"] = []
    now = Whole(master, whole.exceptions if keeps and goal.recurrence else ())
    done = applied(now, edits(whole, now, Aim(goal, groups), HERE))

    assert_reads_as(done, goal)
