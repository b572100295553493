"""The commands ``metonic plugins`` and ``metonic plugins check``."""

import sys
from collections import Counter
from importlib.metadata import EntryPoint
from pathlib import Path
from typing import Annotated

import typer

from metonic_core.spi.provider import Provider
from metonic_core.spi.registry import Registry
from metonic_core.testing.checking import STANDS, Finding, NoStand, Verdict, checked, stand_of
from metonic_core.testing.stand import Stand

_USAGE = 2

plugins = typer.Typer(name="plugins", invoke_without_command=True)


@plugins.callback()
def listed(context: typer.Context) -> None:
    """List the provider plugins; ends with 1 if one cannot be used."""
    if context.invoked_subcommand is not None:
        return
    reports = Registry.load().reports
    if not reports:
        typer.echo("No provider plugin is installed.")
    width = max((len(r.distribution) + len(r.version) + 1 for r in reports), default=0)
    for report in reports:
        origin = f"{report.distribution} {report.version}"
        typer.echo(f"{report.name:<20} {origin:<{width}} {report.problem or 'ok'}")
    raise typer.Exit(code=int(any(report.problem for report in reports)))


@plugins.command()
def check(
    name: Annotated[str, typer.Argument(help="The provider, as `metonic plugins` names it.")],
    stand: Annotated[
        str | None,
        typer.Option(metavar="MODULE:CLASS", help="Its stand, in a module that this folder has, or Python."),
    ] = None,
) -> None:
    """Run the conformance suite for a plugin; ends with 1 if it fails.

    The plugin is checked at its stand, an account at the service that its author brings as an entry point
    of the group `metonic.stands`, or names here. Without one only what needs no service is checked.
    """
    provider = _provider(name)
    ended: Counter[Verdict] = Counter()
    without = f"there is no stand: no entry point {name} in {STANDS}"
    for finding in checked(provider, _stand(name, stand), without):
        ended[finding.verdict] += 1
        typer.echo(_line(finding))
    typer.echo(", ".join(f"{ended[verdict]} {verdict}" for verdict in Verdict))
    raise typer.Exit(code=int(ended[Verdict.FAILED] > 0))


def _provider(name: str) -> Provider:
    registry = Registry.load()
    if name in registry.providers:
        return registry.providers[name]
    problem = next((report.problem for report in registry.reports if report.name == name), None)
    if problem:
        raise _ended(f"The plugin {name} cannot be used: {problem}", code=1)
    installed = ", ".join(sorted(registry.providers)) or "none"
    raise _ended(f"There is no plugin {name}. Installed: {installed}.", code=_USAGE)


def _stand(name: str, given: str | None) -> type[Stand] | None:
    try:
        if given is None:
            return stand_of(name)
        sys.path.insert(0, str(Path.cwd()))
        return stand_of(name, [EntryPoint(name, given, STANDS)])
    except NoStand as error:
        named = "what --stand says" if given else f"its entry point in the group {STANDS}"
        where = f"Install what it needs, or mend {named}."
        raise _ended(f"The stand of {name} cannot be used: {error}. {where}", code=1) from error


def _line(finding: Finding) -> str:
    """A line of the table; what failed takes two more, for what is wrong and what to mend."""
    head = f"{finding.verdict:<8} {finding.check}"
    match finding.verdict:
        case Verdict.PASSED:
            return head
        case Verdict.SKIPPED:
            return f"{head}: {finding.what}"
    return f"{head}\n         wrong: {finding.what}\n         mend:  {finding.mend}"


def _ended(message: str, code: int) -> typer.Exit:
    typer.echo(message, err=True)
    return typer.Exit(code)
