"""What befalls any request: throttles, failures, lost connections, portals, redirects, broken answers."""

import asyncio

from multidict import CIMultiDict

from metonic_simulators.icloud.exchange import Answer, Asked, Dropped, Go
from metonic_simulators.icloud.quirks.asking import anything, listing, propfind
from metonic_simulators.icloud.world import Quirk, World

CHALLENGE = 'X-MobileMe-AuthToken realm="MMCalDav", Basic realm="MMCalDav"'

_PORTAL = b"<!doctype html><html><body><h1>Welcome</h1><p>Accept the terms to go on.</body></html>"
_BOMB = b"""<?xml version="1.0"?><!DOCTYPE m [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;">]>
<multistatus xmlns="DAV:"><response><href>/&b;</href><status>HTTP/1.1 404 Not Found</status></response>
</multistatus>
"""


async def throttled(_: World, __: Asked, ___: Go, *, status: int = 429, retry_after: int = 1) -> Answer:
    return Answer(status, headers=CIMultiDict({"Retry-After": str(retry_after)}))


async def failing(_: World, __: Asked, ___: Go, *, status: int = 500) -> Answer:
    return Answer(status)


async def password_refused(_: World, __: Asked, ___: Go) -> Answer:
    return Answer(401, headers=CIMultiDict({"WWW-Authenticate": CHALLENGE}))


async def gone(_: World, __: Asked, ___: Go, *, status: int = 404) -> Answer:
    return Answer(status)


async def lost_request(_: World, __: Asked, ___: Go) -> Answer:
    raise Dropped


async def lost_response(_: World, asked: Asked, go: Go) -> Answer:
    await go(asked)
    raise Dropped


async def latency(_: World, asked: Asked, go: Go, *, seconds: float = 0.08) -> Answer:
    await asyncio.sleep(seconds)
    return await go(asked)


async def captive_portal(_: World, __: Asked, ___: Go) -> Answer:
    return Answer(200, _PORTAL, CIMultiDict({"Content-Type": "text/html"}))


async def never_heard_of_dav(_: World, __: Asked, ___: Go) -> Answer:
    return Answer(501, b"Unsupported Request", CIMultiDict({"Content-Type": "text/html"}))


async def redirected(world: World, asked: Asked, _: Go, *, status: int = 302, to: str = "") -> Answer:
    other = world.entry if asked.origin == world.partition else world.partition
    return Answer(status, headers=CIMultiDict({"Location": to or other + asked.path}))


async def cut_body(_: World, asked: Asked, go: Go) -> Answer:
    answer = await go(asked)
    answer.is_cut = True
    return answer


async def garbage_xml(_: World, asked: Asked, go: Go) -> Answer:
    answer = await go(asked)
    answer.body = answer.body[: len(answer.body) // 2]
    return answer


async def control_characters(_: World, asked: Asked, go: Go) -> Answer:
    answer = await go(asked)
    answer.body = answer.body.replace(b"</", b"\x0b</", 1)
    return answer


async def entities(_: World, __: Asked, ___: Go) -> Answer:
    return Answer(207, _BOMB, CIMultiDict({"Content-Type": "application/xml"}))


QUIRKS = (
    Quirk(
        "throttled",
        anything,
        throttled,
        "Refused with `status` (429 or 503) and a Retry-After of `retry_after` seconds; the throttle lasts "
        "as long as this is on, whatever it says.",
        "keeper.sh#890 (iCloud)",
    ),
    Quirk("failing", anything, failing, "Answered with `status` and nothing else.", "RFC 9110 15.6"),
    Quirk(
        "password-refused",
        anything,
        password_refused,
        "401 for a password that was right: expired, revoked, or just once.",
        "RFC 9110 15.5.2; home-assistant/core#91711",
    ),
    Quirk(
        "gone",
        anything,
        gone,
        "404 (or 410, `status`): a calendar that was deleted, for a path like `*/work/*`.",
        "RFC 9110 15.5.5 and 15.5.11",
    ),
    Quirk(
        "lost-request",
        anything,
        lost_request,
        "The connection ends before the request has done anything.",
        "RFC 9110 9.2.2",
    ),
    Quirk(
        "lost-response",
        anything,
        lost_response,
        "The connection ends after the request was carried out, before its answer.",
        "RFC 9110 9.2.2",
    ),
    Quirk(
        "latency", anything, latency, "Every request takes `seconds` more.", "chroncal#768 (iCloud is slow)"
    ),
    Quirk(
        "captive-portal",
        anything,
        captive_portal,
        "A page of HTML with status 200.",
        "RFC 6585 appendix B; dankcalendar",
    ),
    Quirk(
        "never-heard-of-dav",
        propfind,
        never_heard_of_dav,
        "501 for a PROPFIND, as www.icloud.com says it.",
        "DAV-4-TbSync#95",
    ),
    Quirk(
        "redirected",
        anything,
        redirected,
        "Passed on with `status` (301, 302, 303, 307, 308) to `to`, or to the same path on the other host.",
        "RFC 6764 5, RFC 9110 15.4",
    ),
    Quirk("cut-body", anything, cut_body, "The connection ends in the middle of the body.", "RFC 9112 8"),
    Quirk(
        "garbage-xml",
        listing,
        garbage_xml,
        "The document ends in the middle.",
        "RFC 4918 8.2 (malformed XML)",
    ),
    Quirk(
        "control-characters",
        listing,
        control_characters,
        "A control character that XML does not allow is in the document.",
        "XML 1.0 2.2",
    ),
    Quirk(
        "entities",
        listing,
        entities,
        "The document declares entities and nests them.",
        "RFC 4918 20.6",
    ),
)
