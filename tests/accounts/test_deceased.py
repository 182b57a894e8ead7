"""Does the list of deceased people come in, do persons follow it, and may nobody enter with a dead person's account?"""

from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
from django.contrib.auth import get_user
from django.core.exceptions import ValidationError
from django.db import IntegrityError, connection, transaction
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from accounts.actions.login import open_session
from accounts.actions.password_links import find_link, recover_password, send_password_link
from accounts.models import DeceasedEntry, Person
from mipres_admin.history.models import HistoryEntry
from mipres_admin.outbox.models import OutgoingMail
from mipres_admin.refusals import Refused
from registries.models import RegistryLoad
from tests.factories import PASSWORD, make_natural, make_person
from tests.registry_files import counts, csv_file, load, versions

pytestmark = pytest.mark.django_db

HEADINGS = ("tipo_documento", "numero_documento", "fecha_fallecimiento")


def row(number: str = "1900000001", day: str = "2026-01-31") -> dict[str, str]:
    return dict(zip(HEADINGS, ("CC", number, day), strict=True))


@pytest.fixture
def deceased(tmp_path: Path) -> Any:
    def load_rows(*rows: dict[str, str], **options: Any) -> str:
        options = {"allow_closing": True} | options
        return load("import_deceased", csv_file(tmp_path / "fallecidos.csv", rows, HEADINGS), **options)

    return load_rows


@pytest.fixture
def dies(deceased: Any) -> Any:
    """Have the list say that a person died."""
    return lambda person: deceased(row(person.document_number))


# ---------------------------------------------------------------- the list


def test_a_row_becomes_an_entry(deceased: Any) -> None:
    deceased(row())
    entry = DeceasedEntry.objects.get()
    assert (str(entry), entry.closed_on) == ("CC1900000001 2026-01-31", None)


def test_the_same_file_again_writes_no_row(deceased: Any) -> None:
    deceased(row())
    before = set(versions(DeceasedEntry))
    assert counts(deceased(row()))["sin cambio"] == 1
    assert set(versions(DeceasedEntry)) == before


def test_whom_the_list_no_longer_has_is_closed_and_opened_when_it_comes_back(deceased: Any) -> None:
    deceased(row(), row("1900000002"))
    assert "Cerradas:\n  CC …0002\n" in deceased(row())
    assert DeceasedEntry.objects.get(document_number="1900000002").closed_on == timezone.localdate()
    assert counts(deceased(row(), row("1900000002")))["reabiertas"] == 1


def test_a_truncated_list_is_refused(deceased: Any) -> None:
    deceased(row(), row("1900000002"))
    with pytest.raises(Exception, match="cerraría 1 de 2"):
        deceased(row(), allow_closing=False)


@pytest.mark.parametrize(
    ("cells", "reason"),
    [
        ({"tipo_documento": "NI"}, "el tipo de documento «NI» no se conoce"),
        ({"numero_documento": "1.900"}, "el documento «1.900» debe tener de 3 a 20 letras o dígitos"),
        ({"fecha_fallecimiento": ""}, "falta la fecha de fallecimiento"),
        ({"fecha_fallecimiento": "ayer"}, "la fecha de fallecimiento «ayer» debe ser una fecha"),
        ({"fecha_fallecimiento": "2999-01-01"}, "la fecha de fallecimiento «2999-01-01» está en el futuro"),
        ({"numero_documento": "1900000001"}, "repite la línea 2"),
    ],
)
def test_a_bad_row_is_rejected_with_its_reason(deceased: Any, cells: dict[str, str], reason: str) -> None:
    assert f"línea 3: {reason}" in deceased(row(), row("1900000002") | cells)


def test_a_rejected_row_closes_nothing(deceased: Any) -> None:
    deceased(row(), row("1900000002"))
    assert counts(deceased(row(), row("1900000002", "ayer")))["cerradas"] == 0


def test_the_load_has_its_record_and_its_history(deceased: Any) -> None:
    deceased(row())
    assert RegistryLoad.objects.get().registry_label == "Fallecidos"
    assert HistoryEntry.objects.get().event_label == "Carga de fallecidos"


@pytest.mark.parametrize(
    ("fields", "name"),
    [
        ({"document_number": "1900000009"}, "deceased_once_per_document"),
        ({"document_number": "1.9"}, "deceased_document_well_formed"),
        ({"deceased_on": timezone.localdate() + timedelta(days=2)}, "deceased_not_in_the_future"),
    ],
)
def test_what_can_not_be_true_of_an_entry(fields: dict[str, Any], name: str) -> None:
    entry = {"document_type": "CC", "document_number": "1900000009", "deceased_on": date(2026, 1, 1)}
    DeceasedEntry.objects.create(**entry)
    with pytest.raises(IntegrityError, match=name), transaction.atomic():
        DeceasedEntry.objects.create(**(entry | {"document_number": "1900000010"} | fields))


# ---------------------------------------------------------------- persons follow it


def day_of(person: Person) -> date | None:
    return Person.objects.get(pk=person.pk).deceased_on


def test_a_person_on_the_list_is_deceased_and_whom_it_corrects_is_not(deceased: Any, dies: Any) -> None:
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


def test_who_was_corrected_before_he_came_is_not(deceased: Any) -> None:
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


def test_a_load_that_changes_nothing_touches_no_person(dies: Any) -> None:
    person = make_person()
    dies(person)
    with connection.cursor() as cursor:
        cursor.execute("SELECT xmin FROM accounts_person WHERE id = %s", [person.pk])
        before = cursor.fetchone()
        dies(person)
        cursor.execute("SELECT xmin FROM accounts_person WHERE id = %s", [person.pk])
        assert cursor.fetchone() == before


# ---------------------------------------------------------------- their accounts


def test_a_deceased_persons_accounts_may_not_enter_until_it_is_corrected(delegate: Any, dies: Any) -> None:
    dies(delegate.person)
    with pytest.raises(ValidationError):
        open_session(login=delegate.login, password=PASSWORD)
    dies(make_person())
    assert open_session(login=delegate.login, password=PASSWORD) == delegate


def test_his_sessions_stop_at_the_next_request(delegate: Any, delegate_client: Client, dies: Any) -> None:
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


def test_a_link_that_was_sent_no_longer_opens_and_no_other_is_sent(delegate: Any, dies: Any) -> None:
    send_password_link(account=delegate, reason="recover")
    secret = secret_of_the_last_mail()
    assert find_link(secret).account == delegate
    dies(delegate.person)
    with pytest.raises(Refused):
        find_link(secret)
    delegate.refresh_from_db(fields=["person"])
    with pytest.raises(Refused, match="fallecido"):
        send_password_link(account=delegate, reason="recover")


def test_recordar_contrasena_answers_him_as_it_answers_nobody(delegate: Any, dies: Any) -> None:
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
