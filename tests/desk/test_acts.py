"""Does every act of the Ministry warn, ask why, happen once, and leave one row of history with the reason?"""

import pytest
from django.contrib import admin
from django.contrib.admin.utils import quote
from django.urls import reverse
from django.utils import timezone

from accounts import throttle
from accounts.models import Account, RoleAssignment, StaffAccount
from accounts.security.models import SecondFactorPolicy
from entities.models import Entity, EntityKind, RegistryLoad, Sede
from mipres_admin.desk import ActingAdmin
from mipres_admin.models import HistoryEntry, OutgoingMail
from tests import cast
from tests.desk.test_windows import client_of, permitted
from tests.desk.things import delegate as make_delegate
from tests.desk.things import make, registry_load, staff, staff_account
from tokens.keys import ring
from tokens.models import PortalToken, ServerClient

pytestmark = pytest.mark.django_db
WHY = "Oficio 2026-0042 de la entidad"


@pytest.fixture(autouse=True)
def nothing_remembered():
    ring.forget()


def suspended():
    account = make_delegate()
    account.suspensions.create(suspended_by=staff(), reason="Denuncia")
    return account


def locked():
    account = make_delegate()
    for _ in range(5):
        throttle.admit(login=account.login, address=None)
    return account


def with_session():
    account = make_delegate()
    cast.make_session(account)
    return account


def with_app():
    account = make_delegate()
    cast.make_app(account)
    return account


def provider_sede(**fields):
    by = make_delegate(EntityKind.PROVEEDOR)
    return cast.make_sede(by.entity, code="PROV000001", **fields)


# how a thing is on which the act has something to do
STATES = {
    (Account, "suspender"): make_delegate,
    (Account, "reactivar"): suspended,
    (Account, "desbloquear"): locked,
    (Account, "cerrar-sesiones"): with_session,
    (Account, "retirar-segundo-factor"): with_app,
    (Entity, "suspender"): lambda: make_delegate().entity,
    (Entity, "reactivar"): lambda: cast.make_entity(is_active=False),
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
}
ACTS = [
    (model, act)
    for model, window in admin.site._registry.items()
    if isinstance(window, ActingAdmin)
    for act in window.acts
]


def named(pair):
    return pair if isinstance(pair, str) else f"{pair[0]._meta.label} {pair[1].slug}"


class Walk:
    """One act on one thing, by one person of the Ministry."""

    def __init__(self, pair, client=None):
        self.model, self.act = pair
        self.thing = STATES.get((self.model, self.act.slug), lambda: make(self.model))()
        self.client = client or client_of(permitted(self.act.permission, self.viewing))

    @property
    def viewing(self):
        return f"{self.model._meta.app_label}.view_{self.model._meta.model_name}"

    @property
    def address(self):
        stem = f"{self.model._meta.app_label}_{self.model._meta.model_name}"
        return reverse(f"admin:{stem}_act", args=[quote(self.thing.pk), self.act.slug])

    def post(self, reason):
        data = {"reason": reason} | FIELDS.get((self.model, self.act.slug), {})
        return self.client.post(self.address, data, follow=True)

    def row(self):
        return list(self.model._base_manager.filter(pk=self.thing.pk).values())


@pytest.mark.parametrize("pair", ACTS, ids=named)
def test_an_act_warns_and_asks_why_and_is_done_once(pair):
    walk = Walk(pair)
    asked = walk.client.get(walk.address)
    assert walk.act.warning in asked.text
    assert 'name="reason"' in asked.text
    before, rows = walk.row(), HistoryEntry.objects.count()
    assert "Ingrese el motivo." in walk.post("  ").text
    assert (walk.row(), HistoryEntry.objects.count()) == (before, rows)
    assert walk.act.said in walk.post(WHY).text
    assert HistoryEntry.objects.count() == rows + 1
    entry = HistoryEntry.objects.first()
    assert (entry.reason, entry.actor_id) == (WHY, int(walk.client.session["_auth_user_id"]))
    after = walk.row()
    walk.post("Otra vez")
    assert (walk.row(), HistoryEntry.objects.count()) == (after, rows + 1)


@pytest.mark.parametrize("pair", ACTS, ids=named)
def test_the_button_is_on_the_page_of_who_may(pair):
    walk = Walk(pair)
    page = walk.address.partition("acto/")[0] + "change/"
    assert walk.address in walk.client.get(page).text
    assert walk.address not in client_of(permitted(walk.viewing)).get(page).text


@pytest.mark.parametrize("pair", ACTS, ids=named)
def test_without_the_permission_the_act_is_forbidden(pair):
    walk = Walk(pair)
    walk.client = client_of(permitted(walk.viewing))
    rows, before = HistoryEntry.objects.count(), walk.row()
    assert walk.client.get(walk.address).status_code == 403
    assert walk.post(WHY).status_code == 403
    assert (HistoryEntry.objects.count(), walk.row()) == (rows, before)


TOLD = [pair for pair in ACTS if pair[0] in (Account, StaffAccount, Entity, Sede, RoleAssignment)]
TELLS_NOBODY = {(Entity, "reactivar")}  # in the table above it has no delegate


@pytest.mark.parametrize("pair", TOLD, ids=named)
def test_the_person_is_told(pair):
    walk = Walk(pair)
    walk.post(WHY)
    told = OutgoingMail.objects.count()
    assert told == (0 if (pair[0], pair[1].slug) in TELLS_NOBODY else 1)


# ---------------------------------------------------------------- what the acts refuse


def act(client, thing, slug, **data):
    stem = f"{thing._meta.app_label}_{thing._meta.model_name}"
    return client.post(reverse(f"admin:{stem}_act", args=[thing.pk, slug]), {"reason": WHY} | data, follow=True)


@pytest.mark.parametrize("slug", ["deshabilitar", "habilitar"])
def test_a_sede_of_reps_is_not_the_ministrys_to_close_here(ministry, sede, slug):
    client = client_of(ministry)
    asked = client.get(reverse("admin:entities_sede_act", args=[sede.pk, slug]))
    assert "viene del REPS" in asked.text
    assert "viene del REPS" in act(client, sede, slug).text
    assert not HistoryEntry.objects.exists()


@pytest.mark.parametrize("make_account", [cast.make_natural, staff])
def test_only_delegates_are_suspended(ministry, make_account):
    account = make_account()
    assert "Solo se suspende a los delegados" in act(client_of(ministry), account, "suspender").text
    assert not account.suspensions.exists()


@pytest.mark.parametrize(
    ("slug", "permission"),
    [
        ("desbloquear", "accounts.unlock_account"),
        ("cerrar-sesiones", "accounts.end_sessions"),
        ("retirar-segundo-factor", "accounts.reset_second_factor"),
    ],
)
def test_who_helps_delegates_does_not_open_accounts_of_the_ministry(ministry, slug, permission):
    helper = client_of(permitted(permission, "accounts.view_account"))
    cast.make_app(ministry), cast.make_session(ministry), throttle.admit(login=ministry.login, address=None)
    assert "La cuenta es del Ministerio" in act(helper, ministry, slug).text
    assert not HistoryEntry.objects.exists()


def test_an_account_of_the_ministry_is_opened_by_who_manages_them(ministry):
    colleague = staff()
    cast.make_app(colleague)
    assert "quedaron retirados" in act(client_of(ministry), colleague, "retirar-segundo-factor").text


def test_one_role_ends_and_the_others_stay(ministry, delegate, sede):
    user = cast.make_user()
    one, other = (cast.make_assignment(user, sede, role, delegate) for role in ("Rol_Anulador", "Rol_Prescriptor"))
    act(client_of(ministry), one, "terminar")
    assert list(RoleAssignment.objects.current()) == [other]
    entry = HistoryEntry.objects.get()
    assert (entry.event, entry.entity) == ("roles.changed", sede.entity)


def test_the_entity_reads_who_ended_the_role_and_why(ministry, delegate, delegate_client, sede):
    user = cast.make_user()
    act(client_of(ministry), cast.make_assignment(user, sede, "Rol_Anulador", delegate), "terminar")
    page = delegate_client.get(reverse("user_history", args=[user.public_id])).text
    assert f"Lo terminó el Ministerio: {WHY}" in page


def test_the_day_of_a_second_factor_is_a_day(ministry):
    policy = make(SecondFactorPolicy)
    page = act(client_of(ministry), policy, "cambiar", since="mañana")
    assert "La fecha debe tener año, mes y día" in page.text


def test_a_second_factor_is_made_compulsory_with_a_reason(ministry):
    client, address = client_of(ministry), reverse("admin:accounts_secondfactorpolicy_add")
    assert "Ingrese el motivo." in client.post(address, {"kind": "IPS", "compulsory_from": "2027-01-31"}).text
    client.post(address, {"kind": "IPS", "compulsory_from": "2027-01-31", "reason": WHY})
    assert [(one.event, one.reason) for one in HistoryEntry.objects.all()] == [("factor.policy_changed", WHY)]


def test_a_server_is_made_with_a_reason(ministry):
    data = {"name": "x", "scope": ["suministros"], "request_key": "0b7e7a9e-6b5b-4a0e-9d4b-3f4a35f6c0de"}
    client, address = client_of(ministry), reverse("admin:tokens_serverclient_add")
    assert "Ingrese el motivo." in client.post(address, data).text
    client.post(address, data | {"reason": WHY})
    assert (ServerClient.objects.count(), HistoryEntry.objects.get().reason) == (1, WHY)


# ---------------------------------------------------------------- a suspended entity


def test_a_suspended_entity_is_out_and_comes_back(ministry, delegate, delegate_client):
    act(client_of(ministry), delegate.entity, "suspender")
    assert delegate_client.get("/usuarios/").status_code == 302
    assert not Account.objects.get(pk=delegate.pk).may_enter
    act(client_of(ministry), delegate.entity, "reactivar")
    assert Account.objects.get(pk=delegate.pk).may_enter


def test_suspending_leaves_the_tokens_or_ends_them(ministry):
    for choice, left in (({}, 1), ({"revoke_tokens": "on"}, 1)):
        token = make(PortalToken)
        act(client_of(ministry), token.made_by, "suspender", **choice)
        assert PortalToken.objects.in_force().count() == left
