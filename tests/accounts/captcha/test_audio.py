"""Is the code spoken in Spanish, for people rather than machines?"""

import wave
from io import BytesIO

from accounts.captcha import audio
from accounts.captcha.challenge import ALPHABET


def frames(sound):
    with wave.open(BytesIO(sound)) as opened:
        assert (opened.getnchannels(), opened.getsampwidth(), opened.getframerate()) == (1, 1, 8000)
        return opened.readframes(opened.getnframes())


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
    murmur = max(abs(sample - 128) for sample in audio._murmur(8000).tobytes())
    assert loudest > 3 * murmur
