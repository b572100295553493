"""Refuses a request whose body is larger than anything the API takes."""

from starlette.datastructures import Headers
from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send


class BodyTooLarge(Exception):
    """More came than was let in."""


class BodyLimit:
    """ASGI middleware: 413 for a body of more than ``most`` bytes, announced or not."""

    def __init__(self, app: ASGIApp, most: int) -> None:
        self._app = app
        self._most = most

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        announced = Headers(scope=scope).get("content-length", "")
        if announced.isdecimal() and int(announced) > self._most:
            await self._refusal(scope, receive, send)
            return
        try:
            await self._app(scope, self._counted(receive), send)
        except BodyTooLarge:
            await self._refusal(scope, receive, send)

    def _counted(self, receive: Receive) -> Receive:
        """Problem: a chunked body announces no length. Solution: count what comes, before it is kept."""
        left = self._most

        async def counted() -> Message:
            nonlocal left
            message = await receive()
            left -= len(message.get("body", b""))
            if left < 0:
                raise BodyTooLarge
            return message

        return counted

    @property
    def _refusal(self) -> PlainTextResponse:
        return PlainTextResponse(f"The body has more than {self._most} bytes.\n", status_code=413)
