"""The feed: what calendars and users changed, in the order in which the platform hears of it."""

import asyncio
import re
from collections.abc import AsyncGenerator
from contextlib import suppress
from uuid import UUID

import strawberry
from graphql import GraphQLError

from metonic_gateway.graphql.appointments.types import (
    Appointment,
    AppointmentVersion,
    shown_appointment,
    shown_version,
)
from metonic_gateway.graphql.context import Info
from metonic_gateway.graphql.errors import request_error, unusable
from metonic_gateway.graphql.scalars import DateTime, ProviderName, date_time
from metonic_gateway.services import CHANGES
from metonic_gateway.store import changes
from metonic_gateway.store.changes import Change, ChangeKind, ChangePage, PositionUnknown

_LARGEST = 500
_USUAL = 100
# No feed gets that long, and every database can be asked for it.
_MOST_DIGITS = 18

strawberry.enum(ChangeKind, description="What became of the appointment. DELETE: it was cancelled.")


async def by_user_id(root: strawberry.Parent["AppointmentChange"], info: Info) -> strawberry.ID | None:
    if root.user_id is None:
        return None
    return strawberry.ID((await info.context.users.load(root.user_id)).platform_id)


@strawberry.type(
    description="A change of an appointment that the platform has not made itself; or one of its upserts "
    "that overwrote what it had not seen, or only repeated what somebody has changed again."
)
class AppointmentChange:
    user_id: strawberry.Private[UUID | None]
    position: str = strawberry.field(
        description="Its place in the feed, a whole number that grows: keep it with what you made of it."
    )
    at: DateTime
    kind: ChangeKind
    cause: ProviderName | None = strawberry.field(
        description="The provider whose calendar it came from; null: a user did it here, or the platform."
    )
    run_id: strawberry.ID | None = strawberry.field(description="The run that brought it.")
    by_user_id: strawberry.ID | None = strawberry.field(
        resolver=by_user_id, description="The platform's id of the user who did it, or whose calendar it was."
    )
    appointment_id: strawberry.ID
    platform_id: str | None
    appointment: Appointment = strawberry.field(description="As it is now, with all later changes.")
    overwritten: AppointmentVersion | None = strawberry.field(
        description="Where an upsert overwrote what somebody else had changed and the platform had not seen: "
        "what the appointment said before. Null elsewhere."
    )


@strawberry.type
class AppointmentChangePage:
    changes: list[AppointmentChange]
    position: str = strawberry.field(description="Where to go on: the next `after`, also if there were none.")
    has_more: bool


async def appointment_changes(
    info: Info, after: str | None = None, first: int = _USUAL
) -> AppointmentChangePage:
    info.context.backend()
    if not 1 <= first <= _LARGEST:
        raise unusable(f"`first` is {first}: pages have 1 to {_LARGEST} changes. Ask on with `after`.")
    page = await _page(_position(after), first)
    return AppointmentChangePage(
        changes=[_shown(change) for change in page.changes],
        position=str(page.position),
        has_more=page.has_more,
    )


async def appointment_changed(
    info: Info, after: str | None = None
) -> AsyncGenerator[AppointmentChange, None]:
    """What came after that position, or from now on, and then each change as it comes."""
    info.context.backend()
    position = await changes.newest() if after is None else _position(after)
    with info.context.services.feed.subscribe([CHANGES]) as nudges:
        while True:
            page = await _page(position, _USUAL)
            for change in page.changes:
                yield _shown(change)
            position = page.position
            if not page.has_more:
                with suppress(TimeoutError):
                    await asyncio.wait_for(anext(nudges), info.context.seconds_left())
            # The token may have expired since: then this raises, and the subscription ends.
            info.context.backend()


async def _page(after: int, first: int) -> ChangePage:
    try:
        return await changes.page(after, first)
    except PositionUnknown:
        raise _unknown() from None


def _position(after: str | None) -> int:
    """The number; raises a GraphQL error."""
    if after is None:
        return 0
    if not re.fullmatch("[0-9]+", after, re.ASCII):
        raise unusable("`after` is no position: pass one as you got it, or leave it out.")
    if len(after) > _MOST_DIGITS:
        raise _unknown()
    return int(after)


def _unknown() -> GraphQLError:
    return request_error(
        "POSITION_UNKNOWN",
        "The feed has no such position yet: it is not the feed that you read before. Begin again without "
        "`after`.",
    )


def _shown(change: Change) -> AppointmentChange:
    kept, cause = change.kept, change.cause
    return AppointmentChange(
        user_id=cause.user_id,
        position=str(change.position),
        at=date_time(change.at),
        kind=change.kind,
        cause=None if cause.provider is None else ProviderName(cause.provider),
        run_id=None if cause.run_id is None else strawberry.ID(str(cause.run_id)),
        appointment_id=strawberry.ID(str(kept.appointment.id)),
        platform_id=kept.platform_id,
        appointment=shown_appointment(kept),
        overwritten=None if change.overwritten is None else shown_version(change.overwritten),
    )


@strawberry.type
class ChangesQuery:
    appointment_changes: AppointmentChangePage = strawberry.field(
        resolver=appointment_changes,
        description="For the platform's backend: what calendars and users changed since `after`, or ever, "
        f"the oldest first, 1 to {_LARGEST} at a time. Every change is there at least once. A position that "
        "the feed does not have is the error POSITION_UNKNOWN.",
    )


@strawberry.type
class ChangesSubscription:
    appointment_changed: AsyncGenerator[AppointmentChange, None] = strawberry.subscription(
        resolver=appointment_changed,
        description="For the platform's backend: the changes since `after`, or from now on, and then each "
        "as it comes. Ends with the error UNAUTHENTICATED when the token has expired.",
    )
