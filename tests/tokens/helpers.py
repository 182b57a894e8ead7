"""How do tests issue tokens and call the web services? With the portal's own actions, over the test client."""

import uuid
from datetime import timedelta

from django.test import Client

from tokens.actions import issue_token
from tokens.models import PortalToken

SUM, FAC, PRES = "WSSUMMIPRESNOPBS", "WSFACMIPRESNOPBS", "WSMIPRESNOPBS"


def make_token(by, *, name="Sistemas", days=90, overlap=timedelta(0)):
    """Generate a token as the page does, replacing the newest one."""
    newest = PortalToken.objects.visible_to(by.entity).newest().first()
    expected = str(newest.public_id) if newest else ""
    return issue_token(by=by, name=name, days=days, overlap=overlap, expected_token=expected, request_key=uuid.uuid4())


def get(path, **extra):
    return Client(raise_request_exception=False).get(path, **extra)


def generate(nit, token, service=SUM, **extra):
    return get(f"/{service}/api/GenerarToken/{nit}/{token}", **extra)


def validate(nit, token, **extra):
    return get(f"/{PRES}/api/ValidarToken/{nit}/{token}", **extra)


def backdate(row, **moments):
    """Write moments into a token's row, past the actions."""
    PortalToken.objects.filter(pk=row.pk).update(**moments)
