"""What if a request arrives with an old session key? It leaves the cookie of the new key alone."""

from django.contrib.sessions import middleware
from django.http import HttpRequest, HttpResponse
from django.utils.cache import patch_vary_headers


class SessionMiddleware(middleware.SessionMiddleware):
    """Django's, except that a request whose session has got a new key meanwhile leaves the cookie alone.

    Logging in, proving a second factor and changing the password give the session a new key. A request that
    another tab sent with the old key finds no session; if it deleted the cookie, as Django does, it would delete the
    new key, and log the person out.
    """

    def process_response(self, request: HttpRequest, response: HttpResponse) -> HttpResponse:
        """Delete the cookie only where this request has ended the session."""
        session = request.session
        if session.is_empty() and not session.modified:
            if session.accessed:
                patch_vary_headers(response, ("Cookie",))
            return response
        return super().process_response(request, response)
