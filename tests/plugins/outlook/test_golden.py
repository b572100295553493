"""Bodies as Graph hands them out, each with what is read of it: a new case is a new file.

``master`` is an event or the master of a series, ``exceptions`` its exceptions; ``read``: what comes of it.
"""

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from tests.plugins.outlook.others_bodies import beside, cancelled, event, exception, series

from metonic_core.model.codec import encode
from metonic_core.spi import Gone, Seen, Unreadable
from metonic_outlook.reading import Whole

GOLDEN = sorted((Path(__file__).parent / "golden").glob("*.json"))
_USUAL = {
    "can_write": True,
    "can_write_time": True,
    "has_guests": False,
    "is_partial": False,
    "marker": None,
    "identity": None,
}


def told(read: Seen | Gone | Unreadable) -> dict[str, Any]:
    """What was read, without what is usual."""
    if isinstance(read, Gone):
        return {"gone": read.id}
    if isinstance(read, Unreadable):
        return {"unreadable": read.reason}
    event = read.event
    odd = {name: value for name, usual in _USUAL.items() if (value := getattr(event, name)) != usual}
    return {"content": encode(event.content), "uid": event.uid, **odd}


@pytest.mark.parametrize("file", GOLDEN, ids=lambda file: file.stem)
def test_a_body_is_read_as(file: Path) -> None:
    case = json.loads(file.read_text())

    assert told(Whole(case["master"], case["exceptions"]).read) == case["read"]


def test_when_it_was_changed_is_that_of_its_latest_part() -> None:
    late = exception("14", lastModifiedDateTime="2028-01-05T10:00:00.1234567+02:00")

    read = Whole(series(), [late]).read

    assert isinstance(read, Seen)
    assert read.event.modified_at == datetime(2028, 1, 5, 8, 0, 0, 123456, UTC)


@pytest.mark.parametrize(
    "text", [None, "", "0001-01-01T00:00:00Z", "9999-12-31T23:59:59-12:00", "2028-01-05"]
)
def test_when_it_was_changed_is_not_always_known(text: str | None) -> None:
    assert Whole(event(lastModifiedDateTime=text)).event.modified_at is None


def test_the_version_of_a_series_is_that_of_all_its_parts() -> None:
    plain, parts = Whole(series()), [exception("14"), exception("28")]
    others = [
        Whole(series(**{"@odata.etag": "other"})),
        Whole(series(cancelledOccurrences=[cancelled("2028-03-21")])),
        Whole(series(), parts),
        Whole(series(), [parts[0], {**parts[1], "@odata.etag": "other"}]),
    ]

    assert len({plain.etag, *(other.etag for other in others)}) == 5
    assert Whole(series(), parts).etag == Whole(series(), parts[::-1]).etag
    assert Whole(event()).etag == event()["@odata.etag"]


@pytest.mark.parametrize("name", ["a\x00b", "\ud800", "x" * 2000, "\u65e5" * 1000])
def test_a_name_that_could_not_be_kept_is_none(name: str) -> None:
    read = Whole(event(id=name, iCalUId=name, singleValueExtendedProperties=beside(marker=name))).event

    assert (read.id, read.uid, read.marker) == ("", None, None)
