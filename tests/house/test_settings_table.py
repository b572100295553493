"""The table of settings in the documentation is the one that the code has."""

from pathlib import Path

from metonic_gateway.settings import settings_table

OPERATING = Path(__file__).parents[2] / "docs" / "operating.md"
BEGIN = "<!-- settings: begin, written by `python -m metonic_gateway.settings` -->\n"
END = "<!-- settings: end -->"


def test_the_table_of_settings_in_the_documentation_is_fresh() -> None:
    _, _, rest = OPERATING.read_text("utf-8").partition(BEGIN)
    table, _, _ = rest.partition(END)

    assert table == settings_table(), "replace it by the output of: python -m metonic_gateway.settings"
