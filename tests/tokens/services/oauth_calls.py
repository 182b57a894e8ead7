"""How do tests call the OAuth endpoints? With the credentials of a client server."""

import base64
import uuid
from urllib.parse import urlencode

from django.test import Client

from tokens.actions import create_client

INTROSPECT, REVOKE = "/oauth/introspeccion/", "/oauth/revocacion/"
FORM = "application/x-www-form-urlencoded"
ALL_SCOPES = ("prescripcion", "suministros", "facturacion")


def server(by, *scope):
    """A server's credentials: client_id, secret and row."""
    client, secret = create_client(
        by=by, name="Suministros", scope=scope or ALL_SCOPES, request_key=uuid.uuid4(), reason="x"
    )
    return client.client_id, secret, client


def basic(client_id, secret):
    return "Basic " + base64.b64encode(f"{client_id}:{secret}".encode()).decode()


def post(address, fields, *, credentials=None, body=None, **extra):
    if credentials:
        extra["HTTP_AUTHORIZATION"] = basic(*credentials[:2])
    client = Client(enforce_csrf_checks=True, raise_request_exception=False)
    data = urlencode(fields) if body is None else body
    return client.post(address, data, content_type=extra.pop("content_type", FORM), **extra)
