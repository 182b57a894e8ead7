"""Who may change the staff of the Ministry, so that a superuser always remains?"""

import threading
from dataclasses import replace

import pytest
from django.contrib.auth.models import Group
from django.db import connection

from accounts.actions.staff import change_groups, close_staff, create_staff
from accounts.models import Account
from accounts.rules import staff
from accounts.rules.oneself import OWN
from mipres_admin.refusals import Refused
from tests import factories
from tests.history.events_staff import DETAILS, WHY

pytestmark = pytest.mark.django_db


def groups_of(account):
    return set(account.groups.values_list("name", flat=True))


def made(by, groups=("soporte",), **changed):
    return create_staff(by=by, details=replace(DETAILS, **changed), groups=groups, reason=WHY)


def refusal_of(act, *args, **options):
    with pytest.raises(Refused) as caught:
        act(*args, **options)
    return caught.value.refusal


# ---------------------------------------------------------------- who may not


def test_own_staff_account_cannot_be_changed_or_closed(chief):
    factories.make_staff("superusuario")
    values = {"groups": ["soporte"], "expected_groups": ["superusuario"], "reason": WHY}
    assert refusal_of(change_groups, by=chief, account=chief, **values) == OWN
    assert refusal_of(close_staff, by=chief, account=chief, reason=WHY) == OWN


def test_staff_account_of_ones_mailbox_is_neither_made_nor_changed(chief):
    factories.make_natural(chief.person, email="jefa@correo.example")
    assert refusal_of(made, chief, email="JEFA@correo.example") == OWN
    other = factories.make_staff(email="jefa@correo.example")
    values = {"groups": ["superusuario"], "expected_groups": [], "reason": WHY}
    assert refusal_of(change_groups, by=chief, account=other, **values) == OWN


@pytest.fixture
def manager(helper):
    """Somebody who manages the staff without being a superusuario: no group has that, and none will by mistake."""
    permission = Group.objects.get(name="superusuario").permissions.get(codename="manage_staff")
    helper.user_permissions.add(permission)
    return Account.objects.get(pk=helper.pk)


def test_only_a_superuser_makes_another(manager):
    assert refusal_of(made, manager, groups=["superusuario"]) == staff.ONLY_SUPERUSERS
    other = factories.make_staff()
    values = {"groups": ["superusuario"], "expected_groups": [], "reason": WHY}
    assert refusal_of(change_groups, by=manager, account=other, **values) == staff.ONLY_SUPERUSERS


def test_only_a_superuser_touches_another(manager, chief, ministry):
    for account in (chief, ministry):
        assert refusal_of(close_staff, by=manager, account=account, reason=WHY) == staff.ONLY_SUPERUSERS


def test_one_of_createsuperuser_makes_superusers(ministry):
    assert groups_of(made(ministry, groups=["superusuario"])) == {"superusuario"}


@pytest.mark.parametrize("act", [made, lambda by: close_staff(by=by, account=factories.make_staff(), reason=WHY)])
def test_former_staff_manager_is_refused(helper, act):
    assert refusal_of(act, helper) == staff.NO_LONGER


def test_the_last_superuser_is_neither_closed_nor_demoted(manager, chief):
    values = {"groups": [], "expected_groups": ["superusuario"], "reason": WHY}
    assert refusal_of(close_staff, by=manager, account=chief, reason=WHY) == staff.LAST
    assert refusal_of(change_groups, by=manager, account=chief, **values) == staff.LAST


def test_a_closed_superuser_does_not_count_as_one_who_remains(manager, chief):
    factories.make_staff("superusuario", is_active=False)
    assert refusal_of(close_staff, by=manager, account=chief, reason=WHY) == staff.LAST


def test_the_first_account_is_closed_once_there_is_another(chief, ministry):
    assert close_staff(by=chief, account=ministry, reason=WHY)


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("demote", [False, True], ids=["close", "demote"])
def test_two_superusers_who_close_or_demote_each_other_at_once_leave_one(demote):
    one, other = factories.make_staff("superusuario"), factories.make_staff("superusuario")
    start, refused = threading.Barrier(2), []

    def act(by, account):
        try:
            start.wait(10)
            if demote:
                change_groups(by=by, account=account, groups=[], expected_groups=["superusuario"], reason=WHY)
            else:
                close_staff(by=by, account=account, reason=WHY)
        except Refused as caught:
            refused.append(caught.refusal)
        finally:
            connection.close()

    threads = [threading.Thread(target=act, args=pair) for pair in ((one, other), (other, one))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(20)
    assert refused == [staff.LAST]
    left = Account.objects.filter(is_active=True, groups__name="superusuario")
    assert left.count() == 1
