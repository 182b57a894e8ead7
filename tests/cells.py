"""How are the cells of a table tested with one set-up? `@each_cell` is read as `pytest.mark.parametrize`."""

import functools
import inspect
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any

from django.db import connection, transaction

# what forgets the memory of the process between two cells, which fixtures set
between_cells: Sequence[Callable[[], object]] = ()


type Test = Callable[..., None]


def each_cell(names: str | Sequence[str], values: Iterable[Any]) -> Callable[[Test], Test]:
    """Run the test once for each value, as a subtest that leaves no row behind; the fixtures are made once."""
    columns = [names] if isinstance(names, str) else list(names)
    rows = [dict(zip(columns, [value] if isinstance(names, str) else value, strict=True)) for value in values]

    def decorate(test: Test) -> Test:
        @functools.wraps(test)
        def walk(**fixtures: Any) -> None:
            passed_on = fixtures if "subtests" in accepted else {k: v for k, v in fixtures.items() if k != "subtests"}
            for row in rows:
                with fixtures["subtests"].test(**row), _undone():
                    test(**passed_on, **row)
                for forget in between_cells:
                    forget()

        accepted = inspect.signature(test).parameters
        fixture_names = dict.fromkeys([*(name for name in accepted if name not in columns), "subtests"])
        parameters = [inspect.Parameter(name, inspect.Parameter.KEYWORD_ONLY) for name in fixture_names]
        vars(walk)["__signature__"] = inspect.Signature(parameters)
        return walk

    return decorate


@contextmanager
def _undone() -> Iterator[None]:
    """A savepoint that is rolled back; nothing in a test without database."""
    if not connection.in_atomic_block:
        yield
        return
    with transaction.atomic():
        yield
        transaction.set_rollback(True)
