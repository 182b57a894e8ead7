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

from accounts.models import Account, PasswordLink, Person, SecondFactorPolicy, StaffAccount
from delegates.models import Appointment, EntityRegistration
from entities.models import Department, Entity, Municipality, Sede
from mipres_admin.backoffice.admin_base import ListOnlyAdmin, _related_lists
from roles.models import Certificate, Profession, RegisteredUser, RoleAssignment, RoleUpload
from tests import factories
from tests.mipres_admin.backoffice.model_makers import MAKERS, make, staff
from tests.wording import raw_words, shown
from tokens.models import PortalToken, ServerClient, SigningKey, TemporaryToken
from tokens.signing.keys import public_keys

pytestmark = pytest.mark.django_db

APPS = (
    *("history", "outbox", "jobs", "rate_limits", "registries", "entities", "accounts", "roles", "tokens", "delegates"),
)
# the history has pages of its own, tested in mipres_admin; the others have none
ELSEWHERE = {
    "history.HistoryEntry": "the history has its own pages",
    "history.HistoryLink": "the chain has its own pages",
    "history.HistorySeal": "the chain has its own pages",
    "rate_limits.RateCounter": "counted on the page of the account; the key is a hash",
    "accounts.PasswordRecord": "only compared with a new password; each change is in the history",
    "accounts.CaptchaSound": "would tell the code of a captcha; goes with it after five minutes",
    "accounts.KnownDevice": "only the hash of a secret, which ends with its session or its account's password",
    "accounts.RecoveryCode": "counted on the page of the account",
    "delegates.AuthorizedProfile": "a catalogue that changes with the portal's version",
    "delegates.AuthorizedRole": "a catalogue that changes with the portal's version",
    "accounts.IdentityCopy": "downloaded from the page of its claim, which records who has it",
    "delegates.RegistrationStep": "shown in the page of its registration",
    "tokens.TokenReminder": "the mail itself is in the outgoing mail",
    "registries.RegistryFile": "the file of a load, kept for the worker",
    "registries.RegistryProgress": "shown in the page of its load",
    "registries.RegistryReport": "shown in the page of its load",
    "registries.RegistryAddition": "how rows were before a load, for its undoing",
    "registries.RegistryChange": "how rows were before a load, for its undoing",
}
SECRETS = {
    *("password", "encoded", "secret_hash", "secret_sha256", "seed", "credential_id", "credential_hash", "public_key"),
    *("digest", "private_key", "key", "form_key", "request_key", "rows", "content", "text", "html", "last_step"),
}
SHOWN = list(MAKERS)
RELATED = [model for model in SHOWN if _related_lists.get(model)]
LIST_ONLY = {TemporaryToken}


@pytest.fixture(autouse=True)
def nothing_remembered():
    public_keys.clear()


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


def impersonation(model):
    return f"{model._meta.app_label}.view_{model._meta.model_name}"


@pytest.fixture
def auditor(db):
    return client_of(permitted(*(impersonation(model) for model in SHOWN)))


def list_of(model):
    return reverse(f"admin:{model._meta.app_label}_{model._meta.model_name}_changelist")


def page_of(obj):
    return reverse(f"admin:{obj._meta.app_label}_{obj._meta.model_name}_change", args=[quote(obj.pk)])


def label(model):
    return model._meta.label


def test_every_model_has_an_admin_or_a_reason():
    models = {model for name in APPS for model in apps.get_app_config(name).get_models()}
    without = {model._meta.label for model in models if not admin.site.is_registered(model)}
    assert without <= set(ELSEWHERE)


def test_every_admin_is_tested_here():
    registered = {model for model in admin.site._registry if model._meta.app_label in APPS}
    assert {model._meta.label for model in registered - set(SHOWN)} <= set(ELSEWHERE)


def hidden(obj):
    """What the row has and no page may show."""
    texts = (getattr(obj, name, None) for name in SECRETS - {"key", "request_key"})
    return {text for text in texts if isinstance(text, str) and len(text) > 3} | {"PERSONAL", "SECRETO"}


def named_fields(model, user):
    """The fields that an admin shows, filters or searches by."""
    model_admin, request = admin.site.get_model_admin(model), RequestFactory().get("/")
    request.user = user
    filters = [item[0] if isinstance(item, tuple) else item for item in model_admin.get_list_filter(request)]
    paths = [*model_admin.get_search_fields(request), *(item for item in filters if isinstance(item, str))]
    return {
        *flatten_fieldsets(model_admin.get_fieldsets(request, object())),
        *model_admin.get_list_display(request),
        *(part for path in paths for part in path.lstrip("=^@").split("__")),
    }


def test_no_admin_names_a_secret(ministry, subtests):
    for model in SHOWN:
        with subtests.test(label(model)):
            # a portal token names its signing key, which is no secret
            allowed = {"key"} if label(model) == "tokens.PortalToken" else set()
            assert named_fields(model, ministry) & SECRETS <= allowed


def test_objects_are_called_by_names_without_codes(subtests):
    for model in SHOWN:
        with subtests.test(label(model)):
            name = str(make(model))
            assert raw_words(name) == []
            assert any(letter.isalpha() for letter in name)


CATALOGUES = (Department, Municipality, Profession, SecondFactorPolicy, SigningKey)


def queries(client, address):
    with CaptureQueriesContext(connection) as captured:
        assert client.get(address).status_code == 200
    return len(captured)


@pytest.mark.parametrize("model", SHOWN, ids=label)
def test_admin_pages_of_a_model(auditor, ministry, subtests, model):
    obj, stranger = make(model), client_of(staff())
    with subtests.test("list and page open for the auditor, in Spanish and without a secret"):
        pages = [auditor.get(list_of(model)), auditor.get(list_of(model), {"q": "Ana 10"})]
        if model not in LIST_ONLY:
            pages.append(auditor.get(page_of(obj)))
        assert [page.status_code for page in pages] == [200] * len(pages)
        for page in pages:
            assert 'lang="es-co"' in page.text
            assert not {secret for secret in hidden(obj) if secret in page.text}
            assert raw_words(shown(page.text)) == []
    with subtests.test("nothing opens without the permission"):
        assert stranger.get(list_of(model)).status_code == 403
        assert stranger.get(page_of(obj)).status_code in ((302, 403) if model in LIST_ONLY else (403,))
    with subtests.test("nobody edits or deletes"):
        client, before = client_of(ministry), model._base_manager.filter(pk=obj.pk).values().get()
        client.post(page_of(obj), {"name": "otro", "_save": "1"})
        deleting = reverse(f"admin:{model._meta.app_label}_{model._meta.model_name}_delete", args=[quote(obj.pk)])
        assert client.post(deleting, {"post": "yes"}).status_code in (302, 403)
        assert model._base_manager.filter(pk=obj.pk).values().get() == before
    if model in RELATED:
        with subtests.test("every related list opens"):
            related_lists = auditor.get(page_of(obj)).context["related_lists"]
            assert len(related_lists) == len(_related_lists[model])
            for _, address in related_lists:
                assert auditor.get(address).status_code == 200
    if model not in CATALOGUES:
        with subtests.test("a list of many costs what a list of few costs"):
            for _ in range(3):
                make(model)
            address = list_of(model) + ("?estado=todas" if model is EntityRegistration else "")
            few = queries(auditor, address)
            for _ in range(12):
                make(model)
            assert queries(auditor, address) == few


def test_admins_with_related_lists():
    assert set(RELATED) == {
        Account,
        Appointment,
        Department,
        Entity,
        Municipality,
        Person,
        PortalToken,
        RegisteredUser,
        Sede,
    }


@pytest.mark.parametrize("model", [Account, RoleAssignment, Entity, Sede, RegisteredUser], ids=label)
def test_admin_pages_have_no_english(auditor, model):
    text = auditor.get(page_of(make(model))).text + auditor.get(list_of(model)).text
    for english in (">Search<", ">Filter<", ">History<", "View ", "Select ", '"Search"'):
        assert english not in text


@pytest.mark.parametrize("model", [StaffAccount, ServerClient, SecondFactorPolicy], ids=label)
def test_save_as_new_adds_nothing(ministry, model):
    page = list_of(model).removesuffix("/") + "/1/change/"
    sent = {"_saveasnew": "1", "login": "INTRUSO", "name": "x", "client_id": "x", "scope": "suministros", "kind": "IPS"}
    before = model._base_manager.count()
    assert client_of(ministry).post(page, sent).status_code == 403
    assert model._base_manager.count() == before


GUESSES = [
    (RoleUpload, "rows__icontains=1025"),
    (Certificate, "content__nombre__startswith=A"),
    (Account, "password__startswith=argon"),
    (Account, "password__exact=argon"),
    (Account, "login__regex=(A+)%2B$"),
    (Account, "login__startswith=ADM"),
    (Entity, "id__range=1"),
    (Entity, "kind__exact__x=1"),
    (Entity, "kind__exact=%00"),
    (Entity, "nit=%00"),
    (PasswordLink, "account__password__startswith=a"),
    (PasswordLink, "account__password__exact=a"),
]


def test_lookup_of_a_field_without_filter_is_refused(auditor, subtests):
    for model, lookup in GUESSES:
        with subtests.test(lookup):
            assert auditor.get(f"{list_of(model)}?{lookup}").status_code == 400


def filter_addresses(client, model):
    """What the filters of a list link to."""
    filters = client.get(list_of(model)).context["cl"]
    return [choice["query_string"] for spec in filters.filter_specs for choice in spec.choices(filters)]


def own_filters(model):
    """The filters of a list that the portal wrote."""
    return [item for item in admin.site.get_model_admin(model).list_filter if isinstance(item, type)]


@pytest.mark.parametrize("value", ["x", "²", "12345678901", "1e9"])
def test_days_that_the_filter_of_tokens_does_not_offer_filter_nothing(auditor, value):
    assert auditor.get(f"{list_of(PortalToken)}?vence={value}").status_code == 200


def test_filters_of_the_portal_take_only_what_they_offer(auditor, subtests):
    filtered = {model: own_filters(model) for model in SHOWN if own_filters(model)}
    assert len(filtered) > 5
    for model, filters in filtered.items():
        query = "&".join(f"{item.parameter_name}=999" for item in filters)
        with subtests.test(label(model)):
            specs = auditor.get(f"{list_of(model)}?{query}").context["cl"].filter_specs
            own = [spec for spec in specs if type(spec) in filters]
            assert {spec.value() for spec in own} == {None}


def test_every_choice_of_every_filter_opens(auditor, subtests):
    for model in SHOWN:
        make(model)
        for query in filter_addresses(auditor, model):
            with subtests.test(label(model), query=query):
                assert auditor.get(list_of(model) + query).status_code == 200


def test_fifty_assignments_cost_what_five_cost(auditor, django_assert_num_queries, delegate, sede):
    def add(number):
        for _ in range(number):
            factories.make_assignment(factories.make_user(), sede, "Rol_Anulador", delegate)

    add(5)
    few = queries(auditor, list_of(RoleAssignment))
    add(45)
    with django_assert_num_queries(few):
        assert auditor.get(list_of(RoleAssignment)).status_code == 200


# ---------------------------------------------------------------- search


def found(client, model, words):
    return [str(one.pk) for one in client.get(list_of(model), {"q": words}).context["cl"].result_list]


WRITTEN = ["1025000111", "CC1025000111", "cc 1025000111", "1.025.000.111", "nunez jose", "Núñez"]


def test_search_finds_a_person_by_document_or_names(auditor, subtests):
    person = factories.make_person(document_number="1025000111", first_name="José", first_surname="Núñez")
    factories.make_person()
    for words in WRITTEN:
        with subtests.test(words):
            assert found(auditor, type(person), words) == [str(person.pk)]


def test_search_finds_a_role_by_its_user(auditor, delegate, sede, subtests):
    user = factories.make_user(document_number="1025000111", first_surname="Núñez")
    RegisteredUser.objects.filter(pk=user.pk).update(professional_registry="RM-77")
    role = factories.make_assignment(user, sede, "Rol_Anulador", delegate)
    factories.make_assignment(factories.make_user(), sede, "Rol_Anulador", delegate)
    for words in ("CC1025000111", "nunez", "RM-77"):
        with subtests.test(words):
            assert found(auditor, RoleAssignment, words) == [str(role.pk)]


def test_search_finds_an_account_by_login_person_or_entity(auditor, delegate, stranger):
    for words in (delegate.login, delegate.login.lower(), delegate.person.document_number, "clínica rio"):
        assert found(auditor, Account, words) == [str(delegate.pk)]


def distinct_searches():
    """One model for each way of searching."""
    ways = {}
    for model in SHOWN:
        model_admin = admin.site.get_model_admin(model)
        # fields are searched in each model's own columns; a search function in the same way for all of its models
        ways.setdefault(model_admin.search or (model, tuple(model_admin.search_fields)), model)
    return [model for model in ways.values() if admin.site.get_model_admin(model).get_search_fields(None)]


def test_junk_in_the_search_box_is_no_error(auditor, subtests):
    for model in distinct_searches():
        for junk in ("\x00", "%", "' OR 1=1", "a" * 3_000, "٣" * 5):
            with subtests.test(label(model), junk=junk[:10]):
                assert auditor.get(list_of(model), {"q": junk}).status_code in (200, 302)


@pytest.mark.parametrize("words", ["\x00", "\x00\x00", "\x01", "\u200b", "..."])
def test_search_of_nothing_that_is_read_finds_nothing(auditor, delegate, words):
    for model in (Account, type(delegate.person), type(delegate.entity)):
        assert found(auditor, model, words) == []


# ---------------------------------------------------------------- related lists


def objects_at(client, address):
    return list(client.get(address).context["cl"].result_list)


def test_a_person_links_to_their_accounts(auditor, delegate):
    text = auditor.get(page_of(delegate.person)).text
    assert f"{list_of(Account)}?person__id__exact={delegate.person.pk}" in text
    assert objects_at(auditor, f"{list_of(Account)}?person__id__exact={delegate.person.pk}") == [delegate]


def test_no_link_to_a_list_without_its_permission():
    person = factories.make_person()
    page = client_of(permitted("accounts.view_person")).get(page_of(person))
    assert "/admin/accounts/account/" not in page.text


def test_related_lists_come_in_their_order(auditor):
    labels = [label for label, _ in auditor.get(page_of(make(Entity))).context["related_lists"]]
    assert labels == [
        *("Sedes", "Delegados", "Representantes legales", "Autorizados", "Roles asignados", "Tokens", "Su red"),
        *("Redes a las que pertenece", "Constancias"),
    ]


def test_rows_whose_key_is_a_hash_have_no_page():
    assert {model for model in SHOWN if isinstance(admin.site.get_model_admin(model), ListOnlyAdmin)} == LIST_ONLY


def test_a_list_is_counted_up_to_its_limit(auditor, monkeypatch):
    monkeypatch.setattr("mipres_admin.backoffice.admin_base.MAX_COUNT", 2)
    for _ in range(4):
        factories.make_entity()
    assert auditor.get(list_of(Entity)).context["cl"].result_count == 3
