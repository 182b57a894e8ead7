"""What do the tests run in the process? Programs that do what a hostile file would have a parser do."""

import os
import socket
import sys
import time
from pathlib import Path


def echo(file, **arguments):
    yield {"content": file.read().decode(), "arguments": arguments, "environment": dict(os.environ)}


def spin(file):
    yield os.getpid()
    while True:
        pass


def sleep(file):
    yield os.getpid()
    time.sleep(60)


def take_memory(file):
    yield len(bytearray(2 << 30))


def die(file):
    os.abort()
    yield


def fail(file):
    raise RuntimeError
    yield


def say_nonsense(file):
    sys.stdout.write(file.read().decode())
    sys.stdout.flush()
    os._exit(0)
    yield


def reach_out(file):
    """What happens when a file, a connection, a file to write and a process are opened."""
    tries = {
        "file": lambda: Path("/etc/passwd").read_bytes(),
        "connection": lambda: socket.socket(),
        "writing": lambda: Path("/tmp/mipres-sandbox").write_text("x"),  # noqa: S108
        "input": lambda: os.write(0, b"x"),
    }
    said = {}
    for name, attempt in tries.items():
        try:
            attempt()
            said[name] = "done"
        except OSError:
            said[name] = "refused"
    yield said | {"nice": os.nice(0)}
