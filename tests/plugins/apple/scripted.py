"""A server on loopback that says what a test has it say: iCloud's answers, faults, and worse."""

from collections.abc import Callable
from dataclasses import dataclass

from aiohttp import web
from tests.plugins import scripted


@dataclass(frozen=True)
class Asked:
    """A request as it arrived."""

    method: str
    path: str
    headers: dict[str, str]
    body: str


Answering = Callable[[Asked], web.Response]


@dataclass
class Scripted(scripted.Scripted[Asked, web.Response]):
    """It does not know of what is not set."""

    def answer(self, request: web.Request, content: bytes) -> web.Response:
        asked = Asked(request.method, request.raw_path, dict(request.headers), content.decode())
        return _copy(self.answered(asked, web.Response(status=404)))


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
