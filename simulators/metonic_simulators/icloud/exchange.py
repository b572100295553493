"""A request as it arrived and the answer to it, as quirks see and change them."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field, replace
from fnmatch import fnmatchcase
from functools import cached_property
from typing import Self
from urllib.parse import unquote
from xml.etree.ElementTree import Element

from multidict import CIMultiDict, CIMultiDictProxy

from metonic_simulators.icloud import dav

Go = Callable[["Asked"], Awaitable["Answer"]]
"""The rest of the way to the calendar server."""


class Dropped(Exception):
    """The connection ends without an answer."""


@dataclass(frozen=True)
class Asked:
    """``path`` is spelled as the client did; ``origin`` is the one of the two hosts that was asked."""

    method: str
    path: str
    headers: CIMultiDictProxy[str]
    body: bytes
    origin: str

    def but(
        self,
        *,
        method: str | None = None,
        path: str | None = None,
        body: bytes | None = None,
        without: tuple[str, ...] = (),
        headers: dict[str, str] | None = None,
    ) -> Self:
        """The same request otherwise: some parts replaced, some headers left out or set."""
        kept = CIMultiDict(self.headers)
        for name in without:
            kept.popall(name, None)
        kept.update(headers or {})
        return replace(
            self,
            method=self.method if method is None else method,
            path=self.path if path is None else path,
            body=self.body if body is None else body,
            headers=CIMultiDictProxy(kept),
        )

    def aside(self, method: str, path: str) -> Self:
        """Another request by the same client, about what concerns this one."""
        conditions = ("If-Match", "If-None-Match", "Content-Length", "Content-Type")
        return self.but(without=conditions, method=method, path=path, body=b"")

    def with_xml(self, root: Element) -> Self:
        return self.but(body=dav.written(root))

    @cached_property
    def xml(self) -> Element | None:
        """The body, if it is XML; a copy may be changed, this may not."""
        return dav.parsed(self.body)

    @property
    def report(self) -> str:
        """``sync-collection``, ``calendar-multiget`` and so on; empty for anything but a REPORT."""
        return dav.local(self.xml) if self.method == "REPORT" and self.xml is not None else ""

    @property
    def depth(self) -> str:
        return self.headers.get("Depth", "")

    @property
    def hrefs(self) -> list[str]:
        """The resources that a multiget names, spelled as the client did."""
        if self.report != "calendar-multiget" or self.xml is None:
            return []
        return [one.text or "" for one in self.xml.findall(dav.HREF)]

    @property
    def token(self) -> str:
        """The sync token of a sync-collection; empty for the first read."""
        found = self.xml.findtext(dav.TOKEN) if self.xml is not None else None
        return (found or "").strip()


@dataclass
class Answer:
    """``is_cut``: half of the body is sent, then the connection ends."""

    status: int
    body: bytes = b""
    headers: CIMultiDict[str] = field(default_factory=CIMultiDict)
    is_cut: bool = False

    @property
    def has_succeeded(self) -> bool:
        return 200 <= self.status < 300  # noqa: PLR2004 - success

    def edit(self, change: Callable[[Element], object]) -> "Answer":
        """This answer after a change of its multistatus, if it has one: Radicale has it in a 200 as well."""
        root = dav.parsed(self.body) if self.has_succeeded else None
        if root is not None and root.tag == f"{dav.D}multistatus":
            change(root)
            self.body = dav.written(root)
        return self


def xml_answer(status: int, root: Element) -> Answer:
    return Answer(status, dav.written(root), CIMultiDict({"Content-Type": dav.XML}))


def refused(status: int, *conditions: str) -> Answer:
    """An answer with the preconditions that failed (RFC 4918 16), or without a word."""
    return xml_answer(status, dav.error(*conditions)) if conditions else Answer(status)


def same_path(one: str, other: str) -> bool:
    return unquote(one) == unquote(other)


def matches(path: str, pattern: str) -> bool:
    """Whether the decoded path is one of the pattern's: ``*`` stands for anything, slashes too."""
    return fnmatchcase(unquote(path), pattern)
