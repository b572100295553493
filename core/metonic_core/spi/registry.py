"""Finds provider plugins and keeps a broken one from breaking the others."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import timedelta
from importlib.metadata import EntryPoint, entry_points

import pluggy

from metonic_core.spi import hook
from metonic_core.spi.pace import COUNTED_TOGETHER, Pace
from metonic_core.spi.provider import Capabilities, OAuth2, Password, Provider
from metonic_core.spi.push import Push

_NAME = re.compile(r"[a-z][a-z0-9_]{0,19}\Z")
_SHORTEST_LIFE = timedelta(minutes=10)


@dataclass(frozen=True, slots=True)
class PluginReport:
    """What became of one entry point; ``problem`` is None if its provider can be used."""

    name: str
    distribution: str
    version: str
    problem: str | None = None


@dataclass(frozen=True, slots=True)
class Registry:
    """The providers that work, by name, and a report on each plugin found."""

    providers: Mapping[str, Provider]
    reports: tuple[PluginReport, ...]

    @classmethod
    def load(cls, found: Iterable[EntryPoint] | None = None) -> "Registry":
        """Import each entry point of the group ``metonic.providers`` on its own."""
        points = entry_points(group=hook.ENTRY_POINTS) if found is None else found
        providers: dict[str, Provider] = {}
        reports = [_load_one(point, providers) for point in sorted(points, key=lambda p: p.name)]
        return cls(providers, tuple(reports))


def _load_one(point: EntryPoint, providers: dict[str, Provider]) -> PluginReport:
    distribution, version = (point.dist.name, point.dist.version) if point.dist else ("?", "?")
    try:
        provider = _provider_of(point)
        _check(provider, providers)
    except (Exception, SystemExit) as error:  # noqa: BLE001 - whatever a stranger's plugin does, the others run
        return PluginReport(point.name, distribution, version, f"{type(error).__name__}: {error}")
    providers[provider.name] = provider
    return PluginReport(point.name, distribution, version)


def _provider_of(point: EntryPoint) -> Provider:
    # A plugin manager each: one raising hook implementation aborts a call for all that share it.
    plugins = pluggy.PluginManager(hook.PROJECT)
    plugins.add_hookspecs(hook)
    plugins.register(point.load(), name=point.name)
    plugins.check_pending()
    found = plugins.hook.metonic_provider()
    if len(found) != 1:
        raise TypeError("a plugin implements the hook metonic_provider exactly once")
    return found[0]  # type: ignore[no-any-return]


def _check(provider: Provider, others: Mapping[str, Provider]) -> None:
    if not isinstance(provider, Provider):
        raise TypeError("metonic_provider() must return a metonic_core.spi.Provider")
    if provider.spi != 1:
        raise ValueError(f"it speaks version {provider.spi} of the plugin interface, this is version 1")
    if not _NAME.match(provider.name):
        raise ValueError("a provider's name is 1 to 20 of a-z, 0-9 and _, beginning with a letter")
    if provider.name in others:
        raise ValueError(f"another plugin already provides {provider.name!r}")
    adapter: object = provider.adapter
    capabilities: object = provider.capabilities
    if not callable(adapter) or not isinstance(capabilities, Capabilities):
        raise TypeError("a provider's adapter is a function, and its capabilities are Capabilities")
    _check_sign_in(provider.sign_in)
    _check_push(provider.push)
    _check_paces(provider.paces)


def _check_paces(paces: object) -> None:
    if not isinstance(paces, tuple) or not all(isinstance(p, Pace) and callable(p.cost) for p in paces):
        raise TypeError("a provider's paces are a tuple of Pace, and the cost of each is a function")
    if not all(p.units > 0 and p.span > timedelta(0) and p.scope in COUNTED_TOGETHER for p in paces):
        raise ValueError("a pace allows something in some time, of an ACCOUNT or of the PROJECT")
    if not all(p.at_once is None or p.at_once > 0 for p in paces):
        raise ValueError("a pace allows one request at least at the same time")


def _check_push(push: object) -> None:
    if push is None:
        return
    if not isinstance(push, Push) or not callable(push.read):
        raise TypeError("a provider's push is a Push whose read is a function, or None")
    if push.lifetime < _SHORTEST_LIFE:
        raise ValueError("a channel is asked to last for ten minutes at least")


def _check_sign_in(sign_in: Password | OAuth2) -> None:
    if isinstance(sign_in, OAuth2):
        _check_pages(sign_in)
    else:
        _check_form(sign_in)


def _check_pages(sign_in: OAuth2) -> None:
    pages = (sign_in.server, sign_in.authorize_url, sign_in.token_url, sign_in.keys_url, sign_in.revoke_url)
    if not all(page.startswith("https://") for page in pages if page is not None):
        raise ValueError("the addresses of a sign-in by OAuth begin with https://")
    if not sign_in.scopes or not sign_in.identity:
        raise ValueError("sign-in by OAuth needs at least one scope, and a claim that names the account")


def _check_form(sign_in: Password) -> None:
    named = {f.name: f for f in sign_in.fields}
    if not {"username", "password"} <= set(named) or not named["password"].is_secret:
        raise ValueError("sign-in by password needs the fields username and (secret) password")
