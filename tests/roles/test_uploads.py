"""Does the workbook of Consultar Usuarios come back whole: previewed, applied once, answered row by row?"""

import io
import subprocess
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from threading import Barrier

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import IntegrityError, connection
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from openpyxl import Workbook, load_workbook

from entities.models import EntityKind
from mipres_admin.history.models import HistoryEntry
from mipres_admin.refusals import Refused
from roles import role_changes
from roles.actions import uploads as actions
from roles.exports import USER_COLUMNS
from roles.models import RoleAssignment, RoleUpload, SsoPost
from roles.uploads.files import SheetRow
from roles.validity import midnight, today
from tests.cells import each_cell
from tests.factories import make_assignment, make_delegate, make_entity, make_sede, make_user

pytestmark = pytest.mark.django_db
PRESCRIPTOR, JUNTA, ANULADOR = "Rol_Prescriptor", "Rol_JuntaMedicaIPS", "Rol_Anulador"
HEADINGS = [column.heading for column in USER_COLUMNS]
DAY = timedelta(days=1)


def in_days(number):
    return (today() + number * DAY).isoformat()


def row(user, sede, role, first="", last="", state="", **texts):
    person = user.person
    return {
        "TIPO DOCUMENTO": person.document_type,
        "NÚMERO DOCUMENTO": person.document_number,
        "CÓDIGO ENTIDAD": sede.code,
        "ROL": role,
        "DESDE": first,
        "HASTA": last,
        "ESTADO": state,
    } | texts


def book_of(*rows):
    book = Workbook()
    book.active.append(HEADINGS)
    for texts in rows:
        book.active.append([texts.get(heading) for heading in HEADINGS])
    file = io.BytesIO()
    book.save(file)
    return file.getvalue()


def send(client, data, name="usuarios.xlsx"):
    return client.post(reverse("upload_users"), {"file": SimpleUploadedFile(name, data)}, follow=True)


def upload(by, *rows):
    sheet = [SheetRow(number, texts) for number, texts in enumerate(rows, start=2)]
    return actions.make_upload(by=by, file_name="a.xlsx", sha256="0" * 64, rows=sheet)


def verdicts(upload):
    return [row["verdict"] for row in upload.rows]


def reason(upload):
    return upload.rows[-1]["reason"]


def apply(by, upload, mode="todo"):
    return actions.apply_upload(by=by, upload=upload, mode=mode)


def held():
    current = RoleAssignment.objects.not_ended().order_by("role")
    return [(one.role, one.last_day and one.last_day.isoformat()) for one in current]


@pytest.fixture
def user(db):
    return make_user(first_name="José", first_surname="Muñoz")


@pytest.fixture
def staffed(delegate, sede, user):
    """A doctor with a role in force, one with an end, one to come, one over and given again."""
    now = timezone.now()
    make_assignment(user, sede, PRESCRIPTOR, delegate, starts_at=now - 5 * DAY)
    make_assignment(user, sede, JUNTA, delegate, ends_at=midnight(today() + 9 * DAY))
    other = make_user()
    make_assignment(other, sede, ANULADOR, delegate, starts_at=midnight(today() + 3 * DAY))
    make_assignment(other, sede, JUNTA, delegate, starts_at=now - 9 * DAY, ends_at=now - 8 * DAY)
    make_assignment(other, sede, JUNTA, delegate, starts_at=now - 2 * DAY)
    return other


# ---------------------------------------------------------------- the round trip


def downloaded(client):
    return client.get(reverse("download_users"), {"estado": "todos"}).getvalue()


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
    assert [sheet["Q1"].value, sheet["Q2"].value] == ["OBSERVACIONES", "Sin cambio"]
    send(delegate_client, result)
    assert verdicts(RoleUpload.objects.latest("pk")) == ["igual"] * 5


def test_alta_cambio_and_baja_are_applied(delegate, sede, user, staffed):
    file = upload(
        delegate,
        row(user, sede, ANULADOR, last=in_days(30)),
        row(user, sede, JUNTA, first=in_days(0)),
        row(user, sede, PRESCRIPTOR, first=in_days(-5), state="Terminado"),
        row(staffed, sede, ANULADOR, first=in_days(3), last=in_days(5)),
    )
    assert verdicts(file) == ["alta", "cambio", "baja", "cambio"]
    apply(delegate, file)
    mine = {(one.user_id, one.role): one.last_day for one in RoleAssignment.objects.not_ended()}
    assert mine == {
        (user.pk, ANULADOR): today() + 30 * DAY,
        (user.pk, JUNTA): None,
        (staffed.pk, ANULADOR): today() + 5 * DAY,
        (staffed.pk, JUNTA): None,
    }


def test_the_same_file_again_changes_nothing(delegate, sede, user, staffed):
    rows = [
        row(user, sede, ANULADOR, last=in_days(30)),
        row(user, sede, JUNTA),
        row(user, sede, PRESCRIPTOR, first=in_days(-5), state="Terminado"),
        row(staffed, sede, ANULADOR, first=in_days(3), state="Terminado"),
    ]
    apply(delegate, upload(delegate, *rows))
    assert verdicts(upload(delegate, *rows)) == ["igual"] * 4


def test_a_blank_first_day_speaks_of_the_role_that_is_held(delegate, sede, user, staffed):
    assert verdicts(upload(delegate, row(user, sede, PRESCRIPTOR))) == ["igual"]


def test_rows_absent_from_the_file_are_left_alone(delegate, sede, user, staffed):
    before = held()
    apply(delegate, upload(delegate, row(user, sede, PRESCRIPTOR)))
    assert held() == before


def test_an_sso_whose_last_day_is_the_plazas_is_without_change(delegate, sede):
    sso, post = make_user("SSO"), today() + 20 * DAY
    number = sso.person.document_number
    SsoPost.objects.create(document_type="CC", document_number=number, sede=sede, starts_on=today() - DAY, ends_on=post)
    apply(delegate, upload(delegate, row(sso, sede, ANULADOR)))
    assert held() == [(ANULADOR, post.isoformat())]
    assert verdicts(upload(delegate, row(sso, sede, ANULADOR))) == ["igual"]


# ---------------------------------------------------------------- rows that are wrong


@each_cell(
    ("texts", "said"),
    [
        ({"TIPO DOCUMENTO": ""}, "Ingrese TIPO DOCUMENTO"),
        ({"TIPO DOCUMENTO": "TI"}, "TIPO DOCUMENTO debe ser uno de"),
        ({"NÚMERO DOCUMENTO": ""}, "Ingrese NÚMERO DOCUMENTO"),
        ({"NÚMERO DOCUMENTO": "<b>"}, "NÚMERO DOCUMENTO debe tener"),
        ({"NÚMERO DOCUMENTO": "99999999"}, "Usuario no registrado para esta aplicación"),
        ({"USUARIO": "CC1"}, "USUARIO debe ser el tipo y el número"),
        ({"CÓDIGO ENTIDAD": ""}, "Ingrese CÓDIGO ENTIDAD"),
        ({"CÓDIGO ENTIDAD": "999999999999"}, "no existe o no es de su entidad"),
        ({"ROL": ""}, "Ingrese ROL"),
        ({"ROL": "Rol_Jefe"}, "ROL debe ser el código de un rol"),
        ({"ROL": "Rol_Admision"}, "No puede asignar Rol_Admision a esta persona"),
        ({"DESDE": "ayer"}, "DESDE debe ser una fecha"),
        ({"DESDE": "2020-02-01"}, "un día que ya pasó"),
        ({"HASTA": "9999-12-31"}, "HASTA debe ser una fecha de 2000 a 2099"),
        ({"HASTA": "01/02/2020"}, "un día que ya pasó"),
        ({"ESTADO": "Quizá"}, "ESTADO debe ser"),
    ],
)
def test_a_wrong_row_says_what_is_wrong(delegate, sede, user, texts, said):
    file = upload(delegate, row(user, sede, ANULADOR) | texts)
    assert verdicts(file) == ["error"]
    assert said in reason(file)


def test_days_are_also_written_with_slashes(delegate, sede, user):
    day = today() + 9 * DAY
    apply(delegate, upload(delegate, row(user, sede, ANULADOR, last=f"{day:%d/%m/%Y}")))
    assert held() == [(ANULADOR, day.isoformat())]


def test_a_real_excel_date_and_a_number_are_read(delegate_client, sede, user):
    number = int(user.person.document_number)
    send(delegate_client, book_of(row(user, sede, ANULADOR, last=today()) | {"NÚMERO DOCUMENTO": number}))
    assert verdicts(RoleUpload.objects.get()) == ["alta"]


def test_a_code_that_lost_its_first_zero_is_found(delegate, ips, user):
    sede = make_sede(ips, code="050010000101", municipality_id="05001")
    assert verdicts(upload(delegate, row(user, sede, ANULADOR) | {"CÓDIGO ENTIDAD": "50010000101"})) == ["alta"]


def test_a_forged_sede_of_another_entity_is_an_error(delegate, stranger, user):
    file = upload(delegate, row(user, stranger.entity.sedes.get(), ANULADOR))
    assert "no es de su entidad" in reason(file)


def test_a_role_held_in_another_entity_is_not_seen(delegate, stranger, sede, user):
    make_assignment(user, stranger.entity.sedes.get(), ANULADOR, stranger)
    assert verdicts(upload(delegate, row(user, sede, ANULADOR))) == ["alta"]


@pytest.mark.parametrize("role", [ANULADOR, PRESCRIPTOR])
def test_a_repeated_row_names_the_first(delegate, sede, user, staffed, role):
    file = upload(delegate, row(user, sede, role), row(user, sede, role))
    assert verdicts(file)[1] == "error"
    assert "Repite la fila 2" in reason(file)


def test_another_first_day_for_a_held_role_is_an_error(delegate, sede, user, staffed):
    assert "El usuario ya tiene ese rol" in reason(upload(delegate, row(user, sede, PRESCRIPTOR, first=in_days(9))))


def test_a_deceased_person_is_an_error_as_on_the_screen(delegate, sede):
    user = make_user(deceased_on=today())
    assert "fallecida" in reason(upload(delegate, row(user, sede, ANULADOR)))


def test_the_option_of_each_row_is_found_by_its_role():
    eps = make_entity(EntityKind.EPS_C)
    delegate, sede, user = make_delegate(eps), make_sede(eps, code=eps.eps_code), make_user()
    file = upload(delegate, row(user, sede, "Rol_Recobrante"), row(user, sede, "Rol_Dispensador"))
    assert verdicts(file) == ["alta", "error"]
    assert "no es un Profesional Independiente asociado" in reason(file)


# ---------------------------------------------------------------- applying


def test_all_or_nothing_with_an_error_changes_nothing(delegate, sede, user):
    file = upload(delegate, row(user, sede, ANULADOR), row(user, sede, "Rol_Admision"))
    with pytest.raises(Refused):
        apply(delegate, file)
    assert not RoleAssignment.objects.exists()
    assert not HistoryEntry.objects.exists()


def test_all_or_nothing_takes_back_what_was_done_when_a_row_is_refused_on_the_way(delegate, sede, user, monkeypatch):
    file = upload(delegate, row(user, sede, ANULADOR), row(user, sede, JUNTA))
    real = role_changes.grant

    def second_fails(activation, assignments, roles, *rest, **more):
        if roles == {JUNTA}:
            raise Refused(actions._with_errors(1))
        return real(activation, assignments, roles, *rest, **more)

    monkeypatch.setattr(role_changes, "grant", second_fails)
    with pytest.raises(Refused):
        apply(delegate, file)
    assert not RoleAssignment.objects.exists()
    file.refresh_from_db()
    assert (file.state, verdicts(file)) == ("previewed", ["alta", "error"])


def test_only_the_good_rows_can_be_applied(delegate, sede, user):
    file = apply(delegate, upload(delegate, row(user, sede, ANULADOR), row(user, sede, "Rol_Admision")), "correctas")
    assert held() == [(ANULADOR, None)]
    assert verdicts(file) == ["alta", "error"]


def test_a_row_whose_role_changed_since_the_preview_is_an_error(delegate, sede, user, staffed):
    file = upload(delegate, row(user, sede, PRESCRIPTOR, last=in_days(4)), row(user, sede, ANULADOR))
    RoleAssignment.objects.filter(role=PRESCRIPTOR).update(ends_at=midnight(today() + 2 * DAY))
    file = apply(delegate, file, "correctas")
    assert verdicts(file) == ["error", "alta"]
    assert "Cambió desde la vista previa" in file.rows[0]["reason"]


def test_a_row_that_can_no_longer_be_done_says_that_it_changed_and_why(delegate, sede, user):
    file = upload(delegate, row(user, sede, ANULADOR))
    user.person.deceased_on = today()
    user.person.save()
    file = apply(delegate, file, "correctas")
    assert "Cambió desde la vista previa" in reason(file)
    assert "fallecida" in reason(file)


def test_a_row_that_was_wrong_in_the_preview_is_never_applied_unseen(delegate, ips, user):
    sede = make_sede(ips, closed_on=today())
    file = upload(delegate, row(user, sede, ANULADOR))
    sede.closed_on = None
    sede.save()
    apply(delegate, file, "correctas")
    assert not RoleAssignment.objects.exists()


def test_a_second_apply_is_told_that_it_is_done(delegate, colleague, sede, user):
    file = upload(delegate, row(user, sede, ANULADOR))
    apply(delegate, file)
    with pytest.raises(Refused) as second:
        apply(colleague, file)
    assert second.value.refusal.headline == "El archivo ya se aplicó"


@pytest.mark.django_db(transaction=True)
def test_two_applies_at_once_do_it_once(delegate, colleague, sede, user):
    file, start = upload(delegate, row(user, sede, ANULADOR), row(user, sede, JUNTA)), Barrier(2)

    def click(by):
        try:
            start.wait(10)
            return bool(apply(by, file))
        except Refused:
            return False
        finally:
            connection.close()

    with ThreadPoolExecutor(2) as pool:
        assert sorted(pool.map(click, [delegate, colleague])) == [False, True]
    assert RoleAssignment.objects.count() == 2
    assert HistoryEntry.objects.filter(event="roles.uploaded").count() == 1


def test_an_upload_of_another_entity_is_not_applied(delegate, stranger, sede, user):
    with pytest.raises(Refused):
        apply(stranger, upload(delegate, row(user, sede, ANULADOR)))


def test_the_file_leaves_one_row_of_history_beside_those_of_its_acts(delegate, sede, user, staffed):
    apply(delegate, upload(delegate, row(user, sede, ANULADOR), row(user, sede, PRESCRIPTOR, state="Terminado")))
    acts = list(HistoryEntry.objects.order_by("id").values_list("event", flat=True))
    assert acts == ["roles.given", "roles.changed", "roles.uploaded"]
    after = HistoryEntry.objects.latest("id").after
    assert (after["rows"]["alta"], after["rows"]["baja"], after["mode"]) == (1, 1, "todo")
    assert user.person.document_number not in str(after)


def test_ending_the_last_role_at_a_sede_is_written_as_a_deactivation(delegate, sede, user):
    make_assignment(user, sede, ANULADOR, delegate)
    apply(delegate, upload(delegate, row(user, sede, ANULADOR, state="Terminado")))
    assert HistoryEntry.objects.filter(event="roles.ended").exists()


def test_each_person_gets_one_mail(delegate, ips, sede, user, delivered):
    rows = [row(user, place, role) for place in (sede, make_sede(ips)) for role in (ANULADOR, JUNTA)]
    apply(delegate, upload(delegate, *rows))
    assert [message.to for message in delivered()] == [[user.person.email]]
    assert delivered()[0].body.count("Alta:") == 4


def test_uploads_of_more_than_a_week_go_with_the_next_one(delegate, colleague, sede, user):
    old = upload(delegate, row(user, sede, ANULADOR))
    RoleUpload.objects.filter(pk=old.pk).update(made_at=timezone.now() - 8 * DAY)
    new = upload(colleague, row(user, sede, ANULADOR))
    assert list(RoleUpload.objects.all()) == [new]


@pytest.mark.parametrize(
    ("wrong", "name"),
    [
        ({"state": "applied"}, "role_upload_applied_by_someone_at_some_time"),
        ({"mode": "todo"}, "role_upload_applied_by_someone_at_some_time"),
        ({"sha256": "x"}, "role_upload_sha256_well_formed"),
        ({"file_name": ""}, "role_upload_names_its_file"),
    ],
)
def test_an_upload_is_whole(delegate, wrong, name):
    fields = {"entity": delegate.entity, "made_by": delegate, "file_name": "a", "sha256": "0" * 64, "rows": []}
    with pytest.raises(IntegrityError, match=name):
        RoleUpload.objects.create(**(fields | wrong))


# ---------------------------------------------------------------- the pages


def test_the_list_leads_to_the_upload(delegate_client):
    assert reverse("upload_users") in delegate_client.get(reverse("users")).text


@pytest.mark.parametrize(
    ("data", "said"), [(b"", "está vacío"), (b"x", "no es un libro de Excel"), (book_of(), "no tiene filas")]
)
def test_a_file_that_is_not_read_is_told_beside_the_field(delegate_client, data, said):
    response = send(delegate_client, data)
    assert response.status_code == 200
    assert said in response.text
    assert not RoleUpload.objects.exists()


def test_a_missing_file_is_asked_for(delegate_client):
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


def press(client, mode):
    address = reverse("apply_upload", args=[RoleUpload.objects.get().public_id])
    return client.post(address, {"mode": mode}, follow=True)


def test_applying_all_says_so_and_shows_the_result(delegate_client, sede, user):
    send(delegate_client, book_of(row(user, sede, ANULADOR)))
    response = press(delegate_client, "todo")
    assert "Operación exitosa" in response.text
    assert "Resultado del archivo" in response.text
    assert held() == [(ANULADOR, None)]


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
    response = send(delegate_client, book_of(row(user, sede, "<script>alert(1)</script>")))
    assert "<script>alert" not in response.text


def test_names_in_the_preview_are_those_of_the_file(delegate_client, sede, user):
    response = send(delegate_client, book_of(row(user, sede, ANULADOR)))
    assert "Muñoz" not in response.text


def test_an_upload_without_csrf_token_is_refused(delegate):
    client = Client(enforce_csrf_checks=True)
    client.force_login(delegate)
    assert client.post(reverse("upload_users"), {}).status_code == 403


@pytest.mark.parametrize("number", [10, 300])
def test_the_queries_of_the_preview_do_not_grow_with_the_rows(delegate, sede, number, django_assert_max_num_queries):
    rows = [row(make_user("SSO" if n % 2 else "PROF"), sede, ANULADOR) for n in range(number)]
    with django_assert_max_num_queries(12):
        upload(delegate, *rows)
