"""Until when a provider can be relied on to tell of changes."""

import json
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from functools import cache
from typing import Any
from uuid import UUID

from tortoise.models import Model

from metonic_gateway.store.models import CalendarLink, PushChannel
from metonic_gateway.store.rows import LINK

Found = Sequence[Mapping[str, Any]]
"""Columns of a link with those of each of its channels, once if it has none."""

_OF_LINK = (*LINK, "push_at", "push_problem")
_OF_CHANNEL = ("address", "opened_at", "heard_at", "expires_at")
_FUNCTIONS = {
    "postgres": ("json_build_object", "json_agg"),
    "sqlite": ("json_object", "json_group_array"),
}


async def look_after(link_id: UUID, found: Found, now: datetime) -> None:
    """The link works and its provider can tell of changes: it gets a channel, unless one is looked after."""
    if found and found[0]["push_at"] is None:
        await CalendarLink.filter(id=link_id, push_at=None).update(push_at=now)


async def told_until(link_id: UUID, base: str) -> datetime | None:
    """Until when the provider can be relied on to tell of changes in that link; None: it cannot."""
    return relied_on(await told_by(link_id), base)


async def told_by(link_id: UUID) -> Found:
    """What tells whether the provider can be relied on, with where a run stands with the link."""
    of_channel = {name: f"channels__{name}" for name in _OF_CHANNEL}
    return await CalendarLink.filter(id=link_id).values(*_OF_LINK, **of_channel)


@cache
def document_of(calendar: str, dialect: str) -> str:
    """The same of the link of that calendar, a table of a statement, as a subselect for ``told_in``."""
    make, gather = _FUNCTIONS[dialect]
    channels = f'{gather}({make}({_named(_OF_CHANNEL)})) FROM "push_channels" WHERE "link_id" = "l"."id"'
    link = f"{make}({_named(_OF_LINK)}, 'channels', (SELECT {channels}))"
    return f'SELECT {link} FROM "calendar_links" "l" WHERE "l"."id" = "{calendar}"."link_id"'  # noqa: S608 - names of ours


def told_in(document: str | None) -> Found:
    """What it says; nothing where there is no link."""
    if document is None:
        return ()
    link = json.loads(document)
    channels = link.pop("channels") or [dict.fromkeys(_OF_CHANNEL)]
    columns = _read(CalendarLink, link)
    return [columns | _read(PushChannel, channel) for channel in channels]


def _named(columns: Iterable[str]) -> str:
    return ", ".join(f"'{name}', \"{name}\"" for name in columns)


def _read(model: type[Model], columns: Mapping[str, Any]) -> dict[str, Any]:
    fields = model._meta.fields_map  # noqa: SLF001 - Tortoise's own name for it
    return {name: fields[name].to_python_value(value) for name, value in columns.items()}


def relied_on(found: Found, base: str) -> datetime | None:
    """Something came through a channel to this address, and nothing keeps it from being renewed."""
    heard = [row for row in found if row["opened_at"] and row["heard_at"] and row["push_problem"] is None]
    return max((row["expires_at"] for row in heard if row["address"].startswith(base)), default=None)
