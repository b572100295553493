"""What the simulation takes for a service's conduct is what its stand-in does, as far as an engine can tell.

Each scene is played in the calendar in memory and over HTTP through the plugin; both tell the same text.
Those in a folder are of one service; what one service tells otherwise in the others stands there too.
"""

from pathlib import Path

import pytest
from tests.plugins.conduct.places import SERVICES
from tests.plugins.conduct.scenario import Scene
from tests.plugins.conduct.telling import said_by

SCENARIOS = Path(__file__).parent / "scenarios"
SCENES = [
    pytest.param(service, place, path.read_text("utf-8"), id=f"{path.stem}-{service}-{place}")
    for service, where in SERVICES.items()
    for path in [*sorted(SCENARIOS.glob("*.txt")), *sorted((SCENARIOS / service).glob("*.txt"))]
    for place in where.places
]


@pytest.mark.parametrize(("service", "place", "text"), SCENES)
async def test_a_scene_is_told_alike_everywhere(service: str, place: str, text: str) -> None:
    where = SERVICES[service]
    expected = said_by(service, where.conduct, text)

    async with where.places[place]() as there:
        assert await Scene(there).played(expected) == expected
