"""One calendar server for all stories, and a database and an API for each."""

from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest
from tests.gateway.conftest import _servers_that_stop_at_once, migrated_template
from tests.gateway.house import copied
from tests.google_stage import AtGoogle
from tests.outlook_stage import AtOutlook
from tests.provider_stage import SignedInMember
from tests.provider_stage import staged as staged_at
from tests.radicale import calendar_server
from tests.stage import NAMES, PASSWORD, Person, Stage, staged

__all__ = ["_servers_that_stop_at_once", "migrated_template"]


@pytest.fixture(scope="session")
def calendars(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[str, Iterator[str]]]:
    """The root of a calendar server, and the names of its accounts that nobody has used yet."""
    with calendar_server(tmp_path_factory.mktemp("radicale"), dict.fromkeys(NAMES, PASSWORD)) as root:
        yield root, iter(NAMES)


@pytest.fixture
async def stage(
    migrated_template: Path, tmp_path: Path, calendars: tuple[str, Iterator[str]]
) -> AsyncIterator[Stage]:
    async with staged(copied(migrated_template, tmp_path / "metonic.sqlite3"), *calendars) as stage:
        yield stage


@pytest.fixture
async def trainer(stage: Stage) -> Person:
    """The trainer with a connected calendar, synced once."""
    return await stage.connected()


@pytest.fixture
async def alice(migrated_template: Path, tmp_path: Path) -> AsyncIterator[AtGoogle]:
    """A trainer whose calendar is at what stands in for Google, synced once."""
    async with staged_at(AtGoogle, copied(migrated_template, tmp_path / "google.sqlite3")) as person:
        yield person


@pytest.fixture
async def anna(migrated_template: Path, tmp_path: Path) -> AsyncIterator[AtOutlook]:
    """A trainer whose calendar is at what stands in for Microsoft, synced once."""
    async with staged_at(AtOutlook, copied(migrated_template, tmp_path / "outlook.sqlite3")) as person:
        yield person


@pytest.fixture(params=[AtGoogle, AtOutlook], ids=["google", "outlook"])
async def member(
    migrated_template: Path, tmp_path: Path, request: pytest.FixtureRequest
) -> AsyncIterator[SignedInMember]:
    """A trainer whose calendar is at a provider that one signs in to, synced once."""
    async with staged_at(request.param, copied(migrated_template, tmp_path / "there.sqlite3")) as person:
        yield person
