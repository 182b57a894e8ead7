"""Do days become the moments of the database, in Colombia's time?"""

import json
from datetime import date, datetime, timedelta

import pytest
from django.urls import reverse

from delegates.personal_data_export import personal_data
from roles.actions.certificates import issue_certificate
from roles.actions.role_assignments import activate_user
from roles.exports import user_rows
from roles.matrix import Option
from roles.models import RoleAssignment
from roles.validity import OPEN, Validity, end_of, long_date, today
from tests.factories import make_user

NOW = datetime.fromisoformat("2026-05-03T10:00:00-05:00")
TODAY, TOMORROW = date(2026, 5, 3), date(2026, 5, 4)
LAST = date(2099, 12, 30)


def test_validity_of_today_starts_now_and_ends_after_its_last_day():
    assert Validity(TODAY, TODAY).starts_at(NOW) == NOW
    assert Validity(TODAY, TODAY).ends_at == datetime.fromisoformat("2026-05-04T00:00:00-05:00")
    assert Validity(TOMORROW).starts_at(NOW) == datetime.fromisoformat("2026-05-04T00:00:00-05:00")
    assert (OPEN.starts_at(NOW), OPEN.ends_at) == (NOW, None)


def test_an_end_at_midnight_is_shown_as_the_day_before():
    assert Validity.between(NOW, Validity(TODAY, TODAY).ends_at) == Validity(TODAY, TODAY)
    assert Validity.between(NOW, NOW + timedelta(hours=1)) == Validity(TODAY, TODAY)
    assert Validity.between(NOW, None) == Validity(TODAY)


def test_until_only_shortens():
    assert OPEN.until(None) is OPEN
    assert OPEN.until(TODAY) == Validity(None, TODAY)
    assert Validity(None, TODAY).until(TOMORROW) == Validity(None, TODAY)


def test_end_of_today_is_now():
    assert end_of(TODAY, NOW) == NOW
    last = datetime.fromisoformat("2026-05-03T00:00:00-05:00") - timedelta(microseconds=1)
    assert end_of(date(2026, 5, 2), NOW) == last


def test_long_date_is_spanish():
    assert long_date(TODAY) == "3 de mayo de 2026"


@pytest.mark.django_db
def test_the_same_last_day_is_shown_everywhere(client, delegate, ministry, sede, delivered):
    user = make_user()
    activate_user(
        by=delegate,
        user=user,
        option=Option.PROFESIONAL,
        sede=sede,
        roles={"Rol_Anulador"},
        validity=Validity(None, LAST),
    )
    item = RoleAssignment.objects.get()
    client.force_login(delegate)
    shown = {
        "list": client.get(reverse("users")).text,
        "user page": client.get(reverse("user_roles", args=[user.public_id])).text,
        "Excel": str(list(user_rows(RoleAssignment.objects.all()))),
        "constancia": str(issue_certificate(by=delegate, user=user, as_of=today()).content),
        "mail": delivered()[-1].body,
        "history": client.get(reverse("user_history", args=[user.public_id])).text,
        "personal data": json.dumps(personal_data(user.person)["roles en MIPRES"], default=str),
    }
    client.force_login(ministry)
    shown["admin"] = client.get(reverse("admin:roles_roleassignment_change", args=[item.pk])).text
    shown["admin list"] = client.get(reverse("admin:roles_roleassignment_changelist")).text
    after = str(LAST + timedelta(days=1))
    assert {place: (str(LAST) in text, after in text) for place, text in shown.items()} == dict.fromkeys(
        shown, (True, False)
    )
