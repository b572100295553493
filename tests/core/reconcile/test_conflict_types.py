"""Which type a conflict has: about when something takes place, or about what it is."""

from dataclasses import replace
from datetime import datetime

import pytest
from tests.core.pairs import TRAINING, appointment, copy, hour, seen
from tests.core.resolutions import EXACT, conflict_of

from metonic_core.model.series import Override, Recurrence
from metonic_core.reconcile.step import ConflictType

SLOT = datetime(2026, 12, 8, 10)  # noqa: DTZ001 - wall time
SERIES = replace(TRAINING, recurrence=Recurrence(("FREQ=WEEKLY",)))


@pytest.mark.parametrize(
    ("here", "there", "kind"),
    [
        (Override(SLOT, title="Here"), Override(SLOT, title="There"), ConflictType.DATA_MISMATCH),
        (Override(SLOT, when=hour(8, 12)), Override(SLOT, when=hour(8, 14)), ConflictType.TIME_CHANGE),
        (Override(SLOT, when=hour(8, 12)), Override(SLOT, title="There"), ConflictType.TIME_CHANGE),
        (Override(SLOT, is_cancelled=True), Override(SLOT, title="There"), ConflictType.TIME_CHANGE),
    ],
    ids=["titles", "times", "time and title", "cancelled and title"],
)
def test_an_occurrence_collides_in_time_only_where_the_sides_disagree_about_when_it_is(
    here: Override, there: Override, kind: ConflictType
) -> None:
    row = seen(copy(SERIES), replace(SERIES, overrides=(there,)))

    assert conflict_of(row, appointment(replace(SERIES, overrides=(here,))), EXACT).type is kind
