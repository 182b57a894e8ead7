"""Make the clips that the captcha speaks with: once, by a maintainer, whenever `captcha_audio.SPOKEN` changes.

Needs Debian's package espeak-ng (`apt-get install espeak-ng`); servers do not. The clips belong in the repository.
"""

import math
import subprocess
import wave
from array import array
from io import BytesIO
from typing import Any

from django.core.management.base import BaseCommand

from accounts.captcha.audio import CLIPS, RATE, SPOKEN, encoded

WORDS_PER_MINUTE = 150
PEAK = 120
SILENCE = 0.02
TAPS = 48


def pronounced(words: str) -> tuple[array[int], int]:
    """The words as espeak-ng says them in Latin American Spanish: samples of 16 bits, and their rate."""
    command = ["espeak-ng", "-v", "es-419", "-s", str(WORDS_PER_MINUTE), "-g", "2", "--stdout", words]
    said = subprocess.run(command, check=True, capture_output=True).stdout
    with wave.open(BytesIO(said)) as sound:
        # A pipe has no length in its header, so take what follows it.
        return array("h", said[44 : len(said) - len(said) % 2]), sound.getframerate()


def slowed(samples: array[int], rate: int) -> list[float]:
    """The samples at RATE, without what that rate cannot carry (a windowed sinc keeps it from folding back)."""
    ratio = rate / RATE
    kernel = [
        (math.sin(math.pi * x / ratio) / (math.pi * x) if x else 1 / ratio) * (0.5 + 0.5 * math.cos(math.pi * x / TAPS))
        for x in range(-TAPS, TAPS + 1)
    ]
    padded = [0] * TAPS + list(samples) + [0] * TAPS
    middles = (int(number * ratio) for number in range(int(len(samples) / ratio)))
    return [sum(a * b for a, b in zip(padded[m : m + 2 * TAPS + 1], kernel, strict=True)) for m in middles]


def trimmed(samples: list[float]) -> bytes:
    """The samples as loud as eight bits allow, without the silence around them."""
    peak = max(map(abs, samples))
    loud = [number for number, sample in enumerate(samples) if abs(sample) > SILENCE * peak]
    return bytes(round(sample / peak * PEAK) + 128 for sample in samples[loud[0] : loud[-1] + 1])


class Command(BaseCommand):
    help = "Hace con espeak-ng las grabaciones con que se escucha el código de la imagen."

    def handle(self, *args: Any, **options: Any) -> None:
        """Write one WAV per character."""
        CLIPS.mkdir(exist_ok=True)
        for character, words in SPOKEN.items():
            (CLIPS / f"{character}.wav").write_bytes(encoded(trimmed(slowed(*pronounced(words)))))
        self.stdout.write(f"{len(SPOKEN)} grabaciones en {CLIPS}.")
