"""The dashboard and the alerts ask for metrics that there are."""

import json
import re
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from metonic_gateway.metrics import Metrics
from metonic_gateway.store.figures import Figures

DOCS = Path(__file__).parents[2] / "docs"
FIGURES = Figures(1, 1.0, 1, 1, {"google": 1}, {"google": 1}, {("google", "active"): 1})
_NAME = re.compile(r"\b(?:metonic|process)_[a-z_]+")
_COLUMNS = 24
Json = dict[str, Any]


def exported() -> set[str]:
    """The names of all series that one process has once everything has happened."""
    metrics = Metrics()
    now = datetime.now(UTC)
    metrics.run_began(now, now)
    metrics.run_took("google", 1)
    metrics.run_ended("google", "success")
    metrics.refreshed("google", "renewed")
    metrics.webhook_answered("google", 204, 0.1)
    metrics.asked("www.googleapis.com", "2xx", "google")
    lines = metrics.text(FIGURES, 1).decode().splitlines()
    return {_NAME.match(line)[0] for line in lines if _NAME.match(line)}  # type: ignore[index]


def measured(name: str) -> str:
    """The metric that a series is of."""
    return re.sub("_(bucket|count|sum)$", "", name)


def dashboard() -> Json:
    read: Json = json.loads((DOCS / "grafana" / "metonic.json").read_text("utf-8"))
    return read


def expressions(board: Json) -> Iterator[str]:
    for panel in board["panels"]:
        yield from (target["expr"] for target in panel.get("targets", ()))
    yield from (v["query"] for v in board["templating"]["list"] if v["type"] == "query")


def test_the_dashboard_asks_for_metrics_that_there_are() -> None:
    asked = {name for text in expressions(dashboard()) for name in _NAME.findall(text)}

    assert asked - exported() == set()


def test_the_dashboard_shows_everything_that_is_measured() -> None:
    asked = {name for text in expressions(dashboard()) for name in _NAME.findall(text)}
    own = {measured(name) for name in exported() if name.startswith("metonic_")}

    assert own - {measured(name) for name in asked} == set()


def test_the_alerts_ask_for_metrics_that_there_are() -> None:
    # The page also says which module writes its table of settings.
    asked = {*_NAME.findall((DOCS / "operating.md").read_text("utf-8"))} - {"metonic_gateway"}

    assert asked
    assert asked - exported() - {measured(name) for name in exported()} == set()


def test_the_dashboard_has_the_shape_that_grafana_reads() -> None:
    board = dashboard()

    assert (board["uid"], board["title"], board["schemaVersion"] > 30) == ("metonic", "Metonic", True)
    ids = [panel["id"] for panel in board["panels"]]
    assert len(ids) == len({*ids})
    variables = {variable["name"] for variable in board["templating"]["list"]}
    used = {*re.findall(r"\$\{?(\w+)", json.dumps(board))}
    assert used == variables
    for panel in board["panels"]:
        _check(panel)
    assert overlapping(board["panels"]) == []


def _check(panel: Json) -> None:
    place = panel["gridPos"]
    assert all(isinstance(place[name], int) for name in "hwxy")
    assert 0 <= place["x"] <= _COLUMNS - place["w"]
    assert panel["title"]
    if panel["type"] == "row":
        return
    assert panel["type"] in {"timeseries", "stat"}
    assert panel["datasource"]["type"] == "prometheus"
    assert panel["fieldConfig"]["defaults"]["unit"]
    letters = [target["refId"] for target in panel["targets"]]
    assert letters
    assert len(letters) == len({*letters})


def overlapping(panels: Sequence[Json]) -> list[tuple[str, str]]:
    cells: dict[tuple[int, int], str] = {}
    found = []
    for panel in panels:
        place = panel["gridPos"]
        for x in range(place["x"], place["x"] + place["w"]):
            for y in range(place["y"], place["y"] + place["h"]):
                if (x, y) in cells:
                    found.append((cells[x, y], panel["title"]))
                cells[x, y] = panel["title"]
    return found
