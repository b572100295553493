"""Servers made with sabre/dav (Nextcloud, Baikal) add remarks of their own to every error body."""

from dataclasses import replace

import pytest
from aiohttp import web
from tests.plugins.apple.outside import HttpClient
from tests.plugins.apple.scripted import Scripted, event, multistatus
from tests.plugins.apple.test_batch import CALENDAR, CREATE, LESSON, PATH, TEXT, put_answers, write

from metonic_core.model.content import TITLE
from metonic_core.spi import (
    AccessDenied,
    EtagMismatch,
    Failed,
    ProviderError,
    RateLimited,
    Stored,
    Unknown,
    Update,
)


def remark(status: int, exception: str) -> web.Response:
    body = (
        '<?xml version="1.0"?><d:error xmlns:d="DAV:" xmlns:s="http://sabredav.org/ns">'
        f"<s:exception>Sabre\\DAV\\Exception\\{exception}</s:exception><s:message>Why</s:message></d:error>"
    )
    return web.Response(status=status, text=body, content_type="application/xml")


@pytest.mark.parametrize(
    ("status", "exception", "kind"),
    [
        (412, "PreconditionFailed", EtagMismatch),
        (404, "NotFound", EtagMismatch),
        (403, "Forbidden", AccessDenied),
        (429, "TooManyRequests", RateLimited),
        (503, "ServiceUnavailable", RateLimited),
    ],
)
async def test_a_status_means_what_it_means_whatever_is_remarked(
    server: Scripted, client: HttpClient, status: int, exception: str, kind: type[ProviderError]
) -> None:
    server.on("PUT", PATH, remark(status, exception))
    server.on("REPORT", CALENDAR, multistatus(event(PATH, "1", TEXT)))
    server.on("GET", PATH, web.Response(text=TEXT, headers={"ETag": '"2"'}))
    asked = Update(PATH, '"1"', replace(LESSON, title="New"), frozenset({TITLE}), "m2")

    (outcome,) = await write(client, server, asked)

    assert isinstance(outcome, Failed | Unknown)
    assert isinstance(outcome.error, kind)


async def test_a_create_that_is_there_already_is_adopted(server: Scripted, client: HttpClient) -> None:
    put_answers(server, remark(412, "PreconditionFailed"))

    (outcome,) = await write(client, server, CREATE)

    assert isinstance(outcome, Stored)
    assert outcome.is_adopted
