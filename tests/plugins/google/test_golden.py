"""Bodies as Google hands them out, each with what is read of it: a new case is a new file.

``items``: an event, or a master with its exceptions, in a calendar of Berlin; ``read``: what comes of it.
"""

import json
from pathlib import Path
from typing import Any

import pytest

from metonic_core.model.codec import encode
from metonic_core.spi import Foreign, Seen, Unreadable
from metonic_google.reading import Whole

GOLDEN = sorted((Path(__file__).parent / "golden").glob("*.json"))
_USUAL = {"can_write": True, "can_write_time": True, "has_guests": False, "is_split": False, "marker": None}


def told(read: Seen | Unreadable | Foreign) -> dict[str, Any]:
    """What was read, without what is usual."""
    if isinstance(read, Foreign):
        return {"foreign": read.id}
    if isinstance(read, Unreadable):
        return {"unreadable": read.reason}
    event = read.event
    odd = {name: value for name, usual in _USUAL.items() if (value := getattr(event, name)) != usual}
    return {"content": encode(event.content), "uid": event.uid, **odd}


@pytest.mark.parametrize("file", GOLDEN, ids=lambda file: file.stem)
def test_a_body_is_read_as(file: Path) -> None:
    case = json.loads(file.read_text())

    master, *exceptions = case["items"]

    assert told(Whole(master, exceptions, "Europe/Berlin").read) == case["read"]
