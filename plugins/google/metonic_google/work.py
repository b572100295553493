"""One write on its way: what is asked for it, and what the answers make of it."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

from metonic_core.model.content import NOTES, TIME, VISIBILITY, Content, Group, slot_of
from metonic_core.model.repeated import without_repeated
from metonic_core.spi import (
    AccessDenied,
    Answer,
    Create,
    Delete,
    EtagMismatch,
    Failed,
    NotFound,
    Outcome,
    ProviderError,
    Removed,
    Seen,
    Stored,
    Unacceptable,
    Unavailable,
    Unknown,
    Update,
    Write,
)
from metonic_google import etags
from metonic_google.errors import (
    ANOTHER,
    DONE,
    GONE,
    PRECONDITION_FAILED,
    document,
    expect_nothing,
    is_missing,
    write_failure,
)
from metonic_google.fetching import Fetched, Missing, Withheld
from metonic_google.items import FIELDS, Item, etag_of, id_of, is_partial, is_series
from metonic_google.multipart import Request
from metonic_google.occurrences import Edit, edits, is_undisturbed
from metonic_google.paths import event, events
from metonic_google.reading import Whole, can_write
from metonic_google.writing import created, edited, fitting, has_varied, recurrence, stamped

_UNREAD: Item = {}
_NOBODY = "none"
_FINAL = (AccessDenied, NotFound, Unacceptable)
# Some words of these two groups are not ours to change, and have to be known first.
_READ_FIRST = frozenset({NOTES, VISIBILITY})


@dataclass
class Work:
    """``whole`` is the event as far as it was read, ``before`` as it was before, ``goal`` what it is to say.

    ``scope``: the groups to be looked at for that; ``has_landed``: some of it is stored; ``has_varied``: more
    than the event itself; ``has_spread``: its occurrences have to be looked at, and edited, once more;
    ``is_short``: some of them Google will not have edited. With an outcome it is done.
    """

    write: Write
    whole: Whole | None = None
    before: Whole | None = None
    goal: Content | None = None
    scope: frozenset[Group] = frozenset()
    outcome: Outcome | None = None
    has_landed: bool = False
    has_varied: bool = False
    has_spread: bool = False
    is_short: bool = False

    @property
    def id(self) -> str:
        return self.write.identity.hex if isinstance(self.write, Create) else self.write.id

    @property
    def is_undecided(self) -> bool:
        return self.outcome is None

    @property
    def must_look(self) -> bool:
        """Whether the event has to be read before it is edited."""
        if isinstance(self.write, Create):
            return False
        is_delicate = isinstance(self.write, Update) and not _READ_FIRST.isdisjoint(self.write.groups)
        return is_delicate or etags.is_series(self.write.etag)

    def look(self, found: Fetched) -> None:
        """Take what was read before the edit: the etag is compared before anything is written."""
        if isinstance(self.write, Create):
            return
        match found:
            case Missing(tombstone=tombstone) if isinstance(self.write, Delete):
                self.settle(Removed(is_missing=tombstone is None))
            case Missing():
                self.fail(NotFound("The event is not there any more."))
            case Withheld(is_passing=True):
                # Nothing is written yet: it is read again first.
                self.fail(EtagMismatch("The event cannot be read just now."))
            case Withheld(reason=reason):
                self.fail(Unacceptable(reason))
            case Whole() if found.etag != self.write.etag:
                self.fail(EtagMismatch("The event was changed meanwhile."))
            case Whole() if not can_write(found.master):
                self.fail(AccessDenied("Only others may change that event."))
            case _:
                self.whole = found

    def fail(self, error: ProviderError) -> None:
        """Unknown where it may have been written all the same, or in part."""
        is_open = self.has_landed or isinstance(error, Unavailable)
        self.settle(Unknown(error) if is_open else Failed(error))

    def settle(self, outcome: Outcome) -> None:
        self.outcome = outcome

    # the event itself

    def request(self, calendar_id: str) -> Request | None:
        """What is asked for the event, or the master of the series; None if only occurrences change."""
        try:
            return self._request(calendar_id)
        except ProviderError as error:
            self.fail(error)
        except ValueError:
            self.fail(Unacceptable("What the event says now cannot be understood, so it is not edited."))
        return None

    def _request(self, calendar_id: str) -> Request | None:
        write = self.write
        if isinstance(write, Create):
            self.goal, self.scope = fitting(write.content), write.content.groups()
            path = events(calendar_id, sendUpdates=_NOBODY, fields=FIELDS)
            return Request("POST", path, body=created(self.goal, write.identity, write.marker))
        etag = etag_of(self.whole.master) if self.whole else write.etag
        if isinstance(write, Delete):
            return Request("DELETE", event(calendar_id, write.id, sendUpdates=_NOBODY), etags.if_match(etag))
        fields = self._fields(write)
        path = event(calendar_id, write.id, sendUpdates=_NOBODY, fields=FIELDS)
        return Request("PATCH", path, etags.if_match(etag), fields) if fields else None

    def _fields(self, write: Update) -> dict[str, Any]:
        current = self.whole.master if self.whole else _UNREAD
        before = self.whole.event.content if self.whole else None
        self.before = self.whole
        known = without_repeated(before, self.left or ()) if before else None
        goal = known.take(write.groups, write.content) if known and is_series(current) else write.content
        self.goal = fitting(goal) if TIME in write.groups else goal
        lines = recurrence(before, self.goal, write.groups, current)
        # With other lines Google may let go of all exceptions, of which it keeps none for certain.
        self.scope = write.groups | ({TIME} if lines else frozenset())
        stamp = stamped(write.marker, is_partial=self._is_in_parts(write))
        return {**edited(self.goal, write.groups, current), **lines, **stamp}

    def _is_in_parts(self, write: Update) -> bool:
        """Whether single occurrences may have to be written once the series is."""
        if self.goal is None or self.goal.recurrence is None:
            return False
        is_named = any(slot_of(group) is not None for group in write.groups)
        return is_named or has_varied(self.goal) or self.has_exceptions

    def judge(self, answer: Answer) -> None:
        """Take the answer to it, but for a create that finds its id taken."""
        if answer.status not in DONE:
            if is_missing(answer) and isinstance(self.write, Delete):
                self.settle(Removed(is_missing=answer.status != GONE))
            else:
                self.fail(write_failure(answer))
            return
        if isinstance(self.write, Delete):
            try:
                expect_nothing(answer)
                self.settle(Removed())
            except Unavailable as error:
                self.fail(error)
            return
        self.has_landed = True
        try:
            master = _told(answer, self.id)
            self.whole = replace(self.whole, master=master) if self.whole else Whole(master)
        except Unavailable as error:
            self.fail(error)

    # its occurrences

    @property
    def is_single(self) -> bool:
        """Whether nothing is left to be written, or looked at, once the event itself is."""
        return self.whole is not None and not is_series(self.whole.master)

    @property
    def left(self) -> Sequence[Content] | None:
        """What an earlier write may have left in occurrences of this copy; None where there was none."""
        if not isinstance(self.write, Update) or self.write.marker is None:
            return None
        return self.write.former if self.before and is_partial(self.before.master) else None

    @property
    def has_exceptions(self) -> bool:
        return self.whole is not None and is_series(self.whole.master) and bool(self.whole.exceptions)

    @property
    def must_look_again(self) -> bool:
        """Whether its exceptions may be others than those that were read before the series was written."""
        return self.has_landed and isinstance(self.write, Update) and self._is_in_parts(self.write)

    def edits(self) -> list[Edit]:
        """What is to be written of single occurrences; sets the outcome if that cannot be told."""
        if self.whole is None or self.goal is None or not is_series(self.whole.master):
            return []
        try:
            found = edits(self.before, self.whole, self.goal, self.scope, self.left)
        except ValueError:
            self.fail(Unacceptable("What the series says now cannot be understood, so it is not edited."))
            return []
        is_moved = TIME in self.scope
        ids = [edit.id for edit in found]
        if self.before and not is_undisturbed(self.before, self.whole, ids, is_moved=is_moved):
            self.fail(EtagMismatch("An occurrence of the series was changed meanwhile."))
            return []
        return found

    def judge_edits(self, edits: Sequence[Edit], answers: Sequence[Answer]) -> None:
        """Take the answers to those; sets ``has_spread`` where the first of them has spoilt the others.

        A narrower visibility spreads from one occurrence to all others, whose versions change with that.
        """
        is_first, self.has_spread = not self.has_spread, False
        self.has_varied = self.has_varied or bool(edits)
        refused = [
            answer
            for edit, answer in zip(edits, answers, strict=True)
            if answer.status not in DONE and not (edit.is_cancellation and is_missing(answer))
        ]
        self.has_landed = self.has_landed or len(refused) < len(edits)
        if is_first and refused and _may_have_spread(edits, answers):
            self.has_spread = True
        elif refused:
            self._fall_short([write_failure(answer) for answer in refused])

    def _fall_short(self, failures: Sequence[ProviderError]) -> None:
        """Where Google does not take what is asked of single occurrences, and will not take it either.

        Then it is known what stands there, and the mark tells that it is not all.
        """
        passing = [f for f in failures if not isinstance(f, _FINAL)]
        open_ones = [f for f in passing if isinstance(f, Unavailable)]
        if passing or self.whole is None or not is_partial(self.whole.master):
            self.fail([*open_ones, *passing, *failures][0])
        self.is_short = True

    # how it stands in the end

    @property
    def last_stamp(self) -> dict[str, Any]:
        """The mark without what told that occurrences were still to be written; empty if it did not."""
        if isinstance(self.write, Delete) or self.is_short or self.whole is None:
            return {}
        return stamped(self.write.marker) if is_partial(self.whole.master) else {}

    def judge_stamp(self, answer: Answer) -> None:
        """Take the answer to that."""
        self.has_varied = True
        if answer.status not in DONE:
            self.fail(write_failure(answer))

    def conclude(self, found: Fetched) -> None:
        """Take what is stored now."""
        read = found.read if isinstance(found, Whole) else None
        if isinstance(read, Seen):
            self.settle(Stored(read.event))
        else:
            self.fail(NotFound("The event was written, and then it could not be read."))


def _told(answer: Answer, event_id: str) -> Item:
    """The event in the answer to its write; raises Unavailable where it is another."""
    item = document(answer)
    if id_of(item) != event_id:
        raise Unavailable(ANOTHER)
    return item


def _may_have_spread(edits: Sequence[Edit], answers: Sequence[Answer]) -> bool:
    is_hidden = any("visibility" in edit.fields for edit in edits)
    return is_hidden and all(a.status in DONE or a.status == PRECONDITION_FAILED for a in answers)
