"""Time of the processor, told apart by process, and memory: as Linux says it.

Source: https://man7.org/linux/man-pages/man5/proc_pid_stat.5.html
"""

import os
from pathlib import Path

_PER_SECOND = os.sysconf("SC_CLK_TCK")
_PARENT, _TIMES = 1, slice(11, 15)


def spent(pid: int) -> float:
    """Seconds that a process has taken, and those of its children that have ended."""
    return sum(int(part) for part in _stat(pid)[_TIMES]) / _PER_SECOND


def spent_by_server(child: int) -> float:
    """Seconds that a server has taken which makes a process of each connection; ``child`` is one of these."""
    server = int(_stat(child)[_PARENT])
    of_it = [pid for pid in _processes() if (told := _stat(pid)) and int(told[_PARENT]) == server]
    return spent(server) + sum(spent(pid) for pid in of_it)


def memory(pid: int) -> int:
    """What a process has in memory, in kB."""
    lines = Path(f"/proc/{pid}/status").read_text("utf-8").splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith("VmRSS:"))


def _processes() -> list[int]:
    return [int(one.name) for one in Path("/proc").iterdir() if one.name.isdigit()]


def _stat(pid: int) -> list[str]:
    """From the state of the process on; nothing if it has ended."""
    try:
        text = Path(f"/proc/{pid}/stat").read_text("utf-8")
    except (FileNotFoundError, ProcessLookupError):
        return []
    return text.rpartition(")")[2].split()
