"""All checks of an installation."""

from collections.abc import AsyncIterator, Iterator, Sequence
from functools import partial

from metonic_core.spi.registry import Registry
from metonic_gateway.doctor import database, outside, servers
from metonic_gateway.doctor.finding import Check, Finding, Verdict, examined, failed, warning
from metonic_gateway.settings import Settings, SettingsError, load_settings
from metonic_gateway.wiring import now


async def examine() -> Sequence[Finding]:
    """What all checks find; without settings there is nothing to check."""
    try:
        settings = load_settings()
    except SettingsError as error:
        return [failed("settings", line, "Mend it and come again.") for line in error.message.splitlines()]
    registry = Registry.load()
    async with outside.egress_of(settings) as egress:
        checks: list[Check] = [
            (database.DATABASE, partial(database.look, settings, now)),
            (outside.PUBLIC_URL, partial(outside.public_url, settings, egress)),
            (outside.PLUGINS, partial(outside.plugins, registry)),
            ("stand-ins", partial(_stand_ins, settings)),
        ]
        checks += [(name, partial(servers.server, name, url)) for name, url in _servers(settings)]
        checks += [
            (name, partial(outside.provider, settings, egress, provider, now))
            for name, provider in registry.providers.items()
        ]
        return await examined(checks)


def _servers(settings: Settings) -> Iterator[tuple[str, str]]:
    """What processes share besides the database, by what it is called."""
    if settings.broker is not None:
        yield "broker", settings.broker
    if settings.redis not in {None, settings.broker}:
        yield "Redis", settings.redis


def is_ill(findings: Sequence[Finding]) -> bool:
    return any(finding.verdict is Verdict.FAILED for finding in findings)


async def _stand_ins(settings: Settings) -> AsyncIterator[Finding]:
    if settings.origins_instead:
        instead = ", ".join(settings.origins_instead)
        yield warning(
            "stand-ins", f"Others are asked instead of {instead}.", "Unset METONIC_STAND_INS, but for trials."
        )
