"""Does the wire keep every promise on which running integrations rely?"""

import base64
import hashlib
import json
import logging
import re
from datetime import timedelta

import pytest
from django.contrib.sessions.models import Session
from django.db import OperationalError
from django.test import Client
from django.utils import timezone
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from entities.models import EntityKind
from mipres_admin import wsgi
from mipres_admin.monitoring.logs import DiscreetFormatter, RouteInsteadOfPath
from tests import factories
from tests.cells import each_cell
from tests.tokens.helpers import FAC, PRES, SUM, backdate, generate, get, make_token, validate
from tokens.models import TemporaryToken, TokenUse
from tokens.services import token_authorization
from tokens.signing import jwts

pytestmark = pytest.mark.django_db


@pytest.fixture
def nit(eps):
    return eps.entity.nit


# ---------------------------------------------------------------- what is answered


@pytest.mark.parametrize("service", [SUM, FAC])
def test_a_temporary_token_is_a_json_string_of_44_characters(nit, token, service):
    response = generate(nit, token.token, service)
    assert response.status_code == 200
    assert response.headers["Content-Type"] == "application/json"
    assert re.fullmatch(r'"[A-Za-z0-9_-]{43}="', response.text)


def test_it_is_32_bytes_in_base64url(nit, token):
    assert len(base64.urlsafe_b64decode(generate(nit, token.token).json())) == 32


def test_only_its_sha256_is_kept_for_24_hours(nit, token):
    temporary = generate(nit, token.token).json()
    row = TemporaryToken.objects.get()
    assert row.digest == hashlib.sha256(temporary.encode()).hexdigest()
    assert row.expires_at - row.issued_at == timedelta(hours=24)


def test_each_call_gives_another(nit, token):
    assert generate(nit, token.token).json() != generate(nit, token.token).json()


def test_validar_token_tells_what_the_portal_token_may_do(eps, token):
    assert validate(eps.entity.nit, token.token).json() == {
        "Nit": eps.entity.nit,
        "Entidad": eps.entity.name,
        "TipoEntidad": "Entidad Promotora de Salud - EPS - Contributivo",
        "Regimen": "Contributivo",
        "Alcance": ["prescripcion", "suministros", "facturacion"],
        "Servicios": [PRES, SUM, FAC],
        "FechaExpedicion": timezone.localdate().isoformat(),
        "FechaVencimiento": (timezone.localdate() + timedelta(days=90)).isoformat(),
        "DiasRestantes": 89,
    }


def test_an_entity_without_regimen_says_so():
    delegate = factories.make_delegate(factories.make_entity(EntityKind.PROVEEDOR))
    made = make_token(delegate)
    assert validate(delegate.entity.nit, made.token).json()["Regimen"] is None


# ---------------------------------------------------------------- how addresses are read


@each_cell("service", ["wssummipresnopbs", "WsSumMipresNoPbs", SUM])
@each_cell("name", ["generartoken", "GENERARTOKEN", "GenerarToken"])
@each_cell("api", ["api", "API", "Api"])
def test_fixed_segments_are_read_without_case(nit, token, service, api, name):
    assert get(f"/{service}/{api}/{name}/{nit}/{token.token}").status_code == 200


@each_cell(
    "path",
    [
        "//{service}/api/GenerarToken/{nit}/{token}",
        "/{service}//api/GenerarToken/{nit}/{token}",
        "/{service}/api//GenerarToken/{nit}/{token}",
        "/{service}/api/GenerarToken//{nit}/{token}",
        "/{service}/api/GenerarToken/{nit}//{token}",
        "/{service}/api/GenerarToken/{nit}/{token}/",
        "///{service}///api///GenerarToken///{nit}///{token}///",
    ],
)
def test_empty_segments_are_skipped(nit, token, path):
    # as a server hands it over: the test client would take // for a host
    response = Client().get("/", PATH_INFO=path.format(service=SUM, nit=nit, token=token.token))
    assert response.status_code == 200


def test_a_query_string_changes_nothing(nit, token):
    assert get(f"/{SUM}/api/GenerarToken/{nit}/{token.token}?x=1").status_code == 200


@pytest.mark.parametrize("equals", ["=", "%3D", "%3d"])
def test_the_equals_sign_of_a_temporary_token_may_be_escaped(nit, token, equals):
    temporary = generate(nit, token.token).json()
    response = generate(nit, temporary.replace("=", equals))
    assert response.json() == {"Message": jwts.TEMPORARY}


def test_the_document_of_a_natural_person_is_read_without_case():
    entity = factories.make_entity(EntityKind.PPN, identification_type="PA", nit="AB1234567")
    made = make_token(factories.make_delegate(entity))
    assert generate("ab1234567", made.token).status_code == 200


@each_cell("wrong", ["900123456-7", "900123456.0", "9", "abc ñ", "9" * 21, "%00"])
def test_a_nit_that_can_not_be_one_is_422_with_errors(token, wrong):
    response = generate(wrong, token.token)
    assert response.status_code == 422
    assert response.json()["Message"] == "Los datos de la dirección no son válidos."
    assert response.json()["Errors"][0].startswith("nit: debe ser el NIT sin dígito de verificación")


# ---------------------------------------------------------------- no session, no cookie, no redirect


def test_a_call_sets_no_cookie_and_opens_no_session(nit, token):
    response = generate(nit, token.token)
    assert not response.cookies
    assert "Vary" not in response.headers
    assert not Session.objects.exists()


def test_a_session_is_not_even_read(eps_client, nit, token, django_assert_max_num_queries):
    generate(nit, token.token)
    with django_assert_max_num_queries(1):
        eps_client.get(f"/{SUM}/api/GenerarToken/{nit}/{token.token}")


@each_cell("method", ["head", "post", "put", "delete", "options", "patch", "trace"])
def test_another_method_is_405_and_does_nothing(nit, token, method):
    client = Client(enforce_csrf_checks=True)
    response = getattr(client, method)(f"/{SUM}/api/GenerarToken/{nit}/{token.token}")
    assert response.status_code == 405
    assert response.headers["Allow"] == "GET"
    assert not TemporaryToken.objects.exists()


def test_405_says_what_to_do(nit, token):
    response = Client().post(f"/{SUM}/api/GenerarToken/{nit}/{token.token}")
    assert response.json() == {"Message": "Este servicio solo responde a GET."}


@each_cell("path", ["", "/", "/api", "/api/Nada/1/2", "/Help/", "/api/GenerarToken/1", "/x/y/z/1/2"])
@each_cell("service", [SUM, FAC, PRES])
def test_an_unknown_address_of_a_service_is_404_in_json(service, path):
    response = get(f"/{service}{path}")
    assert response.status_code == 404
    assert response.json()["Message"].startswith("Esta dirección no existe. Las de este servicio son: ")


def test_the_prescription_service_gives_no_temporary_tokens(nit, token):
    assert generate(nit, token.token, PRES).status_code == 404


def test_a_longer_name_is_not_the_service(client):
    assert "text/html" in client.get(f"/{SUM}X/api/").headers["Content-Type"]


def test_plain_http_is_refused_without_redirect(nit, token, settings):
    settings.SECURE_SSL_REDIRECT = True
    response = generate(nit, token.token)
    assert response.status_code == 403
    assert response.json()["Message"].startswith("Los servicios web solo responden por HTTPS.")


def test_https_is_answered_in_production(nit, token, settings):
    settings.SECURE_SSL_REDIRECT = True
    assert generate(nit, token.token, secure=True).status_code == 200


def test_a_host_that_is_not_ours_gets_json_too(nit, token):
    assert generate(nit, token.token, headers={"host": "evil.example"}).headers["Content-Type"] == "application/json"


def test_the_outermost_layer_refuses_a_charset_in_json():
    said = []
    environ = {
        "REQUEST_METHOD": "GET",
        "CONTENT_TYPE": "text/plain; charset=latin-1",
        "PATH_INFO": f"/{SUM}/api/GenerarToken/1/2",
    }
    body = b"".join(wsgi.application(environ, lambda status, headers: said.append((status, dict(headers)))))
    assert said[0][1]["Content-Type"] == "application/json"
    assert "Message" in json.loads(body)


def test_answers_are_not_kept_by_caches(nit, token):
    assert generate(nit, token.token).headers["Cache-Control"] == "no-store"


def test_an_error_of_the_portal_is_500_in_json(nit, token, monkeypatch):
    monkeypatch.setattr(token_authorization, "_fetch_details", lambda *_: 1 / 0)
    response = generate(nit, token.token)
    assert response.status_code == 500
    assert response.headers["X-Request-ID"] in response.json()["Message"]


def test_a_database_that_does_not_answer_is_503_in_json(nit, token, monkeypatch):
    def broken(*_):
        raise OperationalError

    monkeypatch.setattr(token_authorization, "_fetch_details", broken)
    response = generate(nit, token.token)
    assert response.status_code == 503
    assert response.headers["Retry-After"] == "10"
    assert "Message" in response.json()


# ---------------------------------------------------------------- scopes

KINDS = {
    EntityKind.EPS_C: (200, 200),
    EntityKind.EPS_S: (200, 200),
    EntityKind.IPS: (403, 403),
    EntityKind.PROVEEDOR: (200, 200),
    EntityKind.PPN: (200, 200),
    EntityKind.ET: (200, 403),
}


@pytest.mark.parametrize("kind", KINDS)
def test_the_scope_is_that_of_the_kind_of_entity(kind):
    delegate = factories.make_delegate(factories.make_entity(kind))
    made, nit = make_token(delegate), delegate.entity.nit
    assert (generate(nit, made.token, SUM).status_code, generate(nit, made.token, FAC).status_code) == KINDS[kind]


def test_out_of_scope_says_what_the_scope_is():
    delegate = factories.make_delegate(factories.make_entity(EntityKind.ET))
    response = generate(delegate.entity.nit, make_token(delegate).token, FAC)
    assert response.json() == {
        "Message": "El token no da acceso a Facturación; su alcance es Prescripción y Suministros."
    }
    assert not TemporaryToken.objects.exists()


def test_two_entities_of_one_nit_are_told_apart_by_the_token(eps):
    other = factories.make_delegate(factories.make_entity(EntityKind.EPS_S, nit=eps.entity.nit), login="ADMEPSSX")
    regimens = [validate(eps.entity.nit, make_token(by).token).json()["Regimen"] for by in (eps, other)]
    assert regimens == ["Contributivo", "Subsidiado"]


# ---------------------------------------------------------------- temporary tokens in use


@pytest.mark.parametrize("service", [SUM, FAC])
def test_a_temporary_token_of_one_service_is_valid_in_the_other(nit, token, service):
    temporary = generate(nit, token.token, SUM).json()
    assert token_authorization.validate_temporary(service=service, nit=nit, temporary=temporary).nit == nit


def why_not(nit, temporary, service=SUM):
    with pytest.raises(token_authorization.CallRefused) as refused:
        token_authorization.validate_temporary(service=service, nit=nit, temporary=temporary)
    return refused.value.status, refused.value.message


def test_a_temporary_token_is_dead_when_its_portal_token_is_revoked(nit, token):
    temporary = generate(nit, token.token).json()
    backdate(token.row, revoked_at=timezone.now(), reason="x")
    assert why_not(nit, temporary)[0] == 401


def test_a_temporary_token_is_dead_when_its_portal_token_was_replaced(eps, nit, token):
    temporary = generate(nit, token.token).json()
    make_token(eps)
    assert why_not(nit, temporary)[0] == 401


def test_a_temporary_token_is_dead_after_24_hours(nit, token):
    temporary, yesterday = generate(nit, token.token).json(), timezone.now() - timedelta(hours=25)
    TemporaryToken.objects.update(issued_at=yesterday, expires_at=yesterday + timedelta(hours=24))
    assert why_not(nit, temporary) == (401, token_authorization.NO_TEMPORARY)


def test_a_temporary_token_keeps_to_the_scope():
    delegate = factories.make_delegate(factories.make_entity(EntityKind.ET))
    temporary = generate(delegate.entity.nit, make_token(delegate).token).json()
    assert why_not(delegate.entity.nit, temporary, FAC)[0] == 403


def test_a_temporary_token_is_of_its_nit(nit, token):
    assert why_not("900999999", generate(nit, token.token).json()) == (401, token_authorization.FOREIGN_NIT)


def test_expired_temporary_tokens_are_deleted_along_the_way(nit, token):
    generate(nit, token.token)
    before = timezone.now() - timedelta(days=3)
    TemporaryToken.objects.update(issued_at=before, expires_at=before + timedelta(hours=24))
    token_authorization.clear_caches()
    generate(nit, token.token)
    assert TemporaryToken.objects.count() == 1


# ---------------------------------------------------------------- last use


def test_the_last_use_says_when_where_and_from_where(nit, token):
    generate(nit, token.token, REMOTE_ADDR="203.0.113.9")
    use = TokenUse.objects.get(token=token.row)
    assert (use.service, use.address) == (SUM, "203.0.113.9")
    assert timezone.now() - use.at < timedelta(minutes=1)


def test_the_last_use_costs_no_write_for_each_call(nit, token, django_assert_num_queries):
    validate(nit, token.token)
    with django_assert_num_queries(1):
        validate(nit, token.token)


def test_the_last_use_moves_after_a_minute(nit, token):
    validate(nit, token.token)
    TokenUse.objects.update(at=timezone.now() - timedelta(minutes=2))
    token_authorization.clear_caches()
    generate(nit, token.token)
    assert TokenUse.objects.get().service == SUM


def test_another_process_does_not_write_within_the_minute(nit, token):
    validate(nit, token.token)
    token_authorization.clear_caches()
    generate(nit, token.token)
    assert TokenUse.objects.get().service == PRES


def test_a_refused_call_is_no_use(nit, token):
    validate("900999999", token.token)
    assert not TokenUse.objects.exists()


# ---------------------------------------------------------------- nothing is said aloud


def test_log_lines_carry_no_token(nit, token, caplog, monkeypatch):
    monkeypatch.setattr(token_authorization, "_fetch_details", lambda *_: 1 / 0)
    with caplog.at_level(logging.DEBUG):
        generate(nit, token.token)
        generate(nit, "eyJ.secreto.x")
    for record in caplog.records:
        RouteInsteadOfPath().filter(record)
    lines = "".join(DiscreetFormatter("%(message)s").format(record) for record in caplog.records)
    assert "failed" in lines
    assert token.token not in lines
    assert "secreto" not in lines
    assert nit not in lines


# ---------------------------------------------------------------- anything at all

SEGMENT = st.one_of(
    st.sampled_from(
        [SUM, FAC, PRES, "api", "GenerarToken", "ValidarToken", "900123456", "", "..", "%2e", "%3D", "%00"]
    ),
    st.text(max_size=30),
)


@settings(max_examples=300, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    service=st.sampled_from([SUM, FAC, PRES]),
    segments=st.lists(SEGMENT, max_size=7),
    method=st.sampled_from(["GET", "POST"]),
)
def test_no_address_gives_an_error_of_the_portal_or_a_redirect(db, service, segments, method):
    path = "/" + "/".join([service, *segments])
    response = Client(raise_request_exception=False).generic(method, "/", PATH_INFO=path.encode().decode("latin-1"))
    assert response.status_code in (401, 404, 405, 422, 429)
    assert "Message" in response.json()


def test_tokens_of_an_ips_and_of_its_provider_open_their_own_services():
    ips = factories.make_entity("IPS")
    tokens = [make_token(factories.make_delegate(entity)) for entity in (ips, factories.make_provider_of(ips))]
    assert [generate(ips.nit, token.token, SUM).status_code for token in tokens] == [403, 200]
    assert [validate(ips.nit, token.token).json()["Alcance"] for token in tokens] == [
        ["prescripcion"],
        ["suministros", "facturacion"],
    ]
