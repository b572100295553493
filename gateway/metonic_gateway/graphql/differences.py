"""Where versions of an appointment differ, field group by field group, as people read it."""

from dataclasses import dataclass
from datetime import timedelta
from enum import Enum

import strawberry

from metonic_core.model import content as model
from metonic_core.model.content import Content, Group, slot_of
from metonic_core.model.series import Override
from metonic_core.model.when import AllDay, When, slot_text
from metonic_gateway.graphql.scalars import Slot


@strawberry.enum(
    description="What is compared and merged as one. TIME: start, end, zone, all-day and recurrence. "
    "VISIBILITY: "
    "private and busy. OCCURRENCE: one occurrence of a series."
)
class FieldGroup(Enum):
    TITLE = model.TITLE
    TIME = model.TIME
    LOCATION = model.LOCATION
    NOTES = model.NOTES
    STATUS = model.STATUS
    VISIBILITY = model.VISIBILITY
    OCCURRENCE = "occurrence"


@strawberry.type(
    description="A field group in which versions differ, as text to show. Null: nothing there, or not known."
)
class FieldDifference:
    group: FieldGroup
    occurrence: Slot | None = strawberry.field(description="Which occurrence, where the group is OCCURRENCE.")
    base: str | None = strawberry.field(
        description="What both sides said when they last agreed; in the journal, what stood there before."
    )
    local: str | None
    external: str | None
    collides: bool = strawberry.field(description="Whether both sides changed it, each in its own way.")


@dataclass(frozen=True, slots=True)
class Versions:
    """None is what is not there, or not known."""

    base: Content | None
    local: Content | None
    external: Content | None


def difference(group: Group, versions: Versions, *, collides: bool) -> FieldDifference:
    slot = slot_of(group)
    return FieldDifference(
        group=FieldGroup.OCCURRENCE if slot is not None else FieldGroup(group),
        occurrence=None if slot is None else Slot(slot_text(slot)),
        base=_text(versions.base, group),
        local=_text(versions.local, group),
        external=_text(versions.external, group),
        collides=collides,
    )


def _text(content: Content | None, group: Group) -> str | None:
    """The group's value as people read it; None where there is none."""
    if content is None:
        return None
    match group:
        case "time":
            return "; ".join([_span(content.when), *(content.recurrence.rules if content.recurrence else ())])
        case "visibility":
            seen = "private" if content.is_private else "public"
            return f"{seen}, {'busy' if content.is_busy else 'free'}"
        case "title" | "location" | "notes" | "status":
            return str(content.get(group)) or None
    override = content.override(slot_of(group))
    return None if override is None else _occurrence(override)


def _occurrence(override: Override) -> str:
    if override.is_cancelled:
        return "cancelled"
    told = [None if override.when is None else _span(override.when), override.title, override.location]
    return "; ".join(text for text in told if text)


def _span(when: When) -> str:
    if isinstance(when, AllDay):
        last = when.end - timedelta(days=1)
        return f"{when.start}" if last <= when.start else f"{when.start} to {last}"
    return f"{when.start:%Y-%m-%d %H:%M} to {when.end:%Y-%m-%d %H:%M} {when.zone}"
