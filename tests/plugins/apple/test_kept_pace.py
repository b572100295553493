"""What a batch takes at most where a pace is kept: one that takes more would be begun again and again."""

import re
from dataclasses import dataclass, field, replace
from urllib.parse import urlsplit

import pytest
from aiohttp import web
from tests.plugins.apple.outside import HttpClient
from tests.plugins.apple.scripted import Asked, Scripted, event, multistatus
from tests.plugins.apple.test_profiles import CALENDAR, OLD, Hosts, adapter
from tests.plugins.apple.test_reading_many import TEXT

from metonic_apple.provider import PROVIDER
from metonic_core.spi import Failed, Seen, Stored, StoredEvent, Unreadable, Update
from metonic_core.spi.errors import Paced

FOLDER = f"/{OLD}{CALENDAR}"
LEAST = PROVIDER.paces[0].least
IDS = [f"{CALENDAR}{number}.ics" for number in range(PROVIDER.capabilities.batch_size)]
# Floating, so that the calendar is asked for its zone.
TORN = TEXT.replace("Lesson", "M\ufffdller").replace("00Z", "00")


@dataclass
class Kept:
    """A calendar of which every event says a character that XML may have replaced."""

    server: Scripted
    texts: dict[str, str] = field(default_factory=lambda: dict.fromkeys(IDS, TORN))

    def start(self) -> None:
        self.server.on("REPORT", FOLDER, self.report)
        self.server.on("PROPFIND", FOLDER, multistatus())
        for one in IDS:
            path = f"/{OLD}{one}"
            self.server.on("GET", path, self._get)
            self.server.on("PUT", path, self._put)

    def report(self, asked: Asked) -> web.Response:
        wanted = re.findall("<href>(.*?)</href>", asked.body)
        return multistatus(*(event(one, "1", self.texts[one].replace("\r\n", "\n")) for one in wanted))

    def _get(self, asked: Asked) -> web.Response:
        return web.Response(text=self.texts[asked.path.removeprefix(f"/{OLD}")], headers={"ETag": '"1"'})

    def _put(self, asked: Asked) -> web.Response:
        self.texts[asked.path.removeprefix(f"/{OLD}")] = asked.body
        return web.Response(status=204)


@pytest.fixture
def kept(server: Scripted) -> Kept:
    made = Kept(server)
    made.start()
    return made


@pytest.fixture
def hosts(server: Scripted, client: HttpClient) -> Hosts:
    return Hosts(client, server)


async def test_a_batch_of_events_that_have_to_be_read_one_by_one_keeps_the_pace(
    kept: Kept, hosts: Hosts
) -> None:
    read, rest = [], IDS
    while rest:
        kept.server.asked.clear()
        found = await adapter(hosts).hydrate(CALENDAR, rest)
        assert len(kept.server.asked) <= LEAST
        read += [one.event for one in found if isinstance(one, Seen)]
        waiting = [one for one in found if isinstance(one, Unreadable)]
        assert all(one.is_passing for one in waiting)
        assert len(waiting) < len(rest)
        rest = [one.id for one in waiting]

    assert [one.id for one in read] == IDS
    assert {one.content.title for one in read} == {"M\ufffdller"}
    assert all(one.can_write for one in read)


async def test_a_batch_that_the_server_fails_at_keeps_the_pace(kept: Kept, hosts: Hosts) -> None:
    """Each question is halved down to the event that it fails at."""

    def failing(asked: Asked) -> web.Response:
        wanted = re.findall("/([0-9]+)[.]ics</href>", asked.body)
        return web.Response(status=500) if any(int(n) % 50 == 0 for n in wanted) else kept.report(asked)

    kept.server.on("REPORT", FOLDER, failing)

    found = await adapter(hosts).hydrate(CALENDAR, IDS)

    assert len(found) == len(IDS)
    assert len(kept.server.asked) <= LEAST


async def test_a_write_whose_text_has_to_wait_is_not_begun(kept: Kept, hosts: Hosts) -> None:
    (seen,) = await adapter(hosts).hydrate(CALENDAR, IDS[:1])
    assert isinstance(seen, Seen)
    writes = [update(seen.event, one) for one in IDS]

    outcomes = await adapter(hosts).write_events(CALENDAR, writes)

    done = [one for one in outcomes if isinstance(one, Stored)]
    waiting = [one for one in outcomes if isinstance(one, Failed)]
    assert done
    assert len(done) + len(waiting) == len(IDS)
    assert all(isinstance(one.error, Paced) for one in waiting)
    assert {urlsplit(one.path).path for one in kept.server.to("PUT")} == {
        f"/{OLD}{one.event.id}" for one in done
    }


def update(event: StoredEvent, event_id: str) -> Update:
    return Update(event_id, '"1"', replace(event.content, location="Room 1"), frozenset({"location"}))
