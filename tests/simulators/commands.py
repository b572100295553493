"""A simulator as somebody starts it who types a command."""

import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager

_WITHIN = 30


@contextmanager
def typed(*arguments: str) -> Iterator[list[str]]:
    """The words that it said when it was ready; SIGTERM ends it. Raises AssertionError if it does not."""
    command = [sys.executable, "-m", "metonic_simulators", *arguments]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as child:  # noqa: S603 - our own command
        assert child.stdout is not None
        said = ""
        try:
            while "switches" not in said:
                line = child.stdout.readline()
                assert line, f"It ended: {said}"
                said += line
            yield said.split()
        finally:
            child.send_signal(signal.SIGTERM)
        assert child.wait(_WITHIN) == 0


def after(words: list[str], *labels: str) -> str:
    """The word that follows those."""
    wanted = list(labels)
    at = next(at for at in range(len(words)) if words[at : at + len(wanted)] == wanted)
    return words[at + len(wanted)]
