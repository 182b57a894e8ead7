"""What does this machine have for the tests? A missing program skips by name on a laptop and fails in CI."""

import os
import shutil

import pytest


def missing(what: str) -> None:
    """Skip the test, saying what is missing; in CI nothing is allowed to be missing."""
    if os.environ.get("CI"):
        pytest.fail(f"{what} is missing: .ci/run must install it")
    pytest.skip(f"{what} is not installed on this machine")


def program(*names: str) -> str:
    """The path of the first of these programs that is installed."""
    for name in names:
        path = shutil.which(name)
        if path:
            return path
    missing(names[0])
    raise AssertionError
