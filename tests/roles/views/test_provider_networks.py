"""Do the pages of Asociar Entidades and Consultar Entidades do what manual v4.1 §11.4 and §11.5 tell?"""

import io
import re
from datetime import timedelta
from html import unescape
from pathlib import Path

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from openpyxl import load_workbook

from entities.models import Association, Entity
from mipres_admin.history.models import HistoryEntry
from mipres_admin.history.recording import record
from roles.events import Event
from roles.forms.provider_networks import LOOK_FOR
from roles.models import RoleAssignment
from tests.cells import each_cell
from tests.factories import make_assignment, make_delegate, make_entity, make_sede, make_user

pytestmark = pytest.mark.django_db
ASSOCIATE, ENTITIES, DOWNLOAD = "associate_entities", "entities", "download_entities"


@pytest.fixture
def eps(db):
    entity = make_entity("EPS_C", name="EPS Uno", nit="860066942")
    make_sede(entity, code=entity.eps_code, municipality_id=None)
    return make_delegate(entity)


@pytest.fixture
def territorial(db):
    return make_delegate(make_entity("ET", name="Departamento del Páramo", et_model=1))


@pytest.fixture
def clinic(ips, sede):
    return ips


@pytest.fixture
def hospital(stranger):
    return stranger.entity


@pytest.fixture
def client(eps):
    return logged_in(eps)


def logged_in(account):
    client = Client()
    client.force_login(account)
    return client


def search(client, words, kind="IPS"):
    return client.get(reverse(ASSOCIATE), {"tipo": kind, "criterio": words})


def press(client, words, ticked, kind="IPS", **extra):
    """Search, leave exactly these entities ticked, and press "Asociar/Desasociar Entidad"."""
    page = search(client, words, kind)
    return send(client, expected_on(page), ticked, kind, words, **extra)


def send(client, expected, ticked, kind="IPS", words="clinica", **extra):
    address = f"{reverse(ASSOCIATE)}?tipo={kind}&criterio={words}"
    data = {
        "kind": kind,
        "expected_members": expected,
        "member": [getattr(entity, "pk", entity) for entity in ticked],
    } | extra
    return client.post(address, data, follow=True)


def expected_on(page):
    return page.context["expected_members"]


def network(by):
    return set(Association.objects.of(by.entity).current().values_list("member__name", flat=True))


def cells(page):
    """The rows of the table as a person reads them."""
    body = page.text.partition("<tbody>")[2].partition("</tbody>")[0]
    for row in re.findall(r"<tr>(.*?)</tr>", body, re.S):
        matches = re.findall(r"<t[hd][^>]*data-label[^>]*>(.*?)</t[hd]>", row, re.S)
        yield tuple(unescape(re.sub(r"<[^>]+>", "", cell)).strip().replace("—", "") for cell in matches)


def sheet(response):
    rows = load_workbook(io.BytesIO(response.getvalue())).active.iter_rows(values_only=True)
    return [tuple(value or "" for value in row) for row in rows]


# ---------------------------------------------------------------- §11.4: the search


def test_the_delegate_of_an_eps_chooses_among_ips_proveedor_and_professional(client):
    page = client.get(reverse(ASSOCIATE)).text
    for shown in (
        "Aplicación", "Mipres", "Tipo de Entidad a Asociar", "Institución Prestadora de Servicios de Salud - IPS",
        "Proveedor", "Profesional Independiente", "Busque la IPS que desea asociar",
        "Busque el Proveedor que desea asociar", "Busque el Proveedor Persona Natural que desea asociar",
    ):  # fmt: skip
        assert shown in page
    assert "Busque la EPS" not in page


def test_the_stylesheet_shows_the_label_of_each_kind():
    css = (Path(__file__).parents[3] / "static/css/portal.css").read_text(encoding="utf-8")
    assert {kind for kind in LOOK_FOR if f'[value="{kind}"]:checked) [data-tipo="{kind}"]' in css} == LOOK_FOR.keys()


def test_the_delegate_of_a_territorial_entity_sees_the_eps_subsidiado_at_once(territorial):
    eps = make_entity("EPS_S", name="EPS del Sur", eps_code="EPSS77")
    page = logged_in(territorial).get(reverse(ASSOCIATE)).text
    assert "Entidad Promotora de Salud - EPS - Subsidiado" in page
    assert eps.name in page
    assert "Busque la IPS" not in page


@pytest.mark.parametrize("words", ["rio clinica", "RÍO", "Clínica del Rio"])
def test_an_ips_is_found_by_words_of_its_name(client, clinic, words):
    assert clinic.name in search(client, words).text


def test_an_ips_is_found_by_its_codigo_de_habilitacion_and_shows_it(client, clinic, sede):
    other = make_sede(clinic, code="999990000102")
    page = search(client, other.code).text
    assert clinic.name in page
    assert sede.code in page


def test_a_proveedor_is_found_by_its_code(client):
    provider = make_entity("PROV", name="Farmacia Uno")
    make_sede(provider, code="PROV000777")
    assert provider.name in search(client, "PROV000777", "PROV").text


@pytest.mark.parametrize("words", ["PROV000777", "rosa prado", "1025000111", "1.025.000.111"])
def test_a_proveedor_persona_natural_is_found_and_associated(client, eps, words):
    provider = make_entity("PPN", name="Rosa Prado", nit="1025000111")
    make_sede(provider, code="PROV000777")
    row = ("PROV000777", "Rosa Prado", "CC 1025000111", "BOGOTÁ, D.C.", "1", "Sin asociar")
    assert next(cells(search(client, words, "PPN")))[1:] == row
    press(client, words, [provider], "PPN")
    assert network(eps) == {"Rosa Prado"}


def test_an_entity_is_found_by_its_nit(client, clinic):
    assert clinic.name in search(client, clinic.nit).text


def test_only_the_chosen_kind_is_found(client, clinic):
    assert clinic.name not in search(client, "clinica", "PROV").text


def test_the_ticks_show_what_is_associated_already(client, eps, clinic, hospital):
    Association.objects.create(owner=eps.entity, member=clinic)
    page = search(client, "clinica").text
    assert re.search(rf'value="{clinic.pk}" checked', page)
    assert not re.search(rf'value="{hospital.pk}" checked', search(client, "hospital").text)


@pytest.mark.parametrize(
    ("kind", "words", "message"),
    [
        ("IPS", "", "Ingrese palabras del nombre, un código o un NIT."),
        ("IPS", "de la", "una palabra de tres letras o más"),
        ("IPS", "x" * 300, "máximo 100"),
        ("IPS", "clí\x00nica", "que no se ven"),
        ("ET", "clinica", "debe ser uno de los que muestra la página"),
        ("", "clinica", "Elija el tipo de entidad."),
    ],
)
def test_wrong_search_says_what_to_write(client, kind, words, message):
    page = search(client, words, kind)
    assert page.status_code == 200
    assert message in page.text


def test_a_search_without_result_says_what_to_try(client):
    assert "Ninguna entidad coincide" in search(client, "zzzzz").text


def test_entity_that_cannot_be_associated_is_disabled_with_the_reason(client):
    closed = make_entity(name="Clínica Cerrada")
    make_sede(closed, closed_on=timezone.localdate())
    page = search(client, "cerrada").text
    assert "no tiene ninguna sede habilitada en el REPS" in page
    assert re.search(rf'value="{closed.pk}" disabled', page)


def test_names_with_html_are_shown_as_text(client):
    make_sede(make_entity(name="<script>alert(1)</script> clínica"))
    page = search(client, "script").text
    assert "<script>alert" not in page
    assert "&lt;script&gt;" in page


# ---------------------------------------------------------------- §11.4: Asociar/Desasociar Entidad


def test_ticking_associates_and_the_message_confirms_it(client, eps, clinic):
    page = press(client, "clinica", [clinic])
    assert f"Operación exitosa. Asociadas a su red: {clinic.name}" in page.text
    assert ".." not in page.text
    assert network(eps) == {clinic.name}


def test_after_it_the_same_search_shows_the_new_ticks(client, clinic):
    page = press(client, "clinica", [clinic])
    assert page.redirect_chain[-1][0].endswith("?tipo=IPS&criterio=clinica")
    assert re.search(rf'value="{clinic.pk}" checked', page.text)


def test_many_are_applied_at_once_and_the_message_says_what_changed(client, eps):
    first, second, third = (make_entity("PROV", name=f"Farmacia {name}") for name in ("Uno", "Dos", "Tres"))
    Association.objects.create(owner=eps.entity, member=third)
    page = press(client, "farmacia", [first, second], "PROV", expected_endings="0")
    assert "Asociadas a su red: Farmacia Dos (Proveedor), Farmacia Uno (Proveedor)." in page.text
    assert " Desasociadas de su red: Farmacia Tres (Proveedor)." in page.text
    assert network(eps) == {"Farmacia Uno", "Farmacia Dos"}


def test_a_long_message_is_cut(client):
    providers = [make_entity("PROV", name=f"Farmacia {n}") for n in range(7)]
    assert "y 2 más" in press(client, "farmacia", providers, "PROV").text


def test_a_second_click_changes_nothing_and_is_no_error(client, clinic):
    expected = expected_on(search(client, "clinica"))
    send(client, expected, [clinic])
    assert "no hubo cambios" in send(client, expected, [clinic]).text
    assert Association.objects.count() == 1


def test_old_page_does_not_undo_anothers_association(client, eps, clinic):
    other = make_entity(name="Clínica Dos")
    make_sede(other)
    old = expected_on(search(client, "clinica"))
    Association.objects.create(owner=eps.entity, member=other)
    send(client, old, [clinic])
    assert network(eps) == {clinic.name, other.name}


def test_old_page_does_not_undo_anothers_dissociation(client, eps, clinic):
    association = Association.objects.create(owner=eps.entity, member=clinic)
    old = expected_on(search(client, "clinica"))
    Association.objects.filter(pk=association.pk).update(ends_at=timezone.now())
    send(client, old, [clinic])
    assert network(eps) == set()


@each_cell(
    ("expected", "ticked"),
    [
        ("{clinic}:0", ["{foreign}"]),
        ("{foreign}:0", ["{foreign}"]),
        ("{clinic}:0", ["{hospital}"]),
        ("{clinic}:0", ["999999"]),
        ("{clinic}:0", ["9" * 40]),
        ("{clinic}:0", ["x"]),
        ("", ["{clinic}"]),
        ("{clinic}:2", ["{clinic}"]),
        ("x" * 3_000, ["{clinic}"]),
        ("1:0 \x00", []),
    ],
)
def test_a_forged_form_is_refused_and_changes_nothing(client, eps, clinic, hospital, expected, ticked):
    ids = {"clinic": clinic.pk, "hospital": hospital.pk, "foreign": make_entity("ET").pk}
    page = send(client, expected.format(**ids), [tick.format(**ids) for tick in ticked])
    assert page.status_code == 200
    assert "La página llegó incompleta" in page.text or "que no se ven" in page.text
    assert network(eps) == set()


@pytest.mark.parametrize("kind", ["EPS_S", "ET", "", "x" * 300, "\x00"])
def test_a_forged_kind_is_refused_and_changes_nothing(client, eps, clinic, kind):
    data = {"kind": kind, "expected_members": f"{clinic.pk}:0", "member": [clinic.pk]}
    page = client.post(reverse(ASSOCIATE), data)
    assert "La página llegó incompleta" in page.text
    assert network(eps) == set()


def test_forged_form_cannot_dissociate_from_another_network(client, clinic):
    other = make_delegate(make_entity("EPS_S"))
    Association.objects.create(owner=other.entity, member=clinic)
    send(client, f"{clinic.pk}:1", [], expected_endings="0")
    assert network(other) == {clinic.name}


def test_a_forged_tick_of_an_inactive_entity_is_refused_with_the_reason(client, eps, clinic):
    Entity.objects.filter(pk=clinic.pk).update(is_active=False)
    page = send(client, f"{clinic.pk}:0", [clinic])
    assert "está inactiva en el portal" in page.text
    assert network(eps) == set()


def test_post_without_csrf_token_is_refused(eps):
    client = Client(enforce_csrf_checks=True)
    client.force_login(eps)
    assert client.post(reverse(ASSOCIATE), {}).status_code == 403


# ---------------------------------------------------------------- dissociating is confirmed first


@pytest.fixture
def doctor(eps):
    """An independent professional of the network with two roles."""
    user = make_user(first_name="Jesús", first_surname="Ñáñez")
    member = make_entity("PI", identification_type="CC", nit=user.person.document_number, name="Jesús Ñáñez")
    make_sede(member)
    Association.objects.create(owner=eps.entity, member=member)
    for role in ("Rol_Prescriptor", "Rol_Dispensador"):
        make_assignment(user, eps.entity.sedes.get(), role, eps)
    return member


def test_unticking_first_says_how_many_active_users_depend_on_it(client, eps, doctor):
    page = press(client, "jesus", [], "PI").text
    assert "1 usuario activo" in page
    assert "Roles que terminan: 2" in page
    assert "Rol_Prescriptor" in page
    assert network(eps) == {"Jesús Ñáñez"}


def test_after_the_confirmation_the_association_and_its_roles_end_together(client, eps, doctor):
    page = press(client, "jesus", [], "PI", expected_endings="2")
    assert "Roles terminados: 2, de 1 usuario." in page.text
    assert network(eps) == set()
    assert not RoleAssignment.objects.current().exists()


def test_when_more_depends_on_it_than_was_said_it_asks_again(client, eps, doctor):
    page = press(client, "jesus", [], "PI", expected_endings="1")
    assert "Cambió lo que depende de la red" in page.text
    assert "Roles que terminan: 2" in page.text
    assert network(eps) == {"Jesús Ñáñez"}


def test_confirmation_says_that_no_role_depends_on_an_ips(client, eps, clinic):
    Association.objects.create(owner=eps.entity, member=clinic)
    page = press(client, "clinica", []).text
    assert "no termina ningún rol" in page
    assert network(eps) == {clinic.name}


def test_confirming_twice_changes_nothing_the_second_time(client, eps, doctor):
    expected = expected_on(search(client, "jesus", "PI"))
    send(client, expected, [], "PI", "jesus", expected_endings="2")
    assert "no hubo cambios" in send(client, expected, [], "PI", "jesus", expected_endings="2").text
    assert HistoryEntry.objects.filter(event="network.dissociated").count() == 1


def test_the_history_of_the_user_says_why_the_roles_ended(client, doctor):
    press(client, "jesus", [], "PI", expected_endings="2")
    user = RoleAssignment.objects.first().user
    page = client.get(reverse("user_history", args=[user.public_id])).text
    assert "EPS Uno (régimen contributivo) desasoció de su red al profesional independiente." in page


# ---------------------------------------------------------------- the territorial entity and its modelo


@pytest.mark.parametrize("address", [ASSOCIATE, ENTITIES])
@pytest.mark.parametrize(
    ("model", "words"),
    [
        (1, "asume la red de proveedores en su territorio"),
        (2, "no asume la red de proveedores"),
        (None, "todavía no ha registrado su modelo"),
    ],
)
def test_eps_s_sees_its_territorial_entity_with_its_modelo(address, model, words):
    eps, owner = make_delegate(make_entity("EPS_S")), make_entity("ET", name="Departamento X", et_model=model)
    Association.objects.create(owner=owner, member=eps.entity)
    page = logged_in(eps).get(reverse(address)).text
    assert "Departamento X" in page
    assert words in page


def test_a_territorial_entity_that_left_is_no_longer_shown():
    eps, owner = make_delegate(make_entity("EPS_S")), make_entity("ET", name="Departamento X")
    now = timezone.now()
    Association.objects.create(owner=owner, member=eps.entity, starts_at=now - timedelta(9), ends_at=now)
    assert "Departamento X" not in logged_in(eps).get(reverse(ENTITIES)).text


def test_the_eps_c_has_no_territorial_entity(client):
    assert "Entidades Territoriales que tienen" not in client.get(reverse(ENTITIES)).text


# ---------------------------------------------------------------- §11.5: Consultar Entidades


@pytest.fixture
def stocked(eps, clinic, doctor):
    """One of each kind in force, and one that ended."""
    now = timezone.now()
    provider = make_entity("PROV", name="Farmacia = Uno")
    make_sede(provider, code="PROV000777")
    past = make_entity(name="Clínica de Antes")
    Association.objects.create(owner=eps.entity, member=clinic, starts_at=now - timedelta(400))
    Association.objects.create(owner=eps.entity, member=provider)
    Association.objects.create(owner=eps.entity, member=past, starts_at=now - timedelta(90), ends_at=now)
    foreign = make_entity("EPS_S", nit=eps.entity.nit)
    Association.objects.create(owner=foreign, member=make_entity(name="Clínica Ajena"))
    return eps


def test_the_list_has_the_six_columns_and_the_count(client, stocked, clinic, sede):
    page = client.get(reverse(ENTITIES))
    assert "Registros encontrados: <strong>3</strong>" in page.text
    day = timezone.localdate(timezone.now() - timedelta(400)).isoformat()
    label = "Institución Prestadora de Servicios de Salud - IPS"
    assert next(cells(page)) == (sede.code, clinic.name, f"NI {clinic.nit}", label, "EPS_IPS", day)
    assert [row[3:5] for row in list(cells(page))[1:]] == [
        ("Proveedor", "EPS_PROV"),
        ("Profesional Independiente", "EPS_IPS"),
    ]


@each_cell(
    ("query", "names"),
    [
        ({"tipo": "IPS"}, ["Clínica del Río S.A.S."]),
        ({"tipo": "PROV"}, ["Farmacia = Uno (Proveedor)"]),
        ({"tipo": "PI"}, ["Jesús Ñáñez"]),
        ({"criterio": "rio clinica"}, ["Clínica del Río S.A.S."]),
        ({"criterio": "PROV000777"}, ["Farmacia = Uno (Proveedor)"]),
        ({"estado": "terminadas"}, ["Clínica de Antes"]),
        ({"estado": "todas", "criterio": "clinica"}, ["Clínica de Antes", "Clínica del Río S.A.S."]),
        ({"tipo": "PROV", "criterio": "clinica"}, []),
        ({"criterio": "ajena"}, []),
    ],
)
def test_the_filters_of_the_manual(client, stocked, query, names):
    assert [row[1] for row in cells(client.get(reverse(ENTITIES), query))] == names


def test_the_code_of_habilitacion_of_any_sede_finds_the_entity(client, stocked, clinic):
    sede = make_sede(clinic, code="999990000102")
    assert clinic.name in client.get(reverse(ENTITIES), {"criterio": sede.code}).text


def test_a_territorial_entity_lists_its_eps_as_et_eps(territorial):
    eps = make_entity("EPS_S", eps_code="EPSS77")
    Association.objects.create(owner=territorial.entity, member=eps)
    (row,) = cells(logged_in(territorial).get(reverse(ENTITIES), {"tipo": "EPS_S"}))
    assert (row[0], row[4]) == ("EPSS77", "ET_EPS")


@pytest.mark.parametrize("query", [{"tipo": "ET"}, {"estado": "x"}, {"criterio": "x" * 300}, {"criterio": "a\x00b"}])
def test_wrong_filter_shows_an_error_and_no_rows(client, stocked, query):
    page = client.get(reverse(ENTITIES), query)
    assert "Revise lo siguiente" in page.text
    assert page.context["page"].count == 0
    assert client.get(reverse(DOWNLOAD), query, follow=True).redirect_chain


def test_an_empty_network_says_what_to_do_next(client):
    assert "Vaya a Asociar Entidades" in client.get(reverse(ENTITIES)).text


def test_a_formula_stays_text_in_the_workbook(client, stocked):
    assert "Farmacia = Uno (Proveedor)" in [row[1] for row in sheet(client.get(reverse(DOWNLOAD)))]


def test_a_download_is_written_down_without_its_words(client, stocked):
    client.get(reverse(DOWNLOAD), {"criterio": "clinica"})
    entry = HistoryEntry.objects.get(event="network.downloaded")
    assert entry.after == {"filters": ["criterio"], "rows": 1}


def on_screen(client, query):
    """Every page of the list, by "Siguientes"."""
    address = f"{reverse(ENTITIES)}?{query}"
    while address:
        page = client.get(address)
        yield from cells(page)
        address = page.context["page"].next_url


@pytest.fixture
def large(eps):
    """Sixty associations of every kind and state, with names that repeat."""
    now = timezone.now()
    for n in range(60):
        kind = ("IPS", "PROV", "PI", "PPN")[n % 4]
        fields = {"identification_type": "CC"} if kind == "PI" else {}
        member = make_entity(kind, name=f"{('Clínica', 'Fármacos', 'Ñuñez & Co')[n % 3]} {n % 7}", **fields)
        if n % 5:
            make_sede(member, **({"code": f"PROV{n:06}"} if kind in ("PROV", "PPN") else {}))
        ends = now - timedelta(days=n % 4) if n % 6 == 0 else None
        Association.objects.create(owner=eps.entity, member=member, starts_at=now - timedelta(days=9 + n), ends_at=ends)
    return eps


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    tipo=st.sampled_from(("", "IPS", "PROV", "PPN", "PI")),
    estado=st.sampled_from(("", "terminadas", "todas")),
    criterio=st.sampled_from(("", "clinica", "farmacos 3", "CO ñuñez", "prov0000", "11001", "9", "zzz", "%", "&")),
)
def test_the_workbook_equals_the_screen_for_every_filter(client, large, tipo, estado, criterio):
    query = {"tipo": tipo, "estado": estado, "criterio": criterio}
    heads, *rows = sheet(client.get(reverse(DOWNLOAD), query))
    address = "&".join(f"{name}={value.replace('%', '%25').replace('&', '%26')}" for name, value in query.items())
    assert rows == list(on_screen(client, address))
    assert len(heads) == (7 if estado else 6)


# ---------------------------------------------------------------- whose networks and histories


def test_eps_s_sees_nothing_of_the_eps_c_of_its_nit(client, stocked):
    other = logged_in(make_delegate(Entity.objects.get(kind="EPS_S", nit=stocked.entity.nit)))
    assert [row[1] for row in cells(other.get(reverse(ENTITIES), {"estado": "todas"}))] == ["Clínica Ajena"]
    assert [row[1] for row in sheet(other.get(reverse(DOWNLOAD), {"estado": "todas"}))[1:]] == ["Clínica Ajena"]
    association = Association.objects.of(stocked.entity).first()
    assert other.get(reverse("association_history", args=[association.pk])).status_code == 404
    assert client.get(reverse("association_history", args=[association.pk])).status_code == 200


def test_association_history_shows_account_event_and_moment(client, eps, clinic):
    press(client, "clinica", [clinic])
    press(client, "clinica", [], expected_endings="0")
    association = Association.objects.get()
    page = client.get(reverse("association_history", args=[association.pk])).text
    for shown in ("Entidad asociada", "Entidad desasociada", eps.login, "127.0.0.1", "No terminó ningún rol"):
        assert shown in page


def test_association_history_names_nobody_of_the_ministry(client, eps, clinic, ministry):
    press(client, "clinica", [clinic])
    record(by=ministry, event=Event.NETWORK_DISSOCIATED, obj=clinic, entity=eps.entity)
    page = client.get(reverse("association_history", args=[Association.objects.get().pk])).text
    assert "Ministerio</td>" in page
    assert ministry.login not in page
    assert ministry.display_name not in page


@pytest.mark.parametrize(
    ("after", "shown", "hidden"),
    [
        ({"cause": "El REPS la pasó."}, "El REPS la pasó.", "ningún rol"),
        ({"roles": 0, "users": 0}, "No terminó ningún rol.", "Terminaron"),
        ({"roles": 1, "users": 1}, "Terminó 1 rol de 1 usuario.", "Terminaron"),
        ({"roles": 2, "users": 1}, "Terminaron 2 roles de 1 usuario.", "ningún rol"),
    ],
)
def test_association_history_says_only_what_the_event_counted(client, eps, clinic, after, shown, hidden):
    press(client, "clinica", [clinic])
    after |= {"from": "2026-01-02", "until": "2026-11-20"}
    record(by=None, event=Event.NETWORK_DISSOCIATED, obj=clinic, entity=eps.entity, after=after)
    page = client.get(reverse("association_history", args=[Association.objects.get().pk])).text
    assert shown in page
    assert hidden not in page


@pytest.mark.parametrize("pk", [10**17, 10**30])
def test_an_association_that_does_not_exist_is_not_found(client, pk):
    assert client.get(f"/entidades/{pk}/historia/").status_code == 404


def test_ips_sees_the_networks_it_belongs_to(delegate_client, delegate, stocked):
    (row,) = cells(delegate_client.get(reverse("memberships")))
    day = timezone.localdate(timezone.now() - timedelta(400)).isoformat()
    assert (row[0], row[3], row[4], row[5]) == ("EPS Uno (régimen contributivo)", "EPS_IPS", day, "")


def test_ppn_sees_the_networks_it_belongs_to_and_no_others(eps):
    provider, other = make_entity("PPN"), make_entity("PPN")
    Association.objects.create(owner=eps.entity, member=provider)
    Association.objects.create(owner=make_entity("EPS_S", name="EPS Ajena"), member=other)
    page = logged_in(make_delegate(provider)).get(reverse("memberships"))
    assert [(row[0], row[3]) for row in cells(page)] == [("EPS Uno (régimen contributivo)", "EPS_PROV")]


def test_ppn_in_a_network_is_listed_downloaded_and_in_historia(client, eps):
    provider = make_entity("PPN", name="Rosa Prado", nit="1025000111")
    make_sede(provider, code="PROV000777")
    press(client, "rosa", [provider], "PPN")
    row = ("PROV000777", "Rosa Prado", "CC 1025000111", "Proveedor Persona Natural", "EPS_PROV")
    listed = next(cells(client.get(reverse(ENTITIES), {"tipo": "PPN"})))
    assert listed[:5] == row
    assert sheet(client.get(reverse(DOWNLOAD), {"tipo": "PPN"}))[1:] == [listed]
    assert "Rosa Prado" in client.get(reverse("history")).text
    assert "no termina ningún rol" in press(client, "rosa", [], "PPN").text


def test_an_entity_sees_the_networks_it_left(stocked):
    past = make_delegate(Entity.objects.get(name="Clínica de Antes"))
    client = logged_in(past)
    assert client.get(reverse("memberships")).context["page"].count == 0
    assert client.get(reverse("memberships"), {"estado": "terminadas"}).context["page"].count == 1


def test_eps_s_sees_the_modelo_of_its_territorial_entity():
    eps = make_delegate(make_entity("EPS_S"))
    Association.objects.create(owner=make_entity("ET", et_model=2), member=eps.entity)
    assert "Modelo 2 - Entidad Territorial NO Asume" in logged_in(eps).get(reverse("memberships")).text


def test_wrong_state_of_networks_shows_an_error(delegate_client):
    assert "El estado debe ser uno de la lista" in delegate_client.get(reverse("memberships"), {"estado": "x"}).text


@pytest.mark.parametrize("name", [ENTITIES, DOWNLOAD, "memberships"])
def test_posting_to_a_page_that_only_shows_is_refused(client, delegate_client, name):
    who = delegate_client if name == "memberships" else client
    assert who.post(reverse(name)).status_code == 405


def test_a_page_costs_few_statements_whatever_its_length(client, large, django_assert_max_num_queries):
    with django_assert_max_num_queries(12):
        client.get(reverse(ENTITIES), {"estado": "todas"})
    with django_assert_max_num_queries(12):
        search(client, "clinica")
