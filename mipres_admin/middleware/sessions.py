"""What if a request arrives with an old session key? It leaves the cookie of the new key alone."""

from django.contrib.sessions import middleware
from django.http import HttpRequest, HttpResponse
from django.utils.cache import patch_vary_headers


class SessionMiddleware(middleware.SessionMiddleware):
    """Django's, but for a request whose session has meanwhile got a new key: it leaves the cookie alone.

    Logging in, proving a second factor and changing the password give the session a new key. A request of another tab
    that was on its way with the old one finds no session; taking the cookie away, as Django does, would take away the
    new one, and log the person out.
    """

    def process_response(self, request: HttpRequest, response: HttpResponse) -> HttpResponse:
        """Take the cookie away only where this request has ended the session."""
        session = request.session
        if session.is_empty() and not session.modified:
            if session.accessed:
                patch_vary_headers(response, ("Cookie",))
            return response
        return super().process_response(request, response)
