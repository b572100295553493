"""Who is asking."""

from enum import Enum

import strawberry

from metonic_gateway.graphql.context import Info
from metonic_gateway.graphql.scalars import TimeZone


@strawberry.enum
class Role(Enum):
    TRAINER = "trainer"
    CLIENT = "client"


@strawberry.type(description="The user whose token was sent.")
class Viewer:
    id: strawberry.ID = strawberry.field(description="The platform's id of the user: the `sub` of the token.")
    role: Role
    name: str | None
    time_zone: TimeZone


async def viewer(info: Info) -> Viewer:
    known = await info.context.viewer()
    return Viewer(
        id=strawberry.ID(known.platform_id),
        role=Role(known.role),
        name=known.name,
        time_zone=TimeZone(known.zone),
    )


@strawberry.type
class ViewerQuery:
    viewer: Viewer = strawberry.field(resolver=viewer, description="Who is asking.")
