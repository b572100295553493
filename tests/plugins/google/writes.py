"""Writes to ask for, and a calendar that answers them as Google does."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from uuid import UUID

from tests.plugins.google.scripted import EVENTS, Scripted, single
from tests.plugins.scripted import Answering, Asked, Body, Said

from metonic_core.spi import (
    Content,
    Create,
    Failed,
    Outcome,
    ProviderError,
    Timed,
    Unknown,
    Update,
    Write,
)
from metonic_google.adapter import GoogleAdapter

TEN = datetime.fromisoformat("2028-03-07T10:00")

LESSON = Content(
    title="Lesson",
    when=Timed(TEN, TEN + timedelta(hours=1), "Europe/Berlin"),
    location="Gym",
    notes="Bring shoes.",
)

IDENTITY = UUID(int=7)

CREATE = Create(IDENTITY, "marker", LESSON)

PATH = f"{EVENTS}/{IDENTITY.hex}"

COPY = single(IDENTITY.hex, extendedProperties={"private": {"metonic": "marker"}})

BLOCK = "-::~:~::~:~:~::~:~::-\nJoin: https://meet.google.com/abc\n-::~:~::~:~:~::~:~::-"


def update(*groups: str, event_id: str = "event1", etag: str = '"1"', content: Content = LESSON) -> Update:
    return Update(event_id, etag, content, frozenset(groups), "new marker")


async def write(adapter: GoogleAdapter, *writes: Write) -> Sequence[Outcome]:
    return await adapter.write_events("primary", writes)


def echoing(**more: object) -> Answering:
    """The answer to a write: the event with what was sent."""

    def answer(asked: Asked) -> Said:
        event_id = asked.body.get("id") or asked.path.rpartition("/")[2]
        sent = {name: value for name, value in asked.body.items() if value is not None}
        return Said(body=single(str(event_id), '"2"', **{**sent, **more}))

    return answer


def error_in(outcome: Outcome) -> ProviderError:
    assert isinstance(outcome, Failed | Unknown)
    return outcome.error


def sent(server: Scripted, method: str = "PATCH") -> Body:
    (asked,) = server.to(method)
    return asked.body
