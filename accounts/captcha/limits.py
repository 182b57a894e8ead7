"""How many images, plays and new captchas a minute does one origin get? Drawing and speaking cost processor time.

The origin is the network of the address; a browser with the cookie of a known device has counts of its own, so that a
neighbour behind the same address takes nobody's image away. The captcha itself limits no attempt: programs solve it.
"""

from collections.abc import Callable
from datetime import timedelta
from functools import wraps
from typing import Any

from django.conf import settings
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.shortcuts import render

from accounts.security import devices
from mipres_admin.access.declarations import View
from mipres_admin.origin import origin
from mipres_admin.rate_limits.limiter import LeasedLimit, LimitReached

IMAGES = LeasedLimit("accounts.captcha.images", allowed=settings.CAPTCHA_IMAGES_PER_MINUTE, lease=10)
PLAYS = LeasedLimit("accounts.captcha.plays", allowed=settings.CAPTCHA_PLAYS_PER_MINUTE, lease=10)
CAPTCHAS = LeasedLimit("accounts.captcha.new", allowed=settings.CAPTCHAS_PER_MINUTE, lease=10)
TEXT = ("captcha/too_many.txt", "text/plain; charset=utf-8")
PICTURE = ("captcha/too_many.svg", "image/svg+xml")


def _device() -> str | None:
    cookie = origin.get().device_cookie
    return cookie if devices.is_signed(cookie) else None


def limited(limit: LeasedLimit, refusal: tuple[str, str] = TEXT) -> Callable[[View], View]:
    """A view that is answered within `limit` for the origin of the request; beyond, with 429 and when to ask again.

    `refusal` is the template of that answer and its content type.
    """
    template, content_type = refusal

    def decorate(view: View) -> View:
        @wraps(view)
        def within(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
            try:
                limit.acquire(_device())
            except LimitReached as full:
                seconds = -(-full.remaining // timedelta(seconds=1))
                response = render(request, template, {"seconds": seconds}, content_type=content_type, status=429)
                response.headers["Retry-After"] = str(seconds)
                return response
            return view(request, *args, **kwargs)

        return within

    return decorate
