"""What every plugin must do, as checks: each a function that is named by the fact it states.

A check fails with what is wrong and what to mend. Nothing here needs a test runner: ``testing.conformance``
gives the checks to pytest, ``testing.checking`` runs them by itself.
"""

from metonic_core.testing.checks.batches import Batches, LostAnswers
from metonic_core.testing.checks.capabilities import Capabilities, Declared
from metonic_core.testing.checks.channels import Channels
from metonic_core.testing.checks.cursors import Cursors
from metonic_core.testing.checks.errors import Errors
from metonic_core.testing.checks.expecting import Broken
from metonic_core.testing.checks.intercepted import Intercepted
from metonic_core.testing.checks.interleaving import Interleaving
from metonic_core.testing.checks.notifications import Notifications
from metonic_core.testing.checks.reading import Reading
from metonic_core.testing.checks.series import Series
from metonic_core.testing.checks.showing import Showing
from metonic_core.testing.checks.times import Times
from metonic_core.testing.checks.updating import Updating
from metonic_core.testing.checks.writing import Creating, Deleting

__all__ = ["Broken", "Checks"]


class Checks(
    Declared,
    Capabilities,
    Reading,
    Cursors,
    Creating,
    Deleting,
    Updating,
    Interleaving,
    Showing,
    Batches,
    LostAnswers,
    Series,
    Times,
    Errors,
    Intercepted,
    Notifications,
    Channels,
):
    """All of them. Those that take a stand are given one of their own, opened."""
