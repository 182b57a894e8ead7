"""Do log lines keep people's data to themselves?"""

import html
import json
import logging
import re
import smtplib
import uuid
from urllib.parse import unquote

import pytest
from django.db import IntegrityError
from django.test import Client

from mipres_admin.monitoring.logs import DiscreetFormatter, JsonFormatter, RouteInsteadOfPath
from mipres_admin.origin import Origin, origin
from mipres_admin.outbox.delivery import deliver_due
from mipres_admin.outbox.models import OutgoingMail
from tests import factories
from tests.accounts.login_page import is_logged_in, solution
from tests.factories import make_person
from tests.roles.views.users_pages import associate, find
from tests.smtp import Server
from tokens.models import PortalToken
from tokens.signing.keys import ensure_keys

pytestmark = pytest.mark.django_db


def line(record):
    RouteInsteadOfPath().filter(record)
    return DiscreetFormatter("%(message)s").format(record)


def test_a_path_is_logged_as_its_route(client, caplog):
    with caplog.at_level(logging.WARNING, "django.request"):
        client.get("/usuarios/1000000001/")
    assert line(caplog.records[0]) == "404 GET (no route)"


def test_a_refused_request_is_logged_with_the_number_of_its_account(delegate_client, delegate, caplog):
    with caplog.at_level(logging.WARNING, "django.request"):
        delegate_client.get("/admin/")
    RouteInsteadOfPath().filter(caplog.records[0])
    said = json.loads(JsonFormatter().format(caplog.records[0]))
    assert (said["message"], said["account"]) == ("403 GET admin/", delegate.pk)


def test_the_secret_of_a_password_link_is_not_logged(client, caplog):
    with caplog.at_level(logging.WARNING, "django.request"):
        client.get("/clave/asignar/un-secreto/")
    said = [line(record) for record in caplog.records]
    assert said == ["410 GET clave/asignar/<str:secret>/"]


def test_what_a_database_error_repeats_is_not_logged(caplog):
    person = make_person(document_number="1025000777")
    try:
        make_person(document_number=person.document_number)
    except IntegrityError:
        logging.getLogger("x").exception("failed")
    said = line(caplog.records[0])
    assert "1025000777" not in said
    assert "IntegrityError" in said
    assert "make_person" in said


def test_a_line_in_production_is_one_object_with_the_id_of_its_request(caplog):
    token = origin.set(Origin("203.0.113.7", "abc"))
    try:
        logging.getLogger("x").warning("una\nlínea de %s", "prueba")
        line = json.loads(JsonFormatter().format(caplog.records[0]))
    finally:
        origin.reset(token)
    assert (line["message"], line["level"], line["request_id"]) == ("una\nlínea de prueba", "WARNING", "abc")


def test_an_object_with_a_traceback_keeps_the_texts_of_its_exceptions_to_itself(caplog):
    try:
        int("CC" + str(1025000000 + 777))
    except ValueError:
        logging.getLogger("x").exception("failed")
    line = json.loads(JsonFormatter().format(caplog.records[0]))
    assert "1025000777" not in line["exception"]
    assert "builtins.ValueError" in line["exception"]


# ---------------------------------------------------------------- a long walk, and everything that was logged on it

NAMES = {
    "first_name": "Hermenegilda",
    "second_name": "Tránsito",
    "first_surname": "Zapatocano",
    "second_surname": "Yurupari",
}
DOCUMENT, EMAIL, ADDRESS = "1098765432", "hermenegilda.z@clinica-lejana.example", "Carrera 98 Bis 76 Sur"
WRONG_PASSWORD, NEW_PASSWORD = "una clave que no es la suya", "otra frase larga y muy tranquila"
REASON = "Lo pidió por teléfono doña Hermenegilda Zapatocano"


class Lines(logging.Handler):
    """Every line as production writes it: its formatter, its filter, all of its loggers."""

    def __init__(self):
        super().__init__()
        self.addFilter(RouteInsteadOfPath())
        self.setFormatter(JsonFormatter())
        self.lines = []

    def emit(self, record):
        self.lines.append(self.format(record))


LISTENED = (
    "",
    "django",
    "django.request",
    "django.server",
    "django.security",
    "django.db",
    "granian.access",
    "_granian",
)


@pytest.fixture
def lines():
    handler = Lines()
    loggers = [logging.getLogger(name) for name in LISTENED]
    before = [(logger, logger.level, logger.propagate) for logger in loggers]
    for logger in loggers:
        logger.addHandler(handler)
        logger.setLevel(logging.INFO)
        logger.propagate = False
    yield handler.lines
    for logger, level, propagate in before:
        logger.removeHandler(handler)
        logger.setLevel(level)
        logger.propagate = propagate


class Walk:
    """A day of the portal, in which whatever can go wrong does; `secrets` is what no line may hold."""

    def __init__(self, monkeypatch, settings, ministry):
        self.monkeypatch, self.settings, self.ministry = monkeypatch, settings, ministry
        ips = factories.make_entity(name="Clínica Lejana S.A.S.")
        self.sede = factories.make_sede(ips)
        person = factories.make_person(document_number=DOCUMENT, email=EMAIL, **NAMES)
        self.delegate = factories.make_delegate(ips, person=person)
        self.user = factories.make_user(first_name="Eulalia", first_surname="Quiñonesgrande")
        self.client = Client(raise_request_exception=False)
        known = (self.user.person.document_number, self.user.person.email, ministry.email)
        words = (factories.PASSWORD, WRONG_PASSWORD, NEW_PASSWORD, REASON, ADDRESS)
        self.secrets = {*NAMES.values(), "Eulalia", "Quiñonesgrande", DOCUMENT, EMAIL, *known, *words}

    def staff(self):
        client = Client(raise_request_exception=False)
        client.force_login(self.ministry)
        return client

    def captcha(self, page, client=None):
        fields = solution(client or self.client, page)
        self.secrets |= {fields["captcha"], fields["captcha_token"]}
        return fields

    def enters(self):
        for password in (WRONG_PASSWORD, factories.PASSWORD):
            fields = self.captcha("/ingresar/")
            self.client.post("/ingresar/", {"login": self.delegate.login, "password": password} | fields)
        self.client.post("/ingresar/", {"login": DOCUMENT, "password": WRONG_PASSWORD, "captcha": "x"})
        assert is_logged_in(self.client)
        self.secrets.add(self.client.session.session_key)

    def activates(self):
        find(self.client, self.user)
        associate(self.client, self.user, self.sede, "Rol_Anulador")
        self.client.get("/usuarios/", {"criterio": DOCUMENT})
        assert self.user.assignments.exists()

    def makes_a_token_and_uses_it(self):
        ensure_keys()
        data = {"name": "Sistemas", "days": "90", "overlap": "0", "seen": "", "request_key": str(uuid.uuid4())}
        page = self.client.post("/tokens/generar/", data, follow=True)
        found = re.search(r'id="token">([^<]+)<', page.text)
        assert found
        token, nit = html.unescape(found[1]), self.delegate.entity.nit
        self.secrets |= {token, *token.split(".")}
        good = self.client.get(f"/WSMIPRESNOPBS/api/ValidarToken/{nit}/{token}")
        bad = self.client.get(f"/WSMIPRESNOPBS/api/ValidarToken/{nit}/{token}x")
        beyond = self.client.get(f"/WSSUMMIPRESNOPBS/api/GenerarToken/{nit}/{token}")
        self.client.get(f"/WSMIPRESNOPBS/api/NoHay/{nit}/{token}")
        assert (good.status_code, bad.status_code, beyond.status_code) == (200, 401, 403)
        self.client.post("/tokens/reportar/", {"token": token})

    def forgets_his_password(self):
        client = Client(raise_request_exception=False)
        data = {"login": self.delegate.login, "document_type": "CC", "document_number": DOCUMENT, "email": EMAIL}
        client.post("/clave/recordar/", data | self.captcha("/clave/recordar/", client))
        link = re.search(r"/clave/asignar/([\w-]+)/", OutgoingMail.objects.get(template="password_link").text)
        assert link
        self.secrets.add(link[1])
        new = {"new": NEW_PASSWORD, "confirmation": NEW_PASSWORD}
        for _ in range(2):
            client.get(link[0])
            client.post(link[0], new)
        self.delegate.refresh_from_db()
        assert self.delegate.check_password(NEW_PASSWORD)

    def is_looked_for_in_the_admin(self):
        staff = self.staff()
        lists = (("outbox/outgoingmail", "q"), ("history/historylink", "q"), ("history/historyentry", "quien"))
        for at, word in lists:
            for text in (EMAIL, DOCUMENT, NAMES["first_surname"]):
                assert staff.get(f"/admin/{at}/", {word: text}).status_code in (200, 302)
        staff.get(f"/admin/no/hay/{DOCUMENT}/")
        token = PortalToken.objects.get()
        staff.post(f"/admin/tokens/portaltoken/{token.pk}/acto/revocar/", {"reason": REASON})
        assert staff.get("/admin/history/historyentry/", {"acto": "token.revoked"}).status_code == 200

    def finds_what_is_not_there(self):
        with_secrets = f"/usuarios/{DOCUMENT}/?clave={factories.PASSWORD}"
        for client in (self.client, self.staff(), Client(enforce_csrf_checks=True)):
            client.get(with_secrets)
            client.post(f"/clave/asignar/{NEW_PASSWORD}/", {"password": factories.PASSWORD})
            client.put("/usuarios/", {"documento": DOCUMENT})
        Client().get("/ingresar/", headers={"host": f"{NAMES['first_name'].lower()}.example"})
        self.client.post("/usuarios/activar/", {f"{DOCUMENT}{number}": EMAIL for number in range(2_100)})

    def meets_an_error(self):
        def fails(*_, **__):
            raise ValueError(f"{EMAIL} {DOCUMENT} {factories.PASSWORD}")

        def breaks_a_constraint(*_, **__):
            factories.make_person(document_number=DOCUMENT, email=EMAIL, **NAMES)

        client = Client(raise_request_exception=False)
        client.force_login(self.delegate)
        for broken in (fails, breaks_a_constraint):
            with self.monkeypatch.context() as patch:
                patch.setattr("roles.views.users.page_of", broken)
                assert client.get("/usuarios/", {"criterio": DOCUMENT}).status_code == 500

    def is_not_reached_by_mail(self):
        def refused(*_, **__):
            raise smtplib.SMTPRecipientsRefused({EMAIL: (451, f"no {EMAIL}".encode())})

        self.monkeypatch.setattr("smtplib.SMTP.sendmail", refused)
        server = Server()
        server.start()
        try:
            self.settings.MAILERS = server.mailers
            deliver_due()
        finally:
            server.stop()

    def whole(self):
        self.enters()
        self.activates()
        self.makes_a_token_and_uses_it()
        self.forgets_his_password()
        self.is_looked_for_in_the_admin()
        self.finds_what_is_not_there()
        self.meets_an_error()
        self.is_not_reached_by_mail()


@pytest.mark.django_db(transaction=True)
def test_a_whole_day_of_logs_holds_nothing_of_anybody(lines, monkeypatch, settings, ministry):
    walk = Walk(monkeypatch, settings, ministry)
    walk.whole()
    said = [json.loads(line) for line in lines]
    loggers = {line["logger"] for line in said}
    assert {"django.request", "mipres_admin.outbox.delivery"} <= loggers
    assert any("ValueError" in line.get("exception", "") for line in said)
    assert any("IntegrityError" in line.get("exception", "") for line in said)
    everything = unquote("\n".join(json.dumps(line, ensure_ascii=False) for line in said)).lower()
    held = {secret for secret in walk.secrets if re.search(rf"(?<!\w){re.escape(secret.lower())}(?!\w)", everything)}
    assert not held
