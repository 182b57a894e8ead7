"""Can the code be heard, in Spanish, by ear rather than by machine?"""

import subprocess
import wave
from io import BytesIO

import pytest
from django.core.management import call_command
from django.urls import reverse

from accounts.captcha import audio
from accounts.captcha.challenge import ALPHABET
from accounts.management.commands import make_captcha_audio
from tests.accounts.login_page import PAGE, token_in


def frames(sound):
    with wave.open(BytesIO(sound)) as opened:
        assert (opened.getnchannels(), opened.getsampwidth(), opened.getframerate()) == (1, 1, 8000)
        return opened.readframes(opened.getnframes())


def heard(client, **headers):
    response = client.get(reverse("captcha_audio", args=[token_in(client.get(PAGE))]), headers=headers)
    return response, b"".join(response.streaming_content)


def test_every_character_has_a_word_that_begins_with_it():
    for character in ALPHABET:
        word = audio.SPOKEN[character].split()[-1]
        assert character.isdigit() or word.upper().startswith(character)


def test_no_two_characters_share_their_word():
    assert len(set(audio.SPOKEN.values())) == len(ALPHABET)


def test_every_character_has_a_clip_that_fits_its_share_of_the_time():
    slowest = audio.SPEED[0]
    for character in ALPHABET:
        seconds = len(frames((audio.CLIPS / f"{character}.wav").read_bytes())) / audio.RATE / slowest
        assert 0.5 < seconds < audio.SECONDS_PER_CHARACTER - 0.3


def test_the_clips_are_small():
    assert sum(clip.stat().st_size for clip in audio.CLIPS.glob("*.wav")) < 400_000


def test_every_recording_lasts_the_same():
    assert {len(frames(audio.speak(code))) for code in ("AAAAA", "WWWWW", "3A4X9")} == {12 * 8000}


def test_no_two_recordings_of_a_code_are_alike():
    assert audio.speak("AC3FH") != audio.speak("AC3FH")


def test_there_is_no_silence_between_the_characters_to_cut_at():
    sound = frames(audio.speak("AC3FH"))
    tenths = [sound[start : start + 800] for start in range(0, len(sound), 800)]
    assert all(max(tenth) - min(tenth) > 4 for tenth in tenths)


def test_the_voice_is_well_above_the_murmur():
    loudest = max(abs(sample - 128) for sample in frames(audio.speak("AC3FH")))
    murmur = max(abs(sample) for sample in audio._murmur(8000))
    assert loudest > 3 * murmur


@pytest.mark.django_db
def test_a_page_can_be_heard(client):
    response, sound = heard(client)
    assert (response.status_code, response.headers["Content-Type"]) == (200, "audio/wav")
    assert len(frames(sound)) == 12 * 8000


@pytest.mark.django_db
def test_safari_hears_it_in_ranges(client):
    response, sound = heard(client, range="bytes=0-1")
    assert (response.status_code, response.headers["Content-Range"], sound) == (206, "bytes 0-1/96044", b"RI")


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
