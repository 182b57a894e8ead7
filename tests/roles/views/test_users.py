"""Do Activar Usuarios and Consultar Usuarios find, change, list and download, and nothing else?"""

import io
import re
from datetime import timedelta

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone
from openpyxl import load_workbook

from accounts.models import Person
from mipres_admin.history.models import HistoryEntry
from roles.models import RegisteredUser, RoleAssignment
from tests.cells import each_cell
from tests.factories import make_assignment, make_sede, make_user
from tests.roles.views.users_pages import associate, client_of, find, roles_now, save_roles

pytestmark = pytest.mark.django_db
PRESCRIPTOR, ANULADOR = "Rol_Prescriptor", "Rol_Anulador"


# ---------------------------------------------------------------- finding


def test_an_unknown_person_gets_the_literal_message(delegate_client):
    data = {"option": "profesional", "document_type": "CC", "document_number": "99999999"}
    assert "Usuario no registrado para esta aplicación" in delegate_client.post(reverse("activate_user"), data).text


def test_a_found_person_shows_the_data_of_the_manual(delegate_client, user):
    page = find(delegate_client, user).text
    for shown in ("Profesional de la salud", user.login, "José", "Muñoz", user.professional_registry):
        assert shown in page


def test_the_document_is_not_in_the_address(delegate_client, user):
    response = find(delegate_client, user)
    assert user.person.document_number not in response.request["PATH_INFO"] + response.request["QUERY_STRING"]


def test_dots_and_spaces_in_the_document_are_forgiven(delegate_client, user):
    number = user.person.document_number
    data = {
        "option": "profesional",
        "document_type": "CC",
        "document_number": f" {number[0]}.{number[1:4]}.{number[4:7]} {number[7:]} ",
    }
    assert "José" in delegate_client.post(reverse("activate_user"), data, follow=True).text


@pytest.mark.parametrize(
    ("field", "value", "message"),
    [
        ("document_type", "XX", "debe ser uno de la lista"),
        ("document_type", "", "Ingrese el tipo de identificación"),
        ("document_number", "1" * 300, "máximo 20"),
        ("document_number", "", "Ingrese el documento"),
        ("document_number", "<b>1</b>", "de 3 a 20 letras o dígitos"),
        ("document_number", "1\x002345", "solo letras y dígitos"),
        ("option", "otra", "La opción debe ser"),
    ],
)
def test_wrong_search_says_what_to_write(delegate_client, field, value, message):
    data = {"option": "profesional", "document_type": "CC", "document_number": "1025000111"} | {field: value}
    response = delegate_client.post(reverse("activate_user"), data)
    assert response.status_code == 200
    assert message in response.text


def test_the_user_page_opens_only_after_finding_the_person(delegate_client, user):
    assert delegate_client.get(reverse("user_roles", args=[user.public_id])).status_code == 404


def test_the_user_page_of_ones_own_user_opens_from_the_list(delegate_client, delegate, sede, user):
    make_assignment(user, sede, ANULADOR, delegate)
    assert delegate_client.get(reverse("user_roles", args=[user.public_id])).status_code == 200


def test_a_download_is_written_down_without_its_words(delegate_client, delegate, staffed):
    delegate_client.get(reverse("download_users"), {"criterio": "munoz"})
    entry = HistoryEntry.objects.get(event="users.downloaded")
    assert entry.after == {"filters": ["criterio"], "rows": 2}


def test_download_with_a_wrong_filter_redirects_to_the_list(delegate_client):
    response = delegate_client.get(reverse("download_users"), {"rol": "Rol_Jefe"}, follow=True)
    assert "El rol debe ser uno de la lista" in response.text


@each_cell("method", ["put", "delete", "patch", "options"])
@each_cell("name", ["users", "download_users", "activate_user"])
def test_other_methods_are_refused(delegate_client, name, method):
    assert getattr(delegate_client, method)(reverse(name)).status_code == 405


def test_a_role_that_does_not_exist_is_not_repeated(delegate_client, sede, user):
    find(delegate_client, user)
    assert "xyzxyz" not in associate(delegate_client, user, sede, "xyzxyz" * 50).text


def test_a_form_that_lost_its_fields_says_so(delegate_client, delegate, sede, user):
    make_assignment(user, sede, ANULADOR, delegate)
    page = delegate_client.post(reverse("update_user_roles", args=[user.public_id]), {})
    assert "La página llegó incompleta" in page.text


def test_the_wrong_option_offers_the_right_one(delegate_client, sede):
    page = find(delegate_client, make_user("OTRO")).text
    assert "Continuar con «Personal Administrativo»" in page


def test_sedes_are_shown_with_address_and_municipality(delegate_client, sede, user):
    assert "Calle 1 # 2-3, BOGOTÁ" in find(delegate_client, user).text


def test_names_with_html_are_shown_as_text(delegate_client):
    page = find(delegate_client, make_user(first_name="<script>alert(1)</script>")).text
    assert "&lt;script&gt;" in page
    assert "<script>alert" not in page


@pytest.mark.parametrize("words", ["", "rio centro", "RÍO"])
def test_sedes_are_searched_by_words_or_all_listed(delegate_client, sede, user, words):
    find(delegate_client, user)
    page = delegate_client.get(reverse("user_roles", args=[user.public_id]), {"entidad": words})
    assert sede.code in page.text


def test_a_sede_search_without_result_says_what_to_try(delegate_client, sede, user):
    find(delegate_client, user)
    page = delegate_client.get(reverse("user_roles", args=[user.public_id]), {"entidad": "zzz"})
    assert "Ninguna sede coincide" in page.text


def test_sedes_of_another_entity_are_not_offered(delegate_client, stranger, sede, user):
    find(delegate_client, user)
    assert "Hospital Ajeno" not in delegate_client.get(reverse("user_roles", args=[user.public_id])).text


def test_only_the_roles_of_the_matrix_are_offered(delegate_client, sede):
    page = find(delegate_client, make_user(profession="P08")).text
    assert "Rol_Ordenador" in page
    assert "Rol_Prescriptor" not in page


def test_the_place_where_the_person_works_elsewhere_is_named_without_its_roles(delegate_client, sede, stranger, user):
    make_assignment(user, stranger.entity.sedes.get(), "Rol_JuntaMedicaIPS", stranger)
    page = find(delegate_client, user).text
    assert "Hospital Ajeno E.S.E." in page
    assert "El usuario tiene activados" not in page


# ---------------------------------------------------------------- users of the past


@pytest.fixture
def former(delegate, sede, user):
    """A user whose role at the entity is over."""
    past = timezone.now() - timedelta(days=9)
    make_assignment(user, sede, ANULADOR, delegate, starts_at=past, ends_at=past + timedelta(days=1))
    return user


def test_former_employer_sees_its_own_history_and_no_present_workplace(delegate_client, stranger, former):
    make_assignment(former, stranger.entity.sedes.get(), ANULADOR, stranger)
    response = delegate_client.get(reverse("user_roles", args=[former.public_id]), follow=True)
    assert response.redirect_chain[-1][0] == reverse("user_history", args=[former.public_id])
    assert "Para activarla, búsquela por su documento" in response.text
    assert "Hospital Ajeno" not in response.text


@each_cell("name", ["associate_user", "update_user_roles", "deactivate_user", "change_last_day"])
def test_former_employer_changes_nothing_by_direct_address(delegate_client, sede, former, name):
    response = save_roles(delegate_client, former, sede, [ANULADOR], [], name)
    assert response.redirect_chain[-1][0] == reverse("user_history", args=[former.public_id])
    assert roles_now() == set()


def test_former_employer_who_finds_the_person_again_is_counted_and_sees_all(delegate_client, stranger, former):
    make_assignment(former, stranger.entity.sedes.get(), ANULADOR, stranger)
    assert "Hospital Ajeno" in find(delegate_client, former).text
    assert HistoryEntry.objects.filter(event="user.looked_up").count() == 1


# ---------------------------------------------------------------- giving, changing, taking


def test_asociar_usuario_gives_the_roles_and_says_so_on_top(delegate_client, sede, user):
    find(delegate_client, user)
    response = associate(delegate_client, user, sede, PRESCRIPTOR, ANULADOR)
    assert "Operación exitosa" in response.text
    assert roles_now() == {PRESCRIPTOR, ANULADOR}


def test_an_active_user_shows_the_roles_in_the_words_of_the_manual(delegate_client, sede, user):
    find(delegate_client, user)
    page = associate(delegate_client, user, sede, PRESCRIPTOR).text
    assert "El usuario tiene activados los siguientes roles en la entidad:" in page
    assert "Rol_PrescriptorExclusiones" in page


def test_a_second_click_on_asociar_changes_nothing_and_is_no_error(delegate_client, sede, user):
    find(delegate_client, user)
    associate(delegate_client, user, sede, ANULADOR)
    assert "no hubo cambios" in associate(delegate_client, user, sede, ANULADOR).text
    assert RoleAssignment.objects.count() == 1


@pytest.mark.parametrize(
    ("sede_code", "roles", "message"),
    [
        (None, [], "Marque al menos un rol"),
        (None, ["Rol_Admision"], "No puede asignar el rol Rol_Admision"),
        (None, ["Rol_Inventado"], "No puede asignar el rol elegido"),
        ("", [ANULADOR], "Elija la sede"),
        ("999999999999", [ANULADOR], "No hay ninguna sede con el código 999999999999."),
        ("x" * 300, [ANULADOR], f"No hay ninguna sede con el código {'x' * 20}."),
        ("a\x00b", [ANULADOR], "nulo"),
    ],
)
def test_a_forged_form_is_refused_and_saves_nothing(delegate_client, sede, user, sede_code, roles, message):
    find(delegate_client, user)
    response = associate(delegate_client, user, sede.code if sede_code is None else sede_code, *roles)
    assert response.status_code == 200
    assert message in response.text
    assert not RoleAssignment.objects.exists()


def test_a_forged_sede_of_another_entity_is_refused(delegate_client, stranger, sede, user):
    find(delegate_client, user)
    response = associate(delegate_client, user, stranger.entity.sedes.get(), ANULADOR)
    assert "es de otra entidad" in response.text
    assert not RoleAssignment.objects.exists()


def test_a_forged_option_does_not_widen_the_roles(delegate_client, sede, user):
    find(delegate_client, user)
    associate(delegate_client, user, sede, "Rol_Admision", option="administrativo")
    assert not RoleAssignment.objects.exists()


def test_actualizar_roles_leaves_the_ticked_ones(delegate_client, delegate, sede, user):
    make_assignment(user, sede, PRESCRIPTOR, delegate)
    response = save_roles(delegate_client, user, sede, [ANULADOR], [PRESCRIPTOR])
    assert "Operación exitosa" in response.text
    assert roles_now() == {ANULADOR}


def test_desactivar_usuario_takes_them_all(delegate_client, delegate, sede, user):
    make_assignment(user, sede, PRESCRIPTOR, delegate)
    save_roles(delegate_client, user, sede, [PRESCRIPTOR], [PRESCRIPTOR], "deactivate_user")
    assert roles_now() == set()


def confirmation(client, user, sede):
    return client.get(reverse("deactivate_user", args=[user.public_id]), {"sede": sede.code})


def test_desactivar_usuario_first_says_what_would_end_and_for_whom(delegate_client, delegate, sede, user):
    make_assignment(user, sede, PRESCRIPTOR, delegate)
    page = confirmation(delegate_client, user, sede)
    for text_shown in (user.person.full_name, sede.code, PRESCRIPTOR, "Rol_PrescriptorExclusiones", "Cancelar"):
        assert text_shown in page.text
    assert roles_now() == {PRESCRIPTOR}


def test_the_confirmation_names_the_roles_of_its_sede_alone(delegate_client, delegate, ips, sede, user):
    make_assignment(user, sede, PRESCRIPTOR, delegate)
    make_assignment(user, make_sede(ips), ANULADOR, delegate)
    assert ANULADOR not in confirmation(delegate_client, user, sede).text


@pytest.mark.parametrize("assignment", ["nothing", "elsewhere"])
def test_a_sede_without_roles_of_this_entity_has_nothing_to_confirm(delegate_client, stranger, sede, user, assignment):
    foreign_sede = stranger.entity.sedes.get()
    make_assignment(user, foreign_sede, PRESCRIPTOR, stranger)
    find(delegate_client, user)
    response = confirmation(delegate_client, user, sede if assignment == "nothing" else foreign_sede)
    assert response.url.startswith(reverse("user_roles", args=[user.public_id]))


def test_second_tab_is_refused_after_the_roles_changed(delegate_client, delegate, sede, user):
    make_assignment(user, sede, PRESCRIPTOR, delegate)
    save_roles(delegate_client, user, sede, [PRESCRIPTOR, ANULADOR], [PRESCRIPTOR])
    response = save_roles(delegate_client, user, sede, [], [PRESCRIPTOR])
    assert "Los roles cambiaron mientras usted los revisaba" in response.text
    assert roles_now() == {PRESCRIPTOR, ANULADOR}


@pytest.mark.parametrize("name", ["associate_user", "update_user_roles", "deactivate_user"])
def test_get_of_a_change_redirects_to_the_user(delegate_client, user, name):
    find(delegate_client, user)
    response = delegate_client.get(reverse(name, args=[user.public_id]))
    assert response.url.startswith(reverse("user_roles", args=[user.public_id]))


@pytest.mark.parametrize("name", ["associate_user", "update_user_roles", "deactivate_user"])
def test_change_of_another_entitys_user_is_404(delegate_client, stranger, name):
    user = make_user()
    make_assignment(user, stranger.entity.sedes.get(), ANULADOR, stranger)
    assert delegate_client.post(reverse(name, args=[user.public_id])).status_code == 404


def test_post_without_csrf_token_is_refused(delegate, user):
    client = Client(enforce_csrf_checks=True)
    client.force_login(delegate)
    assert client.post(reverse("activate_user"), {}).status_code == 403


@pytest.mark.parametrize("kind", ["deceased", "ex-sso", "wrong plaza"])
def test_operacion_no_permitida_has_three_distinct_causes(delegate_client, ips, sede, kind):
    from roles.models import SsoPost

    today = timezone.localdate()
    user = make_user("PROF" if kind == "deceased" else "SSO", deceased_on=today if kind == "deceased" else None)
    last = {"ex-sso": -1}.get(kind, 5)
    SsoPost.objects.create(
        document_type="CC",
        document_number=user.person.document_number,
        sede=make_sede(ips),
        starts_on=today - timedelta(days=9),
        ends_on=today + timedelta(days=last),
    )
    find(delegate_client, user)
    page = associate(delegate_client, user, sede, ANULADOR).text
    cause = {"deceased": "fallecida", "ex-sso": "no se ha registrado de nuevo", "wrong plaza": "no es la plaza"}[kind]
    assert "Operación no permitida" in page
    assert cause in page
    assert not RoleAssignment.objects.exists()


@pytest.fixture
def staffed(delegate, ips, sede, user):
    """One doctor with two roles, one administrative user, one ended role."""
    other = make_sede(ips, name="Sede del Páramo")
    admin = make_user("OTRO", first_name="Luz", first_surname="Ángel")
    past = timezone.now() - timedelta(days=9)
    make_assignment(user, sede, PRESCRIPTOR, delegate)
    make_assignment(user, other, ANULADOR, delegate)
    make_assignment(admin, sede, "Rol_Admision", delegate)
    make_assignment(admin, other, "Rol_Dispensador", delegate, starts_at=past, ends_at=past + timedelta(days=1))
    return {"user": user, "admin": admin}


def rows_of(response):
    sheet = load_workbook(io.BytesIO(response.getvalue())).active
    return [tuple(cell.value for cell in row) for row in sheet.iter_rows(min_row=2)]


FILTERS = [
    ({}, {PRESCRIPTOR, ANULADOR, "Rol_Admision"}),
    ({"rol": ANULADOR}, {ANULADOR}),
    ({"entidad": "paramo"}, {ANULADOR}),
    ({"estado": "terminados"}, {"Rol_Dispensador"}),
    ({"estado": "todos"}, {PRESCRIPTOR, ANULADOR, "Rol_Admision", "Rol_Dispensador"}),
    ({"criterio": "munoz jose"}, {PRESCRIPTOR, ANULADOR}),
    ({"criterio": "MUÑOZ"}, {PRESCRIPTOR, ANULADOR}),
    ({"criterio": "nadie"}, set()),
    ({"criterio": "%"}, set()),
]


# ---------------------------------------------------------------- Consultar Usuarios


@each_cell(("query", "roles"), FILTERS)
def test_the_list_shows_what_the_filter_asks_and_counts_it(delegate_client, staffed, query, roles):
    response = delegate_client.get(reverse("users"), query)
    assert {assignment.role for assignment in response.context["page"].rows} == roles
    assert f"Registros encontrados: <strong>{len(roles)}</strong>" in response.text


@each_cell(("query", "roles"), FILTERS)
def test_the_workbook_has_the_rows_of_the_filter(delegate_client, staffed, query, roles):
    assert {row[12] for row in rows_of(delegate_client.get(reverse("download_users"), query))} == roles


@pytest.mark.parametrize("part", ["login", "document", "registry"])
def test_a_user_is_found_by_login_document_or_registry(delegate_client, staffed, part):
    user = staffed["user"]
    words = {"login": user.login, "document": user.person.document_number, "registry": user.professional_registry}
    response = delegate_client.get(reverse("users"), {"criterio": words[part].lower()})
    assert {assignment.user for assignment in response.context["page"].rows} == {user}


@pytest.mark.parametrize(
    "query", [{"rol": "Rol_Jefe"}, {"estado": "x"}, {"criterio": "a" * 101}, {"criterio": "a\x00"}]
)
def test_wrong_filter_shows_an_error_and_no_rows(delegate_client, staffed, query):
    response = delegate_client.get(reverse("users"), query)
    assert response.status_code == 200
    assert response.context["page"].count == 0
    assert response.context["form"].errors


def test_users_of_another_entity_are_neither_listed_nor_downloaded(delegate_client, stranger, user):
    make_assignment(user, stranger.entity.sedes.get(), ANULADOR, stranger)
    assert delegate_client.get(reverse("users")).context["page"].count == 0
    assert rows_of(delegate_client.get(reverse("download_users"))) == []


def test_pages_of_25_keep_the_filter(delegate_client, delegate, sede):
    for _ in range(30):
        make_assignment(make_user(), sede, ANULADOR, delegate)
    first = delegate_client.get(reverse("users"), {"rol": ANULADOR})
    second = delegate_client.get(first.context["page"].next_url)
    assert (len(first.context["page"].rows), len(second.context["page"].rows)) == (25, 5)


def test_a_page_of_the_list_takes_few_queries(delegate_client, delegate, sede, django_assert_max_num_queries):
    for _ in range(30):
        make_assignment(make_user(), sede, ANULADOR, delegate)
    with django_assert_max_num_queries(8):
        delegate_client.get(reverse("users"))


def test_a_name_that_looks_like_a_formula_is_downloaded_as_text(delegate_client, delegate, sede):
    make_assignment(make_user(first_name="=cmd|'/c calc'!A1"), sede, ANULADOR, delegate)
    assert rows_of(delegate_client.get(reverse("download_users")))[0][3] == "=cmd|'/c calc'!A1"


def test_the_empty_list_says_what_to_do_next(delegate_client):
    assert "Todavía no hay usuarios activados" in delegate_client.get(reverse("users")).text


# ---------------------------------------------------------------- forged fields


@pytest.mark.parametrize("name", ["associate_user", "update_user_roles", "deactivate_user", "change_last_day"])
def test_foreign_sede_cannot_be_forged_into_any_change(delegate_client, delegate, stranger, sede, name):
    user, foreign_sede = make_user(), stranger.entity.sedes.get()
    make_assignment(user, sede, PRESCRIPTOR, delegate)
    make_assignment(user, foreign_sede, PRESCRIPTOR, stranger)
    roles = {"roles": [ANULADOR], "role": PRESCRIPTOR, "last": timezone.localdate().isoformat()}
    forged = {"option": "profesional", "sede": foreign_sede.code, "expected_roles": PRESCRIPTOR} | roles
    response = delegate_client.post(reverse(name, args=[user.public_id]), forged)
    assert f"La sede {foreign_sede.code} es de otra entidad." in response.text
    assignment = RoleAssignment.objects.filter(role=PRESCRIPTOR, ends_at=None, ended_by=None)
    assert (assignment.count(), RoleAssignment.objects.count()) == (2, 2)


@each_cell("field", ["option", "sede", "roles", "expected_roles"])
@each_cell("value", ["", "x" * 600, "a\x00b", "' OR 1=1 --", "Rol_Admision"])
@each_cell("name", ["associate_user", "update_user_roles"])
def test_a_forged_field_gives_nothing_and_is_no_fault_of_the_server(
    delegate_client, delegate, sede, user, name, field, value
):
    make_assignment(user, sede, PRESCRIPTOR, delegate)
    honest = {"option": "profesional", "sede": sede.code, "roles": PRESCRIPTOR, "expected_roles": PRESCRIPTOR}
    response = delegate_client.post(reverse(name, args=[user.public_id]), honest | {field: value})
    assert response.status_code in (200, 302)
    assert roles_now() <= {PRESCRIPTOR}


OPTIONS = {
    "IPS": ["Profesional de la Salud y/o Profesional de Servicio Social Obligatorio", "Personal Administrativo"],
    "EPS_C": ["Profesional de la Salud Independiente", "Profesional de la Salud Administrativo"],
    "EPS_S": ["Profesional de la Salud Independiente", "Profesional de la Salud Administrativo"],
    "PROV": ["Personal Administrativo"],
    "PPN": ["Personal Administrativo"],
}


# ---------------------------------------------------------------- the other delegates


@pytest.mark.parametrize("kind", OPTIONS)
def test_each_delegate_sees_the_options_of_the_manual(kind):
    client, _ = client_of(kind)
    form = client.get(reverse("activate_user")).context["form"]
    assert [label for _, label in form.fields["option"].choices] == OPTIONS[kind]


def test_proveedor_sees_all_sedes_for_a_blank_search():
    client, entity = client_of("PROV")
    codes = [make_sede(entity, code=f"PROV00000{n}").code for n in (1, 2, 3)]
    user = make_user("OTRO")
    find(client, user, "administrativo")
    page = client.get(reverse("user_roles", args=[user.public_id]), {"entidad": "", "opcion": "administrativo"})
    assert all(code in page.text for code in codes)


def test_eps_cannot_forge_an_independent_of_another_network(user):
    client, eps = client_of("EPS_C")
    sede = make_sede(eps, code=eps.eps_code, municipality_id=None)
    find(client, user, "independiente")
    page = associate(client, user, sede, PRESCRIPTOR, option="independiente")
    assert "Operación no permitida" in page.text
    assert not RoleAssignment.objects.exists()


def test_ppn_finds_and_activates_oneself():
    user = make_user("OTRO")
    client, ppn = client_of("PPN", nit=user.person.document_number)
    sede = make_sede(ppn, code="PROV000001")
    assert user.person.first_surname in find(client, user, "administrativo").text
    associate(client, user, sede, "Rol_Dispensador", option="administrativo")
    assert RoleAssignment.objects.get().user == user


@pytest.mark.parametrize("name", ["user_roles", "user_history", "user_certificate"])
def test_ppn_opens_own_pages_without_searching(name):
    user = make_user("OTRO")
    client, _ = client_of("PPN", nit=user.person.document_number)
    assert client.get(reverse(name, args=[user.public_id])).status_code == 200


def test_ppn_is_told_to_search_oneself():
    client, _ = client_of("PPN")
    pages = [client.get(address).text for address in ("/", reverse("users"), reverse("activate_user"))]
    assert not [page for page in pages if "usque a " in page]
    assert "busque su propio documento" in pages[1]


def test_ppn_gets_one_answer_for_known_and_invented_people():
    client, _ = client_of("PPN")
    known, invented = make_user("OTRO"), RegisteredUser(person=Person(document_type="CC", document_number="1099"))
    pages = []
    for user in (known, invented):
        with CaptureQueriesContext(connection) as queries:
            page = find(client, user, "administrativo")
        pages.append((len(queries), page.context["refusal"].cause, page.redirect_chain))
    assert pages[0] == pages[1]
    assert "solo puede buscarse y activarse a sí mismo" in pages[0][1]
    assert not HistoryEntry.objects.exists()


@pytest.mark.parametrize(
    "name", ["user_roles", "associate_user", "deactivate_user", "user_history", "user_certificate"]
)
def test_ppn_opens_no_page_of_somebody_found_as_another_entity(name):
    client, _ = client_of("PPN")
    other, session = make_user("OTRO"), client.session
    session["found_users"] = [str(other.public_id)]
    session.save()
    address = reverse(name, args=[other.public_id])
    assert (client.get(address).status_code, client.post(address).status_code) in {(404, 404), (404, 405)}


def move(client, user, sede, role, last):
    data = {"option": "profesional", "sede": sede.code, "role": role, "last": last}
    return client.post(reverse("change_last_day", args=[user.public_id]), data, follow=True)


# ---------------------------------------------------------------- validity, history, matrix


def test_a_role_is_given_until_the_day_that_was_typed(delegate_client, sede, user):
    last = timezone.localdate() + timedelta(days=30)
    find(delegate_client, user)
    associate(delegate_client, user, sede, ANULADOR, last=last.isoformat())
    assert RoleAssignment.objects.get().last_day == last


@pytest.mark.parametrize(
    ("first", "last", "message"),
    [
        ("", "ayer", "debe ser una fecha"),
        ("", "2020-01-01", "ya pasó"),
        ("2020-01-01", "", "ya pasó"),
        ("2999-01-02", "2999-01-01", "anterior al primero"),
        ("", "9" * 300, "debe ser una fecha"),
        ("", "9999-12-31", "debe ser"),
    ],
)
def test_wrong_dates_show_an_error_and_save_nothing(delegate_client, sede, user, first, last, message):
    find(delegate_client, user)
    page = associate(delegate_client, user, sede, ANULADOR, first=first, last=last)
    assert message in page.text
    assert not RoleAssignment.objects.exists()


def test_the_last_day_is_changed_from_the_page(delegate_client, delegate, sede, user):
    make_assignment(user, sede, ANULADOR, delegate)
    last = timezone.localdate() + timedelta(days=9)
    assert "con nuevo último día" in move(delegate_client, user, sede, ANULADOR, last.isoformat()).text
    assert RoleAssignment.objects.get().last_day == last


@pytest.mark.parametrize(("role", "last", "message"), [("Rol_X", "", "debe ser uno"), (ANULADOR, "x", "debe ser una")])
def test_forged_last_day_shows_an_error(delegate_client, delegate, sede, user, role, last, message):
    make_assignment(user, sede, ANULADOR, delegate)
    assert message in move(delegate_client, user, sede, role, last).text


def test_the_last_day_at_a_sede_of_another_entity_is_refused(delegate_client, delegate, stranger, sede, user):
    foreign = stranger.entity.sedes.get()
    make_assignment(user, foreign, ANULADOR, stranger)
    make_assignment(user, sede, ANULADOR, delegate)
    assert "es de otra entidad" in move(delegate_client, user, foreign, ANULADOR, "2999-01-01").text


def test_list_filters_roles_ending_soon_and_to_come(delegate_client, delegate, sede):
    now = timezone.now()
    for role, start, end in ((PRESCRIPTOR, 0, 29), (ANULADOR, 0, 31), ("Rol_JuntaMedicaIPS", 5, None)):
        ends_at = now + timedelta(days=end) if end else None
        make_assignment(make_user(), sede, role, delegate, starts_at=now + timedelta(days=start), ends_at=ends_at)

    def roles(state):
        return [
            assignment.role
            for assignment in delegate_client.get(reverse("users"), {"estado": state}).context["page"].rows
        ]

    assert roles("vencen") == [PRESCRIPTOR]
    assert roles("por-empezar") == ["Rol_JuntaMedicaIPS"]


def search(client, **fields):
    return client.post(reverse("users"), fields)


def test_a_document_that_is_searched_is_in_no_address(delegate_client, delegate, sede, user):
    document = user.person.document_number
    make_assignment(user, sede, ANULADOR, delegate)
    for number in range(26):
        make_assignment(make_user(first_surname=f"Otra{number:02}"), sede, PRESCRIPTOR, delegate)
    address = search(delegate_client, criterio=document, rol=ANULADOR).url
    page = delegate_client.get(address)
    assert [row.user for row in page.context["page"].rows] == [user]
    assert f'value="{document}"' in page.text
    everybody = delegate_client.get(search(delegate_client, criterio="otra").url)
    links = [address, *re.findall(r'href="([^"]+)"', page.text + everybody.text)]
    assert sum("despues=" in link and "busqueda=" in link for link in links) == 1
    assert not any(document in link or "criterio" in link for link in links)
    rows = rows_of(delegate_client.get(address.replace(reverse("users"), reverse("download_users"))))
    assert [row[2] for row in rows] == [document]


def test_two_tabs_search_for_different_words(delegate_client, staffed):
    one, other = (search(delegate_client, criterio=words).url for words in ("munoz", "nadie"))
    assert delegate_client.get(one).context["page"].count
    assert not delegate_client.get(other).context["page"].count


def test_another_session_is_asked_for_the_words_again(delegate_client, delegate, staffed):
    address = search(delegate_client, criterio="munoz").url
    (other := Client()).force_login(delegate)
    page = other.get(address)
    assert "Escriba de nuevo el criterio" in page.text
    assert page.context["page"].count == 0
    assert other.get(address.replace(reverse("users"), reverse("download_users"))).status_code == 302


def test_a_criterion_of_any_length_is_kept_short(delegate_client):
    page = delegate_client.get(search(delegate_client, criterio="x" * 9_000).url)
    assert "máximo 100 letras" in page.text
    assert len(next(iter(delegate_client.session["searches"].values()))) == 200


def test_a_session_keeps_twenty_searches(delegate_client):
    last = [search(delegate_client, criterio=f"palabra {number}").url for number in range(21)][-1]
    kept = delegate_client.session["searches"]
    assert [*kept.values()] == [f"palabra {number}" for number in range(1, 21)]
    assert last.endswith([*kept][-1])


def test_a_search_without_words_has_its_filters_in_the_address(delegate_client):
    assert search(delegate_client, rol=ANULADOR, criterio="").url == f"{reverse('users')}?rol={ANULADOR}"
    assert "searches" not in delegate_client.session


def test_user_history_shows_account_event_moment_and_address(delegate_client, delegate, sede, user):
    find(delegate_client, user)
    associate(delegate_client, user, sede, ANULADOR)
    page = delegate_client.get(reverse("user_history", args=[user.public_id])).text
    for shown in ("Roles asignados", str(delegate.person), delegate.login, sede.code, ANULADOR, "127.0.0.1"):
        assert shown in page


def test_user_history_has_only_events_of_the_own_entity(delegate_client, delegate, stranger, sede, user):
    other = Client()
    other.force_login(stranger)
    find(other, user)
    associate(other, user, stranger.entity.sedes.get(), ANULADOR)
    find(delegate_client, user)
    page = delegate_client.get(reverse("user_history", args=[user.public_id]))
    assert page.context["page"].count == 0
    assert stranger.login not in page.text


def test_the_matrix_page_shows_the_roles_of_ones_own_kind(delegate_client):
    page = delegate_client.get(reverse("role_matrix")).text
    assert "Rol_Prescriptor" in page
    assert "Rol_Recobrante" not in page
