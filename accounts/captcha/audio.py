"""How does the code of an image sound? In Spanish, a spelling word per character, over a murmur that hinders machines.

The clips are made beforehand (`manage.py make_captcha_audio`), so that a server needs nothing but Python. Every
recording of a code of some length lasts the same, whatever its characters are.
"""

import random
import wave
from array import array
from functools import cache
from io import BytesIO
from pathlib import Path

CLIPS = Path(__file__).parent / "audio_clips"
RATE = 8000

SPOKEN = {
    "A": "a, de Armenia",
    "C": "ce, de Cali",
    "D": "de, de Duitama",
    "E": "e, de Envigado",
    "F": "efe, de Florencia",
    "H": "hache, de Honda",
    "J": "jota, de Jamundí",
    "K": "ka, de kilo",
    "L": "ele, de Leticia",
    "M": "eme, de Medellín",
    "N": "ene, de Neiva",
    "P": "pe, de Pasto",
    "R": "erre, de Riohacha",
    "T": "te, de Tunja",
    "U": "u, de Urabá",
    "V": "uve, de Valledupar",
    "W": "doble u, de Wilson",
    "X": "equis, de xilófono",
    "Y": "ye, de Yopal",
    "3": "número tres",
    "4": "número cuatro",
    "6": "número seis",
    "7": "número siete",
    "9": "número nueve",
}

SECONDS_PER_CHARACTER = 2.4
SPEED = (0.92, 1.1)
LOUDNESS = (0.75, 1.0)
MURMUR = 0.16
HISS = 0.05

_random = random.SystemRandom()


@cache
def _clip(character: str) -> array[int]:
    """The samples of one character, from -128 to 127."""
    with wave.open(str(CLIPS / f"{character}.wav"), "rb") as clip:
        return array("b", (sample - 128 for sample in clip.readframes(clip.getnframes())))


def _varied(clip: array[int]) -> list[float]:
    """The clip a little faster or slower (and so higher or lower), louder or softer."""
    step, loudness = _random.uniform(*SPEED), _random.uniform(*LOUDNESS)
    varied = []
    for number in range(int((len(clip) - 1) / step)):
        before, fraction = divmod(number * step, 1)
        here = clip[int(before)]
        varied.append((here + (clip[int(before) + 1] - here) * fraction) * loudness)
    return varied


def _murmur(length: int) -> list[float]:
    """Speech that says nothing: clips backwards, one after the other, under a hiss."""
    voices: list[int] = []
    while len(voices) < length:
        voices.extend(reversed(_clip(_random.choice(list(SPOKEN)))))
    hiss = _random.randbytes(length)
    return [voice * MURMUR + (noise - 128) * HISS for voice, noise in zip(voices, hiss, strict=False)]


def _starts(lengths: list[int], total: int) -> list[int]:
    """Where each word begins, when the time that is left over is dealt out at random before, between and after them."""
    shares = [_random.uniform(1, 2) for _ in range(len(lengths) + 1)]
    unit = (total - sum(lengths)) / sum(shares)
    return [int(sum(shares[: n + 1]) * unit) + sum(lengths[:n]) for n in range(len(lengths))]


def speak(text: str) -> bytes:
    """A WAV (mono, 8 kHz, 8 bits) that reads the characters of `text` aloud; no two are alike."""
    words = [_varied(_clip(character)) for character in text]
    total = int(len(text) * SECONDS_PER_CHARACTER * RATE)
    samples = _murmur(total)
    for word, start in zip(words, _starts([len(word) for word in words], total), strict=True):
        for number, sample in enumerate(word, start):
            samples[number] += sample
    return encoded(bytes(max(0, min(255, int(sample) + 128)) for sample in samples))


def encoded(frames: bytes) -> bytes:
    """A WAV file of these unsigned eight-bit samples."""
    file = BytesIO()
    with wave.open(file, "wb") as sound:
        sound.setparams((1, 1, RATE, 0, "NONE", ""))
        sound.writeframes(frames)
    return file.getvalue()
