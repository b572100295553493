"""Which modules of ours take part in something, in the order in which they first do."""

import re
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import FrameType

ROOT = Path(__file__).parents[2]
_OURS = tuple(str(ROOT / member) for member in ("core", "gateway", "plugins"))


def described(heading: str) -> list[str]:
    """The files that docs/architecture.md links in the walk under this heading, in its order."""
    page = (ROOT / "docs/architecture.md").read_text("utf-8")
    walk = page.partition(f"## {heading}\n")[2].partition("\n## ")[0]
    return re.findall(r"^\| \d+ \| \[[^]]+\]\(\.\./([^)]+)\)", walk, re.MULTILINE)


class Footprints:
    """``modules``: paths below the repository, each where it was first entered."""

    def __init__(self) -> None:
        self.modules: dict[str, None] = {}

    def step(self, frame: FrameType, event: str, _argument: object) -> None:
        path = frame.f_code.co_filename
        if event == "call" and path.startswith(_OURS):
            self.modules.setdefault(str(Path(path).relative_to(ROOT)))


@contextmanager
def followed() -> Iterator[Footprints]:
    """Watches every call, on this thread and those that start meanwhile."""
    found = Footprints()
    threading.setprofile(found.step)
    sys.setprofile(found.step)
    try:
        yield found
    finally:
        sys.setprofile(None)
        threading.setprofile(None)
