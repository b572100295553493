"""How the suite is run without a test runner."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import timedelta
from inspect import signature
from typing import Any, ClassVar

from tests.core.conformance.lined import provider_of
from tests.core.conformance.standing import GoogleStand
from tests.core.conformance.telling import TellingAdapter

from metonic_core.model.content import Content
from metonic_core.spi import Provider
from metonic_core.testing.checking import Finding, Verdict, check_names, checked
from metonic_core.testing.conduct import GOOGLE
from metonic_core.testing.conformance import Conformance
from metonic_core.testing.stand import Stand

# A stand that says nothing of it waits in earnest.
PROVIDER = provider_of(TellingAdapter, replace(GOOGLE, visibility_lag=timedelta(0)))


class Bare(Stand):
    """The least that a stand can be."""

    async def open(self) -> None:
        self._behind = GoogleStand(self.provider)
        await self._behind.open()
        self.client, self.account = self._behind.client, self._behind.account
        self.calendar_id = self._behind.calendar_id

    async def put(self, content: Content) -> str:
        return await self._behind.put(content)

    async def edit(self, event_id: str, content: Content) -> None:
        await self._behind.edit(event_id, content)

    async def erase(self, event_id: str) -> None:
        await self._behind.erase(event_id)


class Counting(GoogleStand):
    begun: ClassVar[list[Any]] = []
    closed: ClassVar[list[Any]] = []

    @classmethod
    @contextmanager
    def sharing(cls) -> Iterator[Any]:
        yield "the server"

    def __init__(self, provider: Provider, shared: Any = None) -> None:  # noqa: ANN401 - the stand's own
        super().__init__(provider, shared)
        self.begun.append(shared)

    async def close(self) -> None:
        self.closed.append(self.shared)


def ended(verdict: Verdict, findings: list[Finding]) -> list[str]:
    return [one.check for one in findings if one.verdict is verdict]


def test_there_are_checks_for_every_method_of_the_interface() -> None:
    names = check_names()

    assert len(names) == len(set(names))
    assert len(names) >= 45
    assert set(names) == {name for name in dir(Conformance) if name.startswith("test_")}


def test_what_a_stand_cannot_do_is_skipped_with_its_reason() -> None:
    findings = list(checked(PROVIDER, Bare))

    skipped = {one.check: one.what for one in findings if one.verdict is Verdict.SKIPPED}
    assert ended(Verdict.FAILED, findings) == []
    assert skipped["429 says how long to wait"] == "the stand cannot have the service answer with an error"
    assert len(ended(Verdict.PASSED, findings)) >= 45


def test_without_a_stand_only_the_plugin_itself_is_checked() -> None:
    findings = list(checked(PROVIDER, None, "it brings no stand"))

    assert ended(Verdict.FAILED, findings) == []
    assert "equal contents are the same" in ended(Verdict.PASSED, findings)
    assert {one.what for one in findings if one.verdict is Verdict.SKIPPED} == {"it brings no stand"}


def test_each_check_has_a_stand_of_its_own_over_what_they_share() -> None:
    Counting.begun.clear()
    Counting.closed.clear()

    findings = list(checked(PROVIDER, Counting))

    assert set(Counting.begun) == {"the server"}
    assert len(Counting.begun) == len(findings)
    needing = [name for name in check_names() if "stand" in signature(getattr(Conformance, name)).parameters]
    assert len(Counting.closed) == len(needing)
