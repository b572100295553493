"""The one way out: every request to a provider leaves through here, with the credentials of one account.

Where credentials may go is decided before a byte is sent: by scheme, by host, and by the address that the
host's name resolves to at the moment of connecting, so that a name that changes its address gains nothing.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from fnmatch import fnmatchcase
from importlib.metadata import version
from socket import AF_INET, AddressFamily
from types import TracebackType
from typing import Self

import aiohttp
from aiohttp.abc import ResolveResult
from aiohttp.resolver import ThreadedResolver
from yarl import URL

from metonic_core.spi.client import Answer, Client
from metonic_core.spi.errors import Misconfigured, Unacceptable, Unavailable
from metonic_core.spi.provider import Provider
from metonic_gateway.accounts.addresses import Reach, reach
from metonic_gateway.accounts.stand_ins import NONE, StandIns
from metonic_gateway.metrics import Metrics, outcome_of
from metonic_gateway.traces import Kind, Span, Traces

_CHUNK = 64 * 1024
_FINE = {"2xx", "3xx"}
_PRINTABLE = re.compile(r"[!-~]+")
_UNSENDABLE = re.compile(r"[\x00-\x08\x0a-\x1f\x7f\ud800-\udfff]")

_SENTENCES: tuple[tuple[type[Exception], str], ...] = (
    (TimeoutError, "{host} did not answer in time."),
    (aiohttp.ClientConnectorDNSError, "The name {host} could not be found."),
    (aiohttp.ClientSSLError, "No secure connection to {host} could be made."),
    (aiohttp.ClientConnectorError, "{host} could not be reached."),
    (Exception, "The connection to {host} broke off."),
)


@dataclass(frozen=True, slots=True)
class Limits:
    """``seconds`` is the deadline of a whole request: iCloud takes over 30 s for a large calendar."""

    seconds: float = 120
    connect_seconds: float = 15
    body_bytes: int = 32 * 1024 * 1024


@dataclass(frozen=True, slots=True)
class _Admission:
    """The addresses a scheme may be spoken to, and what is said of the others."""

    admitted: frozenset[Reach]
    refusal: str

    def admits(self, address: str) -> bool:
        return reach(address) in self.admitted

    def refused(self, host: str) -> Misconfigured:
        return Misconfigured(self.refusal.format(host=host))


_DEFAULT_LIMITS = Limits()
_PUBLIC = _Admission(
    frozenset({Reach.PUBLIC}),
    "{host} has no public address. To allow calendar servers in your own network, "
    "set METONIC_ALLOW_PRIVATE_ADDRESSES=true.",
)
_PUBLIC_OR_PRIVATE = _Admission(
    frozenset({Reach.PUBLIC, Reach.PRIVATE}),
    "{host} has an address that no calendar server can have: it is neither public nor private.",
)
_PRIVATE = _Admission(
    frozenset({Reach.PRIVATE}),
    "{host} has no private address, so it must be asked over https: type the server in with https://.",
)


class Egress:
    """Owns the connections; is made on the event loop that uses it, and closed there."""

    def __init__(
        self,
        *,
        allow_private_addresses: bool,
        limits: Limits = _DEFAULT_LIMITS,
        stand_ins: StandIns = NONE,
        metrics: Metrics | None = None,
        traces: Traces | None = None,
    ) -> None:
        self.stand_ins = stand_ins
        self._metrics = metrics or Metrics()
        self._traces = traces or Traces()
        self._limits = limits
        self._admissions = (
            {"https": _PUBLIC_OR_PRIVATE, "http": _PRIVATE} if allow_private_addresses else {"https": _PUBLIC}
        )
        # A session per scheme: a connector knows the address but not the scheme it is asked for.
        self._sessions = {scheme: _session(rule, limits) for scheme, rule in self._admissions.items()}

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.close()

    async def close(self) -> None:
        for session in self._sessions.values():
            await session.close()

    def client(self, provider: Provider, server: str, authorization: str) -> Client:
        """A client that sends ``authorization`` to ``server`` (a URL or a host) and the provider's hosts."""
        host = _host_of(server if "://" in server else f"https://{server}")
        return _SignedIn(self, provider, host, authorization)

    async def ask(
        self,
        method: str,
        url: URL,
        headers: Mapping[str, str],
        body: bytes | None,
        provider: str | None = None,
    ) -> Answer:
        """Send a request to a host that may see it; ``Answer.url`` is ``url``.

        It is counted for ``provider``, else for whose plugin names the host.
        """
        named = whose, where = self._metrics.named(url.raw_host or "", provider)
        with self._traces.span(method, Kind.CLIENT, method=method, provider=whose, host=where) as span:
            try:
                answer = await self._send(method, url, headers, body)
            except Unavailable:
                self._count(named, "unreachable", span)
                raise
            except Misconfigured:
                self._count(named, "not_sent", span)
                raise
            span.note(status=answer.status)
            self._count(named, outcome_of(answer.status), span)
        return answer

    def _count(self, named: tuple[str, str], outcome: str, span: Span) -> None:
        self._metrics.asked(*named, outcome)
        span.note(outcome=outcome)
        if outcome not in _FINE:
            span.fail(outcome)

    async def _send(self, method: str, url: URL, headers: Mapping[str, str], body: bytes | None) -> Answer:
        """What stands in for the host is admitted by the same rules."""
        there, headers = self.stand_ins.of(url), {**headers, **self.stand_ins.introduction(url)}
        host = there.raw_host or ""
        session = self._admit(there.scheme, host)
        try:
            async with session.request(
                method, there, headers=headers, data=body, allow_redirects=False
            ) as response:
                content = await self._read(response, host)
        except (aiohttp.InvalidURL, UnicodeError) as error:
            # Only when connecting: a number that is no address (127.1), a label that is too long for a name.
            raise Misconfigured(
                f"{host[:60]!r} is not the name of a server: check how it is written."
            ) from error
        except (aiohttp.ClientError, OSError) as error:
            raise Unavailable(_sentence(error).format(host=host)) from error
        return Answer(response.status, _lower_case(response), content, str(url))

    def _admit(self, scheme: str, host: str) -> aiohttp.ClientSession:
        """Resolved names are judged when connecting; an address in the URL is never resolved, so here."""
        if scheme not in self._sessions:
            raise Misconfigured(
                f"{host} must be asked over https. Plain http is for servers in your own network, "
                "and only if METONIC_ALLOW_PRIVATE_ADDRESSES=true is set."
            )
        if _is_address(host) and not self._admissions[scheme].admits(host):
            raise self._admissions[scheme].refused(host)
        return self._sessions[scheme]

    async def _read(self, response: aiohttp.ClientResponse, host: str) -> bytes:
        """The body after decompression, which is what fills the memory."""
        content = bytearray()
        async for chunk in response.content.iter_chunked(_CHUNK):
            content += chunk
            if len(content) > self._limits.body_bytes:
                raise Unavailable(f"The answer of {host} is larger than {self._limits.body_bytes} bytes.")
        return bytes(content)


class _SignedIn:
    """The client of one account."""

    def __init__(self, egress: Egress, provider: Provider, host: str, authorization: str) -> None:
        self._egress = egress
        self._provider = provider
        self._host = host
        self._authorization = authorization

    async def request(
        self, method: str, url: str, headers: Mapping[str, str] | None = None, body: bytes | None = None
    ) -> Answer:
        target = _parse(url)
        self._check(_host_of(url), headers or {})
        own = {name: value for name, value in (headers or {}).items() if name.lower() != "authorization"}
        signed = own | {"Authorization": self._authorization}
        return await self._egress.ask(method, target, signed, body, self._provider.name)

    def _check(self, host: str, headers: Mapping[str, str]) -> None:
        if host != self._host and not any(fnmatchcase(host, pattern) for pattern in self._provider.hosts):
            raise Misconfigured(
                f"The sign-in may not be sent to {host}: it is neither the server that was typed in "
                f"nor one of {self._provider.title}."
            )
        # Problem: a header made from a provider's text (an etag, say) can hold what HTTP cannot carry.
        # Solution: that is the fault of one event, not of the account.
        if any(_UNSENDABLE.search(value) for value in headers.values()):
            raise Unacceptable(f"The request to {host} holds characters that HTTP cannot carry.")


class _Guard(ThreadedResolver):
    """Resolves names as the system does, and drops the addresses that may not be asked."""

    def __init__(self, admission: _Admission) -> None:
        super().__init__()
        self._admission = admission

    async def resolve(self, host: str, port: int = 0, family: AddressFamily = AF_INET) -> list[ResolveResult]:
        found = await super().resolve(host, port, family)
        admitted = [result for result in found if self._admission.admits(result["host"])]
        if not admitted:
            raise self._admission.refused(host)
        return admitted


def _session(admission: _Admission, limits: Limits) -> aiohttp.ClientSession:
    session = aiohttp.ClientSession(
        connector=aiohttp.TCPConnector(resolver=_Guard(admission)),
        cookie_jar=aiohttp.DummyCookieJar(),
        headers={"User-Agent": f"Metonic/{version('metonic-gateway')}"},
        timeout=aiohttp.ClientTimeout(total=limits.seconds, sock_connect=limits.connect_seconds),
    )
    # Problem: aiohttp repeats a PUT or DELETE by itself when a kept connection turns out to be closed; the
    # second is answered 412 or 404 although the first has landed. Solution: the outcome is unknown, so say
    # it. There is no public switch; aiohttp's own test client sets the same attribute.
    session._retry_connection = False  # noqa: SLF001
    return session


def _parse(url: str) -> URL:
    """Servers report paths in a spelling of their own (``x%40y.ics``) and expect it back as it was."""
    try:
        target = URL(url, encoded=_PRINTABLE.fullmatch(url) is not None)
        _ = target.port  # a wrong one is noticed when it is read
    except ValueError as error:
        raise Misconfigured("That is not the address of a server: check how it is written.") from error
    if not target.raw_host:
        raise Misconfigured("That is not the address of a server: it names no host.")
    if target.raw_user or target.raw_password:
        raise Misconfigured("The address of a server must not contain a user name or a password.")
    return target


def _host_of(url: str) -> str:
    return (_parse(url).raw_host or "").lower().rstrip(".")


def _is_address(host: str) -> bool:
    try:
        reach(host)
    except ValueError:
        return False
    return True


def _sentence(error: Exception) -> str:
    return next(sentence for kind, sentence in _SENTENCES if isinstance(error, kind))


def _lower_case(response: aiohttp.ClientResponse) -> dict[str, str]:
    return {name.lower(): ", ".join(response.headers.getall(name)) for name in response.headers}
