"""Where do the settings come from? From the environment, or from the files that it names: NAME_FILE for NAME."""

import os
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import environ
from django.core.exceptions import ImproperlyConfigured


class VariablesAndFiles(Mapping[str, str]):
    """The environment; a variable NAME_FILE gives NAME the text of that file, without the space around it."""

    def __getitem__(self, key: str) -> str:
        file = os.environ.get(f"{key}_FILE")
        if not file:
            return os.environ[key]
        try:
            return Path(file).read_text(encoding="utf-8").strip()
        except OSError as error:
            raise ImproperlyConfigured(
                f"{key}_FILE names a file that cannot be read ({error.strerror}): create it, for the portal alone."
            ) from None

    def __iter__(self) -> Iterator[str]:
        return iter(os.environ)

    def __len__(self) -> int:
        return len(os.environ)


def environment() -> Any:
    """django-environ, which casts the variables, over the environment and its files."""
    env = environ.Env()
    env.ENVIRON = VariablesAndFiles()
    return env
