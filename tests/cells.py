"""How does one test try many cases from the same set-up? `@each_cell` is read as `pytest.mark.parametrize`."""

import functools
import inspect
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager, nullcontext
from copy import deepcopy
from typing import Any

from django.db import connection, transaction
from django.test import Client

# clears the caches of the process between two cells; fixtures set it
between_cells: Sequence[Callable[[], object]] = ()


type Test = Callable[..., None]


def each_cell(names: str | Sequence[str], values: Iterable[Any]) -> Callable[[Test], Test]:
    """Run the test once for each value, as a subtest that leaves no row behind; the fixtures are set up once."""
    columns = [names] if isinstance(names, str) else list(names)
    rows = [dict(zip(columns, [value] if isinstance(names, str) else value, strict=True)) for value in values]

    def decorate(test: Test) -> Test:
        @functools.wraps(test)
        def run_cells(**fixtures: Any) -> None:
            passed_on = fixtures if "subtests" in accepted else {k: v for k, v in fixtures.items() if k != "subtests"}
            for row in rows:
                with fixtures["subtests"].test(**row), rolled_back() if connection.in_atomic_block else nullcontext():
                    test(**passed_on, **row)
                for clear in between_cells:
                    clear()

        accepted = inspect.signature(test).parameters
        fixture_names = dict.fromkeys([*(name for name in accepted if name not in columns), "subtests"])
        parameters = [inspect.Parameter(name, inspect.Parameter.KEYWORD_ONLY) for name in fixture_names]
        vars(run_cells)["__signature__"] = inspect.Signature(parameters)
        return run_cells

    return decorate


@contextmanager
def rolled_back(client: Client | None = None) -> Iterator[None]:
    """Roll back the rows that are written inside, and the cookies that the client gets."""
    cookies = deepcopy(client.cookies) if client else None
    with transaction.atomic():
        yield
        transaction.set_rollback(True)
    if client and cookies is not None:
        client.cookies = cookies
