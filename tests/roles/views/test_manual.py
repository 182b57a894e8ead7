"""Does the portal do what each paragraph of manual v4.1 §11.2 (Activar Usuarios) and §11.3 (Consultar Usuarios) says?

One test per paragraph, in the order of the manual, whose first words stand above it.
"""

import io
from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone
from openpyxl import load_workbook

from entities.models import Association
from roles.models import RoleAssignment, SsoPost
from roles.validity import today
from tests.factories import make_assignment, make_entity, make_sede, make_user
from tests.roles.views.users_pages import associate, client_of, find, roles_now, save_roles

pytestmark = pytest.mark.django_db
PRESCRIPTOR, JUNTA, ANULADOR, DISPENSADOR = "Rol_Prescriptor", "Rol_JuntaMedicaIPS", "Rol_Anulador", "Rol_Dispensador"
DAY = timedelta(days=1)


def offered(client, user, option):
    """The roles whose tick boxes the user's page shows under an option."""
    find(client, user, option)
    page = client.get(reverse("user_roles", args=[user.public_id]), {"opcion": option})
    return {value for value, _ in page.context["associate"].fields["roles"].choices}


def post_of(user, sede, first, last):
    SsoPost.objects.create(
        document_type="CC",
        document_number=user.person.document_number,
        sede=sede,
        starts_on=today() + first * DAY,
        ends_on=today() + last * DAY,
    )


# ---------------------------------------------------------------- §11.2


# "Esta opción permite al Delegado de la Entidad, iniciar la activación de usuarios…"
def test_activar_usuarios_asks_option_application_and_document(delegate_client):
    page = delegate_client.get(reverse("activate_user")).text
    labels = (
        "Opción",
        "Aplicación",
        "Mipres",
        "Tipo de Identificación",
        "--Seleccione--",
        "Documento identificación",
    )
    assert [words for words in labels if words not in page] == []


# "Profesional de la Salud Independiente: habilitado para el Delegado de la EPS, … medicina, optometría u odontología"
@pytest.mark.parametrize("profession", ["P07", "P09", "P10"])
def test_an_eps_activates_the_independent_professionals_of_its_network(profession):
    client, eps = client_of("EPS_C")
    user, sede = make_user(profession=profession), make_sede(eps, code=eps.eps_code, municipality_id=None)
    member = make_entity("PI", identification_type="CC", nit=user.person.document_number)
    Association.objects.create(owner=eps, member=member, starts_at=timezone.now())
    find(client, user, "independiente")
    associate(client, user, sede, PRESCRIPTOR, option="independiente")
    assert roles_now() == {PRESCRIPTOR}


# "Profesional de la Salud Administrativo: habilitado para el Delegado de la EPS, … personal administrativo"
@pytest.mark.parametrize(("kind", "role"), [("PROF", "Rol_Recobrante"), ("OTRO", "Rol_ServicioComplementario")])
def test_an_eps_activates_its_administrative_staff(kind, role):
    client, eps = client_of("EPS_S")
    user, sede = make_user(kind), make_sede(eps, code=eps.eps_code, municipality_id=None)
    find(client, user, "administrativo-eps")
    associate(client, user, sede, role, option="administrativo-eps")
    assert roles_now() == {role}


# "Profesional de la Salud y/o Profesional de Servicio Social Obligatorio: habilitado para el Delegado de la IPS…"
@pytest.mark.parametrize("kind", ["PROF", "SSO"])
def test_an_ips_activates_its_professionals_and_sso(delegate_client, sede, kind):
    user = make_user(kind)
    post_of(user, sede, -1, 9)
    find(delegate_client, user)
    associate(delegate_client, user, sede, PRESCRIPTOR)
    assert roles_now() == {PRESCRIPTOR}


# "Personal Administrativo: habilitado para el Delegado de la IPS y Proveedor…"
@pytest.mark.parametrize(("kind", "role"), [("IPS", "Rol_Admision"), ("PROV", DISPENSADOR)])
def test_an_ips_and_a_proveedor_activate_their_administrative_staff(kind, role):
    client, entity = client_of(kind)
    user, sede = make_user("OTRO"), make_sede(entity)
    find(client, user, "administrativo")
    associate(client, user, sede, role, option="administrativo")
    assert roles_now() == {role}


# "Cuando se realiza una consulta de usuario que no se encuentra previamente registrado…"
def test_unregistered_person_gets_the_literal_message(delegate_client):
    data = {"option": "profesional", "document_type": "CC", "document_number": "99999999"}
    page = delegate_client.post(reverse("activate_user"), data).text
    assert "Usuario no registrado para esta aplicación" in page
    assert "debe completar su registro" in page


# "Al ingresar los datos requeridos, se mostrará la información correspondiente al Tipo de Usuario registrado…"
def test_a_registered_user_is_shown_with_data_sede_and_entity(delegate_client, delegate, sede):
    names = {"first_name": "José", "second_name": "Luis", "first_surname": "Muñoz", "second_surname": "Ñáñez"}
    user = make_user(**names)
    make_assignment(user, sede, ANULADOR, delegate)
    page = find(delegate_client, user).text
    data = (*names.values(), user.login, user.person.document_number, user.professional_registry)
    shown = (*data, "Profesional de la salud", sede.code, sede.entity.name, "Tipo de Entidad a Asociar")
    assert [words for words in shown if words not in page] == []


# "El Delegado Proveedor podrá realizar la búsqueda en la opción “Entidad” ingresando el código o el nombre…"
@pytest.mark.parametrize(("words", "matches"), [("PROV000002", 1), ("páramo", 1), ("", 3)])
def test_a_proveedor_searches_by_code_or_name_or_sees_all_sedes(words, matches):
    client, entity = client_of("PROV")
    for number, name in enumerate(("Norte", "Sur", "Páramo"), start=1):
        make_sede(entity, code=f"PROV00000{number}", name=name)
    user = make_user("OTRO")
    find(client, user, "administrativo")
    arguments = {"entidad": words, "opcion": "administrativo"}
    page = client.get(reverse("user_roles", args=[user.public_id]), arguments)
    assert len(page.context["sedes"]) == matches


# "Posteriormente, el Delegado … seleccionará la Entidad y el Rol … presionando el botón “Asociar Usuario”"
def test_entity_and_roles_are_chosen_and_asociar_usuario_ends_it(delegate_client, sede):
    user = make_user()
    assert "Asociar Usuario" in find(delegate_client, user).text
    associate(delegate_client, user, sede, PRESCRIPTOR, JUNTA)
    assert roles_now() == {PRESCRIPTOR, JUNTA}


# "Los roles que se visualizarán dependerán del Tipo de Usuario…"
@pytest.mark.parametrize(
    ("kind", "option", "roles"),
    [
        ("PROF", "profesional", {PRESCRIPTOR, JUNTA, ANULADOR}),
        ("SSO", "profesional", {PRESCRIPTOR, JUNTA, ANULADOR}),
        ("OTRO", "administrativo", {"Rol_Admision", "Rol_TranscriptorIPS", DISPENSADOR}),
    ],
)
def test_the_roles_shown_depend_on_the_type_of_user(delegate_client, sede, kind, option, roles):
    user = make_user(kind)
    post_of(user, sede, -1, 9)
    assert offered(delegate_client, user, option) == roles


def refused(client, user, sede):
    """The page that answers an attempt to activate, which must have saved nothing."""
    find(client, user)
    page = associate(client, user, sede, ANULADOR).text
    assert "Operación no permitida" in page
    assert not RoleAssignment.objects.exists()
    return page


# "Si el profesional de la salud prestó Servicio Social Obligatorio y no realizó un nuevo registro…"
def test_ex_sso_is_refused_with_plaza_and_registration(delegate_client, ips, sede):
    user = make_user("SSO")
    post_of(user, make_sede(ips), -30, -1)
    page = refused(delegate_client, user, sede)
    assert "pedir a la plaza donde prestó el servicio que la inactive" in page
    assert "registrarse como Profesional de la salud" in page


# "Si el profesional … en Servicio Social Obligatorio intenta ser activado en una plaza que no ha sido asignada…"
def test_sso_outside_the_assigned_plaza_is_refused(delegate_client, ips, sede):
    user, plaza = make_user("SSO"), make_sede(ips)
    post_of(user, plaza, -1, 9)
    page = refused(delegate_client, user, sede)
    assert plaza.code in page
    assert "Valide la asignación publicada por el Ministerio" in page


# "Si un profesional de la salud ya estaba registrado en MIPRES, pero falleció…"
def test_a_deceased_professional_is_refused(delegate_client, sede):
    assert "figura como fallecida" in refused(delegate_client, make_user(deceased_on=today()), sede)


# "Para desactivar a un usuario que ya no pertenezca a la red de prestadores, realice la búsqueda…"
def test_a_found_user_shows_the_active_roles_and_desactivar_usuario_takes_them(delegate_client, delegate, sede):
    user = make_user()
    make_assignment(user, sede, PRESCRIPTOR, delegate)
    page = find(delegate_client, user).text
    assert "El usuario tiene activados los siguientes roles en la entidad:" in page
    assert "Desactivar Usuario" in page
    save_roles(delegate_client, user, sede, [], [PRESCRIPTOR], "deactivate_user")
    assert roles_now() == set()


# "La desactivación del Usuario se completa al presionar el botón “Actualizar roles” y al recibir la confirmación…"
def test_actualizar_roles_takes_the_unticked_and_says_so_on_top(delegate_client, delegate, sede):
    user = make_user()
    make_assignment(user, sede, PRESCRIPTOR, delegate)
    page = save_roles(delegate_client, user, sede, [], [PRESCRIPTOR]).text
    assert roles_now() == set()
    assert page.index("Operación exitosa") < page.index("<h2")


# ---------------------------------------------------------------- §11.3


@pytest.fixture
def staff(delegate, ips, sede):
    """A doctor and an administrative user, at two sedes."""
    doctor = make_user(first_name="José", first_surname="Muñoz")
    clerk = make_user("OTRO", first_name="Luz", first_surname="Ángel")
    make_assignment(doctor, sede, PRESCRIPTOR, delegate)
    make_assignment(doctor, sede, ANULADOR, delegate)
    make_assignment(clerk, make_sede(ips, name="Sede del Páramo"), "Rol_Admision", delegate)
    return doctor, clerk


# "Esta opción permite al Delegado … verificar cada uno de los Usuarios que han sido activados…"
@pytest.mark.parametrize(
    ("query", "matches"),
    [({}, 3), ({"rol": ANULADOR}, 1), ({"entidad": "paramo"}, 1), ({"criterio": "MUNOZ josé"}, 2)],
)
def test_activated_users_are_searched_by_rol_entidad_or_another_criterion(delegate_client, staff, query, matches):
    assert f"Registros encontrados: <strong>{matches}</strong>" in delegate_client.get(reverse("users"), query).text


# "Una vez completada la búsqueda, se mostrará la lista de Usuarios junto con sus datos básicos"
def test_the_list_shows_the_basic_data(delegate_client, staff, sede):
    page = delegate_client.get(reverse("users"), {"rol": PRESCRIPTOR}).text
    shown = ("José Muñoz", staff[0].login, "Profesional de la salud", PRESCRIPTOR, sede.code, sede.name)
    assert [words for words in shown if words not in page] == []


def workbook(client):
    return load_workbook(io.BytesIO(client.get(reverse("download_users")).getvalue())).active


# "Para consultar y descargar todos los Usuarios activados y sus roles asignados, … “Descargar Datos”"
def test_descargar_datos_has_every_activated_user_with_the_roles(delegate_client, staff):
    assert "Descargar Datos" in delegate_client.get(reverse("users")).text
    rows = {(row[0], row[12]) for row in workbook(delegate_client).iter_rows(min_row=2, values_only=True)}
    doctor, clerk = (user.login for user in staff)
    assert rows == {(doctor, PRESCRIPTOR), (doctor, ANULADOR), (clerk, "Rol_Admision")}


# "Al descargar la información, se genera un archivo en formato Excel con todos los datos registrados"
def test_the_excel_has_all_the_data(delegate_client, staff, sede):
    heads, *rows = workbook(delegate_client).values
    person = staff[0].person
    row = dict(zip(heads, next(row for row in rows if row[12] == PRESCRIPTOR), strict=True))
    assert row["NÚMERO DOCUMENTO"] == person.document_number
    assert (row["PRIMER NOMBRE"], row["PRIMER APELLIDO"]) == ("José", "Muñoz")
    assert (row["CÓDIGO ENTIDAD"], row["NOMBRE ENTIDAD"]) == (sede.code, sede.name)
    assert (row["DESDE"], row["HASTA"], row["ESTADO"]) == (today().isoformat(), None, "Activo")
