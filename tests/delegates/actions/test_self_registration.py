"""Is a user registered once?"""

import pytest

from delegates.actions.self_registration import register_user
from tests.delegates.registering import together

pytestmark = pytest.mark.django_db


@pytest.mark.django_db(transaction=True)
def test_a_double_click_registers_once(natural):
    action = lambda: register_user(by=natural, kind="OTRO")  # noqa: E731
    assert together(action, action) == [natural.login, "Usted ya está registrado"]
