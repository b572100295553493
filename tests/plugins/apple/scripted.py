"""A server on loopback that says what a test has it say: iCloud's answers, faults, and worse."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field

from aiohttp import web
from aiohttp.test_utils import TestServer

Answering = Callable[["Asked"], web.Response]


@dataclass(frozen=True)
class Asked:
    """A request as it arrived."""

    method: str
    path: str
    headers: dict[str, str]
    body: str


@dataclass
class Scripted:
    """``on`` sets what a method and path are answered with; ``asked`` is what came."""

    server: TestServer | None = None
    answers: dict[tuple[str, str], Answering] = field(default_factory=dict)
    asked: list[Asked] = field(default_factory=list)
    under_way: int = 0
    most_under_way: int = 0

    @property
    def url(self) -> str:
        assert self.server is not None
        return str(self.server.make_url("/"))

    def on(self, method: str, path: str, *answers: web.Response | Answering) -> None:
        """One answer after the other; the last one stays."""
        rest = list(answers)

        def next_one(asked: Asked) -> web.Response:
            found = rest.pop(0) if len(rest) > 1 else rest[0]
            return found(asked) if callable(found) else _copy(found)

        self.answers[method, path] = next_one

    def to(self, method: str) -> list[Asked]:
        """The requests of that method."""
        return [one for one in self.asked if one.method == method]

    async def start(self) -> "Scripted":
        application = web.Application()
        application.router.add_route("*", "/{path:.*}", self._answer)
        self.server = TestServer(application)
        await self.server.start_server()
        return self

    async def stop(self) -> None:
        assert self.server is not None
        await self.server.close()

    async def _answer(self, request: web.Request) -> web.Response:
        asked = Asked(
            request.method, request.raw_path, dict(request.headers), (await request.read()).decode()
        )
        self.asked.append(asked)
        self.under_way += 1
        self.most_under_way = max(self.most_under_way, self.under_way)
        # A turn of the loop, so that requests that are sent together are seen together.
        await asyncio.sleep(0)
        self.under_way -= 1
        answering = self.answers.get((request.method, request.raw_path))
        return answering(asked) if answering else web.Response(status=404)


def _copy(answer: web.Response) -> web.Response:
    """A response is sent once; what a test holds may be sent again."""
    headers = {name: value for name, value in answer.headers.items() if name != "Content-Length"}
    return web.Response(status=answer.status, body=answer.body, headers=headers)


def redirect(status: int, to: str) -> web.Response:
    return web.Response(status=status, headers={"Location": to})


def html(status: int = 200) -> web.Response:
    return web.Response(status=status, text="<!doctype html><p>Welcome", content_type="text/html")


def error(status: int, *names: str) -> web.Response:
    inner = "".join(f"<{name}/>" for name in names)
    body = f'<error xmlns="DAV:" xmlns:C="urn:ietf:params:xml:ns:caldav">{inner}</error>'
    return web.Response(status=status, text=body, content_type="application/xml")


def multistatus(*responses: str, token: str | None = None) -> web.Response:
    end = f"<sync-token>{token}</sync-token>" if token is not None else ""
    body = (
        '<?xml version="1.0"?><multistatus xmlns="DAV:" xmlns:C="urn:ietf:params:xml:ns:caldav" '
        f'xmlns:A="http://apple.com/ns/ical/">{"".join(responses)}{end}</multistatus>'
    )
    return web.Response(status=207, text=body, content_type="application/xml")


def found(href: str, properties: str, status: str = "HTTP/1.1 200 OK") -> str:
    return (
        f"<response><href>{href}</href><propstat><prop>{properties}</prop><status>{status}</status></propstat>"
        "</response>"
    )


def status(href: str, code: int) -> str:
    return f"<response><href>{href}</href><status>HTTP/1.1 {code} x</status></response>"


def etag(text: str) -> str:
    return f'<getetag>"{text}"</getetag>'


def event(href: str, version: str, text: str) -> str:
    return found(href, f"{etag(version)}<C:calendar-data>{text}</C:calendar-data>")
