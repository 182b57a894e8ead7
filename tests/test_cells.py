"""Does a test of many cells run each apart, report each and leave no row behind?"""

from contextlib import contextmanager, suppress

import pytest

from entities.models import Entity
from tests.cells import each_cell
from tests.factories import make_entity


class Recorder:
    """Stands in for the `subtests` fixture: which cells passed and which failed."""

    def __init__(self):
        self.results = []

    @contextmanager
    def test(self, **cell):
        result = "failed"
        with suppress(AssertionError):
            yield
            result = "passed"
        self.results.append((cell, result))


@pytest.mark.django_db
def test_each_cell_is_reported_and_undone():
    @each_cell("name", ["a", "b"])
    @each_cell(("kind", "rows"), [("IPS", 1), ("PROV", 2)])
    def one_row(name, kind, rows):
        make_entity(kind, name=name)
        assert Entity.objects.count() == rows

    recorder = Recorder()
    one_row(subtests=recorder)
    inner = [(cell["kind"], result) for cell, result in recorder.results if "kind" in cell]
    assert inner == [("IPS", "passed"), ("PROV", "failed")] * 2
    assert not Entity.objects.exists()
