"""Who may be impersonated?"""

from collections.abc import Callable
from typing import Any

import pytest

from accounts.actions.impersonation import start_impersonation
from accounts.models import Account, Impersonation
from mipres_admin.refusals import Refused
from tests import factories
from tests.accounts.impersonations import WHY

pytestmark = pytest.mark.django_db


def natural(**_: Any) -> Account:
    return factories.make_natural()


def suspended(entity: Any) -> Account:
    return factories.make_delegate(entity, is_active=False)


def of_an_inactive_entity(**_: Any) -> Account:
    return factories.make_delegate(factories.make_entity(is_active=False))


def of_the_ministry(**_: Any) -> Account:
    return Account.objects.create_superuser("MINSALUD02", factories.PASSWORD, email="o@minsalud.example")


@pytest.mark.parametrize(
    ("who", "why"),
    [
        (natural, "un delegado de una entidad"),
        (of_the_ministry, "un delegado de una entidad"),
        (suspended, "cuenta inactiva"),
        (of_an_inactive_entity, "entidad inactiva"),
    ],
)
def test_only_delegates_who_can_log_in_are_impersonated(ministry, ips, who: Callable[..., Account], why):
    with pytest.raises(Refused, match=why):
        start_impersonation(by=ministry, account=who(entity=ips), session=factories.make_session(ministry), reason=WHY)
    assert not Impersonation.objects.exists()
