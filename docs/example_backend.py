"""An example of a platform's backend: it sends what it changes to Metonic, and takes in what others change.

    METONIC_TOKEN=... python docs/example_backend.py http://127.0.0.1:8000/graphql platform.json

It keeps appointments as upsertAppointments takes them, and its place in the feed, in one file: so they are
stored together. `step` does all the work. It may end anywhere and be run again.
"""

import asyncio
import json
import os
import sys
from contextlib import suppress
from pathlib import Path
from typing import Any

import aiohttp

UPSERT = """mutation ($rows: [PlatformAppointmentInput!]!) { answer: upsertAppointments(appointments: $rows) {
  ... on UpsertReport { outcomes { platformId error { message } } } ... on UserError { message } } }"""
CHANGES = """query ($after: String) { answer: appointmentChanges(after: $after) { hasMore changes {
  position platformId appointmentId appointment { ...State } } } }
fragment State on Appointment { version status type title notes location isPrivate isBusy when { ...Span }
  recurrence { rules rdates overrides { occurrence isCancelled title location when { ...Span } } }
  owner { userId role } participants { userId role mayEdit } }
fragment Span on When { ... on Timed { start end timeZone } ... on AllDay { startDate endDate } }"""
LIVE = "subscription ($after: String) { appointmentChanged(after: $after) { position } }"
Json = dict[str, Any]


class Backend:
    def __init__(self, session: aiohttp.ClientSession, url: str, path: Path) -> None:
        self.session, self.url, self.path, self.turn = session, url, path, asyncio.Lock()
        self.position, self.rows, self.unsent = "0", dict[str, Json](), list[str]()
        if path.exists():
            self.position, self.rows, self.unsent = json.loads(path.read_text("utf-8"))

    def store(self) -> None:
        new = self.path.with_suffix(".new")
        new.write_text(json.dumps([self.position, self.rows, self.unsent]), "utf-8")
        new.replace(self.path)

    def save(self, platform_id: str, **state: object) -> None:
        """The platform's own change: another version, which the next step sends."""
        known = self.rows.get(platform_id, {"platformId": platform_id, "platformVersion": 0})
        self.rows[platform_id] = known | state | {"platformVersion": known["platformVersion"] + 1}
        self.unsent = [*{*self.unsent, platform_id}]
        self.store()

    async def step(self) -> None:
        """Send what was changed here, then take in what was changed elsewhere, until there is neither."""
        async with self.turn:
            has_more = True
            while has_more or self.unsent:
                await self.send()
                page = await self.ask(CHANGES, after=self.position)
                self.take(page["changes"])
                has_more = page["hasMore"]

    async def send(self) -> None:
        while sent := [self.rows[platform_id] for platform_id in self.unsent[:100]]:
            for row, outcome in zip(sent, (await self.ask(UPSERT, rows=sent))["outcomes"], strict=True):
                if outcome["error"]:
                    print(row["platformId"], outcome["error"]["message"], file=sys.stderr)
                if self.rows[row["platformId"]] is row:  # else it was changed again meanwhile
                    self.unsent.remove(row["platformId"])
                    row.pop("appointmentId", None)
            self.store()

    def take(self, changes: list[Json]) -> None:
        """Apply changes; doing so again does no harm."""
        for change in changes:
            platform_id = change["platformId"] or f"metonic-{change['appointmentId']}"
            if platform_id in self.unsent:
                break  # Sent first: Metonic merges the two, and this change then shows what came of it.
            row = as_row(change["appointment"]) | {"platformId": platform_id}
            row["platformVersion"] = self.rows.get(platform_id, {"platformVersion": 1})["platformVersion"]
            if change["platformId"] is None:  # Made by a calendar or a user: give it an id of ours.
                row["appointmentId"] = change["appointmentId"]
                self.unsent.append(platform_id)
            self.rows[platform_id], self.position = row, change["position"]
        self.store()

    async def follow(self, seconds: float = 60) -> None:
        """Live while there is a WebSocket; without one, look from time to time."""
        while True:
            with suppress(aiohttp.ClientError):
                await self.step()
                await self.listen()
            await asyncio.sleep(seconds)

    async def listen(self) -> None:
        async with self.session.ws_connect(self.url, protocols=["graphql-transport-ws"]) as socket:
            await socket.send_json({"type": "connection_init"})
            async for message in socket:
                if message.json()["type"] == "connection_ack":
                    live = {"query": LIVE, "variables": {"after": self.position}}
                    await socket.send_json({"id": "1", "type": "subscribe", "payload": live})
                elif message.json()["type"] == "next":
                    await self.step()

    async def ask(self, query: str, **variables: object) -> Json:
        async with self.session.post(self.url, json={"query": query, "variables": variables}) as response:
            response.raise_for_status()
            body = await response.json()
        if "errors" in body or "message" in body["data"]["answer"]:
            raise RuntimeError(body)
        answer: Json = body["data"]["answer"]
        return answer


def as_row(appointment: Json) -> Json:
    """What was read of an appointment, as upsertAppointments takes it."""
    row = appointment | {"when": span(appointment["when"])}
    for occurrence in (row["recurrence"] or {"overrides": []})["overrides"]:
        occurrence["when"] = span(occurrence["when"])
    return row | {"isCancelled": row.pop("status") == "CANCELLED", "seenVersion": row.pop("version")}


def span(when: Json | None) -> Json | None:
    return when and {"timed" if "start" in when else "allDay": when}


async def main(url: str, path: str) -> None:
    headers = {"Authorization": f"Bearer {os.environ['METONIC_TOKEN']}"}
    async with aiohttp.ClientSession(headers=headers) as session:
        await Backend(session, url, Path(path)).follow()


if __name__ == "__main__":
    asyncio.run(main(*sys.argv[1:3]))
