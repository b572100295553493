"""One write to a series on its way: what becomes of its occurrences once the series itself is written.

Graph may let go of all that differs when the rhythm of a series changes, and makes other ids; so it is looked
what it has left, and what the series is to say is written into single occurrences one after the other.
"""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

from metonic_core.model.content import TIME, Content
from metonic_core.model.series import Override, has_slot
from metonic_core.model.when import Slot, Timed
from metonic_core.spi import (
    AccessDenied,
    Answer,
    Delete,
    EtagMismatch,
    NotFound,
    Seen,
    Unacceptable,
    Update,
)
from metonic_outlook.answers import DONE
from metonic_outlook.errors import Hindered, Reply, is_missing, write_failure
from metonic_outlook.instances import Search
from metonic_outlook.items import etag_of, id_of, is_partial
from metonic_outlook.occurrences import Aim, Edit, edits, is_undisturbed
from metonic_outlook.words import kept_beside
from metonic_outlook.work import UNREADABLE, EventWork
from metonic_outlook.writing import rhythm, stamped
from metonic_outlook.zones import Mailbox

_FINAL = (AccessDenied, NotFound, Unacceptable)


class Work(EventWork):
    """A write to whatever it is: a single event has no occurrences, so nothing comes of this there."""

    @property
    def brings_back(self) -> bool:
        """Whether an occurrence that is cancelled is to take place, as far as it was read.

        Of a user's own series that is left at one attempt: it would be no series for a moment, with no mark
        to tell why.
        """
        known = self.before if self.is_stale else self.whole
        read = known.read if known else None
        if not isinstance(read, Seen) or self.goal is None or TIME not in self.scope:
            return False
        cancelled = [o.slot for o in read.event.content.overrides if o.is_cancelled]
        goal, is_copy = self.goal, isinstance(self.write, Update) and self.write.marker is not None
        return is_copy and any(_takes_place(goal, slot) for slot in cancelled)

    def rhythm(self, mailbox: Mailbox) -> dict[str, Any]:
        """The recurrence alone, as it is to be."""
        return rhythm(self.goal, mailbox) if self.goal else {}

    def edits(self, mailbox: Mailbox) -> list[Edit]:
        """What is to be written of single occurrences; sets the outcome if that cannot be told."""
        if self.whole is None or self.goal is None:
            return []
        try:
            aim = Aim(self.goal, self.scope, self.left)
            found = [e for e in edits(self.before, self.whole, aim, mailbox) if e.slot not in self.refused]
            slots = [edit.slot for edit in found]
            is_moved = TIME in self.scope
            is_kept = not self.before or is_undisturbed(self.before, self.whole, slots, is_moved=is_moved)
        except Unacceptable as error:
            self.fail(error)
            return []
        except ValueError:
            self.fail(Unacceptable(UNREADABLE))
            return []
        if not is_kept:
            self.fail(EtagMismatch("An occurrence of the series was changed meanwhile."))
            return []
        return found

    def named(self, edits: Sequence[Edit], searched: Search | None) -> list[Edit]:
        """Those of which it is known, or was found, under which id the occurrence stands."""
        if searched is None:
            return [*edits]
        if searched.error is not None:
            self.fail(searched.error)
            return []
        known = [replace(e, id=e.id or searched.found.get(e.slot)) for e in edits]
        for edit in known:
            if edit.id is None and edit.fields is not None:
                error = NotFound("The series has no such occurrence.")
                self._judge_refusal(edit, Hindered(error, is_open=False))
        return [edit for edit in known if edit.id is not None]

    def etag_of(self, edit: Edit) -> str:
        """The version of the occurrence; empty if it has none of its own."""
        exceptions = self.whole.exceptions if self.whole else ()
        return next((etag_of(item) for item in exceptions if id_of(item) == edit.id), "")

    def judge_edits(self, edits: Sequence[Edit], replies: Sequence[Reply]) -> None:
        """Take the answers to those, of which none was sent after one that was refused."""
        self.is_varying = False
        self.is_stale = self.is_stale or bool(edits)
        for edit, reply in zip(edits, replies, strict=True):
            if isinstance(reply, Answer) and reply.status in DONE:
                self.has_landed = True
            elif edit.fields is None and is_missing(reply):
                # It is gone already, and what comes after it was not sent.
                self.is_varying = True
                return
            else:
                self._judge_refusal(edit, reply)
                return

    def _judge_refusal(self, edit: Edit, reply: Reply) -> None:
        """What Outlook will never take of an occurrence leaves the mark that it is not all; others go on."""
        error = write_failure(reply)
        is_marked = self.whole is not None and is_partial(self.whole.master)
        if isinstance(error, EtagMismatch):
            self.is_varying = True
        elif isinstance(error, _FINAL) and is_marked:
            self.refused.add(edit.slot)
            self.is_varying = True
        else:
            self.refuse(reply)

    @property
    def last_stamp(self) -> dict[str, Any]:
        """What tells that no occurrence is to be written any more; empty if nothing told that one was."""
        if isinstance(self.write, Delete) or self.refused or self.whole is None:
            return {}
        master = self.whole.master
        return stamped(self.write.marker if is_partial(master) else None, is_kept=bool(kept_beside(master)))

    def judge_stamp(self, reply: Reply) -> None:
        """Take the answer to that."""
        self.is_stale = True
        if isinstance(reply, Hindered) or reply.status not in DONE:
            self.refuse(reply)


def _takes_place(content: Content, slot: Slot) -> bool:
    is_like = isinstance(slot, datetime) == isinstance(content.when, Timed)
    is_one = is_like and has_slot(content.when, content.recurrence, slot)
    return is_one and not (content.override(slot) or Override(slot)).is_cancelled
