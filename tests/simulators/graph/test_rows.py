"""The documentation lists what the stand-in does, with the test that shows it; and it can be typed."""

import json
from urllib.request import Request, urlopen

from tests.simulators.commands import after, typed
from tests.simulators.graph.rows import ROWS
from tests.simulators.tables import tables, written

from metonic_simulators.graph import FAULTS, QUIRKS


def test_the_tables_in_the_documentation_are_fresh() -> None:
    found = tables("graph", ROWS, QUIRKS, FAULTS)

    assert written("graph") == found, "replace them by the output of: python -m tests.simulators.graph.rows"
    assert len(ROWS) == 58


def test_it_says_how_to_sign_in_and_sigterm_ends_it() -> None:
    with typed("graph", "--port", "0", "--personal", "zoe@outlook.example") as words:
        asked = Request(  # noqa: S310 - our own URL
            f"{after(words, 'server')}v1.0/me",
            headers={"Authorization": f"Bearer {after(words, 'access', 'token')}"},
        )
        with urlopen(asked, timeout=30) as answer:  # noqa: S310 - our own URL
            me = json.loads(answer.read())

    assert (me["userPrincipalName"], me["mail"]) == ("zoe@outlook.example", None)
    assert words.count("user") == 1
