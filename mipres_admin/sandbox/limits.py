"""What may a process use that reads a file? Memory, processor, time; no other file, no connection, no child."""

import ctypes
import os
import resource
import signal
from contextlib import suppress
from dataclasses import dataclass

PR_SET_PDEATHSIG, PR_SET_NO_NEW_PRIVS = 1, 38
# of 0 to 19: requests of pages come first
NICE = 15


@dataclass(frozen=True)
class Limits:
    """Bytes of memory, seconds of processor, and seconds until the process is killed, however little it does."""

    memory: int
    cpu_seconds: int
    seconds: float


def _prctl(option: int, value: int) -> None:
    """Set an attribute of this process, where the system is Linux."""
    with suppress(OSError, AttributeError):
        ctypes.CDLL(None).prctl(option, value, 0, 0, 0)


def end_with(parent: int) -> None:
    """Have this process killed when its parent ends, if it has not ended already."""
    _prctl(PR_SET_PDEATHSIG, signal.SIGKILL)
    if os.getppid() != parent:
        raise SystemExit(1)


def apply(memory: int, cpu_seconds: int) -> None:
    """No more memory, processor or written byte than this, and the lowest claim on the processor."""
    _prctl(PR_SET_NO_NEW_PRIVS, 1)
    os.nice(NICE)
    for what, limit in (
        (resource.RLIMIT_AS, memory),
        (resource.RLIMIT_CPU, cpu_seconds),
        (resource.RLIMIT_FSIZE, 0),
        (resource.RLIMIT_CORE, 0),
    ):
        resource.setrlimit(what, (limit, limit))


def close_the_rest() -> None:
    """From here on neither a file, a connection nor a pipe can be opened; what is open stays so."""
    resource.setrlimit(resource.RLIMIT_NOFILE, (0, 0))
