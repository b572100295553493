"""The schema: its nouns joined, its scalars and its limits."""

from functools import cache
from typing import Any

import strawberry
from graphql import GraphQLError
from strawberry.schema.config import StrawberryConfig
from strawberry.types import ExecutionContext, ExecutionResult
from strawberry.types.graphql import OperationType

from metonic_gateway.graphql.appointments.changes import ChangesSubscription
from metonic_gateway.graphql.appointments.mutations import AppointmentsMutation
from metonic_gateway.graphql.appointments.queries import AppointmentsQuery
from metonic_gateway.graphql.busy import BusyQuery
from metonic_gateway.graphql.calendars.mutations import CalendarsMutation
from metonic_gateway.graphql.calendars.oauth import OAuthMutation
from metonic_gateway.graphql.calendars.selection import SelectionMutation, SelectionQuery
from metonic_gateway.graphql.calendars.settings import SettingsMutation
from metonic_gateway.graphql.calendars.status import StatusSubscription
from metonic_gateway.graphql.calendars.summary import SummaryQuery
from metonic_gateway.graphql.calendars.types import CalendarsQuery
from metonic_gateway.graphql.conflicts.detecting import ConflictsSubscription
from metonic_gateway.graphql.conflicts.queries import ConflictsQuery
from metonic_gateway.graphql.conflicts.resolving import ConflictsMutation
from metonic_gateway.graphql.limits import extensions
from metonic_gateway.graphql.progress import ProgressSubscription
from metonic_gateway.graphql.providers import ProvidersQuery
from metonic_gateway.graphql.runs.answering import AnsweringMutation
from metonic_gateway.graphql.runs.mutations import RunsMutation
from metonic_gateway.graphql.runs.queries import RunsQuery
from metonic_gateway.graphql.runs.retrying import RetryMutation
from metonic_gateway.graphql.runs.undoing import UndoMutation
from metonic_gateway.graphql.scalars import SCALARS
from metonic_gateway.graphql.usage import UsageQuery
from metonic_gateway.graphql.viewer import ViewerQuery


@strawberry.type(
    description="What the viewer may see. Somebody else's things are answered like things that are "
    "not there. "
    "Arguments that cannot be used are GraphQL errors with the `extensions.code` INVALID_ARGUMENT; "
    "an operation or variables that GraphQL itself cannot read have BAD_REQUEST; without a good token the "
    "code is UNAUTHENTICATED, and the HTTP status is 200 all the same."
)
class Query(
    ViewerQuery,
    ProvidersQuery,
    CalendarsQuery,
    SummaryQuery,
    SelectionQuery,
    RunsQuery,
    ConflictsQuery,
    AppointmentsQuery,
    BusyQuery,
    UsageQuery,
):
    pass


@strawberry.type(
    description="Each answers with a union of its result and the errors that a user can cause: ask for "
    "`... on UserError { code message nextStep }`."
)
class Mutation(
    CalendarsMutation,
    OAuthMutation,
    SettingsMutation,
    SelectionMutation,
    RunsMutation,
    ConflictsMutation,
    AnsweringMutation,
    UndoMutation,
    RetryMutation,
    AppointmentsMutation,
):
    pass


@strawberry.type(
    description="Over WebSocket (graphql-transport-ws), with the token in the payload of `connection_init`: "
    '{"authorization": "Bearer ..."}.'
)
class Subscription(StatusSubscription, ProgressSubscription, ConflictsSubscription, ChangesSubscription):
    pass


class Schema(strawberry.Schema):
    async def execute(self, *args: Any, **kwargs: Any) -> ExecutionResult:  # noqa: ANN401 - passed on as they come
        """Run a query or mutation. Strawberry would run a subscription here too, and fail inside."""
        answered = {OperationType.QUERY, OperationType.MUTATION}
        return await super().execute(*args, **kwargs | {"allowed_operation_types": answered})

    def process_errors(
        self, errors: list[GraphQLError], execution_context: ExecutionContext | None = None
    ) -> None:
        """Nothing: what nobody foresaw is logged where it is masked, the rest is for who asked."""


@cache
def build_schema() -> Schema:
    """The schema, which is the same for every application and takes a tenth of a second to build."""
    return Schema(
        query=Query,
        mutation=Mutation,
        subscription=Subscription,
        extensions=extensions(),
        config=StrawberryConfig(scalar_map=SCALARS, disable_field_suggestions=False),
    )


def sdl() -> str:
    """The schema as text, which schema.graphql holds."""
    return build_schema().as_str().rstrip() + "\n"
