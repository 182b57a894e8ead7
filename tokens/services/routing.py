"""Which requests are for the web services? They are answered here, before sessions, cookies, CSRF and redirects."""

from django.http import HttpRequest
from django.http.response import HttpResponseBase

from mipres_admin.history.recording import origin
from mipres_admin.middleware import GetResponse
from tokens.services import web_services


class ServiceMiddleware:
    """Answer calls of the web services; everything else goes on to the portal."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        if web_services.is_of_a_service(request.path_info):
            return web_services.answer(request, origin.get().request_id)
        return self.get_response(request)
