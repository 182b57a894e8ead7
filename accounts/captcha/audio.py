"""How does the code of an image sound? In Spanish, a spelling word per character, over a murmur that hinders machines.

The clips are made beforehand (`manage.py make_captcha_audio`), so that a server needs no voice. Every recording of a
code of some length lasts the same, whatever its characters are. Samples of eight bits are mixed as the grey values of
an image one pixel high, by Pillow, which takes a fifteenth of Python's time.
"""

import random
import wave
from functools import cache
from io import BytesIO
from pathlib import Path

from PIL import Image, ImageChops

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
def _clip(character: str) -> bytes:
    """The samples of one character, from 0 to 255 around 128."""
    with wave.open(str(CLIPS / f"{character}.wav"), "rb") as clip:
        return clip.readframes(clip.getnframes())


def _as_loud(samples: bytes, loudness: float) -> Image.Image:
    """The samples, this much softer."""
    softer = samples.translate(bytes(round((sample - 128) * loudness) + 128 for sample in range(256)))
    return Image.frombytes("L", (len(samples), 1), softer)


def _mixed(one: Image.Image, other: Image.Image) -> Image.Image:
    return ImageChops.add(one, other, offset=-128)


def _varied(clip: bytes) -> Image.Image:
    """The clip a little faster or slower (and so higher or lower), louder or softer."""
    length = int(len(clip) / _random.uniform(*SPEED))
    return _as_loud(clip, _random.uniform(*LOUDNESS)).resize((length, 1), Image.Resampling.BILINEAR)


def _murmur(length: int) -> Image.Image:
    """Speech that says nothing: clips backwards, one after the other, under a hiss."""
    voices = b""
    while len(voices) < length:
        voices += _clip(_random.choice(list(SPOKEN)))[::-1]
    return _mixed(_as_loud(voices[:length], MURMUR), _as_loud(_random.randbytes(length), HISS))


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
    for word, start in zip(words, _starts([word.width for word in words], total), strict=True):
        place = (start, 0, start + word.width, 1)
        samples.paste(_mixed(samples.crop(place), word), place)
    return encoded(samples.tobytes())


def encoded(frames: bytes) -> bytes:
    """A WAV file of these unsigned eight-bit samples."""
    file = BytesIO()
    with wave.open(file, "wb") as sound:
        sound.setparams((1, 1, RATE, 0, "NONE", ""))
        sound.writeframes(frames)
    return file.getvalue()
