"""When users are busy, for the platform's backend: times and nothing else."""

from datetime import datetime, timedelta

import strawberry

from metonic_core.model.when import Window
from metonic_gateway.graphql.arguments import asked_instant
from metonic_gateway.graphql.context import Info
from metonic_gateway.graphql.errors import unusable
from metonic_gateway.graphql.scalars import DateTime, date_time, is_storable
from metonic_gateway.store import busy

_MOST_USERS = 50
_LONGEST = timedelta(days=400)
# Beyond them reckoning with zones and lengths leaves the years there are.
_YEARS = range(1900, 9000)


@strawberry.type(description="A time at which a user is busy.")
class BusyTime:
    user_id: strawberry.ID = strawberry.field(description="The platform's id.")
    starts_at: DateTime
    ends_at: DateTime


async def busy_times(
    info: Info, user_ids: list[strawberry.ID], since: DateTime, until: DateTime
) -> list[BusyTime]:
    info.context.backend()
    if len(user_ids) > _MOST_USERS:
        raise unusable(
            f"`userIds` names {len(user_ids)} users: at most {_MOST_USERS} can be asked for at once."
        )
    window = _window(asked_instant(since, "since"), asked_instant(until, "until"))
    try:
        found = await busy.busy_times([i for i in user_ids if is_storable(i)], window)
    except busy.TooMuch:
        raise unusable("Too much takes place then: name fewer users, or a shorter span.") from None
    return [_shown(each) for each in found]


def _window(since: datetime, until: datetime) -> Window:
    if until <= since:
        raise unusable("`until` is not after `since`.")
    if until - since > _LONGEST:
        raise unusable(f"From `since` to `until` it is more than {_LONGEST.days} days: ask for less at once.")
    if since.year not in _YEARS or until.year not in _YEARS:
        raise unusable(f"`since` and `until` lie between the years {_YEARS[0]} and {_YEARS[-1]}.")
    return Window(since, until)


def _shown(times: busy.Busy) -> BusyTime:
    return BusyTime(
        user_id=strawberry.ID(times.platform_id),
        starts_at=date_time(times.starts_at),
        ends_at=date_time(times.ends_at),
    )


@strawberry.type
class BusyQuery:
    busy_times: list[BusyTime] = strawberry.field(
        resolver=busy_times,
        description="For the backend: when users are busy, by the platform's ids, from `since` to `until`. "
        "Their appointments count and the events of their own calendars, unless cancelled or marked as free; "
        "series by their occurrences, whole days in the zone of the user. Times that meet are told as one. "
        "An id that is not known here has none.",
    )
