"""Is a file read in a process that can do no harm, that ends, and that says so when it is ended?"""

import os
import subprocess
import sys
import time
from contextlib import ExitStack
from pathlib import Path
from threading import Thread

import pytest

from mipres_admin.refusals import Refused
from mipres_admin.sandbox import launcher
from mipres_admin.sandbox.limits import NICE, Limits
from mipres_admin.sandbox.protocol import Exhausted, Unreadable
from tests.mipres_admin.sandbox import programs

MEMORY = 256 << 20
LIMITS = Limits(MEMORY, 2, 10)


def said(program, data=b"x", limits=LIMITS, **arguments):
    with launcher.stored(data) as file, launcher.run(program, file, limits, **arguments) as messages:
        return list(messages)


def test_the_process_gets_the_file_and_no_environment(monkeypatch):
    monkeypatch.setenv("MIPRES_SECRET_KEY", "secreto")
    (message,) = said(programs.echo, b"hola", name="ñ")
    assert (message["content"], message["arguments"]) == ("hola", {"name": "ñ"})
    assert "MIPRES_SECRET_KEY" not in message["environment"]


def test_the_process_opens_no_file_and_no_connection():
    (message,) = said(programs.reach_out)
    assert message == {
        "file": "refused", "connection": "refused", "writing": "refused", "input": "refused",
        "nice": min(os.nice(0) + NICE, 19),
    }  # fmt: skip


@pytest.mark.parametrize(
    ("program", "limits"),
    [
        (programs.spin, Limits(MEMORY, 1, 10)),
        (programs.sleep, Limits(MEMORY, 2, 0.5)),
        (programs.take_memory, LIMITS),
        (programs.die, LIMITS),
    ],
    ids=["processor", "time", "memory", "abort"],
)
def test_a_process_at_its_limit_is_exhausted(program, limits):
    with pytest.raises(Exhausted):
        said(program, limits=limits)


@pytest.mark.parametrize(
    "answer", [b"", b"nonsense\n", b"[1]\n", b'["other",1]\n', b'["refused",1]\n', b"[" * 200_000 + b"\n"]
)
def test_an_answer_that_makes_no_sense_is_unreadable(answer):
    with pytest.raises(Unreadable):
        said(programs.say_nonsense, answer)


def test_an_answer_without_end_is_not_read(monkeypatch):
    monkeypatch.setattr("mipres_admin.sandbox.protocol.MAX_LINE", 1_000)
    with pytest.raises(Exhausted):
        said(programs.say_nonsense, b"x" * 2_000)


def test_a_program_that_fails_is_unreadable():
    with pytest.raises(Unreadable):
        said(programs.fail)


def is_running(pid):
    state = Path(f"/proc/{pid}/stat")
    return state.exists() and state.read_text().split()[2] != "Z"


def test_the_process_ends_with_the_block():
    with launcher.stored(b"x") as file, launcher.run(programs.sleep, file, LIMITS) as messages:
        del messages
        (child,) = Path(f"/proc/self/task/{os.getpid()}/children").read_text().split()[-1:]
        assert is_running(child)
    assert not is_running(child)


def test_the_process_ends_when_who_started_it_is_killed():
    code = (
        "from mipres_admin.sandbox import launcher; from mipres_admin.sandbox.limits import Limits\n"
        "from tests.mipres_admin.sandbox import programs; import time\n"
        f"with launcher.stored(b'x') as file, launcher.run(programs.sleep, file, Limits({MEMORY}, 2, 60)):\n"
        "    print(flush=True); time.sleep(60)"
    )
    with subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE) as parent:
        parent.stdout.readline()
        time.sleep(1)
        (child,) = Path(f"/proc/{parent.pid}/task/{parent.pid}/children").read_text().split()
        parent.kill()
    deadline = time.monotonic() + 5
    while is_running(child) and time.monotonic() < deadline:
        time.sleep(0.05)
    assert not is_running(child)


def test_who_finds_one_reading_and_one_waiting_is_refused(monkeypatch):
    monkeypatch.setattr(launcher, "WAIT", 2.0)
    waited = []
    with ExitStack() as stack, launcher._turn():
        waiting = Thread(target=lambda: waited.append(said(programs.echo)))
        waiting.start()
        stack.callback(waiting.join)
        while launcher._places._value:
            time.sleep(0.01)
        with pytest.raises(Refused, match="un archivo a la vez"):
            said(programs.echo)
    assert waited


def test_who_waits_too_long_is_refused(monkeypatch):
    monkeypatch.setattr(launcher, "WAIT", 0.01)
    with launcher._turn(), pytest.raises(Refused, match="un archivo a la vez"):
        said(programs.echo)
