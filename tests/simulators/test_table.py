"""The documentation lists every quirk, as it is, with the test that shows it."""

from pathlib import Path

from tests.simulators.table import table

PAGE = Path(__file__).parents[2] / "docs" / "simulators.md"
BEGIN = "<!-- quirks: begin, written by `python -m tests.simulators.table` -->\n"
END = "<!-- quirks: end -->"


def test_the_table_of_quirks_in_the_documentation_is_fresh() -> None:
    _, _, rest = PAGE.read_text("utf-8").partition(BEGIN)
    written, _, _ = rest.partition(END)

    assert written == table(), "replace it by the output of: python -m tests.simulators.table"
