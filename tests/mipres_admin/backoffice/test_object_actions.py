"""Does every object action explain itself, ask why, happen once, and leave one row of history with the reason?"""

import pytest
from django.contrib import admin
from django.contrib.admin.utils import quote
from django.urls import reverse
from django.utils import timezone

from accounts.models import Account, IdentityClaim, SecondFactorPolicy, StaffAccount
from accounts.security import login_limits
from delegates.models import EntityRegistration
from entities.models import Entity, EntityKind, Sede
from mipres_admin.backoffice.admin_base import ObjectActionsAdmin
from mipres_admin.history.models import HistoryEntry
from mipres_admin.outbox.models import OutgoingMail
from registries.models import RegistryLoad
from roles.models import RoleAssignment
from tests import factories
from tests.mipres_admin.backoffice.model_makers import delegate as make_delegate
from tests.mipres_admin.backoffice.model_makers import make, registry_load, staff, staff_account
from tests.mipres_admin.backoffice.test_admin_base import client_of, permitted
from tokens.models import PortalToken, ServerClient
from tokens.signing.keys import public_keys

pytestmark = pytest.mark.django_db
WHY = "Oficio 2026-0042 de la entidad"


@pytest.fixture(autouse=True)
def nothing_cached():
    public_keys.clear()


def suspended(make_account=make_delegate):
    account = make_account()
    account.suspensions.create(suspended_by=staff(), reason="Denuncia")
    return account


def locked():
    account = make_delegate()
    for _ in range(5):
        login_limits.register_attempt(login=account.login, account=account)
    return account


def with_session():
    account = make_delegate()
    factories.make_session(account)
    return account


def with_app():
    account = make_delegate()
    factories.make_app(account)
    return account


def provider_sede(**fields):
    by = make_delegate(EntityKind.PROVEEDOR)
    return factories.make_sede(by.entity, code="PROV000001", **fields)


# an object to which the action has something to do
STATES = {
    (Account, "suspender"): make_delegate,
    (Account, "suspender-persona"): factories.make_natural,
    (Account, "reactivar"): suspended,
    (Account, "devolver"): lambda: suspended(factories.make_natural),
    (Account, "desbloquear"): locked,
    (Account, "cerrar-sesiones"): with_session,
    (Account, "retirar-segundo-factor"): with_app,
    (Entity, "suspender"): lambda: make_delegate().entity,
    (Entity, "reactivar"): lambda: factories.make_entity(is_active=False),
    (RegistryLoad, "aplicar"): lambda: registry_load("previewed"),
    (RegistryLoad, "cancelar"): lambda: registry_load("previewed"),
    (RegistryLoad, "deshacer"): lambda: registry_load(is_undoable=True),
    (StaffAccount, "abrir"): lambda: staff_account(is_active=False),
    (Sede, "deshabilitar"): provider_sede,
    (Sede, "habilitar"): lambda: provider_sede(closed_on=timezone.localdate()),
}
FIELDS = {
    (SecondFactorPolicy, "cambiar"): {"since": "2027-03-01"},
    (StaffAccount, "grupos"): {"groups": ["revisor"]},
    (Account, "devolver"): dict.fromkeys(("email", "email_again"), "dueno@correo.example"),
}
# their form is on the page of the object, which their own tests send
ON_THE_OBJECT_PAGE = {EntityRegistration, IdentityClaim}
OBJECT_ACTIONS = [
    (model, action)
    for model, model_admin in admin.site._registry.items()
    if isinstance(model_admin, ObjectActionsAdmin) and model not in ON_THE_OBJECT_PAGE
    for action in model_admin.object_actions
]
NOTIFIED = (Account, StaffAccount, Entity, Sede, RoleAssignment)
# how many mails are not one: the entity of the table has no delegate; a link, and the new and the old address
MAILS = {(Entity, "reactivar"): 0, (Account, "devolver"): 3}


def named(pair):
    return pair if isinstance(pair, str) else f"{pair[0]._meta.label} {pair[1].slug}"


class Case:
    """One action on one object, by one person of the Ministry."""

    def __init__(self, pair):
        self.model, self.action = pair
        self.obj = STATES.get((self.model, self.action.slug), lambda: make(self.model))()
        self.client = client_of(permitted(self.action.permission, self.view_permission))
        self.reader = client_of(permitted(self.view_permission))

    @property
    def view_permission(self):
        return f"{self.model._meta.app_label}.view_{self.model._meta.model_name}"

    @property
    def address(self):
        prefix = f"{self.model._meta.app_label}_{self.model._meta.model_name}"
        return reverse(f"admin:{prefix}_action", args=[quote(self.obj.pk), self.action.slug])

    def post(self, reason, client=None):
        data = {"reason": reason} | FIELDS.get((self.model, self.action.slug), {})
        return (client or self.client).post(self.address, data, follow=True)

    def row(self):
        rows = list(self.model._base_manager.filter(pk=self.obj.pk).values())
        for row in rows:
            row.pop("sessions_ended_at", None)  # ending sessions again also ends what began in between
        return rows


@pytest.mark.parametrize("pair", OBJECT_ACTIONS, ids=named)
def test_object_action(pair, subtests):
    case = Case(pair)
    before, rows = case.row(), HistoryEntry.objects.count()
    with subtests.test("only who may has the button"):
        page = case.address.partition("acto/")[0] + "change/"
        assert case.address in case.client.get(page).text
        assert case.address not in case.reader.get(page).text
    with subtests.test("without the permission it is forbidden"):
        assert case.reader.get(case.address).status_code == 403
        assert case.post(WHY, case.reader).status_code == 403
        assert (case.row(), HistoryEntry.objects.count()) == (before, rows)
    with subtests.test("it explains itself and asks why"):
        page = case.client.get(case.address)
        assert case.action.confirmation in page.text
        assert 'name="reason"' in page.text
        assert "Ingrese el motivo." in case.post("  ").text
        assert (case.row(), HistoryEntry.objects.count()) == (before, rows)
    mails = OutgoingMail.objects.count()
    with subtests.test("it is done and recorded with the reason"):
        assert case.action.success_message in case.post(WHY).text
        assert HistoryEntry.objects.count() == rows + 1
        entry = HistoryEntry.objects.first()
        assert (entry.reason, entry.actor_id) == (WHY, int(case.client.session["_auth_user_id"]))
    if case.model in NOTIFIED:
        with subtests.test("the person is notified"):
            expected = MAILS.get((case.model, case.action.slug), 1)
            assert OutgoingMail.objects.count() == mails + expected
    with subtests.test("it is done once"):
        after = case.row()
        case.post("Otra vez")
        assert (case.row(), HistoryEntry.objects.count()) == (after, rows + 1)


def test_a_key_that_the_address_escapes_has_its_actions(ministry):
    policy = SecondFactorPolicy.objects.create(kind="EPS_C", compulsory_from=timezone.localdate())
    address = reverse("admin:accounts_secondfactorpolicy_action", args=[quote(policy.pk), "quitar"])
    client = client_of(ministry)
    assert address in client.get(reverse("admin:accounts_secondfactorpolicy_change", args=[quote(policy.pk)])).text
    assert "quedó opcional" in client.post(address, {"reason": WHY}, follow=True).text


# ---------------------------------------------------------------- what the actions refuse


def perform(client, obj, slug, **data):
    prefix = f"{obj._meta.app_label}_{obj._meta.model_name}"
    return client.post(reverse(f"admin:{prefix}_action", args=[obj.pk, slug]), {"reason": WHY} | data, follow=True)


@pytest.mark.parametrize("slug", ["deshabilitar", "habilitar"])
def test_a_sede_of_reps_is_neither_closed_nor_opened_here(ministry, sede, slug):
    client = client_of(ministry)
    refused_page = client.get(reverse("admin:entities_sede_action", args=[sede.pk, slug]))
    assert "viene del REPS" in refused_page.text
    assert "viene del REPS" in perform(client, sede, slug).text
    assert not HistoryEntry.objects.exists()


@pytest.mark.parametrize("slug", ["suspender", "suspender-persona"])
def test_an_account_of_the_ministry_is_closed_and_not_suspended(ministry, slug):
    account, client = staff(), client_of(ministry)
    assert f"/acto/{slug}/" not in client.get(reverse("admin:accounts_account_change", args=[account.pk])).text
    assert "no se suspende, se cierra" in perform(client, account, slug).text
    assert not account.suspensions.exists()


@pytest.mark.parametrize(
    ("slug", "permission"),
    [
        ("desbloquear", "accounts.unlock_account"),
        ("cerrar-sesiones", "accounts.end_sessions"),
        ("retirar-segundo-factor", "accounts.reset_second_factor"),
    ],
)
def test_support_actions_on_an_account_of_the_ministry_are_refused(ministry, slug, permission):
    helper = client_of(permitted(permission, "accounts.view_account"))
    (
        factories.make_app(ministry),
        factories.make_session(ministry),
        login_limits.register_attempt(login=ministry.login, account=ministry),
    )
    assert f"/acto/{slug}/" not in helper.get(reverse("admin:accounts_account_change", args=[ministry.pk])).text
    explained = helper.get(reverse("admin:accounts_account_action", args=[ministry.pk, slug])).text
    assert "La cuenta es del Ministerio" in explained
    assert 'name="reason"' not in explained
    assert "La cuenta es del Ministerio" in perform(helper, ministry, slug).text
    assert not HistoryEntry.objects.exists()


def test_who_manages_staff_resets_their_second_factor(ministry):
    colleague = staff()
    factories.make_app(colleague)
    page = client_of(ministry).get(reverse("admin:accounts_account_change", args=[colleague.pk]))
    assert "/acto/retirar-segundo-factor/" in page.text
    assert "quedaron retirados" in perform(client_of(ministry), colleague, "retirar-segundo-factor").text


def test_ending_one_role_keeps_the_others(ministry, delegate, sede):
    user = factories.make_user()
    one, other = (factories.make_assignment(user, sede, role, delegate) for role in ("Rol_Anulador", "Rol_Prescriptor"))
    perform(client_of(ministry), one, "terminar")
    assert list(RoleAssignment.objects.current()) == [other]
    entry = HistoryEntry.objects.get()
    assert (entry.event, entry.entity) == ("roles.changed", sede.entity)


def test_the_entity_reads_why_the_ministry_ended_a_role(ministry, delegate, delegate_client, sede):
    user = factories.make_user()
    perform(client_of(ministry), factories.make_assignment(user, sede, "Rol_Anulador", delegate), "terminar")
    page = delegate_client.get(reverse("user_history", args=[user.public_id])).text
    assert f"Lo terminó el Ministerio: {WHY}" in page
    for hidden in (ministry.login, ministry.display_name, "127.0.0.1"):
        assert hidden not in page


def test_policy_date_that_is_no_date_is_refused(ministry):
    policy = make(SecondFactorPolicy)
    page = perform(client_of(ministry), policy, "cambiar", since="mañana")
    assert "La fecha debe tener año, mes y día" in page.text


def test_adding_a_policy_asks_for_a_reason(ministry):
    client, address = client_of(ministry), reverse("admin:accounts_secondfactorpolicy_add")
    assert "Ingrese el motivo." in client.post(address, {"kind": "IPS", "compulsory_from": "2027-01-31"}).text
    client.post(address, {"kind": "IPS", "compulsory_from": "2027-01-31", "reason": WHY})
    assert [(one.event, one.reason) for one in HistoryEntry.objects.all()] == [("factor.policy_changed", WHY)]


def test_adding_a_server_asks_for_a_reason(ministry):
    data = {"name": "x", "scope": ["suministros"], "request_key": "0b7e7a9e-6b5b-4a0e-9d4b-3f4a35f6c0de"}
    client, address = client_of(ministry), reverse("admin:tokens_serverclient_add")
    assert "Ingrese el motivo." in client.post(address, data).text
    client.post(address, data | {"reason": WHY})
    assert (ServerClient.objects.count(), HistoryEntry.objects.get().reason) == (1, WHY)


# ---------------------------------------------------------------- a suspended entity


def test_a_suspended_entity_cannot_enter_until_reactivated(ministry, delegate, delegate_client):
    perform(client_of(ministry), delegate.entity, "suspender")
    assert delegate_client.get("/usuarios/").status_code == 302
    assert not Account.objects.get(pk=delegate.pk).can_log_in
    perform(client_of(ministry), delegate.entity, "reactivar")
    assert Account.objects.get(pk=delegate.pk).can_log_in


def test_suspending_leaves_the_tokens_or_ends_them(ministry):
    for choice, left in (({}, 1), ({"revoke_tokens": "on"}, 1)):
        token = make(PortalToken)
        perform(client_of(ministry), token.issued_by, "suspender", **choice)
        assert PortalToken.objects.current().count() == left
