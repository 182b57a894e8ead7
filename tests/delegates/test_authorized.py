"""Administrar autorizados: does a representative act on the people of his own entities, and on nobody else's?"""

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest
from django.db import connection
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from delegates.actions import appointments as actions
from delegates.forms.appointments import AuthorizedForm
from delegates.models import Appointment, AuthorizedProfile, AuthorizedRole, DelegateAccount, Representation
from delegates.rules.appointments import Authorization, Identity, version
from entities.models import EntityKind
from mipres_admin.history.models import HistoryEntry
from mipres_admin.refusals import Refused
from tests.cells import each_cell
from tests.factories import make_appointment, make_delegate, make_entity, make_natural

pytestmark = pytest.mark.django_db
DOCUMENT = Identity("CC", "1025000222")


@pytest.fixture
def representative(ips, sede):
    return represent(ips)


def represent(entity):
    account = make_natural()
    Representation.objects.create(entity=entity, person=account.person)
    return account


def client_of(account):
    client = Client()
    client.force_login(account)
    return client


def authorization(sede, **fields):
    defaults = {
        "sex": "F",
        "email": "delegada@correo.example",
        "first_name": "María",
        "second_name": "",
        "first_surname": "Ñáñez",
        "second_surname": "",
        "role": AuthorizedRole.objects.get(pk="EMPLEADOR"),
        "profile": AuthorizedProfile.objects.get(pk="DELEGADO"),
        "sede": sede,
    }
    return Authorization(**(defaults | fields))


def name(by, sede, **fields):
    return actions.make_appointment(
        by=by, entity=sede.entity, identity=DOCUMENT, authorization=authorization(sede, **fields)
    )


def with_account(by, entity):
    """A delegate with an account that stands on his appointment, and a browser in which he has logged in."""
    account = make_delegate(entity)
    appointment = make_appointment(entity, by, account.person)
    DelegateAccount.objects.create(account=account, appointment=appointment)
    return appointment, account, client_of(account)


def typed(sede, /, **fields):
    return {
        "document_type": "CC",
        "document_number": "1.025.000.222",
        "sex": "F",
        "email": "delegada@correo.example",
        "first_name": "María",
        "second_name": "",
        "first_surname": "Ñáñez",
        "second_surname": "",
        "role": "IPS",
        "profile": "DELEGADO",
        "sede": sede.code,
    } | fields


# ---------------------------------------------------------------- naming


def test_naming_tells_the_person_and_writes_one_row(representative, sede, delivered):
    appointment = name(representative, sede)
    assert [message.to for message in delivered()] == [["delegada@correo.example"]]
    (entry,) = HistoryEntry.objects.of(appointment)
    assert (entry.event, entry.entity) == ("appointment.made", sede.entity)


def test_the_same_person_and_profile_twice_is_refused(representative, sede):
    name(representative, sede)
    with pytest.raises(Refused, match="ya tiene el perfil"):
        name(representative, sede)
    assert Appointment.objects.count() == 1


@pytest.mark.django_db(transaction=True)
def test_a_double_click_names_once(representative, sede):
    together = Barrier(2)

    def click():
        together.wait()
        try:
            name(representative, sede)
        except Refused:
            return False
        finally:
            connection.close()
        return True

    with ThreadPoolExecutor(2) as pool:
        results = [pool.submit(click) for _ in range(2)]
    assert sorted(result.result() for result in results) == [False, True]


def test_more_than_one_delegate_is_allowed(representative, sede):
    name(representative, sede)
    make_appointment(sede.entity, representative)
    assert Appointment.objects.visible_to(sede.entity).current().delegates().count() == 2


def test_only_the_representative_names(representative, sede):
    with pytest.raises(Refused, match="ya no figura"):
        name(make_natural(), sede)


def test_a_representation_that_ended_names_nobody(representative, sede):
    Representation.objects.update(ended_at=timezone.now())
    with pytest.raises(Refused, match="ya no figura"):
        name(representative, sede)


def test_an_inactive_entity_names_nobody(representative, sede):
    sede.entity.is_active = False
    sede.entity.save()
    with pytest.raises(Refused, match="inactiva"):
        name(representative, sede)


@pytest.mark.parametrize(
    ("role", "profile"), [("EPS", "DELEGADO"), ("IPS", "PARENTESCO"), ("EMPLEADOR", "INTERNACION")]
)
def test_role_and_profile_are_of_the_catalogue(representative, sede, role, profile):
    fields = {"role": AuthorizedRole.objects.get(pk=role), "profile": AuthorizedProfile.objects.get(pk=profile)}
    with pytest.raises(Refused, match="no es del rol"):
        name(representative, sede, **fields)


def test_the_sede_is_the_entitys(representative, sede, stranger):
    with pytest.raises(Refused, match="no es de la entidad"):
        actions.make_appointment(
            by=representative,
            entity=sede.entity,
            identity=DOCUMENT,
            authorization=authorization(stranger.entity.sedes.get()),
        )


def test_a_territorial_entity_has_no_sede(db):
    entity = make_entity(EntityKind.ET)
    appointment = actions.make_appointment(
        by=represent(entity), entity=entity, identity=DOCUMENT, authorization=authorization(None)
    )
    assert appointment.sede is None


# ---------------------------------------------------------------- editing


def test_editing_writes_before_and_after(representative, sede):
    appointment = name(representative, sede)
    assert actions.change_appointment(
        by=representative,
        appointment=appointment,
        authorization=authorization(sede, email="nuevo@correo.example"),
        expected_version=version(appointment),
    )
    entry = HistoryEntry.objects.of(appointment).first()
    assert (entry.before["email"], entry.after["email"]) == ("d***@correo.example", "n***@correo.example")


def test_nothing_to_change_writes_nothing(representative, sede):
    appointment = name(representative, sede)
    assert not actions.change_appointment(
        by=representative,
        appointment=appointment,
        authorization=authorization(sede),
        expected_version=version(appointment),
    )
    assert HistoryEntry.objects.of(appointment).count() == 1


def test_a_delegate_with_an_account_keeps_his_profile(representative, sede):
    appointment, *_ = with_account(representative, sede.entity)
    other = authorization(
        sede, role=AuthorizedRole.objects.get(pk="IPS"), profile=AuthorizedProfile.objects.get(pk="INTERNACION")
    )
    with pytest.raises(Refused, match="ya se registró en MIPRES"):
        actions.change_appointment(
            by=representative, appointment=appointment, authorization=other, expected_version=version(appointment)
        )


def test_a_page_of_before_another_change_saves_nothing(representative, sede):
    appointment = name(representative, sede)
    client, where = client_of(representative), ("edit_authorized", sede.entity.pk, appointment.public_id)
    expected_version = version(appointment)
    page_of(client, *where, data=typed(sede, first_name="Marta", expected_version=expected_version), post=True)
    page = page_of(
        client, *where, data=typed(sede, email="vieja@correo.example", expected_version=expected_version), post=True
    )
    assert "Los datos cambiaron" in page
    appointment.refresh_from_db()
    assert (appointment.first_name, appointment.email) == ("Marta", "delegada@correo.example")


def test_a_double_click_on_guardar_is_no_conflict(representative, sede):
    appointment = name(representative, sede)
    client, where = client_of(representative), ("edit_authorized", sede.entity.pk, appointment.public_id)
    data = typed(sede, first_name="Marta", expected_version=version(appointment))
    assert "quedaron actualizados" in page_of(client, *where, data=data, post=True)
    assert "No había nada que cambiar" in page_of(client, *where, data=data, post=True)


def test_the_list_says_who_has_not_registered_yet(representative, sede):
    appointment, account, *_ = with_account(representative, sede.entity)
    assert account.login in page_of(client_of(representative), "authorized_people", sede.entity.pk)
    DelegateAccount.objects.filter(appointment=appointment).delete()
    assert "Falta: debe entrar" in page_of(client_of(representative), "authorized_people", sede.entity.pk)


def test_who_is_inactive_is_not_edited(representative, sede):
    appointment = name(representative, sede)
    actions.end_appointment(by=representative, appointment=appointment, revoke_tokens=False)
    with pytest.raises(Refused, match="inactivó"):
        actions.change_appointment(
            by=representative,
            appointment=appointment,
            authorization=authorization(sede, sex="M"),
            expected_version=version(appointment),
        )


# ---------------------------------------------------------------- inactivating


def test_inactivating_closes_the_account_at_once(representative, sede):
    appointment, account, browser = with_account(representative, sede.entity)
    assert browser.get(reverse("users")).status_code == 200
    actions.end_appointment(by=representative, appointment=appointment, revoke_tokens=False)
    account.refresh_from_db()
    assert not account.is_active
    assert browser.get(reverse("users")).url.startswith(reverse("login"))


def test_inactivating_is_told_and_its_choice_written_down(representative, sede, delivered):
    appointment, account, _ = with_account(representative, sede.entity)
    actions.end_appointment(by=representative, appointment=appointment, revoke_tokens=True)
    (message,) = delivered()
    assert (message.to, account.login in message.body) == ([appointment.email], True)
    entry = HistoryEntry.objects.of(appointment).first()
    assert (entry.event, entry.after["revoke_tokens"], entry.after["account_closed"]) == (
        "appointment.ended",
        True,
        account.login,
    )


def test_an_account_on_another_appointment_stays_open(representative, sede):
    appointment, account, _ = with_account(representative, sede.entity)
    other = make_appointment(sede.entity, representative, account.person, role_id="IPS", profile_id="INTERNACION")
    DelegateAccount.objects.create(account=account, appointment=other)
    actions.end_appointment(by=representative, appointment=appointment, revoke_tokens=False)
    account.refresh_from_db()
    assert account.is_active


def test_inactivating_twice_is_refused(representative, sede):
    appointment = name(representative, sede)
    actions.end_appointment(by=representative, appointment=appointment, revoke_tokens=False)
    with pytest.raises(Refused, match="inactivó"):
        actions.end_appointment(by=representative, appointment=appointment, revoke_tokens=False)


def test_who_was_inactivated_can_be_named_again(representative, sede):
    actions.end_appointment(by=representative, appointment=name(representative, sede), revoke_tokens=False)
    assert name(representative, sede).ended_at is None


# ---------------------------------------------------------------- pages


def page_of(client, url_name, *args, data=None, post=False):
    do = client.post if post else client.get
    return do(reverse(url_name, args=args), data or {}, follow=True).content.decode()


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


def test_the_form_has_the_fields_of_the_manual_in_their_order(representative, sede):
    labels = [field.label for field in AuthorizedForm(entity=sede.entity).visible_fields()]
    assert labels == [
        "Tipo documento",
        "Número documento",
        "Sexo",
        "Correo electrónico",
        "Primer nombre",
        "Segundo nombre",
        "Primer apellido",
        "Segundo apellido",
        "Rol autorizado",
        "Perfil autorizado",
        "Sede",
    ]


def test_a_person_is_named_edited_and_inactivated(representative, sede):
    client, entity = client_of(representative), sede.entity
    assert "quedó como autorizado" in page_of(client, "new_authorized", entity.pk, data=typed(sede), post=True)
    appointment = Appointment.objects.get()
    assert appointment.document_number == "1025000222"
    listed = {"autorizado": str(appointment.public_id), "accion": "editar"}
    assert "Editar autorizado" in page_of(client, "authorized_people", entity.pk, data=listed)
    ids = (entity.pk, appointment.public_id)
    changed = typed(sede, first_name="Marta", document_number="999", expected_version=version(appointment))
    assert "quedaron actualizados" in page_of(client, "edit_authorized", *ids, data=changed, post=True)
    listed["accion"] = "inactivar"
    assert "Inactivar a Marta" in page_of(client, "authorized_people", entity.pk, data=listed)
    assert "ya no está autorizado" in page_of(client, "end_authorized", *ids, post=True)
    appointment.refresh_from_db()
    assert (appointment.document_number, appointment.ended_by) == ("1025000222", representative)


@pytest.mark.parametrize("data", [{"accion": "editar"}, {"accion": "editar", "autorizado": "x"}, {"accion": "x"}])
def test_nobody_chosen_is_said(representative, sede, data):
    page = page_of(client_of(representative), "authorized_people", sede.entity.pk, data=data)
    assert "Seleccione a una persona de la lista." in page


@each_cell(
    ("fields", "said"),
    [
        ({"document_type": "TI"}, "El tipo de documento debe ser uno de la lista"),
        ({"document_number": "1"}, "de 3 a 20 letras o dígitos"),
        ({"sex": ""}, "Ingrese el sexo."),
        ({"email": "nadie"}, "debe tener usuario, @ y dominio"),
        ({"first_name": ""}, "Ingrese el primer nombre."),
        ({"first_name": "Abra https://falso.example"}, "El primer nombre debe tener solo letras"),
        ({"first_surname": "4"}, "debe tener solo letras"),
        ({"role": ""}, "Ingrese el rol autorizado."),
        ({"role": "EPS"}, "El rol autorizado debe ser uno de la lista"),
        ({"role": "EMPLEADOR", "profile": "INTERNACION"}, "para el rol elegido"),
        ({"sede": "110019999901"}, "La sede elegida no existe"),
    ],
)
def test_a_mistake_is_worded(representative, sede, fields, said):
    data = typed(sede, **fields)
    assert said in page_of(client_of(representative), "new_authorized", sede.entity.pk, data=data, post=True)
    assert not Appointment.objects.exists()


def test_a_second_time_on_the_form_is_refused_with_a_way_out(representative, sede):
    name(representative, sede)
    page = page_of(client_of(representative), "new_authorized", sede.entity.pk, data=typed(sede), post=True)
    assert "ya está autorizada" in page


def test_another_representative_sees_and_touches_nothing(representative, sede, stranger):
    appointment = name(representative, sede)
    client, entity = client_of(represent(stranger.entity)), sede.entity
    for url_name in ("legal_entity", "authorized_people", "new_authorized"):
        assert client.get(reverse(url_name, args=[entity.pk])).status_code == 404
    for url_name in ("edit_authorized", "end_authorized"):
        for pk in (entity.pk, stranger.entity.pk):
            url = reverse(url_name, args=[pk, appointment.public_id])
            assert (client.get(url).status_code, client.post(url, typed(sede)).status_code) == (404, 404)
    assert Appointment.objects.current().count() == 1


def test_the_other_regimen_is_another_page(db):
    eps_c, eps_s = (make_entity(kind, nit="900123456") for kind in (EntityKind.EPS_C, EntityKind.EPS_S))
    account = represent(eps_c)
    Representation.objects.create(entity=eps_s, person=account.person)
    page = page_of(client_of(account), "legal_entity", eps_c.pk)
    assert reverse("legal_entity", args=[eps_s.pk]) in page


def test_the_home_of_entities_lists_them(representative, sede):
    assert sede.entity.name in page_of(client_of(representative), "my_entities")
