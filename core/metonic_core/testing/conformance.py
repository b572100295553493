"""The conformance suite as a class to inherit, for pytest with pytest-asyncio (extra ``testing``).

    class TestAcme(Conformance):
        provider = PROVIDER
        stand = AcmeStand

The checks themselves need no pytest: ``checking`` runs them without.
"""

from collections.abc import AsyncIterator, Iterator
from typing import Any, ClassVar

import pytest
import pytest_asyncio

from metonic_core.spi.provider import Provider
from metonic_core.testing.checks import Checks
from metonic_core.testing.stand import Stand

__all__ = ["Conformance", "Stand"]


class Conformance(Checks):
    """``provider`` is the plugin, ``stand`` the class of its stand."""

    provider: Provider
    stand: ClassVar[type[Stand]]
    pytestmark: ClassVar = [pytest.mark.asyncio]

    @pytest.fixture(scope="class", name="_sharing")
    @classmethod
    def _shared_by_the_checks(cls) -> Iterator[Any]:
        with cls.stand.sharing() as shared:
            yield shared

    @pytest_asyncio.fixture(name="stand")
    async def _opened_for_one_check(self, _sharing: Any) -> AsyncIterator[Stand]:  # noqa: ANN401 - the author's own
        stand = self.stand(self.provider, _sharing)
        await stand.open()
        try:
            yield stand
        finally:
            await stand.close()
