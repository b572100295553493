"""GraphQL over HTTP (POST) and over WebSocket (graphql-transport-ws)."""

from datetime import timedelta
from json import JSONDecodeError

from cross_web import HTTPException
from graphql import GraphQLError
from starlette.requests import Request
from starlette.responses import Response
from starlette.websockets import WebSocket
from strawberry.asgi import GraphQL
from strawberry.exceptions import ConnectionRejectionError
from strawberry.subscriptions import GRAPHQL_TRANSPORT_WS_PROTOCOL
from strawberry.types.unset import UNSET, UnsetType

from metonic_gateway.graphql.context import Context
from metonic_gateway.graphql.schema import build_schema
from metonic_gateway.graphql.websocket import Handler
from metonic_gateway.http.identity import token_key
from metonic_gateway.services import Services

_MOST_SUBSCRIPTIONS = 20


class Endpoint(GraphQL[Context, None]):
    """The ASGI application behind ``/graphql``. Pages of origins that are not set get no WebSocket."""

    graphql_transport_ws_handler_class = Handler

    def __init__(self, services: Services) -> None:
        super().__init__(
            build_schema(),
            graphql_ide=None,
            allow_queries_via_get=False,
            subscription_protocols=(GRAPHQL_TRANSPORT_WS_PROTOCOL,),
            connection_init_wait_timeout=timedelta(seconds=5),
            max_subscriptions_per_connection=_MOST_SUBSCRIPTIONS,
            allowed_origins=services.settings.origins,
        )
        self._services = services
        self._key = token_key(services.settings.jwt_key.get_secret_value())

    async def get_context(
        self,
        request: Request | WebSocket,
        response: Response | WebSocket,  # noqa: ARG002 - Strawberry passes it by name
    ) -> Context:
        return Context(self._services, self._key, request.headers.get("authorization"))

    def decode_json(self, data: str | bytes) -> object:
        try:
            return super().decode_json(data)
        except RecursionError as error:
            raise JSONDecodeError("nested too deep", "", 0) from error

    def parse_json(self, data: str | bytes) -> object:
        """The body, which is an object. Strawberry answers 500 where it is anything else (0.341)."""
        try:
            body = self.decode_json(data)
        except ValueError as error:
            raise HTTPException(400, "The body is no JSON.") from error
        if not isinstance(body, dict):
            raise HTTPException(400, "The body is one JSON object; operations are not batched.")
        return body

    async def on_ws_connect(self, context: Context) -> UnsetType | dict[str, object] | None:
        """Refuse a connection without a good token (close code 4403) before anything is asked on it."""
        try:
            await context.caller()
        except GraphQLError as error:
            raise ConnectionRejectionError from error
        no_payload: UnsetType = UNSET
        return no_payload
