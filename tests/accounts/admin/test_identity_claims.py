"""Does the reviewers' queue in the admin verify and refuse identities, once and never their own?"""

from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from accounts.actions.identity_claims import upload_copy
from accounts.models import Account, DeceasedEntry, IdentityClaim, Person
from mipres_admin.history.models import HistoryEntry
from mipres_admin.outbox.models import OutgoingMail
from tests.factories import (
    PASSWORD,
    make_civil_entry,
    make_claim,
    make_delegate,
    make_entity,
    make_natural,
    make_person,
    make_session,
    make_staff,
)

pytestmark = pytest.mark.django_db
QUEUE = "admin:accounts_identityclaim_changelist"
CHANGE = "admin:accounts_identityclaim_change"


@pytest.fixture
def reviewer(db):
    return make_staff("revisor")


@pytest.fixture
def reviewing(reviewer):
    client = Client()
    client.force_login(reviewer)
    return client


def decide(client, claim, slug, **fields):
    """Send the form of the reviewer's page as it is now, with the fields given instead."""
    address = reverse("admin:accounts_identityclaim_action", args=[claim.pk, slug])
    version = IdentityClaim.objects.values_list("version", flat=True).filter(pk=claim.pk).first()
    return client.post(address, {"expected_version": version, "reason": "Coincide"} | fields, follow=True).text


def verify(client, claim, **fields):
    decide(client, claim, "tomar")
    return decide(client, claim, "verificar", **fields)


def state(claim):
    claim.refresh_from_db()
    return claim.state


def with_copy(**fields):
    claim = make_claim(**fields)
    upload_copy(by=claim.account, claim=claim, content=b"%PDF-", kind="application/pdf")
    return claim


def test_queue_has_what_waits_the_oldest_first(reviewing):
    new, old = with_copy(), with_copy(sent_at=timezone.now() - timedelta(days=1))
    without, page = make_claim(), reviewing.get(reverse(QUEUE)).text
    assert reverse(CHANGE, args=[without.pk]) not in page
    assert page.index(reverse(CHANGE, args=[old.pk])) < page.index(reverse(CHANGE, args=[new.pk]))


@pytest.mark.parametrize("query", [{"estado": "todas"}, {"estado": "rechazada"}, {"estado": "x"}, {"q": "CC10"}])
def test_queue_can_be_filtered(reviewing, query):
    make_claim()
    assert reviewing.get(reverse(QUEUE), query).status_code == 200


def test_claim_before_its_turn_needs_a_reason(reviewing):
    first, second = with_copy(), with_copy()
    assert "Le llegó el turno" in reviewing.get(reverse(CHANGE, args=[first.pk])).text
    assert "Antes de esta espera otra solicitud" in reviewing.get(reverse(CHANGE, args=[second.pk])).text


def test_dashboard_counts_what_waits(reviewing):
    with_copy()
    make_claim()
    page = reviewing.get("/admin/").text
    assert "Identidades por verificar" in page
    assert "Sin copia: esperan a la persona" in page


def test_page_shows_the_sources_and_what_differs(reviewing):
    claim = make_claim()
    make_civil_entry(document_number=claim.document_number, first_name="Otra")
    make_claim(document_number=claim.document_number)
    decide(reviewing, claim, "tomar")
    page = reviewing.get(reverse(CHANGE, args=[claim.pk])).text
    for text in ("Distintos", "Distinta", "Hay otra solicitud con este documento", "no ha cargado una copia"):
        assert text in page


def dates_of(client, claim, entry):
    """Which days of issue of a document the pages of the admin show, and whether they say that two agree."""
    names = ("accounts_identityclaim", "accounts_civilregistryentry")
    pages = [f"{reverse(f'admin:{name}_changelist')}?estado=todas" for name in names]
    pages += [reverse(CHANGE, args=[claim.pk]), reverse("admin:accounts_civilregistryentry_change", args=[entry.pk])]
    text = "".join(client.get(page).text for page in pages)
    days = [day for day in (entry.issued_on, claim.issued_on) if f"{day:%Y-%m-%d}" in text or f"{day:%d/%m/%Y}" in text]
    return {*days, *(word for word in (">Igual<", "Distinta") if word in text)}


@pytest.mark.parametrize("state", ["pendiente", "en_revision", "verificada", "rechazada"])
@pytest.mark.parametrize("group", ["soporte", "revisor", "cargador", "auditor", "superusuario"])
def test_admin_shows_no_date_that_opens_an_account(group, state):
    client, fields = Client(), {"reviewer": make_staff("revisor"), "reviewed_at": timezone.now(), "reason": "x"}
    client.force_login(make_staff(group))
    fields = {} if state == "pendiente" else fields
    account = make_natural() if state == "verificada" else None
    claim = make_claim(account and account.person, account=account, state=state, **fields)
    entry = make_civil_entry(document_number=claim.document_number)
    shows = state == "en_revision" and group in ("revisor", "superusuario")
    assert dates_of(client, claim, entry) == ({claim.issued_on, "Distinta"} if shows else set())


def test_verified_claim_gets_the_login_of_its_document(reviewing, reviewer):
    claim = make_claim()
    session = make_session(claim.account)
    assert "quedó verificada" in verify(reviewing, claim)
    account = Account.objects.get(pk=claim.account_id)
    assert (account.login, account.person.verified_how) == (f"CC{claim.document_number}", "revisor")
    assert account.check_password(PASSWORD)
    session.refresh_from_db()
    assert session.ended_at is not None
    mail = OutgoingMail.objects.get(template="identity_verified")
    assert (mail.recipient, account.login in mail.text) == (account.email, True)
    assert HistoryEntry.objects.get(event="identity.verified").actor == reviewer


def test_rejected_claim_tells_its_holder_why(reviewing):
    claim = make_claim()
    decide(reviewing, claim, "tomar")
    assert "Ingrese el motivo" in decide(reviewing, claim, "rechazar", reason="")
    decide(reviewing, claim, "rechazar", reason="La foto no se lee")
    assert state(claim) == "rechazada"
    assert "La foto no se lee" in OutgoingMail.objects.get(template="identity_rejected").text
    assert not Person.objects.filter(document_number=claim.document_number).exists()


@pytest.mark.parametrize("slug", ["verificar", "rechazar"])
def test_decision_before_taking_is_refused(reviewing, slug):
    claim = make_claim()
    assert "cambió mientras" in decide(reviewing, claim, slug)
    assert state(claim) == "pendiente"


def test_second_click_decides_nothing_more(reviewing):
    claim = make_claim()
    verify(reviewing, claim, expected_version=2)
    assert "cambió mientras" in decide(reviewing, claim, "verificar", expected_version=2)
    assert OutgoingMail.objects.filter(template="identity_verified").count() == 1


@pytest.mark.parametrize("version", ["", "x", "0", "9" * 30, "7"])
def test_another_version_decides_nothing(reviewing, version):
    claim = make_claim()
    decide(reviewing, claim, "tomar", expected_version=version)
    assert state(claim) == "pendiente"


def test_withdrawn_claim_is_not_found(reviewing):
    claim = make_claim()
    address = reverse("admin:accounts_identityclaim_action", args=[claim.pk, "tomar"])
    IdentityClaim.objects.all().delete()
    assert reviewing.post(address, {"expected_version": 1, "reason": "x"}).status_code == 404
    assert reviewing.get(reverse(CHANGE, args=[claim.pk])).status_code == 302


def test_nobody_decides_their_own(reviewing, reviewer):
    claim = make_claim(document_number=reviewer.person.document_number)
    page = reviewing.get(reverse(CHANGE, args=[claim.pk])).text
    assert "No puede decidir sobre usted mismo" in page
    assert "Tomar para revisión" not in page
    assert "No puede decidir sobre usted mismo" in decide(reviewing, claim, "tomar")
    assert state(claim) == "pendiente"


def test_known_person_is_joined_and_told(reviewing):
    delegate = make_delegate(make_entity(), person=make_person(email="viejo@correo.example"))
    claim = make_claim(delegate.person)
    verify(reviewing, claim)
    account = Account.objects.get(pk=claim.account_id)
    assert account.person == delegate.person
    assert OutgoingMail.objects.filter(template="own_account_verified").get().recipient == "viejo@correo.example"


@pytest.mark.parametrize(("names", "first_name"), [("registro", "Eva"), ("portal", "Ada"), ("solicitud", "Ana")])
def test_reviewer_chooses_the_names_that_hold(reviewing, names, first_name):
    person = make_person(first_name="Ada")
    make_civil_entry(person, first_name="Eva")
    claim = make_claim(person, first_name="Ana")
    assert "Los nombres no son iguales" in verify(reviewing, claim)
    assert "quedó verificada" in decide(reviewing, claim, "verificar", names=names)
    person.refresh_from_db()
    assert person.first_name == first_name


def deceased(claim):
    DeceasedEntry.objects.create(
        document_type="CC", document_number=claim.document_number, deceased_on=timezone.localdate()
    )


@pytest.mark.parametrize(
    ("obstacle", "words"),
    [
        (lambda claim: make_natural(make_person(document_number=claim.document_number)), "ya tiene una cuenta"),
        (deceased, "es de una persona fallecida"),
        (
            lambda claim: Account.objects.create_superuser(f"CC{claim.document_number}", email="a@b.example"),
            "El usuario de ese documento ya existe",
        ),
    ],
    ids=["account", "deceased", "login"],
)
def test_obstacle_refuses_to_verify(reviewing, obstacle, words):
    claim = make_claim()
    obstacle(claim)
    assert words in reviewing.get(reverse(CHANGE, args=[claim.pk])).text
    assert words in verify(reviewing, claim)
    assert state(claim) == "en_revision"


def test_second_claim_of_a_document_is_not_verified(reviewing):
    first = make_claim()
    second = make_claim(document_number=first.document_number)
    verify(reviewing, first)
    assert "ya tiene una cuenta verificada" in verify(reviewing, second)
    assert Account.objects.get(pk=second.account_id).person is None


def test_reviewer_downloads_the_copy_in_a_sandbox_and_it_is_recorded(reviewing, reviewer):
    claim = make_claim()
    address = reverse("admin:accounts_identityclaim_copy", args=[claim.pk])
    assert reviewing.get(address).status_code == 404
    upload_copy(by=claim.account, claim=claim, content=b"%PDF-<script>", kind="application/pdf")
    answer = reviewing.get(address)
    assert answer.content == b"%PDF-<script>"
    assert answer.headers["Content-Security-Policy"] == "default-src 'none'; sandbox"
    assert answer.headers["Content-Disposition"].startswith("attachment")
    assert HistoryEntry.objects.get(event="identity.copy_downloaded").actor == reviewer


@pytest.mark.parametrize("group", ["soporte", "cargador", "auditor"])
def test_other_staff_neither_decide_nor_download(group):
    claim, client = make_claim(), Client()
    upload_copy(by=claim.account, claim=claim, content=b"%PDF-", kind="application/pdf")
    client.force_login(make_staff(group))
    assert client.get(reverse("admin:accounts_identityclaim_copy", args=[claim.pk])).status_code == 403
    action = reverse("admin:accounts_identityclaim_action", args=[claim.pk, "tomar"])
    assert client.post(action, {"expected_version": 1, "reason": "x"}).status_code == 403
    seen = client.get(reverse(CHANGE, args=[claim.pk]))
    assert seen.status_code == (200 if group == "auditor" else 403)
    assert "Tomar para revisión" not in seen.text


def test_nobody_adds_edits_or_deletes_a_claim(ministry):
    claim, client = make_claim(), Client()
    client.force_login(ministry)
    for name, args in (("add", []), ("delete", [claim.pk])):
        assert client.get(reverse(f"admin:accounts_identityclaim_{name}", args=args)).status_code == 403
    assert client.post(reverse(CHANGE, args=[claim.pk]), {"state": "verificada"}).status_code == 403
