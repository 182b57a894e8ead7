"""Do the pages of sedes work as in the manual?"""

import io
from datetime import date
from uuid import uuid4

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from openpyxl import load_workbook

from entities.events import Event
from entities.exports import SEDE_COLUMNS
from entities.models import Municipality, Sede
from entities.rules.sedes import NO_CODES_LEFT
from mipres_admin.history.recording import record
from mipres_admin.origin import Origin, origin
from mipres_admin.refusals import Refused
from tests.cells import each_cell
from tests.factories import make_assignment, make_delegate, make_entity, make_sede, make_user

MEDELLIN, BOGOTA = "05001", "11001"

pytestmark = pytest.mark.django_db


@pytest.fixture
def delegate(db):
    return make_delegate(make_entity("PROV", name="Farmacias del Río S.A.S."))


@pytest.fixture
def client(delegate):
    return client_of(delegate)


def client_of(delegate):
    client = Client()
    client.force_login(delegate)
    return client


@pytest.fixture
def sede(delegate):
    return make_sede(delegate.entity, code="PROV000001", name="Farmacia Norte", phone="601 555 0101")


def typed(**changed):
    kept = {"name": "Farmacia Sur", "phone": "604 555 0103", "address": "Calle 53 # 13-40"}
    return kept | {"department": "05", "municipality": MEDELLIN, "key": str(uuid4())} | changed


def create(client, **changed):
    return client.post(reverse("create_sede"), typed(**changed), follow=True)


def edit(client, sede, **changed):
    page = client.get(reverse("edit_sede", args=[sede.code]))
    data = page.context["form"].initial | changed
    return client.post(reverse("edit_sede", args=[sede.code]), data, follow=True)


def errors(page, field):
    return page.context["form"].errors.get(field, [])


def disable(client, sede, **told):
    address = reverse("disable_sede", args=[sede.code])
    return client.post(address, client.get(address).context["form"].initial | told, follow=True)


def search(client, **filters):
    return client.get(reverse("sedes"), filters)


def codes(page):
    return [row.code for row in page.context["page"].rows]


@pytest.fixture
def three(delegate):
    make_sede(delegate.entity, code="PROV000001", name="Droguería Ñandú Central", is_main=True)
    make_sede(delegate.entity, code="PROV000002", name="Farmacia Norte", closed_on=date(2026, 1, 2))
    make_sede(delegate.entity, code="PROV000003", name="Farmacia Central")


def excel(client, **filters):
    response = client.get(reverse("download_sedes"), filters)
    book = load_workbook(io.BytesIO(b"".join(response)))
    rows = list(book.active.values)
    assert list(rows[0]) == [column.heading for column in SEDE_COLUMNS]
    return [[value or "" for value in row] for row in rows[1:]]


def test_menu_of_a_proveedor_has_both_items_in_the_manuals_order(client):
    labels = [item.entry.label for item in client.get(reverse("home")).context["menu"]]
    first = labels.index("Crear Sede Proveedor")
    assert labels[first : first + 2] == ["Crear Sede Proveedor", "Consultar Sedes Proveedor"]


def test_form_has_the_fields_of_the_manual(client):
    form = client.get(reverse("create_sede")).context["form"]
    labels = [field.label for field in form.visible_fields()]
    assert labels == ["Nombre completo", "Teléfono", "Dirección", "Departamento", "Municipio"]


def test_form_says_that_one_sede_is_enough(client):
    assert "Si la entidad solo cuenta con una sede" in client.get(reverse("create_sede")).text


def test_crear_sede_confirms_with_the_generated_code(client, delegate):
    page = create(client)
    code = delegate.entity.sedes.get().code
    assert "La creación de la Entidad se ha realizado con éxito" in page.text
    assert f"Código generado para la sede del proveedor: {code}" in page.text


def test_all_municipalities_can_be_chosen_without_scripts(client):
    page = client.get(reverse("create_sede")).text
    assert page.count("<optgroup") == 33
    groups = dict(client.get(reverse("create_sede")).context["form"].fields["municipality"].choices[1:])
    assert sum(len(group) for group in groups.values()) == Municipality.objects.count() == 1_122


def test_html_in_a_name_is_text_on_every_page(client):
    create(client, name="<script>alert(1)</script>")
    create(client, name="<script>alert(1)</script>")
    code = Sede.objects.get().code
    addresses = [reverse("sedes")] + [reverse(name, args=[code]) for name in ("edit_sede", "sede_history")]
    for address in [*addresses, reverse("disable_sede", args=[code])]:
        page = client.get(address).text
        assert "<script>alert" not in page
        assert "&lt;script&gt;alert(1)" in page


def test_forged_entity_is_ignored(client, delegate):
    other = make_entity("PROV")
    create(client, entity=other.pk, entity_id=other.pk, code="PROV000009", is_main="on")
    made = Sede.objects.get()
    assert (made.entity, made.is_main) == (delegate.entity, False)


def test_double_click_creates_one_sede(client):
    key = str(uuid4())
    pages = [create(client, key=key) for _ in range(2)]
    assert all(Sede.objects.get().code in page.text for page in pages)


def test_used_form_with_other_data_says_so_and_then_creates(client):
    key = str(uuid4())
    create(client, key=key)
    page = create(client, key=key, name="Farmacia Centro", address="Otra")
    assert "Este formulario ya creó una sede" in page.text
    create(client, key=page.context["form"]["key"].value(), name="Farmacia Centro", address="Otra")
    assert Sede.objects.count() == 2


def test_sede_with_the_same_name_is_shown_before_anything_is_saved(client, sede):
    page = create(client, name="farmacia  NORTE")
    assert "Ya hay una sede parecida" in page.text
    assert reverse("edit_sede", args=[sede.code]) in page.text
    assert Sede.objects.count() == 1


def test_disabled_sede_at_the_same_address_is_shown(client, delegate):
    make_sede(
        delegate.entity,
        code="PROV000001",
        address="CALLE 53 #13-40",
        municipality_id=MEDELLIN,
        closed_on=timezone.localdate(),
    )
    assert "Deshabilitada" in create(client).text
    assert Sede.objects.count() == 1


def test_confirmation_creates_the_similar_sede(client, sede):
    page = create(client, name=sede.name)
    create(client, name=sede.name, confirmed="on", similar=page.context["confirm"].initial["similar"])
    assert Sede.objects.count() == 2


def test_unconfirmed_warning_is_shown_again(client, sede):
    create(client, name=sede.name, similar=sede.code)
    assert Sede.objects.count() == 1


def test_when_no_codes_are_left_the_page_says_so(client, monkeypatch):
    def spent(**kwargs):
        raise Refused(NO_CODES_LEFT)

    monkeypatch.setattr("entities.views.sedes.actions.create_sede", spent)
    page = create(client)
    assert page.status_code == 200
    assert "PROV999999" in page.text


def test_sede_is_edited(client, sede):
    page = edit(client, sede, name="Farmacia Centro")
    assert "se guardaron" in page.text
    assert Sede.objects.get().name == "Farmacia Centro"


def test_stale_page_is_refused_and_shows_current_data(client, delegate, sede):
    page = client.get(reverse("edit_sede", args=[sede.code]))
    edit(client, sede, phone="601 555 9999")
    data = page.context["form"].initial | {"name": "Vieja"}
    again = client.post(reverse("edit_sede", args=[sede.code]), data)
    assert "cambió mientras usted la revisaba" in again.text
    assert "601 555 9999" in again.text


def test_editing_with_a_mistake_saves_nothing(client, sede):
    assert errors(edit(client, sede, phone="x"), "phone")
    assert Sede.objects.get().phone == "601 555 0101"


def test_sede_of_reps_is_read_only(client, delegate):
    sede = make_sede(delegate.entity)
    assert "viene del REPS" in client.get(reverse("edit_sede", args=[sede.code])).text
    for name in ("edit_sede", "disable_sede", "enable_sede"):
        assert "viene del REPS" in client.post(reverse(name, args=[sede.code]), typed(), follow=True).text
    assert Sede.objects.get().name == sede.name


def test_disable_page_shows_the_number_of_users(client, delegate, sede):
    user = make_user()
    for role in ("Rol_Dispensador", "Rol_Anulador"):
        make_assignment(user, sede, role, delegate)
    page = client.get(reverse("disable_sede", args=[sede.code]))
    assert "1 usuario con 2 roles en esta sede" in page.text
    assert Sede.objects.open().exists()


def test_disabling_and_enabling_say_what_happened(client, sede):
    assert "quedó deshabilitada" in disable(client, sede).text
    assert Sede.objects.get().closed_on == timezone.localdate()
    page = client.post(reverse("enable_sede", args=[sede.code]), follow=True)
    assert "quedó habilitada" in page.text
    assert Sede.objects.get().closed_on is None


@pytest.mark.parametrize("told", [{"users": "", "roles": ""}, {"users": "9"}, {"users": "x", "roles": "y"}])
def test_disabling_with_a_wrong_number_asks_again(client, sede, told):
    assert "Los usuarios de la sede cambiaron" in disable(client, sede, **told).text
    assert Sede.objects.open().exists()


def test_last_open_sede_is_named_as_such(client, sede):
    assert "única sede habilitada" in client.get(reverse("disable_sede", args=[sede.code])).text


def test_opening_the_address_enables_nothing(client, sede):
    disable(client, sede)
    client.get(reverse("enable_sede", args=[sede.code]))
    assert not Sede.objects.open().exists()


def test_sede_history_shows_every_event(client, delegate):
    create(client)
    sede = Sede.objects.get()
    edit(client, sede, name="Farmacia Centro")
    disable(client, sede)
    page = client.get(reverse("sede_history", args=[sede.code]))
    assert page.context["page"].count == 3
    for shown in (
        "Sede creada",
        "Sede editada",
        "Sede deshabilitada",
        "Farmacia Sur",
        "Farmacia Centro",
        delegate.login,
    ):
        assert shown in page.text


def test_sede_history_shows_events_of_its_entity_only(client, sede):
    record(by=None, event=Event.SEDE_EDITED, obj=sede, entity=make_entity(), after={"name": "Ajena"})
    assert client.get(reverse("sede_history", args=[sede.code])).context["page"].count == 0


def test_sede_history_names_nobody_of_the_ministry(client, sede, ministry):
    token = origin.set(Origin("203.0.113.7", ""))
    record(by=ministry, event=Event.SEDE_DISABLED, obj=sede, entity=sede.entity)
    origin.reset(token)
    page = client.get(reverse("sede_history", args=[sede.code])).text
    assert "Ministerio</td>" in page
    for hidden in (ministry.login, ministry.display_name, "203.0.113.7"):
        assert hidden not in page


def test_list_shows_the_columns_of_the_manual_and_more(client, sede, delegate):
    page = search(client).text
    for heading in ("Código", "Entidad", "NroID", "Tipo Entidad", "Tipo Relación", "Fecha"):
        assert f'<th scope="col">{heading}</th>' in page
    for heading in ("Dirección y municipio", "Teléfono", "Estado"):
        assert f'<th scope="col">{heading}</th>' in page
    for value in (sede.code, sede.name, delegate.entity.nit, "PROV_SEDE", sede.phone, "Habilitada"):
        assert value in page


@each_cell(
    ("filters", "found"),
    [
        ({}, ["PROV000001", "PROV000002", "PROV000003"]),
        ({"tipo": "proveedor"}, ["PROV000001"]),
        ({"tipo": "sede"}, ["PROV000002", "PROV000003"]),
        ({"estado": "deshabilitadas"}, ["PROV000002"]),
        ({"estado": "habilitadas"}, ["PROV000001", "PROV000003"]),
        ({"criterio": "PROV000003"}, ["PROV000003"]),
        ({"criterio": "central nandu"}, ["PROV000001"]),
        ({"criterio": "DROGUERIA"}, ["PROV000001"]),
        ({"criterio": "%"}, []),
        ({"criterio": "farmacia", "estado": "habilitadas"}, ["PROV000003"]),
        ({"tipo": "otro"}, []),
        ({"criterio": "x" * 101}, []),
        ({"criterio": "a\x00"}, []),
    ],
)
def test_type_state_and_criteria_find_sedes(client, three, filters, found):
    assert codes(search(client, **filters)) == found


def test_sede_of_reps_is_found_by_its_codigo_de_habilitacion(client, delegate):
    sede = make_sede(delegate.entity)
    assert codes(search(client, criterio=sede.code)) == [sede.code]


def test_registros_encontrados_counts_them(client, three):
    assert "Registros encontrados: <strong>2</strong>" in search(client, criterio="farmacia").text


def test_no_result_says_what_to_do(client):
    assert "Crear Sede" in search(client).text
    assert "Quite algún filtro" in search(client, criterio="nada").text


def test_strangers_sedes_are_neither_listed_nor_downloaded(client):
    make_sede(make_entity("PROV"), code="PROV000009", name="Ajena")
    assert codes(search(client)) == []
    assert excel(client) == []


def test_wrong_filter_is_explained_on_the_page_and_not_downloaded(client):
    response = client.get(reverse("download_sedes"), {"estado": "x"}, follow=True)
    assert "El estado debe ser uno de la lista." in response.text


# ---------------------------------------------------------------- sedes of REPS


@pytest.fixture
def of_reps(delegate):
    """A sede that REPS has of the IPS with the provider's NIT."""
    return make_sede(make_entity(nit=delegate.entity.nit), code="110010000101", name="Clínica Norte")


def test_list_and_file_have_the_sedes_of_reps_too(client, sede, of_reps):
    page = client.get(reverse("sedes"))
    assert [row.code for row in page.context["page"].rows] == [of_reps.code, sede.code]
    assert "Sede del REPS" in page.content.decode()
    book = load_workbook(io.BytesIO(client.get(reverse("download_sedes")).getvalue()))
    assert [row[0].value for row in book.active.iter_rows(min_row=2)] == [of_reps.code, sede.code]


@pytest.mark.parametrize(("kind", "found"), [("reps", "110010000101"), ("sede", "PROV000001")])
def test_filter_tells_sedes_of_reps_from_those_of_the_provider(client, sede, of_reps, kind, found):
    rows = client.get(reverse("sedes"), {"tipo": kind}).context["page"].rows
    assert [row.code for row in rows] == [found]


def test_page_of_a_sede_of_reps_says_who_changes_it(client, of_reps):
    page = client.get(reverse("edit_sede", args=[of_reps.code])).content.decode()
    assert "viene del REPS y el portal no la modifica" in page
    assert "Guardar cambios" not in page
    assert "Deshabilitar sede" not in page


@pytest.mark.parametrize("name", ["edit_sede", "disable_sede", "enable_sede"])
def test_provider_cannot_change_a_sede_of_reps(client, of_reps, name):
    data = {"name": "Otra", "users": 0, "roles": 0, "phone": "6045550103", "address": "Calle 1"}
    page = client.post(reverse(name, args=[of_reps.code]), data, follow=True).content.decode()
    assert "viene del REPS" in page
    kept = Sede.objects.get(pk=of_reps.pk)
    assert (kept.name, kept.closed_on) == ("Clínica Norte", None)


def test_sede_like_one_of_reps_is_shown_before_it_is_created(client, of_reps):
    page = create(client, name="clinica norte").content.decode()
    assert "una sede parecida" in page
    assert of_reps.code in page


def test_ips_opens_no_page_of_its_provider(delegate, sede, of_reps):
    of_ips = client_of(make_delegate(of_reps.entity))
    assert of_ips.get(reverse("edit_sede", args=[sede.code])).status_code in {403, 404}
