"""Does each row of an uploaded workbook say what it would do, or what is wrong with it?"""

from datetime import timedelta

import pytest
from django.utils import timezone

from accounts.models import Person
from entities.models import EntityKind
from roles.models import RethusEntry, RoleAssignment, RoleUpload, SsoPost
from roles.uploads.rows import entity_text
from roles.uploads.validation import WITHOUT_TIE
from roles.validity import today
from tests.cells import each_cell
from tests.factories import make_assignment, make_delegate, make_entity, make_sede, make_user
from tests.roles.workbooks import apply, book_of, current_roles, in_days, reason, row, send, upload, verdicts

pytestmark = pytest.mark.django_db
PRESCRIPTOR, JUNTA, ANULADOR = "Rol_Prescriptor", "Rol_JuntaMedicaIPS", "Rol_Anulador"
DAY = timedelta(days=1)


# ---------------------------------------------------------------- the round trip


def test_blank_first_day_names_the_current_assignment(delegate, sede, user, staffed):
    assert verdicts(upload(delegate, row(user, sede, PRESCRIPTOR))) == ["igual"]


def test_sso_with_the_last_day_of_the_plaza_is_unchanged(delegate, sede):
    sso, post = make_user("SSO"), today() + 20 * DAY
    number = sso.person.document_number
    SsoPost.objects.create(document_type="CC", document_number=number, sede=sede, starts_on=today() - DAY, ends_on=post)
    apply(delegate, upload(delegate, row(sso, sede, ANULADOR)))
    assert current_roles() == [(ANULADOR, post.isoformat())]
    assert verdicts(upload(delegate, row(sso, sede, ANULADOR))) == ["igual"]


# ---------------------------------------------------------------- rows that are wrong


@each_cell(
    ("texts", "message"),
    [
        ({"TIPO DOCUMENTO": ""}, "Ingrese TIPO DOCUMENTO"),
        ({"TIPO DOCUMENTO": "TI"}, "TIPO DOCUMENTO debe ser uno de"),
        ({"NÚMERO DOCUMENTO": ""}, "Ingrese NÚMERO DOCUMENTO"),
        ({"NÚMERO DOCUMENTO": "<b>"}, "NÚMERO DOCUMENTO debe tener"),
        ({"NÚMERO DOCUMENTO": "99999999"}, WITHOUT_TIE),
        ({"USUARIO": "CC1"}, "USUARIO debe ser el tipo y el número"),
        ({"CÓDIGO ENTIDAD": ""}, "Ingrese CÓDIGO ENTIDAD"),
        ({"CÓDIGO ENTIDAD": "999999999999"}, "No hay ninguna sede con el código 999999999999."),
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
def test_a_wrong_row_says_what_is_wrong(delegate, sede, user, texts, message):
    make_assignment(user, sede, JUNTA, delegate)
    file = upload(delegate, row(user, sede, ANULADOR) | texts)
    assert verdicts(file) == ["error"]
    assert message in reason(file)


def test_days_are_also_written_with_slashes(delegate, sede, user):
    day = today() + 9 * DAY
    apply(delegate, upload(delegate, row(user, sede, ANULADOR, last=f"{day:%d/%m/%Y}")))
    assert current_roles() == [(ANULADOR, day.isoformat())]


def test_a_real_excel_date_and_a_number_are_read(delegate_client, sede, user):
    number = int(user.person.document_number)
    send(delegate_client, book_of(row(user, sede, ANULADOR, last=today()) | {"NÚMERO DOCUMENTO": number}))
    assert verdicts(RoleUpload.objects.get()) == ["alta"]


def test_a_code_that_lost_its_first_zero_is_found(delegate, ips, user):
    sede = make_sede(ips, code="050010000101", municipality_id="05001")
    assert verdicts(upload(delegate, row(user, sede, ANULADOR) | {"CÓDIGO ENTIDAD": "50010000101"})) == ["alta"]


def test_a_forged_sede_of_another_entity_is_an_error(delegate, stranger, user):
    file = upload(delegate, row(user, stranger.entity.sedes.get(), ANULADOR))
    assert "es de otra entidad" in reason(file)


def test_role_in_another_entity_is_ignored(delegate, stranger, sede, user):
    make_assignment(user, stranger.entity.sedes.get(), ANULADOR, stranger)
    assert verdicts(upload(delegate, row(user, sede, ANULADOR))) == ["alta"]


def test_ending_a_role_that_the_ips_gave_says_whose_it_is(provider, delegate, dispenser, sede):
    RoleAssignment.objects.visible_to(provider.entity).delete()
    make_assignment(dispenser, provider.entity.sedes.get(), "Rol_Dispensador", provider)
    make_assignment(dispenser, sede, "Rol_Dispensador", delegate)
    file = upload(provider, row(dispenser, sede, "Rol_Dispensador", state="Terminado"))
    assert verdicts(file) == ["igual"]
    assert f"lo asignó {delegate.entity.name}, {entity_text(delegate.entity)}." in reason(file)


def test_ending_a_role_that_nobody_gave_has_no_remark(provider, dispenser, sede):
    file = upload(provider, row(dispenser, provider.entity.sedes.get(), "Rol_Dispensador", state="Terminado"))
    assert (verdicts(file), reason(file)) == (["igual"], "")


@pytest.mark.parametrize("role", [ANULADOR, PRESCRIPTOR])
def test_a_repeated_row_names_the_first(delegate, sede, user, staffed, role):
    file = upload(delegate, row(user, sede, role), row(user, sede, role))
    assert verdicts(file)[1] == "error"
    assert "Repite la fila 2" in reason(file)


def test_another_first_day_for_a_held_role_is_an_error(delegate, sede, user, staffed):
    assert "El usuario ya tiene ese rol" in reason(upload(delegate, row(user, sede, PRESCRIPTOR, first=in_days(9))))


def test_a_deceased_user_of_the_entity_is_an_error_as_on_the_screen(delegate, sede):
    user = make_user(deceased_on=today())
    make_assignment(user, sede, JUNTA, delegate)
    assert "fallecida" in reason(upload(delegate, row(user, sede, ANULADOR)))


def test_the_option_of_each_row_is_found_by_its_role():
    eps = make_entity(EntityKind.EPS_C)
    delegate, sede, user = make_delegate(eps), make_sede(eps, code=eps.eps_code), make_user()
    file = upload(delegate, row(user, sede, "Rol_Recobrante"), row(user, sede, "Rol_Dispensador"))
    assert verdicts(file) == ["alta", "error"]
    make_assignment(user, sede, "Rol_Recobrante", delegate)
    file = upload(delegate, row(user, sede, "Rol_Dispensador"))
    assert "no es un Profesional Independiente asociado" in reason(file)


@pytest.mark.parametrize("state", ["", "Terminado"])
@each_cell("stranger", ["unregistered", "deceased", "otro", "sso elsewhere", "out of rethus"])
def test_one_reason_for_all_people_without_tie(delegate, sede, registries, stranger, state):
    user = make_user({"otro": "OTRO", "sso elsewhere": "SSO"}.get(stranger, "PROF"))
    texts = row(user, sede, PRESCRIPTOR, state=state)
    match stranger:
        case "unregistered":
            texts["NÚMERO DOCUMENTO"] = "99999999"
        case "deceased":
            Person.objects.update(deceased_on=today())
        case "sso elsewhere":
            registries.plazas((user, make_sede(make_entity()), -9, 9))
        case "out of rethus":
            number, nurse = user.person.document_number, user.profession
            entry = {"document_type": "CC", "document_number": number, "profession": nurse, "registry_number": "1"}
            RethusEntry.objects.create(**entry, closed_on=today())
    file = upload(delegate, texts)
    assert (verdicts(file), reason(file)) == (["error"], WITHOUT_TIE)


def test_mistakes_of_the_file_are_told_for_people_without_tie(delegate, sede, user):
    assert "un día que ya pasó" in reason(upload(delegate, row(user, sede, ANULADOR, first="2020-02-01")))


def test_former_users_are_told_no_more_than_strangers(delegate, sede, registries):
    user, now = make_user("SSO"), timezone.now()
    make_assignment(user, sede, ANULADOR, delegate, starts_at=now - 9 * DAY, ends_at=now - DAY)
    registries.plazas((user, make_sede(make_entity()), -9, 9))
    assert reason(upload(delegate, row(user, sede, JUNTA))) == WITHOUT_TIE


def test_a_ppn_activates_themself_by_file():
    user = make_user("OTRO")
    ppn = make_entity(EntityKind.PPN, nit=user.person.document_number)
    by, sede = make_delegate(ppn), make_sede(ppn, code="PROV000001")
    apply(by, upload(by, row(user, sede, "Rol_Dispensador")), "todo")
    assert [role for role, *_ in current_roles()] == ["Rol_Dispensador"]


def test_a_ppn_reads_one_reason_for_everybody_else():
    ppn, known = make_entity(EntityKind.PPN), make_user("OTRO")
    by, sede = make_delegate(ppn), make_sede(ppn, code="PROV000001")
    invented = {"NÚMERO DOCUMENTO": "1099"}
    role, ended = row(known, sede, "Rol_Dispensador"), row(known, sede, "Rol_Dispensador", state="Terminado")
    elsewhere = row(known, sede, "Rol_Dispensador") | {"CÓDIGO ENTIDAD": "999999999999"}
    file = upload(by, role, role | invented, ended, ended | invented, elsewhere, elsewhere | invented)
    reasons = {stored["reason"] for stored in file.rows}
    assert len(reasons) == 1
    assert "solo puede buscarse y activarse a sí mismo" in reasons.pop()
    apply(by, file, "correctas")
    assert current_roles() == []


# ---------------------------------------------------------------- the names of the row and of the registered person


def named(user, sede, *names, role=ANULADOR, **more):
    headings = ("PRIMER NOMBRE", "SEGUNDO NOMBRE", "PRIMER APELLIDO", "SEGUNDO APELLIDO")
    return row(user, sede, role, **dict(zip(headings, names, strict=False)), **more)


@each_cell(
    ("names", "verdict"),
    [
        (("", "", "", ""), "alta"),
        (("LUZ", "MARIA", "NUÑEZ", "D'LUYZ"), "alta"),
        (("Luz María", "", "Núñez", "D\u2019Luyz"), "alta"),
        (("Ana", "", "Gómez", ""), "error"),
        (("Luz", "María", "Núñez", ""), "error"),
        (("", "", "Gómez", ""), "error"),
    ],
)
def test_alta_with_the_names_of_somebody_else_is_an_error(delegate, sede, names, verdict):
    names_of_user = {"first_name": "Luz", "second_name": "María", "first_surname": "Núñez", "second_surname": "D'Luyz"}
    file = upload(delegate, named(make_user(**names_of_user), sede, *names))
    assert verdicts(file) == [verdict]
    assert verdict == "alta" or "que es Luz María Núñez D'Luyz" in reason(file)


def test_corrected_names_make_the_row_an_alta(delegate, sede, user):
    assert verdicts(upload(delegate, named(user, sede, "Ana", "", "Gómez"))) == ["error"]
    apply(delegate, upload(delegate, named(user, sede, "Jose", "", "Muñoz")))
    assert current_roles() == [(ANULADOR, None)]


def test_other_names_do_not_stop_a_baja(delegate, sede, user, staffed):
    baja = named(user, sede, "Ana", "", "Gómez", role=PRESCRIPTOR, state="Terminado")
    assert verdicts(upload(delegate, baja)) == ["baja"]


def test_a_row_without_tie_tells_no_names(delegate, sede):
    stranger = make_user("SSO", first_name="Casimira")
    file = upload(delegate, named(stranger, sede, "Ana", "", "Gómez", role=PRESCRIPTOR))
    assert reason(file) == WITHOUT_TIE
    assert file.rows[0]["registered"] == {}
