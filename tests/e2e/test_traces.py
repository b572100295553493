"""One trace from a provider's notification to the requests that follow it, by whatever processes."""

import asyncio
import json
import time
from collections.abc import AsyncIterator, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import aiohttp
import pytest
from tests.chaos.places import LENGTH, AtGoogle, Shown
from tests.chaos.platform import PAGE, Api, Backend, User, token_for
from tests.collector import Collector, Seen, collecting
from tests.e2e.smoke.children import Child, gateway
from tests.e2e.smoke.waiting import until
from tests.postgres import named
from tests.servers import postgres_database, redis_server
from yarl import URL

from metonic_gateway.demo.stand_ins import GOOGLE
from metonic_gateway.http.identity import Identity, Role
from metonic_simulators.google import Simulator, google

ANN = "ann.private@example.com"
TITLE, PLACE, GUEST = "Oncologist Dr Zhivago", "Ward 51, Riverbank", "kim.private@example.com"
LESSON = "Rehabilitation after surgery"
# Nothing is asked at once of who was just asked.
_QUIET_SECONDS = 7

ROUTE = {
    "webhook": ("SERVER", "serve"),
    "send": ("PRODUCER", "serve"),
    "sync_calendar": ("CONSUMER", "worker"),
    "run": ("INTERNAL", "worker"),
}


@dataclass
class Place:
    """A service whose Ann is told of; ``secrets`` are what nobody else may read of."""

    google: Simulator
    collector: Collector
    session: aiohttp.ClientSession
    user: User
    backend: Backend
    secrets: list[str]
    logs: Sequence[Path] = field(default_factory=list)

    async def quiet(self) -> None:
        seen, since = 0, time.monotonic()

        async def look() -> bool | None:
            nonlocal seen, since
            if len(self.google.log) != seen:
                seen, since = len(self.google.log), time.monotonic()
            return time.monotonic() - since > _QUIET_SECONDS or None

        await until(look, "the service lets the calendar be")

    async def put(self) -> None:
        """Ann enters something, with another application."""
        start = datetime.now(UTC).replace(microsecond=0) + timedelta(days=2)
        body = {
            "summary": TITLE,
            "location": PLACE,
            "attendees": [{"email": GUEST}],
            "start": {"dateTime": start.isoformat()},
            "end": {"dateTime": (start + LENGTH).isoformat()},
        }
        url = f"{self.google.url}calendar/v3/calendars/primary/events"
        token = self.google.token_for(ANN, ["calendar"])
        self.secrets.append(token)
        headers = {"Authorization": f"Bearer {token}"}
        async with self.session.post(url, json=body, headers=headers) as answer:
            answer.raise_for_status()

    async def traced(self) -> Seen:
        """The notification that a run came of, when all has arrived: each process sends its own part."""

        async def look() -> Seen | None:
            for webhook in self.collector.named("webhook"):
                if {span.name for span in self.collector.spans if span.trace == webhook.trace} >= set(ROUTE):
                    return webhook
            return None

        return await until(look, "a notification and its run arrive at the collector")

    def logged(self) -> list[dict[str, Any]]:
        lines = [line for log in self.logs for line in log.read_text("utf-8").splitlines()]
        return [json.loads(line) for line in lines if line.startswith("{")]


@asynccontextmanager
async def _started(
    folder: Path, processes: Sequence[str], environment: dict[str, str]
) -> AsyncIterator[Place]:
    async with AsyncExitStack() as stack:
        simulator = await stack.enter_async_context(google(users=[ANN]))
        collector = await stack.enter_async_context(collecting())
        session = await stack.enter_async_context(aiohttp.ClientSession())
        client = {"id": simulator.client_id, "secret": simulator.client_secret}
        service = gateway(
            folder,
            METONIC_STAND_INS=json.dumps(dict.fromkeys(GOOGLE.origins, simulator.url.rstrip("/"))),
            METONIC_OAUTH_CLIENTS=json.dumps({"google": client}),
            METONIC_REDIRECT_URIS=PAGE,
            OTEL_EXPORTER_OTLP_ENDPOINT=collector.url,
            OTEL_BSP_SCHEDULE_DELAY="100",
            **environment,
        )
        others = [
            Child(("metonic", name), 0, folder / f"{name}.log", service.environment) for name in processes
        ]
        if others:
            await _migrated(folder, service)
        stack.push_async_callback(_stopped, (*others, service))
        await asyncio.gather(*(child.start() for child in (*others, service)))
        key, url = service.environment["METONIC_JWT_KEY"], f"http://127.0.0.1:{service.port}"

        def api(identity: Identity) -> Api:
            return Api(session, url, token_for(key, identity))

        at_google = AtGoogle(ANN, simulator)
        user = User("ann", api(Identity(Role.TRAINER, "ann", "Ann Private", "Europe/Berlin")), [at_google])
        await user.connect(at_google, lambda address, who: _allowed(simulator, address, who), "")
        logs = [child.log for child in (*others, service)]
        secrets = [key, client["secret"], user.api.token]
        yield Place(
            simulator, collector, session, user, Backend(api(Identity(Role.BACKEND, None))), secrets, logs
        )


async def _migrated(folder: Path, service: Child) -> None:
    migrate = Child(("metonic", "migrate"), 0, folder / "migrate.log", service.environment)
    await migrate.start()
    assert migrate.running is not None
    assert await migrate.running.wait() == 0, migrate.complaints()


async def _stopped(children: Sequence[Child]) -> None:
    """What ends sends what it still has."""
    assert set(await asyncio.gather(*(child.stop() for child in children))) == {0}


def _allowed(simulator: Simulator, address: str, account: str) -> dict[str, str]:
    back = URL(simulator.allow(dict(URL(address).query), account)).query
    return {"code": back["code"], "state": back["state"]}


@asynccontextmanager
async def in_one_process(folder: Path) -> AsyncIterator[Place]:
    async with _started(folder, (), {}) as place:
        yield place


@asynccontextmanager
async def in_many(folder: Path) -> AsyncIterator[Place]:
    with redis_server(folder) as server:
        async with postgres_database() as database:
            shared = {"METONIC_BROKER_URL": server.url, "METONIC_DATABASE_URL": named(database)}
            async with _started(folder, ("worker", "scheduler"), shared) as place:
                yield place


@pytest.fixture(params=[in_one_process, in_many])
async def place(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[Place]:
    async with request.param(tmp_path) as place:
        yield place


@pytest.mark.timeout(240)  # processes begin and end
async def test_a_notification_its_message_its_run_and_its_requests_are_one_trace(place: Place) -> None:
    async def look() -> bool | None:
        return bool(place.google.push.channels) or None

    await until(look, "a channel is open")
    channels = [[one.id, one.token, one.address] for one in place.google.push.channels.values()]
    await place.quiet()
    await place.put()
    webhook = await place.traced()

    _goes_its_way(place.collector, webhook)
    (line,) = [line for line in place.logged() if line.get("trace_id") == webhook.trace and "sent" in line]
    assert line["event"] == "run_finished"

    await place.backend.put("ann", Shown(LESSON, datetime.now(UTC) + timedelta(days=3)), "lesson-7")
    await until(lambda: _is_written(place), "the lesson is in the calendar, and the collector knows")
    _is_discreet(place.collector, [*place.secrets, *(each for one in channels for each in one)])


def _goes_its_way(collector: Collector, webhook: Seen) -> None:
    spans = [span for span in collector.spans if span.trace == webhook.trace]
    is_alone = {span.command for span in collector.spans} == {"serve"}
    above = ""
    for name, (kind, command) in ROUTE.items():
        (span,) = [each for each in spans if each.name == name and each.parent == above]
        assert (span.kind, span.command) == (kind, "serve" if is_alone else command)
        assert not span.is_failed
        above = span.id
    assert (
        webhook.says.items()
        >= {
            "metonic.provider": "google",
            "metonic.nudged": True,
            "http.response.status_code": 204,
        }.items()
    )
    (run,) = [each for each in spans if each.name == "run"]
    assert run.says.items() >= {"metonic.outcome": "success", "metonic.trigger": "webhook"}.items()
    assert len(run.says["metonic.run"]) == 36
    assert run.says["metonic.calendar"] == webhook.says["metonic.calendar"]
    requests = collector.below(run)
    assert requests
    for request in requests:
        assert request.kind == "CLIENT"
        assert request.says == {
            "http.request.method": request.name,
            "http.response.status_code": 200,
            "metonic.outcome": "2xx",
            "metonic.provider": "google",
            "server.address": "www.googleapis.com",
        }


async def _is_written(place: Place) -> bool | None:
    is_there = any(shown.title == LESSON for shown in place.user.places[0].shown())
    return (is_there and bool(place.collector.named("POST"))) or None


def _is_discreet(collector: Collector, secrets: Sequence[str]) -> None:
    everything = b"".join(collector.bodies)
    for text in (ANN, TITLE, PLACE, GUEST, LESSON, "Ann Private", "lesson-7", "calendar/v3", *secrets):
        assert text
        assert text.encode() not in everything, text
    assert not [span for span in collector.spans if span.has_more]
