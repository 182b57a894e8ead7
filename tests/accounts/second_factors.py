"""How does a test use second factors? As a person does, page by page."""

import re
from datetime import timedelta

from django.test import Client
from django.utils import timezone

from accounts.models import AuthenticatorApp, SecondFactorPolicy
from accounts.security.secrets import written_key
from entities.models import EntityKind
from tests import factories
from tests.accounts.login_page import log_in

STEP = "/ingresar/segundo-factor/"


def pending_client(account, **fields):
    client = Client(**fields)
    log_in(client, account.login)
    return client


def key_on(page):
    return re.search(r'code-box">([A-Z2-7 ]+)<', page.text)[1]


def enrol(client, **fields):
    page = client.get("/seguridad/aplicacion/")
    seed = client.session["totp_seed"]
    assert key_on(page) == written_key(seed)
    app = AuthenticatorApp(seed=seed)
    return client.post("/seguridad/aplicacion/", {"name": "Celular", "code": factories.code_of(app)} | fields)


def remove(client, app):
    return client.post(f"/seguridad/factores/{app.public_id}/retirar/")


def policy(days, kind=EntityKind.IPS):
    return SecondFactorPolicy.objects.create(kind=kind, compulsory_from=timezone.localdate() + timedelta(days=days))
