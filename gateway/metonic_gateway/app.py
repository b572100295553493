"""The service over HTTP: which path leads where."""

from collections.abc import Collection

from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.middleware.cors import CORSMiddleware
from starlette.routing import Route, WebSocketRoute
from starlette.types import ASGIApp, Lifespan

from metonic_gateway.graphql.endpoint import Endpoint
from metonic_gateway.http.body_limit import BodyLimit
from metonic_gateway.http.explorer import explorer
from metonic_gateway.http.health import healthz, readyz
from metonic_gateway.http.oauth_callback import OAuthCallback
from metonic_gateway.http.webhooks import MOST_BYTES as MOST_WEBHOOK_BYTES
from metonic_gateway.http.webhooks import Webhooks
from metonic_gateway.services import Services
from metonic_gateway.serving import MOST_BYTES

_PREFLIGHT_SECONDS = 7200


class Gateway(Starlette):
    """Lets pages of other origins read its answers; without credentials, as a header alone tells who asks.

    Problem: what fails unforeseen Starlette answers outside of all middleware, where a page of another origin
    could not read it. Solution: this goes around the whole stack.
    """

    origins: Collection[str] = ()

    def build_middleware_stack(self) -> ASGIApp:
        stack = super().build_middleware_stack()
        if not self.origins:
            return stack
        return CORSMiddleware(
            stack,
            allow_origins=self.origins,
            allow_methods=["GET", "POST", "OPTIONS"],
            # Clients of GraphQL send headers of their own, such as apollo-require-preflight.
            allow_headers=["*"],
            max_age=_PREFLIGHT_SECONDS,
        )


def build_app(services: Services, lifespan: Lifespan[Starlette] | None = None) -> Starlette:
    """The ASGI application; ``lifespan`` is what runs as long as it is served."""
    graphql = Endpoint(services)
    app = Gateway(
        routes=[
            Route("/graphql", explorer, methods=["GET"]),
            Route("/graphql", graphql, methods=["POST"]),
            WebSocketRoute("/graphql", graphql),
            Route("/oauth/{provider}/callback", OAuthCallback(services).answer),
            Route(
                "/webhooks/{provider}/{channel}",
                Webhooks(services).receive,
                methods=["POST"],
                middleware=[Middleware(BodyLimit, most=MOST_WEBHOOK_BYTES)],
            ),
            Route("/healthz", healthz),
            Route("/readyz", readyz),
        ],
        middleware=[Middleware(BodyLimit, most=MOST_BYTES)],
        lifespan=lifespan,
    )
    app.origins = services.settings.origins
    return app
