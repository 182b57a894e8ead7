"""Is the body of a request small enough for its view, and is it one upload too many? Checked before it is read.

Django reads the body for the CSRF check, before it asks who may open the view. So what is larger than an ordinary form
is only taken from those whom the view admits.
"""

from datetime import timedelta
from typing import Any

from django.conf import settings
from django.contrib.auth import SESSION_KEY
from django.contrib.auth.views import redirect_to_login
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.utils import timezone
from django.utils.deprecation import MiddlewareMixin

from mipres_admin.access.bodies import (
    LEAST_ANNOUNCED,
    ORDINARY_BODY,
    TOO_LARGE,
    Upload,
    body_size,
    is_announced,
    size_in_words,
)
from mipres_admin.access.declarations import Access, declared
from mipres_admin.rate_limits import limiter

HOUR = timedelta(hours=1)
# an account whose upload never ended, since its process was killed, sends the next one after this
LONGEST_UPLOAD = timedelta(minutes=2)
# the proxy waits so long for a body (read_body in deploy/Caddyfile) and keeps so many that have not come
LONGEST_BODY = timedelta(minutes=5)
BODIES_OF_ACCOUNT, BODIES_OF_NETWORK = 4, 10
TOO_MANY = "Desde su red llegan demasiados envios a la vez. Espere unos minutos y repita el suyo."


class BodyMiddleware(MiddlewareMixin):
    """Refuse bodies that are too large or do not say their size, and count uploads. Belongs before the CSRF check.

    An account sends one file at a time. A proxy that asks for a body (`is_announced`) gets 204 where it may come, and
    otherwise the refusal.
    """

    def process_request(self, request: Any) -> HttpResponseBase | None:
        """Count a body that is announced or has arrived; 204 for one as large as a form.

        That is said before the session is looked at, because the proxy passes no cookie of a 204 on: a session that has
        ended is closed by the request itself, which saves the form.
        """
        size = body_size(request) or 0
        if is_announced(request):
            return _expect(request) if size <= ORDINARY_BODY else None
        if size >= LEAST_ANNOUNCED:
            limiter.give_back(*_sender(request))
        return None

    def process_view(self, request: Any, view: Any, args: Any, kwargs: Any) -> HttpResponseBase | None:
        """The page that says why the body is not read, or None."""
        access = declared(view) or Access("")
        if is_announced(request):
            return _answer_announcement(request, access)
        return None if access.checks_body else _refuse(request, access) or _begin_upload(request, access)

    def process_response(self, request: Any, response: HttpResponseBase) -> HttpResponseBase:
        """Let the account send its next file."""
        if hasattr(request, "upload_in_progress"):
            request.upload_in_progress.release()
        return response


# ---------------------------------------------------------------- bodies that the proxy announces


def _sender(request: Any) -> tuple[str, str | None]:
    """For whom an announced body counts, as purpose and value: the account, or the networks of the request."""
    account = request.session.get(SESSION_KEY)
    return ("bodies.account", account) if account else ("bodies.networks", None)


def _expect(request: Any) -> HttpResponseBase | None:
    """Count a body that the proxy will keep until it has arrived: 204; None when too many of its sender's have not."""
    purpose, account = _sender(request)
    expires_at = timezone.now() + LONGEST_BODY
    try:
        if account:
            limiter.count(limiter.key_of(purpose, account), allowed=BODIES_OF_ACCOUNT, expires_at=expires_at)
        else:
            limiter.count_networks(purpose, allowed=BODIES_OF_NETWORK, expires_at=expires_at)
    except limiter.LimitReached as reached:
        request.too_many_bodies = reached
        return None
    return HttpResponse(status=204)


def _answer_announcement(request: Any, access: Access) -> HttpResponseBase:
    """204 where the body may come, else why not, for a service as JSON."""
    too_many = hasattr(request, "too_many_bodies")
    if access.checks_body:
        status, reason = (429, TOO_MANY) if too_many else (413, TOO_LARGE.format(ORDINARY_BODY))
        body = {"Message": reason, "error": "invalid_request", "error_description": reason}
        return JsonResponse(body, status=status)
    answer = None if too_many else _refuse(request, access) or _expect(request)
    return answer or _refusal(request, request.too_many_bodies, "errors/too_many_bodies.html", {})


# ---------------------------------------------------------------- what a view takes, and from whom


def _refuse(request: Any, access: Access) -> HttpResponseBase | None:
    """The page that says why the view does not take the body of this request, or None."""
    size, upload = body_size(request), access.upload
    if size is None:
        return render(request, "errors/length_required.html", status=411)
    if size > access.largest_body:
        context = {"upload": upload, "most": size_in_words(upload.largest if upload else access.largest_body)}
        return render(request, "errors/body_too_large.html", context, status=413)
    return _not_admitted(request) if size > ORDINARY_BODY and not _admits(access, request) else None


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


def _begin_upload(request: Any, access: Access) -> HttpResponseBase | None:
    """Count an upload, of who may send one; the page that refuses it."""
    if request.method != "POST" or access.upload is None or not _admits(access, request):
        return None
    return _begin(request) or _count(request, access.upload)


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
