"""Does the noise of the image stay what it was for one captcha, and leave the characters to be read?"""

import random

import pytest
from PIL import Image, ImageDraw

from accounts.captcha import image as image_captcha

SIZE = (264, 88)


@pytest.fixture
def seeded():
    """As the library does: one seed per captcha, and none afterwards."""
    yield lambda: random.seed("one captcha")
    random.seed()


def paper():
    return Image.new("RGB", SIZE, image_captcha.BACKGROUND)


def share_of_ink(image):
    return sum(image.convert("L").histogram()[:200]) / (image.width * image.height)


def stroked(image):
    image_captcha.strokes(ImageDraw.Draw(image), image)
    return image


def lined():
    """Paper with one level line, as the foot of an E is."""
    image = paper()
    ImageDraw.Draw(image).line([(0, 44), (SIZE[0], 44)], fill="#000000", width=3)
    return image


def test_strokes_are_the_same_for_the_same_captcha(seeded):
    drawn = []
    for _ in range(2):
        seeded()
        drawn.append(stroked(paper()).tobytes())
    assert drawn[0] == drawn[1]


def test_strokes_hide_little():
    assert max(share_of_ink(stroked(paper())) for _ in range(50)) < 0.06


def test_no_stroke_is_level():
    image = stroked(paper())
    rows = [image.crop((0, row, SIZE[0], row + 1)) for row in range(SIZE[1])]
    assert max(share_of_ink(row) for row in rows) < 0.25


def test_the_wave_moves_a_level_line_up_and_down():
    image = image_captcha.wave(lined()).convert("L")
    heights = {min(range(SIZE[1]), key=lambda y: image.getpixel((x, y))) for x in range(0, SIZE[0], 12)}
    assert max(heights) - min(heights) >= image_captcha.WAVE_HEIGHT[0]


def test_the_wave_keeps_the_size_and_fills_with_paper():
    image = image_captcha.wave(paper())
    assert image.size == SIZE
    assert share_of_ink(image) == 0
