"""One write on its way: what is asked for it, and what the answers make of it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from metonic_core.model.content import TIME, Content, Group, slot_of
from metonic_core.model.repeated import without_repeated
from metonic_core.model.when import Slot
from metonic_core.spi import (
    AccessDenied,
    Answer,
    Create,
    Delete,
    EtagMismatch,
    Failed,
    IdentityTaken,
    NotFound,
    Outcome,
    ProviderError,
    Removed,
    Seen,
    Stored,
    StoredEvent,
    Unacceptable,
    Unavailable,
    Unknown,
    Update,
    Write,
)
from metonic_outlook import words
from metonic_outlook.answers import DONE, document, expect_nothing
from metonic_outlook.errors import ANOTHER, Hindered, Reply, is_missing, write_failure
from metonic_outlook.etags import if_match
from metonic_outlook.fetching import Fetched, Missing, Withheld
from metonic_outlook.items import (
    Item,
    can_write,
    etag_of,
    has_guests,
    id_of,
    identity_of,
    is_partial,
    is_series,
)
from metonic_outlook.occurrences import scope
from metonic_outlook.packing import Request
from metonic_outlook.paths import event, events
from metonic_outlook.reading import Whole
from metonic_outlook.writing import (
    attempted,
    created,
    fitting,
    has_varied,
    patched,
    with_properties,
)
from metonic_outlook.zones import Mailbox

UNREADABLE = "What the event says now cannot be understood, so it is not edited."


@dataclass(eq=False)
class EventWork:
    """``whole`` is the event as far as it was read, ``before`` as it was before, ``goal`` what it is to say.

    ``scope``: the groups to be written for that; ``sent``: what was sent for it; ``has_landed``: some of it
    is stored; ``is_stale``: ``whole`` is not all that is stored now; ``is_varying``: occurrences may have to
    be edited; ``refused``: those that Outlook will not have edited. With an outcome it is done.
    """

    write: Write
    whole: Whole | None = None
    before: Whole | None = None
    goal: Content | None = None
    scope: frozenset[Group] = frozenset()
    sent: Mapping[str, Any] = field(default_factory=dict)
    outcome: Outcome | None = None
    has_landed: bool = False
    is_stale: bool = False
    is_varying: bool = False
    refused: set[Slot] = field(default_factory=set)

    @property
    def id(self) -> str:
        """Empty as long as a create has no answer."""
        if isinstance(self.write, Create):
            return id_of(self.whole.master) if self.whole else ""
        return self.write.id

    @property
    def is_undecided(self) -> bool:
        return self.outcome is None

    @property
    def is_done(self) -> bool:
        """Whether all of it is stored, and known."""
        return self.has_landed and not self.is_stale and not self.is_varying

    def settle(self, outcome: Outcome) -> None:
        self.outcome = outcome

    def fail(self, error: ProviderError) -> None:
        """Unknown where it may have been written all the same, or in part."""
        is_open = self.has_landed or isinstance(error, Unavailable)
        self.settle(Unknown(error) if is_open else Failed(error))

    def refuse(self, reply: Reply) -> None:
        """End with what an answer says; what was not sent for certain is not written."""
        if isinstance(reply, Hindered) and not reply.is_open and not self.has_landed:
            self.settle(Failed(reply.error))
        else:
            self.fail(write_failure(reply))

    def look(self, found: Fetched) -> None:
        """Take what was read before the edit: the etag is compared before anything is written."""
        write = self.write
        match found:
            case _ if isinstance(write, Create):
                return
            case Missing() if isinstance(write, Delete):
                self.settle(Removed(is_missing=True))
            case Missing():
                self.fail(NotFound("The event is not there any more."))
            case Withheld(is_passing=True):
                # Nothing is written yet: it is read again first.
                self.fail(EtagMismatch("The event cannot be read just now."))
            case Withheld(reason=reason):
                self.fail(Unacceptable(reason))
            case Whole() if found.etag != write.etag:
                self.fail(EtagMismatch("The event was changed meanwhile."))
            case Whole() if not can_write(found.master):
                self.fail(AccessDenied("Only others may change that event."))
            case Whole() if any(map(has_guests, (found.master, *found.exceptions))):
                self.fail(AccessDenied("The event has guests, whom Outlook would mail."))
            case _:
                self.whole = self.before = found

    # the event itself

    def request(self, calendar_id: str, mailbox: Mailbox) -> Request | None:
        """What is asked for the event, or the master of the series; None if only occurrences change."""
        try:
            return self._request(calendar_id, mailbox)
        except ProviderError as error:
            self.fail(error)
        except ValueError:
            self.fail(Unacceptable(UNREADABLE))
        return None

    def _request(self, calendar_id: str, mailbox: Mailbox) -> Request | None:
        write = self.write
        if isinstance(write, Create):
            self.goal, self.scope = fitting(write.content), write.content.groups()
            self.is_varying = has_varied(self.goal)
            self.sent = attempted(created(replace(write, content=self.goal), mailbox))
            return Request("POST", events(calendar_id), body=self.sent)
        if self.before is None:
            raise EtagMismatch("The version of the event is not known.")
        path, condition = event(calendar_id, write.id), if_match(etag_of(self.before.master))
        if isinstance(write, Delete):
            return Request("DELETE", path, condition)
        self.sent = self._patch(write, self.before, mailbox)
        return Request("PATCH", path, condition, self.sent) if self.sent else None

    def _patch(self, write: Update, before: Whole, mailbox: Mailbox) -> dict[str, Any]:
        known = without_repeated(before.event.content, self.left or ())
        goal = fitting(known.take(write.groups, write.content))
        self.goal, self.scope = goal, scope(known, goal, write.groups)
        is_named = any(slot_of(group) is not None for group in self.scope)
        is_kept = bool(words.kept_beside(before.master))
        has_parts = is_named or is_kept or bool(before.exceptions or goal.overrides)
        self.is_varying = goal.recurrence is not None and has_parts
        planned = replace(write, content=goal, groups=self.scope)
        kept = self._kept(before) if TIME in self.scope and self.is_varying else ""
        return patched(planned, before.master, mailbox, is_partial=self.is_varying, kept=kept)

    def _kept(self, before: Whole) -> str:
        """What occurrences say of their own, of which Graph may let go with this write."""
        return words.kept({**words.waiting(before), **words.own(before, self.left)})

    @property
    def left(self) -> Sequence[Content] | None:
        """What an earlier write may have left in occurrences of this copy; None where there was none."""
        if not isinstance(self.write, Update) or self.write.marker is None:
            return None
        return self.write.former if self.before and is_partial(self.before.master) else None

    def judge(self, reply: Reply) -> None:
        """Take the answer to it."""
        if isinstance(reply, Hindered) or reply.status not in DONE:
            is_gone = isinstance(self.write, Delete) and is_missing(reply)
            self.settle(Removed(is_missing=True)) if is_gone else self.refuse(reply)
            return
        try:
            if isinstance(self.write, Delete):
                expect_nothing(reply)
                self.settle(Removed())
            else:
                self._land(reply)
        except Unavailable as error:
            self.fail(error)

    def _land(self, answer: Answer) -> None:
        self.has_landed = True
        item = self._told(answer)
        known = self.before.master if self.before else {}
        self.whole = Whole(with_properties(item, known, self.sent))
        # What differs in a series comes only where it is asked for; in a new one there is nothing.
        self.is_stale = is_series(item) and not isinstance(self.write, Create)

    def _told(self, answer: Answer) -> Item:
        """The event in the answer to its write; raises Unavailable where it is another."""
        item = document(answer)
        if isinstance(self.write, Create):
            is_it = bool(id_of(item)) and identity_of(item) == str(self.write.identity)
        else:
            is_it = id_of(item) == self.write.id
        if not is_it:
            raise Unavailable(ANOTHER)
        return item

    def adopt(self, found: Sequence[Fetched]) -> None:
        """Take what stands there of an earlier attempt, of somebody else, or was deleted."""
        told = [one.read if isinstance(one, Whole) else one for one in found]
        copies = [one.event for one in told if isinstance(one, Seen) and self._is_ours(one.event)]
        passing = [one for one in told if isinstance(one, Withheld)]
        if copies:
            self.settle(Stored(copies[0], is_adopted=True))
        elif passing:
            self.settle(Unknown(Unavailable(passing[0].reason)))
        else:
            self.fail(IdentityTaken("Another event, or one that was deleted, has this identity."))

    def _is_ours(self, found: StoredEvent) -> bool:
        is_same = isinstance(self.write, Create) and found.identity == str(self.write.identity)
        return is_same and found.marker is not None

    # how it stands in the end

    def take(self, found: Fetched) -> None:
        """What is stored by now."""
        if isinstance(found, Whole):
            self.whole, self.is_stale = found, False
        else:
            self.fail(NotFound("The event was written, and then it could not be read."))

    def conclude(self) -> None:
        """Take what is stored now."""
        read = self.whole.read if self.whole else None
        if isinstance(read, Seen):
            self.settle(Stored(read.event))
        else:
            self.fail(NotFound("The event was written, and then it could not be read."))
