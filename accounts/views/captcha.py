"""The image and the sound of a captcha, only for the session that it was created for."""

from io import BytesIO

from captcha.models import CaptchaStore
from captcha.views import captcha_image as library_image
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.http.response import HttpResponseBase
from django.urls import reverse
from ranged_response import RangedFileResponse

from accounts.captcha import challenge, limits
from mipres_admin.access.declarations import POST, SAFE, public


def captcha_for(request: HttpRequest, token: str) -> CaptchaStore:
    """The captcha, if this session requested it and it is neither used nor expired; else 404."""
    captcha = challenge.find(request.session, token)
    if captcha is None:
        raise Http404
    return captcha


@public(methods=SAFE)
@limits.limited(limits.IMAGES, limits.PICTURE)
def captcha_image(request: HttpRequest, token: str) -> HttpResponse:
    """The code as an image, the same each time."""
    response: HttpResponse = library_image(request, captcha_for(request, token).hashkey)
    return response


@public(methods=SAFE)
@limits.limited(limits.PLAYS)
def captcha_audio(request: HttpRequest, token: str) -> HttpResponseBase:
    """The code read aloud in Spanish, the same each time; in ranges, which Safari insists on."""
    try:
        sound = challenge.sound_of(captcha_for(request, token))
    except CaptchaStore.DoesNotExist:
        raise Http404 from None
    response: HttpResponseBase = RangedFileResponse(request, BytesIO(sound), content_type="audio/wav")
    return response


@public(methods=POST)
@limits.limited(limits.CAPTCHAS)
def new_captcha(request: HttpRequest) -> JsonResponse:
    """Another captcha for a page that is already open."""
    token = challenge.issue(request.session)
    return JsonResponse(
        {
            "token": token,
            "image": reverse("captcha_image", args=[token]),
            "audio": reverse("captcha_audio", args=[token]),
        }
    )
