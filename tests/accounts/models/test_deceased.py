"""Do persons follow the list of deceased people, and does nobody log in with their accounts?"""

from datetime import date, timedelta
from typing import Any

import pytest
from django.contrib.auth import get_user
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from accounts.actions.login_and_password import open_session
from accounts.actions.password_links import find_link, recover_password, send_password_link
from accounts.models import DeceasedEntry, Person
from mipres_admin.history.models import HistoryEntry
from mipres_admin.outbox.models import OutgoingMail
from mipres_admin.refusals import Refused
from tests.accounts.deceased_list import row
from tests.factories import PASSWORD, make_natural, make_person

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(
    ("fields", "name"),
    [
        ({"document_number": "1900000009"}, "deceased_once_per_document"),
        ({"document_number": "1.9"}, "deceased_document_well_formed"),
        ({"deceased_on": timezone.localdate() + timedelta(days=2)}, "deceased_not_in_the_future"),
    ],
)
def test_impossible_deceased_entry_is_refused(fields: dict[str, Any], name: str) -> None:
    entry = {"document_type": "CC", "document_number": "1900000009", "deceased_on": date(2026, 1, 1)}
    DeceasedEntry.objects.create(**entry)
    with pytest.raises(IntegrityError, match=name), transaction.atomic():
        DeceasedEntry.objects.create(**(entry | {"document_number": "1900000010"} | fields))


# ---------------------------------------------------------------- persons follow it


def day_of(person: Person) -> date | None:
    return Person.objects.get(pk=person.pk).deceased_on


def test_person_is_deceased_while_on_the_list(deceased: Any, dies: Any) -> None:
    person = make_person()
    dies(person)
    assert day_of(person) == date(2026, 1, 31)
    deceased(row(person.document_number, "2026-02-01"))
    assert day_of(person) == date(2026, 2, 1)
    deceased(row("1900000099"))
    assert day_of(person) is None


def test_another_type_of_document_is_another_person(deceased: Any) -> None:
    person = make_person(document_type="CE")
    deceased(row(person.document_number))
    assert day_of(person) is None


def test_who_comes_into_the_portal_later_is_deceased_too(deceased: Any) -> None:
    deceased(row())
    assert day_of(make_person(document_number="1900000001")) == date(2026, 1, 31)


def test_person_created_after_the_correction_is_not_deceased(deceased: Any) -> None:
    deceased(row(), row("1900000002"))
    deceased(row("1900000002"))
    assert day_of(make_person(document_number="1900000001")) is None


def test_a_person_whose_document_is_corrected_follows_the_new_one(deceased: Any) -> None:
    deceased(row())
    person = make_person(document_number="1900000001")
    Person.objects.filter(pk=person.pk).update(document_number="1900000002")
    assert day_of(person) is None
    Person.objects.filter(pk=person.pk).update(document_number="1900000001")
    assert day_of(person) == date(2026, 1, 31)


def test_entries_that_are_deleted_leave_nobody_deceased(dies: Any) -> None:
    person = make_person()
    dies(person)
    DeceasedEntry.objects.all().delete()
    assert day_of(person) is None


# ---------------------------------------------------------------- their accounts


def test_a_deceased_persons_accounts_may_not_enter_until_it_is_corrected(delegate: Any, dies: Any) -> None:
    dies(delegate.person)
    with pytest.raises(ValidationError):
        open_session(login=delegate.login, password=PASSWORD)
    dies(make_person())
    assert open_session(login=delegate.login, password=PASSWORD) == delegate


def test_session_of_a_deceased_delegate_ends_at_the_next_request(
    delegate: Any, delegate_client: Client, dies: Any
) -> None:
    assert delegate_client.get(reverse("home")).status_code == 200
    dies(delegate.person)
    assert delegate_client.get(reverse("home")).headers["Location"].startswith(reverse("login"))
    assert not get_user(delegate_client).is_authenticated


def test_a_natural_persons_session_stops_too(client: Client, dies: Any) -> None:
    account = make_natural()
    client.force_login(account)
    dies(account.person)
    assert client.get(reverse("role_list")).status_code == 302


def test_the_ministry_without_a_person_stays_in(client: Client, ministry: Any, deceased: Any) -> None:
    client.force_login(ministry)
    deceased(row())
    assert client.get(reverse("home")).status_code == 200


def secret_of_the_last_mail() -> str:
    text = OutgoingMail.objects.latest("pk").text
    return next(part for part in text.split() if "/clave/asignar/" in part).rstrip("/").rpartition("/")[2]


def test_links_of_a_deceased_person_stop_working(delegate: Any, dies: Any) -> None:
    send_password_link(account=delegate, reason="recover")
    secret = secret_of_the_last_mail()
    assert find_link(secret).account == delegate
    dies(delegate.person)
    with pytest.raises(Refused):
        find_link(secret)
    delegate.refresh_from_db(fields=["person"])
    with pytest.raises(Refused, match="fallecido"):
        send_password_link(account=delegate, reason="recover")


def test_password_recovery_answers_a_deceased_person_like_nobody(delegate: Any, dies: Any) -> None:
    person = delegate.person
    dies(person)
    recover_password(
        login=delegate.login,
        document_type=person.document_type,
        document_number=person.document_number,
        email=delegate.email,
    )
    assert HistoryEntry.objects.filter(event="password.link_refused").exists()
    assert not HistoryEntry.objects.filter(event="password.link_sent").exists()
    assert not OutgoingMail.objects.filter(template="password_link").exists()
