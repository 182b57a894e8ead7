"""Which requests go to the web services? They bypass sessions, cookies, CSRF and redirects."""

from django.http import HttpRequest
from django.http.response import HttpResponseBase

from mipres_admin.middleware.origin import GetResponse
from mipres_admin.origin import origin
from tokens.services import web_services


class ServiceMiddleware:
    """Route the calls of the web services past the rest of the middleware."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        if web_services.is_service_path(request.path_info):
            return web_services.respond(request, origin.get().request_id)
        return self.get_response(request)
