"""What is known of a query by its shape is what it comes to when it is built."""

from unittest.mock import patch

from tests.simulation import statements
from tests.simulation.decisions import Script
from tests.simulation.history import lived


def test_a_query_that_is_known_by_its_shape_is_the_one_that_would_be_built() -> None:
    make, compared = statements.make, 0

    def compare(query: statements.Query) -> None:
        nonlocal compared
        make(query)
        known = query.query.get_parameterized_sql()
        query._make_query()  # noqa: SLF001 - what is stood in for
        assert query.query.get_parameterized_sql() == known
        compared += 1

    with patch.object(statements, "make", compare):
        for seed in range(5):
            lived(Script(seed))

    assert compared > 1000
