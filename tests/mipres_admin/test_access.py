"""Who may open which address? One table, whose rows are exactly the addresses of the portal."""

import uuid

import pytest
from django.core import checks
from django.test import Client, override_settings
from django.urls import path, reverse
from django.utils import timezone

from accounts.actions.certificates import issue_certificate
from accounts.models import RoleUpload
from entities.models import EntityKind
from mipres_admin.access import delegate_of, public, signed_in
from mipres_admin.checks import every_view_declares_its_access, own_patterns
from tests.cast import (
    PASSWORD,
    make_app,
    make_assignment,
    make_delegate,
    make_entity,
    make_sede,
    make_session,
    make_user,
)

pytestmark = pytest.mark.django_db

IN, TO_LOGIN, NO, GONE, ELSEWHERE = 200, 302, 403, 404, 302
KINDS = ("IPS", "EPS_C", "EPS_S", "PROV", "PPN", "ET")
ACTIVATING = dict.fromkeys(KINDS, IN) | {"ET": NO}
EVERY_KIND = dict.fromkeys(KINDS, IN)
LEADING = dict.fromkeys(KINDS, ELSEWHERE) | {"ET": NO}

# url name: (anonymous, {kind of delegate: status}, Ministry); the address is the delegate's own user's where it has one
TABLE = {
    "home": (TO_LOGIN, EVERY_KIND, IN),
    "login": (IN, dict.fromkeys(KINDS, ELSEWHERE), ELSEWHERE),
    "logout": (TO_LOGIN, EVERY_KIND, IN),
    "change_password": (TO_LOGIN, EVERY_KIND, IN),
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
    "upload_users": (TO_LOGIN, ACTIVATING, NO),
    "upload_preview": (TO_LOGIN, ACTIVATING, NO),
    "apply_upload": (TO_LOGIN, LEADING, NO),
    "upload_result": (TO_LOGIN, ACTIVATING, NO),
    "role_matrix": (TO_LOGIN, ACTIVATING, NO),
    "user_certificate": (TO_LOGIN, ACTIVATING, NO),
    "entity_certificate": (TO_LOGIN, ACTIVATING, NO),
    "download_certificate": (TO_LOGIN, ACTIVATING, NO),
    "second_factor": (TO_LOGIN, dict.fromkeys(KINDS, ELSEWHERE), ELSEWHERE),
    "resume_form": (TO_LOGIN, dict.fromkeys(KINDS, ELSEWHERE), ELSEWHERE),
    "security": (TO_LOGIN, EVERY_KIND, IN),
    "enrol_totp": (TO_LOGIN, EVERY_KIND, IN),
    "enrol_passkey": (TO_LOGIN, EVERY_KIND, IN),
    "recovery_codes": (TO_LOGIN, dict.fromkeys(KINDS, ELSEWHERE), ELSEWHERE),
    "remove_factor": (TO_LOGIN, EVERY_KIND, IN),
    "end_session": (TO_LOGIN, dict.fromkeys(KINDS, ELSEWHERE), ELSEWHERE),
    "end_sessions": (TO_LOGIN, dict.fromkeys(KINDS, ELSEWHERE), ELSEWHERE),
    "keep_session": (TO_LOGIN, dict.fromkeys(KINDS, ELSEWHERE), ELSEWHERE),
    "switch_entity": (TO_LOGIN, EVERY_KIND, IN),
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
# tested in test_captcha: only the browser that was asked may see or hear the question
OWN_TESTS = {"new_captcha", "captcha_image", "captcha_audio"}


def address_of_a_paper(name, account):
    """A paper that this delegate has issued; an IPS has, for whoever can not issue any."""
    if account is None or account.entity is None or account.entity.kind == EntityKind.ET:
        account = make_delegate(make_entity())
    make_assignment(make_user(), make_sede(account.entity), "Rol_Anulador", account)
    paper = issue_certificate(by=account, as_of=timezone.localdate())
    return reverse(name, args=[paper.public_id if name == "download_certificate" else paper.code])


def upload_of(account):
    if account is None or account.entity is None:
        return uuid.uuid4()
    return RoleUpload.objects.create(
        entity=account.entity, made_by=account, file_name="a.xlsx", sha256="0" * 64, rows=[]
    ).public_id


def of_the_account(name, account):
    if account is None:
        return reverse(name, args=[uuid.uuid4()])
    owned = make_app(account) if name == "remove_factor" else account.sessions.first() or make_session(account)
    return reverse(name, args=[owned.public_id])


def address(name, account):
    if name in OF_THE_ACCOUNT:
        return of_the_account(name, account)
    if name in OF_A_PAPER:
        return address_of_a_paper(name, account)
    if name in OF_AN_UPLOAD:
        return reverse(name, args=[upload_of(account)])

    if name not in OF_A_USER:
        return reverse(name)
    user = make_user()
    if account is not None and account.entity is not None:
        sede = account.entity.sedes.first() or make_sede(account.entity)
        make_assignment(user, sede, "Rol_Anulador", account)
    return reverse(name, args=[user.public_id])


def status(name, account):
    client = Client()
    if account is not None:
        client.force_login(account)
    return client.get(address(name, account)).status_code


def test_the_table_has_every_address_of_the_portal():
    assert {pattern.name for pattern in own_patterns()} == set(TABLE) | OWN_TESTS


@pytest.mark.parametrize("name", TABLE)
def test_anonymous(name):
    assert status(name, None) == TABLE[name][0]


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("name", TABLE)
def test_delegates(name, kind):
    assert status(name, make_delegate(make_entity(EntityKind(kind)))) == TABLE[name][1][kind]


@pytest.mark.parametrize("name", TABLE)
def test_ministry(name, ministry):
    assert status(name, ministry) == TABLE[name][2]


@pytest.mark.parametrize("name", OF_AN_UPLOAD)
def test_a_strangers_upload_is_not_found(name, delegate_client, stranger):
    assert delegate_client.get(address(name, stranger)).status_code == GONE
    assert delegate_client.post(address(name, stranger), {"mode": "todo"}).status_code == GONE


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


def test_a_strangers_paper_is_not_found(delegate_client, stranger):
    assert delegate_client.get(address("download_certificate", stranger)).status_code == GONE


def test_the_delegate_of_an_inactive_entity_is_refused(delegate):
    delegate.entity.is_active = False
    delegate.entity.save()
    assert status("users", delegate) == NO


def test_a_delegate_can_not_enter_the_admin(delegate_client):
    assert delegate_client.get("/admin/").status_code == ELSEWHERE


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
    assert [error.id for error in every_view_declares_its_access()] == ["mipres_admin.E001"]


def test_the_portal_as_it_is_passes_its_checks():
    assert not [error for error in checks.run_checks() if error.id and error.id.startswith("mipres_admin")]


def test_a_view_wears_exactly_one_declaration():
    with pytest.raises(TypeError):
        signed_in(public(lambda request: None))


def test_a_declaration_names_the_kinds():
    view = delegate_of(EntityKind.IPS, EntityKind.PPN)(lambda request: None)
    assert view.access.kinds == ("IPS", "PPN")
