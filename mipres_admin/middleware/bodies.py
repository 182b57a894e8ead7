"""Is the body of a request small enough for its view, and is it one upload too many? Checked before it is read.

Django reads the body for the CSRF check, before it asks who may open the view. So what is larger than an ordinary form
is only taken from those whom the view admits.
"""

from datetime import timedelta
from typing import Any

from django.conf import settings
from django.contrib.auth.views import redirect_to_login
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.utils import timezone
from django.utils.deprecation import MiddlewareMixin

from mipres_admin.access.bodies import ORDINARY_BODY, Upload, body_size, size_in_words
from mipres_admin.access.declarations import Access, declared
from mipres_admin.rate_limits import limiter

HOUR = timedelta(hours=1)
# an account whose upload never ended, since its process was killed, sends the next one after this
LONGEST_UPLOAD = timedelta(minutes=2)


class BodyMiddleware(MiddlewareMixin):
    """Refuse bodies that are too large or do not say their size, and count uploads. Belongs before the CSRF check.

    An account sends one file at a time.
    """

    def process_view(self, request: Any, view: Any, args: Any, kwargs: Any) -> HttpResponseBase | None:
        """The page that says why the body is not read, or None."""
        access = declared(view) or Access("")
        if access.checks_body:
            return None
        size = body_size(request)
        if size is None or size > access.largest_body:
            return _wrong_size(request, size, access)
        if not _admits(access, request):
            return _not_admitted(request) if size > ORDINARY_BODY else None
        if request.method == "POST" and access.upload:
            return _begin(request) or _count(request, access.upload)
        return None

    def process_response(self, request: Any, response: HttpResponseBase) -> HttpResponseBase:
        """Let the account send its next file."""
        if hasattr(request, "upload_in_progress"):
            request.upload_in_progress.release()
        return response


def _wrong_size(request: HttpRequest, size: int | None, access: Access) -> HttpResponseBase:
    if size is None:
        return render(request, "errors/length_required.html", status=411)
    upload = access.upload
    context = {"upload": upload, "most": size_in_words(upload.largest if upload else access.largest_body)}
    return render(request, "errors/body_too_large.html", context, status=413)


def _admits(access: Access, request: Any) -> bool:
    """Whether the view admits this user in a session of their own, which an impersonation is not."""
    if access.who == "public":
        return True
    session = getattr(request, "account_session", None)
    return session is not None and session.account_id == request.user.pk and access.admits(request.user)


def _not_admitted(request: HttpRequest) -> HttpResponseBase:
    if request.user.is_authenticated:
        raise PermissionDenied
    return redirect_to_login(request.get_full_path())


def _begin(request: Any) -> HttpResponseBase | None:
    """Count that the account sends a file, until the response; the page that refuses a second one meanwhile."""
    key, expires_at = limiter.key_of("uploads.in_progress", str(request.user.pk)), timezone.now() + LONGEST_UPLOAD
    try:
        request.upload_in_progress = limiter.count(key, allowed=1, expires_at=expires_at)
    except limiter.LimitReached as reached:
        return _refusal(request, reached, "errors/upload_in_progress.html", {})
    return None


def _count(request: Any, upload: Upload) -> HttpResponseBase | None:
    """Count an upload for the account, and for its network; the page that refuses it when there were too many."""
    expires_at = limiter.end_of_window(HOUR, timezone.now())
    what, allowed = "su cuenta", settings.UPLOADS_PER_HOUR
    try:
        limiter.count(limiter.key_of("uploads", str(request.user.pk)), allowed=allowed, expires_at=expires_at)
        if upload.by_origin:
            what, allowed = "su conexión a internet", settings.UPLOADS_PER_HOUR_PER_ADDRESS
            limiter.count_networks("uploads.networks", allowed=allowed, expires_at=expires_at)
    except limiter.LimitReached as reached:
        return _refusal(request, reached, "errors/too_many_uploads.html", {"from": what, "allowed": allowed})
    return None


def _refusal(
    request: HttpRequest, reached: limiter.LimitReached, template: str, context: dict[str, Any]
) -> HttpResponseBase:
    page = render(request, template, context | {"wait": reached.wait}, status=429)
    page.headers["Retry-After"] = str(int(reached.remaining.total_seconds()) + 1)
    return page
