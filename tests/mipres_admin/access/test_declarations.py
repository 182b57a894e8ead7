"""Who may open which address? One table, whose rows are exactly the addresses of the portal."""

import uuid

import pytest
from django.core import checks
from django.test import Client, override_settings
from django.urls import path, reverse
from django.utils import timezone
from django.views.generic import RedirectView

from delegates.models import Representation, RutDocument
from entities.models import NETWORK_MEMBERS, Association, EntityKind
from mipres_admin.access.checks import every_view_is_declared
from mipres_admin.access.declarations import delegate_of, own_patterns, public, signed_in
from roles.actions.certificates import issue_certificate
from roles.models import RegisteredUser, RoleUpload
from tests.accounts.links import link_to
from tests.cells import rolled_back
from tests.delegates.links import link_of_a_sign_up, link_of_an_email
from tests.factories import (
    PASSWORD,
    make_app,
    make_appointment,
    make_assignment,
    make_claim,
    make_delegate,
    make_entity,
    make_natural,
    make_registration,
    make_sede,
    make_session,
    make_user,
)
from tests.tokens.helpers import make_token

pytestmark = pytest.mark.django_db

IN, TO_LOGIN, NO, GONE, ELSEWHERE, WRONG_METHOD = 200, 302, 403, 404, 302, 405
KINDS = ("IPS", "EPS_C", "EPS_S", "PROV", "PPN", "ET")
ACTIVATING = dict.fromkeys(KINDS, IN) | {"ET": NO}
EVERY_KIND = dict.fromkeys(KINDS, IN)
ANYBODY = (IN, EVERY_KIND, IN)
ONLY_PERSONS = (TO_LOGIN, dict.fromkeys(KINDS, NO), NO)
NOBODY_VERIFIED = (TO_LOGIN, dict.fromkeys(KINDS, NO), NO)
PROVIDER_ONLY = dict.fromkeys(KINDS, NO) | {"PROV": IN}
OWNING = {"IPS": NO, "EPS_C": IN, "EPS_S": IN, "PROV": NO, "PPN": NO, "ET": IN}
IN_NETWORKS = {"IPS": IN, "EPS_C": NO, "EPS_S": IN, "PROV": IN, "PPN": IN, "ET": NO}
LEADING = dict.fromkeys(KINDS, ELSEWHERE) | {"ET": NO}

# url name: (anonymous, {kind of delegate: status}, Ministry); the address is the delegate's own user's where it has one
TABLE = {
    "home": (TO_LOGIN, EVERY_KIND, IN),
    "login": (IN, dict.fromkeys(KINDS, ELSEWHERE), ELSEWHERE),
    "logout": (TO_LOGIN, EVERY_KIND, IN),
    "change_password": (TO_LOGIN, EVERY_KIND, IN),
    "recover_password": (IN, EVERY_KIND, IN),
    "assign_password": (IN, EVERY_KIND, IN),
    "tokens": (TO_LOGIN, EVERY_KIND, NO),
    "generate_token": (TO_LOGIN, dict.fromkeys(KINDS, ELSEWHERE), NO),
    "revoke_token": (TO_LOGIN, EVERY_KIND, NO),
    "try_token": (TO_LOGIN, EVERY_KIND, NO),
    "report_token": (IN, EVERY_KIND, IN),
    "report_token_service": (WRONG_METHOD, dict.fromkeys(KINDS, WRONG_METHOD), WRONG_METHOD),
    "introspection": (WRONG_METHOD, dict.fromkeys(KINDS, WRONG_METHOD), WRONG_METHOD),
    "revocation": (WRONG_METHOD, dict.fromkeys(KINDS, WRONG_METHOD), WRONG_METHOD),
    "services_reference": ANYBODY,
    "openapi": ANYBODY,
    "jwks": (IN, EVERY_KIND, IN),
    "admin_login": (TO_LOGIN, dict.fromkeys(KINDS, ELSEWHERE), ELSEWHERE),
    "admin_logout": (ELSEWHERE, dict.fromkeys(KINDS, ELSEWHERE), ELSEWHERE),
    "admin_change_password": (ELSEWHERE, dict.fromkeys(KINDS, ELSEWHERE), ELSEWHERE),
    "users": (TO_LOGIN, ACTIVATING, NO),
    "download_users": (TO_LOGIN, ACTIVATING, NO),
    "activate_user": (TO_LOGIN, ACTIVATING, NO),
    "user_roles": (TO_LOGIN, ACTIVATING, NO),
    "associate_user": (TO_LOGIN, LEADING, NO),
    "update_user_roles": (TO_LOGIN, LEADING, NO),
    "deactivate_user": (TO_LOGIN, LEADING, NO),
    "change_last_day": (TO_LOGIN, LEADING, NO),
    "user_history": (TO_LOGIN, ACTIVATING, NO),
    "registry_notices": (TO_LOGIN, ACTIVATING, NO),
    "upload_users": (TO_LOGIN, ACTIVATING, NO),
    "upload_preview": (TO_LOGIN, ACTIVATING, NO),
    "apply_upload": (TO_LOGIN, LEADING, NO),
    "upload_result": (TO_LOGIN, ACTIVATING, NO),
    "role_matrix": (TO_LOGIN, ACTIVATING, NO),
    "user_certificate": (TO_LOGIN, ACTIVATING, NO),
    "entity_certificate": (TO_LOGIN, ACTIVATING, NO),
    "download_certificate": (TO_LOGIN, ACTIVATING, NO),
    "health": (IN, EVERY_KIND, IN),
    "alive": (IN, EVERY_KIND, IN),
    "security_contact": (GONE, dict.fromkeys(KINDS, GONE), GONE),
    "metrics": (GONE, dict.fromkeys(KINDS, GONE), GONE),
    "create_sede": (TO_LOGIN, PROVIDER_ONLY, NO),
    "sedes": (TO_LOGIN, PROVIDER_ONLY, NO),
    "download_sedes": (TO_LOGIN, PROVIDER_ONLY, NO),
    "edit_sede": (TO_LOGIN, PROVIDER_ONLY, NO),
    "disable_sede": (TO_LOGIN, PROVIDER_ONLY, NO),
    "enable_sede": (TO_LOGIN, dict.fromkeys(KINDS, NO) | {"PROV": ELSEWHERE}, NO),
    "sede_history": (TO_LOGIN, PROVIDER_ONLY, NO),
    "sign_up": ANYBODY,
    "sign_up_sent": ANYBODY,
    "privacy_notice": ANYBODY,
    "confirm_sign_up": ANYBODY,
    "confirm_email": ANYBODY,
    "registration": ANYBODY,
    "registration_kinds": ANYBODY,
    "registration_steps": ANYBODY,
    "role_list": ONLY_PERSONS,
    "my_data": ONLY_PERSONS,
    "my_roles": ONLY_PERSONS,
    "correct_my_data": ONLY_PERSONS,
    "identity_claim": NOBODY_VERIFIED,
    "correct_identity": NOBODY_VERIFIED,
    "upload_identity_copy": NOBODY_VERIFIED,
    "download_identity_copy": NOBODY_VERIFIED,
    "withdraw_identity": NOBODY_VERIFIED,
    "change_my_email": ONLY_PERSONS,
    "download_my_data": ONLY_PERSONS,
    "register_delegate": ONLY_PERSONS,
    "register_professional": ONLY_PERSONS,
    "register_sso": ONLY_PERSONS,
    "register_other": ONLY_PERSONS,
    "associate_entities": (TO_LOGIN, OWNING, NO),
    "entities": (TO_LOGIN, OWNING, NO),
    "download_entities": (TO_LOGIN, OWNING, NO),
    "association_history": (TO_LOGIN, OWNING, NO),
    "memberships": (TO_LOGIN, IN_NETWORKS, NO),
    "history": (TO_LOGIN, EVERY_KIND, NO),
    "download_history": (TO_LOGIN, EVERY_KIND, NO),
    "my_entities": ONLY_PERSONS,
    "register_entity": ONLY_PERSONS,
    "entity_registration": ONLY_PERSONS,
    "correct_registration": ONLY_PERSONS,
    "download_rut": (TO_LOGIN, dict.fromkeys(KINDS, GONE), IN),
    "legal_entity": ONLY_PERSONS,
    "add_provider_role": ONLY_PERSONS,
    "entity_history": ONLY_PERSONS,
    "download_entity_history": ONLY_PERSONS,
    "authorized_people": ONLY_PERSONS,
    "new_authorized": ONLY_PERSONS,
    "edit_authorized": ONLY_PERSONS,
    "end_authorized": ONLY_PERSONS,
    "change_provider_email": (TO_LOGIN, dict.fromkeys(KINDS, NO) | {"PPN": IN}, NO),
    "second_factor": (TO_LOGIN, dict.fromkeys(KINDS, ELSEWHERE), ELSEWHERE),
    "resume_form": (TO_LOGIN, dict.fromkeys(KINDS, ELSEWHERE), ELSEWHERE),
    "security": (TO_LOGIN, EVERY_KIND, IN),
    "confirm_identity": (TO_LOGIN, EVERY_KIND, IN),
    "enrol_totp": (TO_LOGIN, EVERY_KIND, IN),
    "enrol_passkey": (TO_LOGIN, EVERY_KIND, IN),
    "recovery_codes": (TO_LOGIN, dict.fromkeys(KINDS, ELSEWHERE), ELSEWHERE),
    "remove_factor": (TO_LOGIN, EVERY_KIND, IN),
    "end_session": (TO_LOGIN, dict.fromkeys(KINDS, ELSEWHERE), ELSEWHERE),
    "end_sessions": (TO_LOGIN, dict.fromkeys(KINDS, ELSEWHERE), ELSEWHERE),
    "keep_session": (TO_LOGIN, dict.fromkeys(KINDS, ELSEWHERE), ELSEWHERE),
    "switch_entity": (TO_LOGIN, EVERY_KIND, IN),
    "stop_impersonation": (TO_LOGIN, dict.fromkeys(KINDS, NO), ELSEWHERE),
    "verify": (IN, EVERY_KIND, IN),
    "verify_certificate": (IN, EVERY_KIND, IN),
}
OF_A_USER = (
    "user_roles",
    "associate_user",
    "update_user_roles",
    "deactivate_user",
    "change_last_day",
    "user_history",
    "user_certificate",
)
OF_A_PAPER = ("download_certificate", "verify_certificate")
OF_THE_ACCOUNT = ("remove_factor", "end_session")
OF_AN_UPLOAD = ("upload_preview", "apply_upload", "upload_result")
OF_A_SEDE = ("edit_sede", "disable_sede", "enable_sede", "sede_history")
WITH_WORDS = {
    "registration_steps": lambda: reverse("registration_steps", args=["delegado"]),
    "confirm_sign_up": link_of_a_sign_up,
    "confirm_email": link_of_an_email,
    "assign_password": lambda: link_to(make_delegate(make_entity())),
}
# where a natural person's own account gets what neither delegates nor the Ministry get
PERSONS_OWN = {name for name, row in TABLE.items() if row is ONLY_PERSONS} | {"download_rut"}
# where an account goes whose holder nobody has verified, and what it gets there; everything else refuses it
UNVERIFIED = {name: IN for name, row in TABLE.items() if row is NOBODY_VERIFIED} | {
    "download_identity_copy": GONE,
    "correct_identity": ELSEWHERE,
    "upload_identity_copy": ELSEWHERE,
    "change_my_email": ELSEWHERE,
    "download_my_data": IN,
    "home": ELSEWHERE,
    "change_password": IN,
    "confirm_identity": IN,
    "keep_session": ELSEWHERE,
    "resume_form": ELSEWHERE,
}
WITHOUT_LOG_IN = {name for name, row in TABLE.items() if row[0] != TO_LOGIN} | {
    "logout",
    "second_factor",
    "admin_login",
    "admin_logout",
    "admin_change_password",
}
LEADS_BACK = {"home", "correct_my_data", "change_my_email"}
OF_A_REGISTRATION = ("entity_registration", "correct_registration", "download_rut")
OF_A_LEGAL_ENTITY = (
    "legal_entity",
    "add_provider_role",
    "entity_history",
    "download_entity_history",
    "authorized_people",
    "new_authorized",
)
OF_AN_APPOINTMENT = ("edit_authorized", "end_authorized")
OF_A_PERSON = ("my_entities", "register_entity", *OF_A_REGISTRATION, *OF_A_LEGAL_ENTITY, *OF_AN_APPOINTMENT)
# tested in test_captcha: only the browser that requested the captcha may see or hear it; and in test_login
OWN_TESTS = {"new_captcha", "captcha_image", "captcha_audio", "passkey_options"}


def user_of(account):
    """A user; a PPN has none but itself."""
    entity = account.entity if account is not None else None
    if entity is None or entity.kind != EntityKind.PPN:
        return make_user()
    itself = {"document_type": entity.identification_type, "document_number": entity.nit}
    return RegisteredUser.objects.filter(person__document_number=entity.nit).first() or make_user("OTRO", **itself)


def address_of_a_paper(name, account):
    """A constancia of this delegate; of an IPS where the account issues none."""
    if account is None or account.entity is None or account.entity.kind == EntityKind.ET:
        account = make_delegate(make_entity())
    make_assignment(user_of(account), make_sede(account.entity), "Rol_Anulador", account)
    paper = issue_certificate(by=account, as_of=timezone.localdate())
    return reverse(name, args=[paper.public_id if name == "download_certificate" else paper.code])


def upload_of(account):
    if account is None or account.entity is None:
        return uuid.uuid4()
    return RoleUpload.objects.create(
        entity=account.entity, made_by=account, file_name="a.xlsx", sha256="0" * 64, rows=[]
    ).public_id


def sede_of(account):
    entity = make_entity(EntityKind.PROVEEDOR) if account is None or account.entity is None else account.entity
    return make_sede(entity, code=f"PROV{entity.sedes.count() + 1:02}{entity.pk % 10_000:04}")


def of_the_account(name, account):
    if account is None:
        return reverse(name, args=[uuid.uuid4()])
    owned = make_app(account) if name == "remove_factor" else account.sessions.first() or make_session(account)
    return reverse(name, args=[owned.public_id])


def token_of(account):
    if account is None or account.entity is None:
        return uuid.uuid4()
    return make_token(account).row.public_id


def association_of(account):
    """An association of this delegate's network; of another where the account has none."""
    owner = account.entity if account is not None else None
    if owner is None or owner.kind not in NETWORK_MEMBERS:
        owner = make_entity("EPS_C")
    member = make_entity("EPS_S" if owner.kind == "ET" else "IPS")
    return Association.objects.create(owner=owner, member=member).pk


def address_of_a_chain(name, account):
    """What a representative has: a request with its RUT, an entity, a person whom it has authorised."""
    person = account if account is not None and account.is_natural_person else make_natural()
    if name in OF_A_REGISTRATION:
        registration = make_registration(person)
        document = RutDocument.objects.create(
            registration=registration, content=b"%PDF", sha256="0" * 64, checks=[], uploaded_by=person
        )
        return reverse(name, args=[(document if name == "download_rut" else registration).public_id])
    entity = make_entity()
    Representation.objects.create(entity=entity, person=person.person)
    one = [make_appointment(entity, person).public_id] if name in OF_AN_APPOINTMENT else []
    return reverse(name, args=[entity.pk, *one])


def address_of_a_user(name, account):
    user = user_of(account)
    if account is not None and account.entity is not None:
        sede = account.entity.sedes.first() or make_sede(account.entity)
        make_assignment(user, sede, "Rol_Anulador", account)
    return reverse(name, args=[user.public_id])


MAKERS = (
    ((*OF_A_REGISTRATION, *OF_A_LEGAL_ENTITY, *OF_AN_APPOINTMENT), address_of_a_chain),
    (OF_A_SEDE, lambda name, account: reverse(name, args=[sede_of(account).code])),
    (("association_history",), lambda name, account: reverse(name, args=[association_of(account)])),
    (("revoke_token",), lambda name, account: reverse(name, args=[token_of(account)])),
    (OF_A_PAPER, address_of_a_paper),
    (OF_THE_ACCOUNT, of_the_account),
    (OF_AN_UPLOAD, lambda name, account: reverse(name, args=[upload_of(account)])),
    (tuple(WITH_WORDS), lambda name, account: WITH_WORDS[name]()),
    (OF_A_USER, address_of_a_user),
)


def address(name, account):
    make = next((make for names, make in MAKERS if name in names), lambda name, account: reverse(name))
    return make(name, account)


def client_of(account):
    client = Client()
    if account is not None:
        client.force_login(account)
    return client


def walk(subtests, account, expected):
    """Ask for each address as this account: the status must be the expected one."""
    client = client_of(account)
    for name in TABLE:
        with subtests.test(name), rolled_back(client):
            assert client.get(address(name, account)).status_code == expected(name)


def test_the_table_has_every_address_of_the_portal():
    assert {pattern.name for pattern in own_patterns()} == set(TABLE) | OWN_TESTS


def test_anonymous(subtests):
    walk(subtests, None, lambda name: TABLE[name][0])


@pytest.mark.parametrize("kind", KINDS)
def test_delegates(kind, subtests):
    walk(subtests, make_delegate(make_entity(EntityKind(kind))), lambda name: TABLE[name][1][kind])


def test_ministry(ministry, subtests):
    walk(subtests, ministry, lambda name: TABLE[name][2])


def expected_of_a_person(name):
    if name in LEADS_BACK:
        return ELSEWHERE
    everybody = {*TABLE[name][1].values(), TABLE[name][2]}
    return IN if name in PERSONS_OWN else everybody.pop() if len(everybody) == 1 else NO


def test_natural_persons(subtests):
    walk(subtests, make_natural(), expected_of_a_person)


def expected_of_an_unverified_account(name):
    everybody = {*TABLE[name][1].values(), TABLE[name][2]}
    return UNVERIFIED.get(name) or (everybody.pop() if name in WITHOUT_LOG_IN else NO)


def test_accounts_of_nobody_verified(subtests):
    walk(subtests, make_claim().account, expected_of_an_unverified_account)


def test_the_refusal_says_what_an_unverified_account_lacks():
    page = client_of(make_claim().account).get("/seguridad-social/entidades/").content.decode()
    assert "Su identidad está por verificar" in page
    assert reverse("identity_claim") in page


@pytest.mark.parametrize("name", [*OF_A_REGISTRATION, *OF_A_LEGAL_ENTITY, *OF_AN_APPOINTMENT])
def test_another_persons_things_are_not_found(name):
    client = Client()
    client.force_login(make_natural())
    assert client.get(address_of_a_chain(name, make_natural())).status_code == GONE


@pytest.mark.parametrize("name", OF_AN_UPLOAD)
def test_a_strangers_upload_is_not_found(name, delegate_client, stranger):
    assert delegate_client.get(address(name, stranger)).status_code == GONE
    expected = GONE if name == "apply_upload" else WRONG_METHOD
    assert delegate_client.post(address(name, stranger), {"mode": "todo"}).status_code == expected


@pytest.mark.parametrize("name", OF_THE_ACCOUNT)
def test_what_is_of_a_strangers_account_is_not_found(name, delegate_client, stranger):
    assert delegate_client.get(address(name, stranger)).status_code == GONE
    assert delegate_client.post(address(name, stranger), {"password": PASSWORD}).status_code == GONE


@pytest.mark.parametrize("name", OF_A_USER)
def test_a_strangers_user_is_not_found(name, delegate_client, stranger):
    assert delegate_client.get(address(name, stranger)).status_code == GONE


@pytest.mark.parametrize("name", OF_A_USER)
def test_a_user_that_does_not_exist_is_not_found(name, delegate_client):
    assert delegate_client.get(reverse(name, args=[uuid.uuid4()])).status_code == GONE


@pytest.mark.parametrize("name", OF_A_SEDE)
def test_a_strangers_sede_is_not_found(name):
    client = Client()
    client.force_login(make_delegate(make_entity(EntityKind.PROVEEDOR)))
    theirs = address(name, make_delegate(make_entity(EntityKind.PROVEEDOR)))
    assert client.get(theirs).status_code == GONE
    if name != "sede_history":
        assert client.post(theirs, {"name": "Mía ahora"}).status_code == GONE


def test_a_strangers_association_is_not_found():
    client = Client()
    client.force_login(make_delegate(make_entity("EPS_C")))
    assert client.get(address("association_history", make_delegate(make_entity("EPS_S")))).status_code == GONE


def test_a_strangers_token_is_not_found(delegate_client, stranger):
    assert delegate_client.get(address("revoke_token", stranger)).status_code == GONE
    assert delegate_client.post(address("revoke_token", stranger)).status_code == GONE


def test_a_strangers_paper_is_not_found(delegate_client, stranger):
    assert delegate_client.get(address("download_certificate", stranger)).status_code == GONE


def test_the_delegate_of_an_inactive_entity_is_refused(delegate):
    delegate.entity.is_active = False
    delegate.entity.save()
    assert client_of(delegate).get("/usuarios/").status_code == NO


def test_a_delegate_can_not_enter_the_admin(delegate_client):
    assert delegate_client.get("/admin/").status_code == NO


def test_the_admin_leads_strangers_to_the_log_in():
    assert Client().get("/admin/").url == "/admin/login/?next=/admin/"


def test_the_ministry_enters_the_admin(ministry):
    client = Client()
    client.force_login(ministry)
    assert client.get("/admin/").status_code == IN


def undeclared(request):
    raise AssertionError


class Urls:
    urlpatterns = [path("x/", undeclared, name="x")]


@override_settings(ROOT_URLCONF=Urls)
def test_the_portal_does_not_start_with_an_undeclared_view():
    assert [error.id for error in every_view_is_declared()] == ["mipres_admin.E001"]


class UrlsWithoutMethods:
    urlpatterns = [path("x/", public()(RedirectView.as_view()), name="x")]


@pytest.mark.parametrize("method", ["PUT", "DELETE", "PATCH", "QUERY", "TRACE", "X"])
@pytest.mark.parametrize(
    "path",
    [
        *("/ingresar/", "/.well-known/jwks.json", "/usuarios/cargar/", "/servicios-web/", "/correo/"),
        *("/admin/", "/admin/login/", "/admin/accounts/account/", "/admin/accounts/account/1/change/", "/admin/x/"),
    ],
)
def test_undeclared_method_is_405_and_no_csrf_page(path, method):
    response = Client(enforce_csrf_checks=True).generic(method, path)
    assert response.status_code == 405
    assert "GET" in response.headers["Allow"]
    assert "Esta dirección no se abre así" in response.content.decode()


@pytest.mark.parametrize(
    "path", ["/.well-known/jwks.json", "/servicios-web/openapi.json", "/servicios-web/", "/.well-known/security.txt"]
)
def test_post_to_a_public_address_without_form_is_405(path):
    response = Client(enforce_csrf_checks=True).post(path)
    assert (response.status_code, response.headers["Allow"]) == (405, "GET, HEAD")


@pytest.mark.parametrize("path", ["/ingresar/", "/admin/", "/admin/login/", "/usuarios/"])
def test_post_without_the_csrf_token_is_refused_as_ever(path):
    assert Client(enforce_csrf_checks=True).post(path).status_code == 403


@override_settings(ROOT_URLCONF=UrlsWithoutMethods)
def test_the_portal_does_not_start_with_a_view_without_methods():
    assert [error.id for error in every_view_is_declared()] == ["mipres_admin.E003"]


def test_the_portal_as_it_is_passes_its_checks():
    assert not [error for error in checks.run_checks() if error.id and error.id.startswith("mipres_admin")]


def test_a_view_wears_exactly_one_declaration():
    with pytest.raises(TypeError):
        signed_in()(public()(lambda request: None))


def test_a_declaration_names_the_kinds():
    view = delegate_of(EntityKind.IPS, EntityKind.PPN)(lambda request: None)
    assert view.access.kinds == ("IPS", "PPN")


def test_an_address_with_nul_is_not_found(client, db):
    client.force_login(make_delegate(make_entity("PROV")))
    assert client.get("/sedes/%00/historia/").status_code == 404
