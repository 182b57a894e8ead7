"""What does the process say? One line of JSON for each message: something that was read, or how it ended."""

import json
from collections.abc import Iterator
from typing import IO, Any

# a longer line is not read: what is read of a file is in many messages
MAX_LINE = 16 * 1024 * 1024
MESSAGE, REFUSED, DONE, OUT_OF_MEMORY = "message", "refused", "done", "memory"


class Unreadable(Exception):
    """The program refused the file, with what it says of it (JSON) in `args`; without, it failed or made no sense."""


class Exhausted(Exception):
    """The process was ended at one of its limits."""


def write(file: IO[str], kind: str, content: Any = None) -> None:
    """Write one message, at once: the process may not live until the next."""
    json.dump([kind, content], file, separators=(",", ":"))
    file.write("\n")
    file.flush()


def read(file: IO[bytes]) -> Iterator[Any]:
    """The messages, until the process says that it is done. Raises Unreadable, Exhausted; EOFError when it died."""
    while line := file.readline(MAX_LINE):
        kind, content = _parsed(line)
        if kind == DONE:
            return
        if kind == OUT_OF_MEMORY:
            raise Exhausted
        if kind == REFUSED and isinstance(content, list):
            raise Unreadable(*content)
        if kind != MESSAGE:
            raise Unreadable
        yield content
    raise EOFError


def _parsed(line: bytes) -> list[Any]:
    if len(line) == MAX_LINE:
        raise Exhausted
    try:
        message = json.loads(line)
    except (ValueError, RecursionError) as error:
        raise Unreadable from error
    if not isinstance(message, list) or len(message) != 2:
        raise Unreadable
    return message
