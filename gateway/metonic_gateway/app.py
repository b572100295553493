"""The service over HTTP: which path leads where."""

from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.routing import Route, WebSocketRoute
from starlette.types import Lifespan

from metonic_gateway.graphql.endpoint import Endpoint
from metonic_gateway.http.body_limit import BodyLimit
from metonic_gateway.http.explorer import explorer
from metonic_gateway.http.health import healthz, readyz
from metonic_gateway.services import Services
from metonic_gateway.serving import MOST_BYTES


def build_app(services: Services, lifespan: Lifespan[Starlette] | None = None) -> Starlette:
    """The ASGI application; ``lifespan`` is what runs as long as it is served."""
    graphql = Endpoint(services)
    return Starlette(
        routes=[
            Route("/graphql", explorer, methods=["GET"]),
            Route("/graphql", graphql, methods=["POST"]),
            WebSocketRoute("/graphql", graphql),
            Route("/healthz", healthz),
            Route("/readyz", readyz),
        ],
        middleware=[Middleware(BodyLimit, most=MOST_BYTES)],
        lifespan=lifespan,
    )
