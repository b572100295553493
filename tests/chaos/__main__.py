"""Many processes under fire, and what is left in the calendars afterwards.

    python -m tests.chaos --seconds 180 --calendars 200 --broker redis

Ends with status 1 if an invariant does not hold.
"""

import argparse
import asyncio
import sys
from pathlib import Path
from random import Random
from tempfile import TemporaryDirectory

from tests.chaos.ground import PER_USER, Ground, calmed, laid, synced, under_fire
from tests.chaos.verdict import INVARIANTS, Verdict

_TOLD = 10


async def run(folder: Path, calendars: int, seconds: float, broker: str, seed: int) -> tuple[Verdict, str]:
    """What does not hold in the end, and a table of all that happened."""
    dice = Random(seed)  # noqa: S311 - chance that can be repeated
    async with laid(folder, calendars, broker, dice) as ground:
        sys.stderr.write(f"{calendars} calendars are connected.\n")
        await under_fire(ground, seconds)
        sys.stderr.write("It is calm again.\n")
        verdict, took = await calmed(ground)
        before = ground.versions()
        await synced(ground, is_complete=True)
        if ground.versions() != before:
            verdict.find(
                "I1 a run at rest writes nothing", "a complete read of all calendars wrote something"
            )
        if ground.mails:
            verdict.find("I6 nobody gets a mail", f"{ground.mails} mails")
        for name, code in ground.deployment.fallen.items():
            verdict.find("no process ends by itself", f"{name} did, with {code}")
        head = [("calendars", calendars), ("seconds under fire", round(seconds))]
        return verdict, _table(ground, verdict, [*head, ("seconds until all was in step again", round(took))])


def _table(ground: Ground, verdict: Verdict, head: list[tuple[str, int]]) -> str:
    rows: list[tuple[str, object]] = [*head]
    rows += sorted(ground.people.made.items()) + sorted(ground.troubles.struck.items())
    rows += [("places looked at", verdict.looked_at), ("events and appointments in them", verdict.things)]
    rows += [(name, len(verdict.broken.get(name, ())) or "holds") for name in INVARIANTS]
    width = max(len(name) for name, _ in rows)
    told = [f"{name:<{width}}  {value}" for name, value in rows]
    told += [f"{name}: {one}" for name, why in verdict.broken.items() for one in why[:_TOLD]]
    return "\n".join(told)


def _calendars(text: str) -> int:
    if (number := int(text)) < PER_USER:
        raise argparse.ArgumentTypeError(f"there are at least {PER_USER}, those of one user")
    return number


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.chaos", description=__doc__)
    parser.add_argument("--seconds", type=float, default=180, help="how long everything fails")
    parser.add_argument("--calendars", type=_calendars, default=200, help="how many, 3 of each user")
    parser.add_argument("--broker", choices=("redis", "rabbitmq"), default="redis")
    parser.add_argument("--seed", type=int, default=0, help="of what people do and what fails")
    options = parser.parse_args()
    with TemporaryDirectory(prefix="metonic-chaos-") as folder:
        asked = run(Path(folder), options.calendars, options.seconds, options.broker, options.seed)
        verdict, table = asyncio.run(asked)
    sys.stdout.write(f"{table}\n")
    return int(not verdict.is_good)


if __name__ == "__main__":
    sys.exit(main())
