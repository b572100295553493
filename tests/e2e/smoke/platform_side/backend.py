"""The platform's backend: what it sends, what it hears of, and what it asks for."""

from collections.abc import AsyncIterator, Iterable, Iterator, Sequence
from typing import TypeVar

from tests.e2e.smoke.api import ANY_ERROR, WHEN, Api, Told
from tests.e2e.smoke.table import Difference

T = TypeVar("T")
AT_ONCE = 500
"""The most that are upserted with one request."""

_STATE = f"""platformId id version status type title notes location isPrivate isBusy importedFrom {WHEN}
  recurrence {{ rules rdates overrides {{ occurrence isCancelled title location {WHEN} }} }}
  owner {{ userId }} participants {{ userId role mayEdit }}"""
UPSERT = f"""mutation ($rows: [PlatformAppointmentInput!]!) {{ it: upsertAppointments(appointments: $rows) {{
  ... on UpsertReport {{ outcomes {{ platformId appointmentId version status overwrote
    error {{ {ANY_ERROR} }} }} }} {ANY_ERROR} }} }}"""
CHANGES = f"""query ($after: String, $first: Int!) {{ it: appointmentChanges(after: $after, first: $first) {{
  position hasMore changes {{ position kind cause runId byUserId appointmentId platformId
    appointment {{ {_STATE} }} overwritten {{ title location {WHEN} }} }} }} }}"""
_AT_ONE_GO = 25
"""How many appointments are asked for by name with one request: it has at most thirty aliases."""


class Backend(Api):
    """Asks with a token of the role ``backend``."""

    async def upsert(self, rows: Sequence[Told]) -> list[Told]:
        """One outcome per row; sent a few at a time."""
        outcomes: list[Told] = []
        for some in _some(rows, AT_ONCE):
            outcomes += (await self.do(UPSERT, rows=some))["outcomes"]
        return outcomes

    async def page(self, after: str | None, first: int) -> Told:
        told: Told = await self.do(CHANGES, after=after, first=first)
        return told

    async def heard(self, after: str | None = None, first: int = 100) -> AsyncIterator[Told]:
        """The entries of the feed from there to its end."""
        has_more = True
        while has_more:
            page = await self.page(after, first)
            after, has_more = page["position"], page["hasMore"]
            for change in page["changes"]:
                yield change

    async def end(self) -> str:
        """The last position there is."""
        after, has_more = None, True
        while has_more:
            page = await self.page(after, AT_ONCE)
            after, has_more = page["position"], page["hasMore"]
        return str(after)

    async def states(self, platform_ids: Iterable[str]) -> dict[str, Told]:
        """Each appointment by the platform's id, asked for by that id; raises Difference if there is none."""
        found: dict[str, Told] = {}
        for some in _some(list(platform_ids), _AT_ONE_GO):
            names = {f"n{number}": platform_id for number, platform_id in enumerate(some)}
            asked = " ".join(f"{n}: appointment(platformId: ${n}) {{ ...State }}" for n in names)
            variables = ", ".join(f"${name}: String!" for name in names)
            query = f"query ({variables}) {{ {asked} }} fragment State on Appointment {{ {_STATE} }}"
            told = await self.answer(query, **names)
            if told.get("errors") or None in told["data"].values():
                raise Difference(f"Asked for {some}, the API says {told}")
            found |= {names[name]: state for name, state in told["data"].items()}
        return found


def _some(items: Sequence[T], number: int) -> Iterator[Sequence[T]]:
    return (items[first : first + number] for first in range(0, len(items), number))
