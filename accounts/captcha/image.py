"""How does the image of a code hinder machines, and still let a person read? Slanted strokes, then a wave.

Drawn from `random`, which django-simple-captcha seeds with its key for the time it draws: the image of a captcha is
the same each time, and its noise cannot be predicted without that key.
"""

import math
import random

from captcha.conf import settings as captcha_settings
from PIL import Image, ImageDraw

BACKGROUND = "#ffffff"
STROKES = 3
STRIP = 4
WAVE_HEIGHT = (5, 9)
WAVE_LENGTH = (90, 160)


def strokes(draw: ImageDraw.ImageDraw, image: Image.Image) -> ImageDraw.ImageDraw:
    """Draw strokes of background and of ink, which cut and join characters; a level one would make an E of an F."""
    width, height = image.size
    for color in (BACKGROUND, captcha_settings.CAPTCHA_FOREGROUND_COLOR) * STROKES:
        top = random.uniform(0, width)
        bottom = top + random.choice((-1, 1)) * random.uniform(0.5, 1.2) * height
        draw.line([(top, 0), (bottom, height)], fill=color, width=2)
    return draw


def wave(image: Image.Image) -> Image.Image:
    """The image with its columns moved up and down."""
    width, height = image.size
    high, long, begin = random.uniform(*WAVE_HEIGHT), random.uniform(*WAVE_LENGTH), random.random()

    def strip(left: int) -> tuple[tuple[int, ...], tuple[float, ...]]:
        right = left + STRIP
        here, there = (high * math.sin(math.tau * (x / long + begin)) for x in (left, right))
        # Where a strip of the result takes its corners from: top left, bottom left, bottom right, top right.
        return (left, 0, right, height), (left, here, left, here + height, right, there + height, right, there)

    strips = [strip(left) for left in range(0, width, STRIP)]
    return image.transform(image.size, Image.Transform.MESH, strips, Image.Resampling.BICUBIC, fillcolor=BACKGROUND)
