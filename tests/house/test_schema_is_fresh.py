"""schema.graphql is what the code says."""

from pathlib import Path

from metonic_gateway.graphql.schema import sdl

ROOT = Path(__file__).parents[2]


def test_the_committed_schema_is_the_one_the_code_makes() -> None:
    assert (ROOT / "schema.graphql").read_text("utf-8") == sdl(), "run `make schema`"
