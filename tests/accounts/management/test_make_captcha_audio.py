"""Does one command make the clips of the captcha?"""

import subprocess
import wave
from io import BytesIO

import pytest
from django.core.management import call_command

from accounts.management.commands import make_captcha_audio


def frames(sound):
    with wave.open(BytesIO(sound)) as opened:
        assert (opened.getnchannels(), opened.getsampwidth(), opened.getframerate()) == (1, 1, 8000)
        return opened.readframes(opened.getnframes())


@pytest.fixture
def espeak(monkeypatch, tmp_path):
    """A machine where espeak-ng says a second of something, and a place for its clips."""
    said = BytesIO()
    with wave.open(said, "wb") as sound:
        sound.setparams((1, 2, 22050, 0, "NONE", ""))
        sound.writeframes(b"\0\0" * 5000 + b"\x00\x40\x00\xc0" * 3000 + b"\x00\x60" * 100 + b"\0\0" * 5000)
    monkeypatch.setattr(
        subprocess, "run", lambda command, **options: subprocess.CompletedProcess(command, 0, said.getvalue())
    )
    monkeypatch.setattr(make_captcha_audio, "CLIPS", tmp_path / "clips")
    return tmp_path / "clips"


def test_a_maintainer_makes_the_clips_with_one_command(espeak, monkeypatch, capsys):
    monkeypatch.setattr(make_captcha_audio, "SPOKEN", {"A": "a, de Armenia"})
    call_command("make_captcha_audio")
    assert 0 < len(frames((espeak / "A.wav").read_bytes())) < 8000
    assert capsys.readouterr().out.startswith("1 grabaciones")
