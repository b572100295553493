"""The world outside: whether it reaches us, whether we reach providers, and whether they know us."""

import json
import re
from collections.abc import AsyncIterator, Callable, Iterator
from datetime import datetime, timedelta
from email.utils import parsedate_to_datetime
from urllib.parse import urlencode

from yarl import URL

from metonic_core.spi.client import Answer
from metonic_core.spi.errors import Misconfigured, ProviderError
from metonic_core.spi.provider import OAuth2, Provider
from metonic_core.spi.registry import Registry
from metonic_gateway.accounts.egress import Egress, Limits
from metonic_gateway.accounts.stand_ins import StandIns
from metonic_gateway.doctor.finding import Finding, failed, ok, warning
from metonic_gateway.settings import Settings

PUBLIC_URL = "public URL"
PLUGINS = "plugins"
_APART, _FAR_APART = timedelta(seconds=30), timedelta(minutes=5)
_UNKNOWN_TO_THEM = frozenset({"invalid_client", "unauthorized_client", "deleted_client"})
_OK = 200
_CODE = re.compile("[a-z_]{1,40}")


def egress_of(settings: Settings) -> Egress:
    """The way out that the service takes, with less patience."""
    return Egress(
        allow_private_addresses=settings.allow_private_addresses,
        limits=Limits(seconds=10, connect_seconds=5),
        stand_ins=StandIns(settings.origins_instead),
    )


async def public_url(settings: Settings, egress: Egress) -> AsyncIterator[Finding]:
    """That it leads to a Metonic is told by its health."""
    url = settings.public_url
    if url is None:
        yield warning(
            PUBLIC_URL,
            "There is none: nobody can sign in at a provider's page, and no provider can tell of changes.",
            "Set METONIC_PUBLIC_URL to where your proxy answers.",
        )
        return
    try:
        answer = await egress.ask("GET", URL(f"{url}/healthz"), {}, None)
    except Misconfigured as error:
        yield warning(PUBLIC_URL, f"From here it cannot be asked. {error.message}", "Open it from elsewhere.")
        return
    except ProviderError as error:
        yield failed(PUBLIC_URL, error.message, "Check its name, the proxy there, and that the service runs.")
        return
    if (answer.status, answer.body) != (_OK, b"ok\n"):
        yield failed(
            PUBLIC_URL,
            f"Something else than Metonic answers at {url}/healthz (status {answer.status}).",
            "Have the proxy pass every path on to the service.",
        )
    elif not url.startswith("https://"):
        yield warning(PUBLIC_URL, f"{url} leads here, but not by https.", "Providers want https: add TLS.")
    else:
        yield ok(PUBLIC_URL, f"{url} leads to Metonic.")


async def plugins(registry: Registry) -> AsyncIterator[Finding]:
    """Which work, and why others do not."""
    if not registry.reports:
        yield failed(PLUGINS, "There is none.", "Install one, such as metonic-google.")
    for report in registry.reports:
        named = f"{report.name} ({report.distribution} {report.version})"
        if report.problem is None:
            yield ok(PLUGINS, f"{named} works.")
        else:
            why = " ".join(report.problem.split())
            yield failed(PLUGINS, f"{named} is left out: {why}", "Upgrade it, or uninstall it.")


async def provider(
    settings: Settings, egress: Egress, asked: Provider, clock: Callable[[], datetime]
) -> AsyncIterator[Finding]:
    """Whether it answers, knows this installation, and has the same time."""
    try:
        if isinstance(asked.sign_in, OAuth2):
            findings = await _authority(settings, egress, asked, asked.sign_in)
        else:
            answer = await egress.ask("GET", URL(asked.sign_in.default_server), {}, None)
            findings = ok(asked.name, f"{asked.title} answers."), answer
    except ProviderError as error:
        yield failed(asked.name, error.message, "Check that the machine may open connections to the world.")
        return
    finding, answered = findings
    yield finding
    if answered is not None:
        for about_time in _clock(asked, answered, clock()):
            yield about_time


async def _authority(
    settings: Settings, egress: Egress, asked: Provider, sign_in: OAuth2
) -> tuple[Finding, Answer | None]:
    """Who sends a code that nobody was given is told that, or that the client is not known."""
    client = settings.clients.get(asked.name)
    if client is None:
        what = f"Nobody can sign in: METONIC_OAUTH_CLIENTS has no {asked.name!r}."
        return warning(asked.name, what, "docs/operating.md says how to register."), None
    if settings.public_url is None:
        what = "Nobody can sign in: they could not come back, as METONIC_PUBLIC_URL is not set."
        return warning(asked.name, what, "Set it to where your proxy answers."), None
    form = {
        "grant_type": "authorization_code",
        "code": "made-up",
        "code_verifier": "m" * 43,
        "redirect_uri": f"{settings.public_url}/oauth/{asked.name}/callback",
        "client_id": client.id,
        "client_secret": client.secret,
    }
    kind = {"Content-Type": "application/x-www-form-urlencoded", "Accept": "application/json"}
    answer = await egress.ask("POST", URL(sign_in.token_url), kind, urlencode(form).encode())
    return _known(asked, _code_of(answer), answer.status), answer


def _known(asked: Provider, code: str, status: int) -> Finding:
    if code == "invalid_grant":
        return ok(asked.name, f"{asked.title} answers, and knows this installation.")
    if code in _UNKNOWN_TO_THEM:
        return failed(
            asked.name,
            f"{asked.title} does not take id and secret of this installation ({code}).",
            "Compare METONIC_OAUTH_CLIENTS with the registration there; a secret may have ended.",
        )
    if code == "redirect_uri_mismatch":
        return failed(
            asked.name,
            f"{asked.title} does not know our redirect URI.",
            f"Register METONIC_PUBLIC_URL/oauth/{asked.name}/callback there.",
        )
    what = f"{asked.title} answers otherwise than expected (status {status}, {code or 'no error code'})."
    return warning(asked.name, what, "Try again later; if it stays so, try a sign-in.")


def _code_of(answer: Answer) -> str:
    """The error code of RFC 6749 5.2, if it is one."""
    try:
        body = json.loads(answer.body)
    except (ValueError, RecursionError):
        return ""
    code = body.get("error") if isinstance(body, dict) else None
    return code if isinstance(code, str) and _CODE.fullmatch(code) else ""


def _clock(asked: Provider, answer: Answer, now: datetime) -> Iterator[Finding]:
    try:
        apart = abs(now - parsedate_to_datetime(answer.headers["date"]))
    except (KeyError, ValueError, TypeError):
        return
    if apart < _APART:
        yield ok("clock", f"{asked.title} and this machine have the same time.")
        return
    verdict = failed if apart > _FAR_APART else warning
    what = f"{asked.title} and this machine are {apart.total_seconds():.0f} s apart."
    yield verdict("clock", what, "Set the clock of this machine right, by NTP.")
