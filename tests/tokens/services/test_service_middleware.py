"""Which requests does the middleware send to the web services?"""

from django.http import HttpResponse
from django.test import RequestFactory

from tokens.services.service_middleware import ServiceMiddleware

portal = ServiceMiddleware(lambda request: HttpResponse("portal"))


def test_service_address_gets_json_from_the_service():
    response = portal(RequestFactory().get("/WSMIPRESNOPBS/api/nada"))
    assert (response.status_code, response["Content-Type"]) == (404, "application/json")


def test_other_addresses_go_to_the_portal():
    assert portal(RequestFactory().get("/tokens/")).content == b"portal"
