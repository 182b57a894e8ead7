"""Does the admin show every model, in Spanish, at the same cost for many rows, and never a secret?"""

import pytest
from django.apps import apps
from django.contrib import admin
from django.contrib.admin.utils import flatten_fieldsets, quote
from django.contrib.auth.models import Permission
from django.db import connection
from django.test import Client, RequestFactory
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from accounts.models import (
    Account,
    Certificate,
    PasswordLink,
    Profession,
    RegisteredUser,
    RoleAssignment,
    RoleUpload,
    StaffAccount,
)
from accounts.security.models import SecondFactorPolicy
from accounts.throttle import admit
from delegates.models import AuthorizedProfile, AuthorizedRole, EntityRegistration
from entities.models import Department, Entity, Municipality, Sede
from mipres_admin.desk import ListOnlyAdmin
from mipres_admin.models import RateCounter
from tests import cast
from tests.desk.things import MAKERS, make, staff
from tokens.keys import ring
from tokens.models import ServerClient, SigningKey, TemporaryToken

pytestmark = pytest.mark.django_db

APPS = ("mipres_admin", "entities", "accounts", "tokens", "delegates")
# the history has windows of its own, tested in mipres_admin; the others have none
ELSEWHERE = {
    "mipres_admin.HistoryEntry": "the history has its own pages",
    "mipres_admin.HistoryLink": "the chain has its own pages",
    "mipres_admin.HistorySeal": "the chain has its own pages",
    "entities.RegistryFile": "the file of a load, kept for the worker",
    "entities.RegistryProgress": "shown in the page of its load",
    "entities.RegistryReport": "shown in the page of its load",
    "entities.RegistryAddition": "how rows were before a load, for its undoing",
    "entities.RegistryChange": "how rows were before a load, for its undoing",
}
SECRETS = {
    *("password", "encoded", "secret_hash", "secret_sha256", "seed", "credential_id", "credential_hash", "public_key"),
    *("digest", "private_key", "key", "form_key", "request_key", "rows", "content", "text", "html", "last_step"),
}
SHOWN = list(MAKERS)
LIST_ONLY = {RateCounter, TemporaryToken}


@pytest.fixture(autouse=True)
def nothing_remembered():
    ring.forget()


def client_of(account):
    client = Client()
    client.force_login(account)
    return client


def permitted(*names):
    """Somebody of the Ministry with these permissions alone."""
    account = staff()
    for name in names:
        app, _, codename = name.partition(".")
        account.user_permissions.add(Permission.objects.get(content_type__app_label=app, codename=codename))
    return account


def viewing(model):
    return f"{model._meta.app_label}.view_{model._meta.model_name}"


@pytest.fixture
def auditor(db):
    return client_of(permitted(*(viewing(model) for model in SHOWN)))


def list_of(model):
    return reverse(f"admin:{model._meta.app_label}_{model._meta.model_name}_changelist")


def page_of(thing):
    return reverse(f"admin:{thing._meta.app_label}_{thing._meta.model_name}_change", args=[quote(thing.pk)])


def label(model):
    return model._meta.label


def test_every_model_has_its_window():
    models = {model for name in APPS for model in apps.get_app_config(name).get_models()}
    without = {model._meta.label for model in models if not admin.site.is_registered(model)}
    assert without <= set(ELSEWHERE)


def test_every_window_is_walked_here():
    windows = {model for model in admin.site._registry if model._meta.app_label in APPS}
    assert {model._meta.label for model in windows - set(SHOWN)} <= set(ELSEWHERE)


@pytest.mark.parametrize("model", SHOWN, ids=label)
def test_no_window_names_a_secret(model, ministry):
    window, request = admin.site.get_model_admin(model), RequestFactory().get("/")
    request.user = ministry
    shown = {*flatten_fieldsets(window.get_fieldsets(request, object())), *window.get_list_display(request)}
    # a portal token names its signing key, which is no secret
    assert shown & SECRETS <= ({"key"} if label(model) == "tokens.PortalToken" else set())


def hidden(thing):
    """What the row holds and no page may show."""
    texts = (getattr(thing, name, None) for name in SECRETS - {"key", "request_key"})
    return {text for text in texts if isinstance(text, str) and len(text) > 3} | {"PERSONAL", "SECRETO"}


@pytest.mark.parametrize("model", SHOWN, ids=label)
def test_the_list_and_the_page_open_for_the_auditor(auditor, model):
    thing = make(model)
    pages = [auditor.get(list_of(model)), auditor.get(list_of(model), {"q": "Ana 10"})]
    if model not in LIST_ONLY:
        pages.append(auditor.get(page_of(thing)))
    assert [page.status_code for page in pages] == [200] * len(pages)
    for page in pages:
        assert 'lang="es-co"' in page.text
        assert not {secret for secret in hidden(thing) if secret in page.text}


@pytest.mark.parametrize("model", [Account, RoleAssignment, Entity, Sede, RegisteredUser], ids=label)
def test_the_pages_are_in_spanish(auditor, model):
    text = auditor.get(page_of(make(model))).text + auditor.get(list_of(model)).text
    for english in (">Search<", ">Filter<", ">History<", "View ", "Select ", '"Search"'):
        assert english not in text


@pytest.mark.parametrize("model", [StaffAccount, ServerClient, SecondFactorPolicy], ids=label)
def test_nothing_is_added_past_its_action(ministry, model):
    page = list_of(model).removesuffix("/") + "/1/change/"
    sent = {"_saveasnew": "1", "login": "INTRUSO", "name": "x", "client_id": "x", "scope": "suministros", "kind": "IPS"}
    before = model._base_manager.count()
    assert client_of(ministry).post(page, sent).status_code == 403
    assert model._base_manager.count() == before


@pytest.mark.parametrize(
    ("model", "lookup"),
    [
        (RoleUpload, "rows__icontains=1025"),
        (Certificate, "content__nombre__startswith=A"),
        (Account, "password__startswith=argon"),
        (Account, "login__regex=(A+)%2B$"),
        (Account, "login__startswith=ADM"),
        (Entity, "id__range=1"),
        (Entity, "kind__exact__x=1"),
        (Entity, "nit=%00"),
        (PasswordLink, "account__password__startswith=a"),
    ],
    ids=str,
)
def test_a_list_answers_no_guess(auditor, model, lookup):
    assert auditor.get(f"{list_of(model)}?{lookup}").status_code == 400


@pytest.mark.parametrize("model", SHOWN, ids=label)
def test_without_the_permission_nothing_opens(model):
    thing, client = make(model), client_of(staff())
    assert client.get(list_of(model)).status_code == 403
    expected = (302, 403) if model in LIST_ONLY else (403,)
    assert client.get(page_of(thing)).status_code in expected


@pytest.mark.parametrize("model", SHOWN, ids=label)
def test_nobody_edits_or_deletes(ministry, model):
    thing, client = make(model), client_of(ministry)
    before = model._base_manager.filter(pk=thing.pk).values().get()
    client.post(page_of(thing), {"name": "otro", "_save": "1"})
    deleting = reverse(f"admin:{model._meta.app_label}_{model._meta.model_name}_delete", args=[quote(thing.pk)])
    assert client.post(deleting, {"post": "yes"}).status_code in (302, 403)
    assert model._base_manager.filter(pk=thing.pk).values().get() == before


CATALOGUES = (Department, Municipality, Profession, AuthorizedRole, AuthorizedProfile, SecondFactorPolicy, SigningKey)
MANY = [model for model in SHOWN if model not in CATALOGUES]


def queries(client, address):
    with CaptureQueriesContext(
        connection,
    ) as asked:
        assert client.get(address).status_code == 200
    return len(asked)


@pytest.mark.parametrize("model", MANY, ids=label)
def test_a_list_of_many_costs_what_a_list_of_few_costs(auditor, model):
    for _ in range(3):
        make(model)
    address = list_of(model) + ("?estado=todas" if model is EntityRegistration else "")
    few = queries(auditor, address)
    for _ in range(12):
        make(model)
    assert queries(auditor, address) == few


def test_fifty_assignments_cost_what_five_cost(auditor, django_assert_num_queries, delegate, sede):
    def add(number):
        for _ in range(number):
            cast.make_assignment(cast.make_user(), sede, "Rol_Anulador", delegate)

    add(5)
    few = queries(auditor, list_of(RoleAssignment))
    add(45)
    with django_assert_num_queries(few):
        assert auditor.get(list_of(RoleAssignment)).status_code == 200


# ---------------------------------------------------------------- how things are found


def found(client, model, words):
    return [str(one.pk) for one in client.get(list_of(model), {"q": words}).context["cl"].result_list]


WRITTEN = ["1025000111", "CC1025000111", "cc 1025000111", "1.025.000.111", "nunez jose", "Núñez"]


@pytest.mark.parametrize("words", WRITTEN)
def test_a_person_is_found_by_document_or_names(auditor, words):
    person = cast.make_person(document_number="1025000111", first_name="José", first_surname="Núñez")
    cast.make_person()
    assert found(auditor, type(person), words) == [str(person.pk)]


@pytest.mark.parametrize("words", ["CC1025000111", "nunez", "RM-77"])
def test_a_role_is_found_by_its_user(auditor, delegate, sede, words):
    user = cast.make_user(document_number="1025000111", first_surname="Núñez")
    RegisteredUser.objects.filter(pk=user.pk).update(professional_registry="RM-77")
    role = cast.make_assignment(user, sede, "Rol_Anulador", delegate)
    cast.make_assignment(cast.make_user(), sede, "Rol_Anulador", delegate)
    assert found(auditor, RoleAssignment, words) == [str(role.pk)]


def test_an_account_is_found_by_login_person_or_entity(auditor, delegate, stranger):
    for words in (delegate.login, delegate.login.lower(), delegate.person.document_number, "clínica rio"):
        assert found(auditor, Account, words) == [str(delegate.pk)]


def test_failed_log_ins_are_found_by_the_whole_login(auditor, delegate):
    make(RateCounter)
    attempt = admit(login=delegate.login, address=None)
    assert found(auditor, RateCounter, delegate.login.lower()) == [attempt.key]
    assert attempt.key not in auditor.get(list_of(RateCounter)).text


@pytest.mark.parametrize("junk", ["\x00", "%", "' OR 1=1", "a" * 3_000, "٣" * 5])
@pytest.mark.parametrize("model", SHOWN, ids=label)
def test_junk_in_the_search_box_is_no_error(auditor, model, junk):
    assert auditor.get(list_of(model), {"q": junk}).status_code in (200, 302)


def test_a_person_leads_to_what_is_his(auditor, delegate):
    text = auditor.get(page_of(delegate.person)).text
    assert f"{list_of(Account)}?person__id__exact={delegate.person.pk}" in text
    assert found_at(auditor, f"{list_of(Account)}?person__id__exact={delegate.person.pk}") == [delegate]


def found_at(client, address):
    return list(client.get(address).context["cl"].result_list)


LEADING = [model for model in SHOWN if getattr(admin.site.get_model_admin(model), "also", ())]


@pytest.mark.parametrize("model", LEADING, ids=label)
def test_every_link_to_what_belongs_to_a_thing_opens(auditor, model):
    page = auditor.get(page_of(make(model)))
    assert len(page.context["also"]) == len(admin.site.get_model_admin(model).also)
    for _, address in page.context["also"]:
        assert auditor.get(address).status_code == 200


def test_who_may_not_see_accounts_gets_no_link_to_them():
    person = cast.make_person()
    page = client_of(permitted("accounts.view_person")).get(page_of(person))
    assert "/admin/accounts/account/" not in page.text


def test_a_row_whose_key_is_a_hash_has_no_page():
    assert {model for model in SHOWN if isinstance(admin.site.get_model_admin(model), ListOnlyAdmin)} == LIST_ONLY


def test_a_list_is_not_counted_to_its_end(auditor, monkeypatch):
    monkeypatch.setattr("mipres_admin.desk.MOST_COUNTED", 2)
    for _ in range(4):
        cast.make_entity()
    assert auditor.get(list_of(Entity)).context["cl"].result_count == 3
