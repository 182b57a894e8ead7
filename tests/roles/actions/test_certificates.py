"""Does a certificate say who had which role on a day, and does nobody else get it?"""

from concurrent.futures import ThreadPoolExecutor
from datetime import date, datetime, timedelta
from threading import Barrier

import pytest
import time_machine
from django.db import connection
from django.urls import reverse
from django.utils import timezone

from mipres_admin.history.models import HistoryEntry
from mipres_admin.refusals import Refused
from roles.actions.certificates import issue_certificate
from roles.models import Certificate
from tests.factories import make_assignment, make_sede, make_user

pytestmark = pytest.mark.django_db
PRESCRIPTOR, ANULADOR, EXCLUSIONES = "Rol_Prescriptor", "Rol_Anulador", "Rol_PrescriptorExclusiones"
PAST = date(2026, 5, 3)
DAY = timedelta(days=1)


@pytest.fixture(autouse=True)
def noon():
    """A fixed moment in Colombia; sessions and assignments live in it too."""
    with time_machine.travel(datetime.fromisoformat("2026-11-21T12:00:00-05:00"), tick=False):
        yield


@pytest.fixture
def user(db):
    return make_user(first_name="José", first_surname="Muñoz", document_number="1025000111")


def at(text):
    return datetime.fromisoformat(f"{text}-05:00")


def give_role(user, sede, role, by, starts="2026-01-01T08:00", ends=None):
    return make_assignment(user, sede, role, by, starts_at=at(starts), ends_at=ends and at(ends))


def roles_of(certificate):
    return [row["role"] for row in certificate.content["roles"]]


def post(client, user, day):
    return client.post(reverse("user_certificate", args=[user.public_id]), {"as_of": day})


# ---------------------------------------------------------------- a la fecha


def test_a_role_that_ended_later_is_there_at_the_past_day(delegate, user, sede):
    give_role(user, sede, ANULADOR, delegate, ends="2026-06-01T00:00")
    assert roles_of(issue_certificate(by=delegate, user=user, as_of=PAST)) == [ANULADOR]


def test_a_role_that_ended_is_not_there_today(delegate, user, sede):
    give_role(user, sede, ANULADOR, delegate, ends="2026-06-01T00:00")
    give_role(user, sede, PRESCRIPTOR, delegate)
    assert roles_of(issue_certificate(by=delegate, user=user, as_of=timezone.localdate())) == [PRESCRIPTOR]


def test_a_role_that_began_later_is_not_there_at_the_past_day(delegate, user, sede):
    give_role(user, sede, ANULADOR, delegate)
    give_role(user, sede, PRESCRIPTOR, delegate, starts="2026-05-04T00:00")
    assert roles_of(issue_certificate(by=delegate, user=user, as_of=PAST)) == [ANULADOR]


def test_a_role_is_there_on_its_last_day(delegate, user, sede):
    give_role(user, sede, ANULADOR, delegate, ends="2026-05-04T00:00")
    assert roles_of(issue_certificate(by=delegate, user=user, as_of=PAST)) == [ANULADOR]


def test_role_ended_during_the_day_is_not_certified_for_it(delegate, user, sede):
    give_role(user, sede, ANULADOR, delegate, ends="2026-05-03T15:00")
    with pytest.raises(Refused, match="no había roles"):
        issue_certificate(by=delegate, user=user, as_of=PAST)


@pytest.mark.parametrize("day", ["2026-11-22", "9999-12-31", "", "ayer", "2026-02-30", "2026-\x0011-21"])
def test_a_day_to_come_or_a_wrong_one_is_refused_with_words(delegate_client, delegate, user, sede, day):
    give_role(user, sede, ANULADOR, delegate)
    response = post(delegate_client, user, day)
    assert (response.status_code, Certificate.objects.count()) == (200, 0)
    assert "Revise lo siguiente" in response.text


def test_the_action_refuses_a_day_to_come(delegate, user, sede):
    give_role(user, sede, ANULADOR, delegate)
    with pytest.raises(Refused, match="no ha llegado"):
        issue_certificate(by=delegate, user=user, as_of=timezone.localdate() + DAY)


def test_the_oldest_day_has_no_roles_and_says_so(delegate_client, delegate, user, sede):
    give_role(user, sede, ANULADOR, delegate)
    assert "No hay roles que hacer constar" in post(delegate_client, user, "0001-01-01").text


# ---------------------------------------------------------------- whose


def test_roles_in_another_entity_never_appear(delegate, stranger, user, sede):
    give_role(user, sede, ANULADOR, delegate)
    give_role(user, stranger.entity.sedes.get(), PRESCRIPTOR, stranger)
    assert roles_of(issue_certificate(by=delegate, user=user, as_of=PAST)) == [ANULADOR]


def test_full_list_has_all_users_of_the_entity_alone(delegate, stranger, user, sede):
    other = make_user(first_name="Zoila")
    give_role(other, sede, ANULADOR, delegate)
    give_role(user, sede, ANULADOR, delegate)
    give_role(make_user(), stranger.entity.sedes.get(), PRESCRIPTOR, stranger)
    issued = issue_certificate(by=delegate, as_of=PAST)
    assert {row["login"] for row in issued.content["roles"]} == {user.login, other.login}


def test_a_list_that_is_too_long_offers_the_excel(delegate_client, delegate, user, sede, settings):
    settings.CERTIFICATE_LONGEST = 1
    give_role(user, sede, ANULADOR, delegate)
    give_role(user, sede, PRESCRIPTOR, delegate)
    response = delegate_client.post(reverse("entity_certificate"), {"as_of": "2026-05-03"})
    assert "Tiene 2 roles" in response.text
    assert reverse("download_users") in response.text


def test_certificate_of_a_medical_prescriber_shows_the_derived_role(delegate, user, sede):
    give_role(user, sede, PRESCRIPTOR, delegate)
    issued = issue_certificate(by=delegate, user=user, as_of=PAST)
    assert issued.content["roles"][0]["derived"] == [EXCLUSIONES]


def test_issuing_is_written_in_the_history(delegate, user, sede):
    give_role(user, sede, ANULADOR, delegate)
    issued = issue_certificate(by=delegate, user=user, as_of=PAST)
    entry = HistoryEntry.objects.of(issued).get()
    assert (entry.event, entry.actor, entry.entity) == ("certificate.issued", delegate, delegate.entity)
    assert entry.after == {"as_of": "2026-05-03", "user": str(user.public_id), "roles": 1}


@pytest.fixture
def issued(delegate, user, sede):
    give_role(user, sede, PRESCRIPTOR, delegate, ends="2026-06-01T00:00")
    return issue_certificate(by=delegate, user=user, as_of=PAST)


@pytest.fixture
def holder(delegate, user, sede):
    give_role(user, sede, ANULADOR, delegate)
    return user


# ---------------------------------------------------------------- a double click


def test_second_click_returns_the_same_certificate(delegate_client, holder):
    first, second = (post(delegate_client, holder, "2026-05-03") for _ in range(2))
    assert first.url == second.url
    assert HistoryEntry.objects.filter(event="certificate.issued").count() == 1


def test_issuing_a_minute_later_makes_another_certificate(delegate, holder):
    first = issue_certificate(by=delegate, user=holder, as_of=PAST)
    with time_machine.travel(first.issued_at + timedelta(seconds=61), tick=False):
        assert issue_certificate(by=delegate, user=holder, as_of=PAST) != first


def test_other_content_makes_another_certificate(delegate, holder, sede):
    first = issue_certificate(by=delegate, user=holder, as_of=PAST)
    give_role(holder, sede, PRESCRIPTOR, delegate)
    assert issue_certificate(by=delegate, user=holder, as_of=PAST) != first


@pytest.mark.parametrize("other", ["day", "whole entity", "colleague"])
def test_another_user_day_or_issuer_makes_another_certificate(delegate, colleague, holder, other):
    arguments = {"by": delegate, "user": holder, "as_of": PAST}
    changed = {"day": {"as_of": PAST + DAY}, "whole entity": {"user": None}, "colleague": {"by": colleague}}[other]
    assert issue_certificate(**arguments) != issue_certificate(**arguments | changed)


@pytest.mark.django_db(transaction=True)
def test_two_clicks_at_once_make_one_certificate(delegate, holder):
    start = Barrier(2)

    def click(_):
        try:
            start.wait(10)
            return issue_certificate(by=delegate, user=holder, as_of=PAST).code
        finally:
            connection.close()

    with ThreadPoolExecutor(2) as pool:
        assert len(set(pool.map(click, range(2)))) == 1
    assert Certificate.objects.count() == 1


# ---------------------------------------------------------------- what PostgreSQL refuses


def test_certificate_with_wrong_checksum_is_not_downloaded(delegate_client, issued, monkeypatch):
    monkeypatch.setattr("roles.views.certificates.checksum_matches", lambda certificate: False)
    assert delegate_client.get(reverse("download_certificate", args=[issued.public_id])).status_code == 404


def test_page_lists_the_certificates_of_this_user_alone(delegate_client, delegate, issued, sede):
    other = make_user()
    give_role(other, sede, ANULADOR, delegate)
    shown = [
        issued.grouped_code in delegate_client.get(reverse("user_certificate", args=[who.public_id])).text
        for who in (issued.user, other)
    ]
    assert shown == [True, False]


def test_certificate_has_every_sede_of_the_entity(delegate, ips, user, sede):
    give_role(user, sede, ANULADOR, delegate)
    give_role(user, make_sede(ips), ANULADOR, delegate)
    assert roles_of(issue_certificate(by=delegate, user=user, as_of=PAST)) == [ANULADOR, ANULADOR]
