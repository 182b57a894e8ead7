"""How is a file read in a process of its own? Few at a time: the others wait a moment, or are refused."""

import json
import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryFile
from threading import BoundedSemaphore, Timer
from typing import IO, Any, cast

from mipres_admin.refusals import Refusal, Refused
from mipres_admin.sandbox import protocol
from mipres_admin.sandbox.limits import Limits

Program = Callable[..., Iterator[Any]]

CHILD = Path(__file__).with_name("child.py")
# in each server process one file is read and one request waits; the server has more threads (--blocking-threads), so
# that the others answer everybody else
READ_AT_ONCE, PLACES, WAIT = 1, 2, 5.0
_places, _turns = BoundedSemaphore(PLACES), BoundedSemaphore(READ_AT_ONCE)

BUSY = Refusal(
    headline="El portal está leyendo otros archivos",
    cause="El portal lee un archivo a la vez y los anteriores no han terminado.",
    remedy="No se guardó nada. Vuelva a intentar en un minuto.",
    who="Usted mismo.",
)


@contextmanager
def _turn() -> Iterator[None]:
    if not _places.acquire(blocking=False):
        raise Refused(BUSY)
    try:
        if not _turns.acquire(timeout=WAIT):
            raise Refused(BUSY)
        try:
            yield
        finally:
            _turns.release()
    finally:
        _places.release()


@contextmanager
def run(program: Program, file: IO[bytes], limits: Limits, /, **arguments: Any) -> Iterator[Iterator[Any]]:
    """What `program(file, **arguments)` yields (JSON), as it reads a file on disk from its beginning.

    The program is a function of a module that does not import Django; what its library would import while it runs is
    in `LATER` of the module, and `prepare()` of the module, if there is one, opens what it would open. It raises
    Unreadable to refuse the file. The process ends with the block.

    Raises Refused when too many files are being read; while the messages are read, Unreadable and Exhausted.
    """
    with _turn():
        os.lseek(file.fileno(), 0, os.SEEK_SET)
        process = _start(program, file, limits, arguments)
        kill = Timer(limits.seconds, process.kill)
        kill.daemon = True
        kill.start()
        try:
            yield _messages(process)
        finally:
            kill.cancel()
            process.kill()
            cast(IO[bytes], process.stdout).close()
            process.wait()


def _start(program: Program, file: IO[bytes], limits: Limits, arguments: dict[str, Any]) -> subprocess.Popen[bytes]:
    own = (os.getpid(), limits.memory, limits.cpu_seconds, program.__module__, program.__name__, json.dumps(arguments))
    command = [sys.executable, "-I", str(CHILD), *map(str, own)]
    return subprocess.Popen(command, stdin=file, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, env={})


def _messages(process: subprocess.Popen[bytes]) -> Iterator[Any]:
    try:
        yield from protocol.read(cast(IO[bytes], process.stdout))
    except EOFError as error:
        # a signal: of the processor's limit, of the timer, of memory that a library could not get
        raise (protocol.Exhausted if process.wait() < 0 else protocol.Unreadable) from error


@contextmanager
def stored(data: bytes) -> Iterator[IO[bytes]]:
    """Bytes as a file without a name, for `run`."""
    with TemporaryFile() as file:
        file.write(data)
        file.flush()
        yield file
