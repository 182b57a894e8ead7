"""Do the pages upload, preview, apply and answer a workbook row by row?"""

import io
import subprocess

import pytest
from django.test import Client
from django.urls import reverse
from openpyxl import load_workbook

from roles.models import RoleAssignment, RoleUpload
from roles.uploads.rows import entity_text
from tests.factories import make_assignment, make_user
from tests.roles.workbooks import book_of, current_roles, downloaded, row, send, upload, verdicts

pytestmark = pytest.mark.django_db
PRESCRIPTOR, JUNTA, ANULADOR = "Rol_Prescriptor", "Rol_JuntaMedicaIPS", "Rol_Anulador"
DISPENSADOR = "Rol_Dispensador"


# ---------------------------------------------------------------- the round trip


def test_a_downloaded_file_comes_back_without_change(delegate_client, staffed):
    send(delegate_client, downloaded(delegate_client))
    assert verdicts(RoleUpload.objects.get()) == ["igual"] * 5


def test_a_file_saved_by_libreoffice_comes_back_without_change(delegate_client, staffed, tmp_path, soffice):
    (tmp_path / "in").mkdir()
    source = tmp_path / "in" / "usuarios.xlsx"
    source.write_bytes(downloaded(delegate_client))
    command = [soffice, f"-env:UserInstallation=file://{tmp_path}/profile", "--headless", "--convert-to", "xlsx"]
    subprocess.run([*command, "--outdir", str(tmp_path), str(source)], check=True, capture_output=True, timeout=120)
    send(delegate_client, (tmp_path / "usuarios.xlsx").read_bytes())
    assert verdicts(RoleUpload.objects.get()) == ["igual"] * 5


def test_the_result_can_be_uploaded_again(delegate_client, staffed):
    send(delegate_client, downloaded(delegate_client))
    result = delegate_client.get(reverse("upload_result", args=[RoleUpload.objects.get().public_id])).getvalue()
    sheet = load_workbook(io.BytesIO(result)).active
    assert [sheet["R1"].value, sheet["R2"].value] == ["OBSERVACIONES", "Sin cambio"]
    send(delegate_client, result)
    assert verdicts(RoleUpload.objects.latest("pk")) == ["igual"] * 5


# ---------------------------------------------------------------- the entity of the file


def client_of(account):
    client = Client()
    client.force_login(account)
    return client


@pytest.mark.parametrize("is_result", [False, True])
def test_a_file_of_the_ips_is_refused_to_its_provider(delegate_client, provider, delegate, dispenser, sede, is_result):
    make_assignment(dispenser, sede, DISPENSADOR, delegate)
    data = downloaded(delegate_client)
    if is_result:
        file = upload(delegate, row(dispenser, sede, DISPENSADOR))
        data = delegate_client.get(reverse("upload_result", args=[file.public_id])).getvalue()
    text = send(client_of(provider), data).text
    assert "El archivo es de otra entidad" in text
    assert "En la fila 2, ENTIDAD dice" in text
    assert not RoleUpload.objects.filter(entity=provider.entity).exists()


def test_a_file_of_the_provider_is_refused_to_the_ips(delegate_client, provider, dispenser):
    assert "El archivo es de otra entidad" in send(delegate_client, downloaded(client_of(provider))).text
    assert not RoleUpload.objects.exists()


def test_one_row_of_another_entity_refuses_the_file(delegate_client, provider, sede, user):
    rows = row(user, sede, ANULADOR), row(user, sede, JUNTA, ENTIDAD=entity_text(provider.entity))
    assert "En la fila 3, ENTIDAD dice" in send(delegate_client, book_of(*rows)).text
    assert not RoleUpload.objects.exists()


def test_the_entity_is_known_without_case_accents_or_spaces(delegate_client, delegate, sede, user):
    named = f"  {entity_text(delegate.entity).lower().replace('ó', 'o')} "
    send(delegate_client, book_of(row(user, sede, ANULADOR, ENTIDAD=named)))
    assert verdicts(RoleUpload.objects.get()) == ["alta"]


# ---------------------------------------------------------------- the pages


def test_the_list_leads_to_the_upload(delegate_client):
    assert reverse("upload_users") in delegate_client.get(reverse("users")).text


@pytest.mark.parametrize(
    ("data", "message"), [(b"", "está vacío"), (b"x", "no es un libro de Excel"), (book_of(), "no tiene filas")]
)
def test_unreadable_file_is_an_error_of_the_field(delegate_client, data, message):
    response = send(delegate_client, data)
    assert response.status_code == 200
    assert message in response.text
    assert not RoleUpload.objects.exists()


def test_missing_file_is_an_error(delegate_client):
    assert "Elija el archivo de Excel." in delegate_client.post(reverse("upload_users")).text


def test_a_file_of_more_than_ten_megabytes_is_refused(delegate_client):
    assert "máximo 10 MB" in send(delegate_client, b"x" * (10 * 1024 * 1024 + 1)).text


def test_the_preview_lists_errors_first_and_changes_nothing(delegate_client, sede, user):
    response = send(delegate_client, book_of(row(user, sede, ANULADOR), row(user, sede, "Rol_Jefe")))
    assert [shown["verdict"] for shown in response.context["page"].rows] == ["error", "alta"]
    assert "Aplicar todo" not in response.text
    assert not RoleAssignment.objects.exists()


def test_the_preview_is_filtered_and_paged(delegate_client, delegate, sede):
    file = upload(delegate, *[row(make_user(), sede, ANULADOR) for _ in range(60)], {"ROL": "x"})
    address = reverse("upload_preview", args=[file.public_id])
    first = delegate_client.get(address, {"ver": "alta"}).context["page"]
    second = delegate_client.get(first.next_url).context["page"]
    assert (first.count, len(first.rows), len(second.rows)) == (60, 50, 10)


@pytest.mark.parametrize("query", [{"ver": "x"}, {"pagina": "-1"}, {"pagina": "9" * 30}, {"pagina": "400"}])
def test_a_wrong_filter_of_the_preview_is_no_error_of_the_server(delegate_client, delegate, query):
    file = upload(delegate, {"ROL": "x"})
    assert delegate_client.get(reverse("upload_preview", args=[file.public_id]), query).status_code == 200


def test_a_file_of_too_many_strangers_says_how_many_may_stay(delegate_client, sede, user, settings):
    settings.LOOKUPS_PER_HOUR = 1
    page = send(delegate_client, book_of(row(user, sede, ANULADOR), row(make_user(), sede, ANULADOR))).text
    assert "Demasiadas personas sin vínculo con su entidad" in page
    assert "máximo 1 de esas personas" in page
    assert not RoleUpload.objects.exists()


def press(client, mode):
    address = reverse("apply_upload", args=[RoleUpload.objects.get().public_id])
    return client.post(address, {"mode": mode}, follow=True)


def test_applying_all_says_so_and_shows_the_result(delegate_client, sede, user):
    send(delegate_client, book_of(row(user, sede, ANULADOR)))
    response = press(delegate_client, "todo")
    assert "Operación exitosa" in response.text
    assert "Resultado del archivo" in response.text
    assert current_roles() == [(ANULADOR, None)]


def test_a_double_click_on_apply_says_that_it_is_done(delegate_client, sede, user):
    send(delegate_client, book_of(row(user, sede, ANULADOR)))
    press(delegate_client, "todo")
    assert "El archivo ya se aplicó" in press(delegate_client, "todo").text
    assert RoleAssignment.objects.count() == 1


def test_a_forged_mode_applies_nothing(delegate_client, sede, user):
    send(delegate_client, book_of(row(user, sede, ANULADOR)))
    assert "Oprima uno de los dos botones" in press(delegate_client, "x").text
    assert not RoleAssignment.objects.exists()


def test_a_forged_all_with_errors_applies_nothing(delegate_client, sede, user):
    send(delegate_client, book_of(row(user, sede, ANULADOR), row(user, sede, "Rol_Jefe")))
    assert "No se aplicó nada" in press(delegate_client, "todo").text
    assert not RoleAssignment.objects.exists()


def test_the_file_of_the_page_is_shown_as_text(delegate_client, sede, user):
    script = "<script>alert(1)</script>"
    response = send(delegate_client, book_of(row(user, sede, script, **{"PRIMER NOMBRE": script})))
    assert "<script>alert" not in response.text


def test_an_error_names_nobody_but_whom_the_file_names(delegate_client, sede, user):
    text = send(delegate_client, book_of(row(user, sede, "Rol_Jefe", **{"PRIMER NOMBRE": "Ana"}))).text
    assert "Muñoz" not in text
    assert "En el archivo: Ana" in text


def test_an_upload_without_csrf_token_is_refused(delegate):
    client = Client(enforce_csrf_checks=True)
    client.force_login(delegate)
    assert client.post(reverse("upload_users"), {}).status_code == 403


@pytest.mark.parametrize("number", [10, 300])
def test_the_queries_of_the_preview_do_not_grow_with_the_rows(delegate, sede, number, django_assert_max_num_queries):
    rows = [row(make_user("SSO" if n % 2 else "PROF"), sede, ANULADOR) for n in range(number)]
    with django_assert_max_num_queries(18):
        upload(delegate, *rows)


def test_the_preview_names_the_registered_person_and_who_the_file_says(delegate_client, sede, user, staffed):
    other = {"PRIMER NOMBRE": "Ana", "PRIMER APELLIDO": "Gómez"}
    text = send(delegate_client, book_of(row(user, sede, ANULADOR), row(user, sede, PRESCRIPTOR, **other))).text
    assert text.count(f"José Muñoz<br>{user.profession}") == 2
    assert text.count("En el archivo: Ana Gómez") == 1
