"""What a run knows to be left to do is what its rows say, unless somebody has asked for a run meanwhile."""

import pytest
from tests.simulation.decisions import Script
from tests.simulation.history import lived

from metonic_core.sync import ToDo
from metonic_gateway.store.models import CalendarLink, CalendarSyncConfig
from metonic_gateway.store.work import Work


@pytest.mark.parametrize("first", [500, 505])
def test_a_run_knows_what_it_has_left_due(monkeypatch: pytest.MonkeyPatch, first: int) -> None:
    asked = Work.to_do
    runs: dict[int, tuple[Work, int]] = {}
    alike, differing = 0, []

    async def to_do(self: Work) -> ToDo:
        nonlocal alike
        said = await asked(self)
        link = await CalendarLink.get(id=self.link_id)
        row = await CalendarSyncConfig.get(id=link.sync_config_id)
        # Between the glance and the first question nobody comes.
        _, begun_at = runs.setdefault(id(self), (self, row.nudge_seq))
        if row.nudge_seq == begun_at:
            stored = await asked(Work(self.link_id, None))
            alike += said == stored
            differing.extend([] if said == stored else [(said, stored)])
        return said

    monkeypatch.setattr(Work, "to_do", to_do)
    for seed in range(first, first + 5):
        history = lived(Script(seed))
        assert not history.violations, str(history)

    assert alike > 100
    assert not differing
