"""Do the pages of Administrar autorizados show and change only the people of the own entity?"""

import pytest
from django.urls import reverse

from delegates.models import Appointment, Representation
from delegates.rules.appointments import version
from entities.models import EntityKind
from tests.delegates.appointing import appoint, client_of, form_data, page_of, represent
from tests.factories import make_appointment, make_entity

pytestmark = pytest.mark.django_db


def test_the_list_has_the_columns_of_the_manual_and_warns(representative, sede):
    make_appointment(sede.entity, representative, role_id="IPS", profile_id="INTERNACION", sede=sede)
    page = page_of(client_of(representative), "authorized_people", sede.entity.pk)
    headings = "Selección|Tipo de documento|Número de identificación|Primer Nombre|Primer Apellido|Rol|Perfil|Sede"
    positions = [page.index(f'<th scope="col">{heading}</th>') for heading in headings.split("|")]
    assert positions == sorted(positions)
    assert "no tiene un Delegado activo" in page


def test_with_a_delegate_there_is_no_warning(representative, sede):
    make_appointment(sede.entity, representative)
    assert "no tiene un Delegado" not in page_of(client_of(representative), "authorized_people", sede.entity.pk)


def test_person_is_appointed_edited_and_inactivated(representative, sede):
    client, entity = client_of(representative), sede.entity
    assert "quedó como autorizado" in page_of(client, "new_authorized", entity.pk, data=form_data(sede), post=True)
    appointment = Appointment.objects.get()
    assert appointment.document_number == "1025000222"
    listed = {"autorizado": str(appointment.public_id), "accion": "editar"}
    assert "Editar autorizado" in page_of(client, "authorized_people", entity.pk, data=listed)
    ids = (entity.pk, appointment.public_id)
    changed = form_data(sede, first_name="Marta", document_number="999", expected_version=version(appointment))
    assert "quedaron actualizados" in page_of(client, "edit_authorized", *ids, data=changed, post=True)
    listed["accion"] = "inactivar"
    assert "Inactivar a Marta" in page_of(client, "authorized_people", entity.pk, data=listed)
    assert "ya no está autorizado" in page_of(client, "end_authorized", *ids, post=True)
    appointment.refresh_from_db()
    assert (appointment.document_number, appointment.ended_by) == ("1025000222", representative)


@pytest.mark.parametrize("data", [{"accion": "editar"}, {"accion": "editar", "autorizado": "x"}, {"accion": "x"}])
def test_button_without_a_chosen_person_shows_an_error(representative, sede, data):
    page = page_of(client_of(representative), "authorized_people", sede.entity.pk, data=data)
    assert "Seleccione a una persona de la lista." in page


def test_refused_second_appointment_shows_what_to_do(representative, sede):
    appoint(representative, sede)
    page = page_of(client_of(representative), "new_authorized", sede.entity.pk, data=form_data(sede), post=True)
    assert "ya está autorizada" in page


def test_another_representative_gets_404(representative, sede, stranger):
    appointment = appoint(representative, sede)
    client, entity = client_of(represent(stranger.entity)), sede.entity
    for url_name in ("legal_entity", "authorized_people", "new_authorized"):
        assert client.get(reverse(url_name, args=[entity.pk])).status_code == 404
    for url_name in ("edit_authorized", "end_authorized"):
        for pk in (entity.pk, stranger.entity.pk):
            url = reverse(url_name, args=[pk, appointment.public_id])
            assert (client.get(url).status_code, client.post(url, form_data(sede)).status_code) == (404, 404)
    assert Appointment.objects.current().count() == 1


def test_other_regimen_has_its_own_page(db):
    eps_c, eps_s = (make_entity(kind, nit="900123456") for kind in (EntityKind.EPS_C, EntityKind.EPS_S))
    account = represent(eps_c)
    Representation.objects.create(entity=eps_s, person=account.person)
    page = page_of(client_of(account), "legal_entity", eps_c.pk)
    assert reverse("legal_entity", args=[eps_s.pk]) in page


def test_personas_juridicas_lists_represented_entities(representative, sede):
    assert sede.entity.name in page_of(client_of(representative), "my_entities")
