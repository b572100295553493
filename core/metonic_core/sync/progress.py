"""How far a run is, phase by phase. A phase that finds nothing to do is not told of, but for pulling."""

from collections.abc import Sequence
from dataclasses import dataclass

from metonic_core.model.mapping import Mapping
from metonic_core.sync.ports import Due, Ledger, Phase


@dataclass(slots=True)
class Progress:
    """``total`` is None as long as nobody knows how much there is."""

    ledger: Ledger
    phase: Phase
    done: int = 0
    total: int | None = None
    _is_begun: bool = False

    async def expect(self, due: Due, rows: Sequence[Mapping], *, is_all: bool) -> None:
        """Count what there is to do, in the transaction that found the first of it, or ``is_all`` of it."""
        if rows and self.total is None:
            self.total = len(rows) if is_all else await self.ledger.count_due(due)

    async def begin(self) -> None:
        """Tell that there is something to do, the first time."""
        if not self._is_begun:
            await self._tell()

    async def add(self, number: int) -> None:
        """So many more are done."""
        self.done += number
        if self.total is not None:
            # What became due meanwhile was perhaps done as well.
            self.total = max(self.total, self.done)
        await self._tell()

    async def end(self) -> None:
        """There was no more to do than was done."""
        if self._is_begun and self.total != self.done:
            self.total = self.done
            await self._tell()

    async def _tell(self) -> None:
        self._is_begun = True
        await self.ledger.progress(self.phase, self.done, self.total)
