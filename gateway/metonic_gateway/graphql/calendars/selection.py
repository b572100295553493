"""Choosing what a calendar gets: one by one, and by filters, with a look at what they would change."""

import asyncio
from collections.abc import Mapping
from dataclasses import replace
from typing import Annotated, Any
from uuid import UUID

import strawberry

from metonic_core.model.errors import InvalidValue
from metonic_core.selection import Choice, Selection
from metonic_gateway.accounts.connecting import NotConnected as Unconnected
from metonic_gateway.accounts.connecting import connected
from metonic_gateway.graphql.appointments.types import (
    Appointment,
    Participant,
    SyncChoice,
    shown_appointment,
)
from metonic_gateway.graphql.arguments import identity
from metonic_gateway.graphql.calendars.inputs import SyncFiltersInput, filters_asked
from metonic_gateway.graphql.calendars.settings import SettingsResult, shown_after
from metonic_gateway.graphql.connection import Connection, connection_of, page_asked
from metonic_gateway.graphql.context import Info
from metonic_gateway.graphql.errors import (
    InvalidInput,
    NotConnected,
    invalid_input,
    no_calendar_chosen,
    not_connected,
    unknown_provider,
)
from metonic_gateway.graphql.scalars import AppointmentTypeName, ProviderName
from metonic_gateway.graphql.viewer import Role
from metonic_gateway.store import choosing, people, preview
from metonic_gateway.store.preferences import Edit
from metonic_gateway.store.preview import Difference

_MOST_CHOSEN = 500


async def set_appointment_sync(
    info: Info,
    provider: ProviderName,
    appointment_ids: list[strawberry.ID],
    choice: SyncChoice = SyncChoice.BY_SELECTION,
) -> SettingsResult:
    viewer = await info.context.viewer()
    services = info.context.services
    chosen = None if choice is SyncChoice.BY_SELECTION else Choice(choice.value)
    ids: dict[UUID, int] = {}
    try:
        ids = _asked(appointment_ids)
        changed = await choosing.choose(
            (viewer.id, provider), list(ids), chosen, services.window(), services.clock()
        )
    except InvalidValue as error:
        return invalid_input(error)
    except choosing.NotTheirs as error:
        return invalid_input(_not_theirs(ids[error.appointment_id]))
    return await shown_after(info, viewer, provider, changed)


def _asked(ids: list[strawberry.ID]) -> dict[UUID, int]:
    """The ids, each with its first place; raises InvalidValue."""
    if not 1 <= len(ids) <= _MOST_CHOSEN:
        raise InvalidValue(
            f"These are {len(ids):,} appointments; 1 to {_MOST_CHOSEN} can be named at once.",
            ("appointmentIds",),
            "Name the others in a further request." if ids else "Name those that are meant.",
        )
    places: dict[UUID, int] = {}
    for index, text in enumerate(ids):
        found = identity(text)
        if found is None:
            raise _not_theirs(index)
        places.setdefault(found, index)
    return places


def _not_theirs(index: int) -> InvalidValue:
    return InvalidValue(
        "There is no such appointment of yours; nothing was changed.",
        ("appointmentIds", str(index)),
        "Use ids that `appointments` lists.",
    )


class _Compared:
    """The difference that a selection makes, found once however many fields ask for it."""

    def __init__(self, selection: Selection) -> None:
        self._selection = selection
        self._found: asyncio.Task[Difference] | None = None

    async def difference(self) -> Difference:
        if self._found is None:
            self._found = asyncio.create_task(preview.difference(self._selection))
        return await self._found


async def adds(root: strawberry.Parent["SelectionPreview"]) -> int:
    return (await root.compared.difference()).adds


async def removes(root: strawberry.Parent["SelectionPreview"]) -> int:
    return (await root.compared.difference()).removes


async def masked(root: strawberry.Parent["SelectionPreview"]) -> int:
    return (await root.compared.difference()).masked


async def matches(
    root: strawberry.Parent["SelectionPreview"], first: int = 20, after: str | None = None
) -> Connection[Appointment]:
    page = page_asked(first, after)
    rows = await preview.matches(root.selection, page)
    return connection_of(Connection[Appointment], rows, page, shown_appointment)


@strawberry.type(description="What filters would change. The provider is not asked, and nothing is stored.")
class SelectionPreview:
    selection: strawberry.Private[Selection]
    compared: strawberry.Private[_Compared]
    masked: int = strawberry.field(
        resolver=masked,
        description="How many of the copies that would be there say no more than that the viewer is busy.",
    )
    adds: int = strawberry.field(
        resolver=adds, description="How many copies would come that are not in the calendar now."
    )
    removes: int = strawberry.field(
        resolver=removes,
        description="How many copies would go that are in the calendar now. The viewer's own events never "
        "do.",
    )
    matches: Connection[Appointment] = strawberry.field(
        resolver=matches,
        description="The appointments that would have a copy, by start: without those whose copy was given "
        "up, and none in a calendar that is only read. At most 50 at a time.",
    )


SelectionResult = Annotated[
    SelectionPreview | InvalidInput | NotConnected, strawberry.union("SelectionResult")
]


async def selection_preview(
    info: Info,
    provider: ProviderName,
    filters: SyncFiltersInput,
    sync_all: bool | None = None,  # noqa: FBT001 - the API's
    forward_imported: bool | None = None,  # noqa: FBT001 - likewise
) -> SelectionResult:
    viewer = await info.context.viewer()
    services = info.context.services
    if provider not in services.registry.providers:
        return unknown_provider(services.registry.providers)
    try:
        calendar = await connected(viewer.id, provider)
        if calendar.link_id is None:
            return no_calendar_chosen(provider)
        asked = {"sync_all": sync_all, "forward_imported": forward_imported}
        edit = _under(await filters_asked(filters, viewer), asked)
        selection = await preview.selection_under(calendar.id, edit, services.window())
    except Unconnected:
        return not_connected(provider)
    except InvalidValue as error:
        return invalid_input(error, "filters")
    return SelectionPreview(selection=selection, compared=_Compared(selection))


def _under(narrow: Edit, asked: Mapping[str, bool | None]) -> Edit:
    given: dict[str, Any] = {name: value for name, value in asked.items() if value is not None}
    return lambda known: narrow(replace(known, **given))


async def appointment_types(info: Info) -> list[AppointmentTypeName]:
    viewer = await info.context.viewer()
    return [AppointmentTypeName(name) for name in await people.types_of(viewer.id)]


async def clients(info: Info, search: str | None = None, first: int = 50) -> list[Participant]:
    viewer = await info.context.viewer()
    found = await people.clients_of(viewer.id, search or "", page_asked(first, None).first)
    return [
        Participant(
            user_id=strawberry.ID(client.platform_id),
            name=client.name,
            role=Role.CLIENT,
            may_edit=client.may_edit,
        )
        for client in found
    ]


@strawberry.type
class SelectionQuery:
    selection_preview: SelectionResult = strawberry.field(
        resolver=selection_preview,
        description="What the viewer's calendar would get under these filters. What is omitted is as it is "
        "set now; with `syncAll` the filters, but for private appointments and rules, do not count.",
    )
    appointment_types: list[AppointmentTypeName] = strawberry.field(
        resolver=appointment_types,
        description="The types of the viewer's appointments, by name; without those of imported ones.",
    )
    clients: list[Participant] = strawberry.field(
        resolver=clients,
        description="Who takes part in an appointment of the viewer's as a client, by name: at most "
        "`first`, up to 50, of those whose name has `search` in it. `mayEdit`: one of the appointments, if "
        "not all.",
    )


@strawberry.type
class SelectionMutation:
    set_appointment_sync: SettingsResult = strawberry.field(
        resolver=set_appointment_sync,
        description="Choose for single appointments of the viewer, 1 to 500 at once, whether they go "
        "into the calendar. A copy that was deleted there (`DETACHED`) is made anew by ALWAYS, and by "
        "BY_SELECTION after NEVER.",
    )
