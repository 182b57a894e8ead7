"""Does the download have everything of the person, and nothing of other people?"""

import json

import pytest

from delegates.actions.delegate_registration import register_ppn
from entities.models import Association
from mipres_admin.history.models import HistoryEntry
from roles.actions.role_assignments import activate_user
from roles.matrix import Option
from tests import factories
from tests.delegates.own_data import DATA, page_text

pytestmark = pytest.mark.django_db


def test_download_has_all_own_data_and_no_others(rosa_client, rosa, delegate, sede):
    user = factories.make_user(profession="P07")
    user.person = rosa.person
    user.save()
    factories.make_assignment(user, sede, "Rol_Anulador", delegate)
    factories.make_appointment(sede.entity, delegate, rosa.person)
    factories.make_user(first_name="Ajena")
    answer = rosa_client.get(f"{DATA}descargar/")
    data = json.loads(answer.content)
    assert answer.headers["Content-Disposition"] == 'attachment; filename="mis-datos.json"'
    assert data["persona"]["primer nombre"] == "Rosa"
    assert data["cuentas"][0]["usuario"] == rosa.login
    assert data["registro en MIPRES"][0]["profesión"] == "Medicina"
    assert data["roles en MIPRES"][0]["rol"] == "Rol_Anulador"
    appointment = data["autorizaciones de entidades"][0]
    assert (appointment["entidad"], appointment["tipo de entidad"]) == (sede.entity.name, "IPS")
    assert "Ajena" not in page_text(answer)
    assert "argon2" not in page_text(answer)
    assert HistoryEntry.objects.filter(event="person.downloaded").count() == 1


def test_download_has_the_networks_and_sedes_of_a_natural_person_who_supplies(rosa_client, rosa):
    provider = register_ppn(by=rosa, phone="6013305043", address="Calle 1", municipality_id="11001").entity
    Association.objects.create(owner=factories.make_entity("EPS_C", name="EPS Uno"), member=provider)
    Association.objects.create(owner=factories.make_entity("EPS_C"), member=factories.make_entity("PPN"))
    data = json.loads(rosa_client.get(f"{DATA}descargar/").content)
    assert [(row["entidad"], row["hasta"]) for row in data["redes"]] == [("EPS Uno", None)]
    assert [row["dirección"] for row in data["sedes"]] == ["Calle 1"]


def test_the_history_in_the_download_names_no_delegate(rosa_client, rosa, delegate, sede):
    user = factories.make_user()
    user.person = rosa.person
    user.save()
    activate_user(by=delegate, user=user, sede=sede, option=Option.PROFESIONAL, roles=("Rol_Anulador",))
    answer = rosa_client.get(f"{DATA}descargar/")
    events = json.loads(answer.content)["historia"]
    assert ("Roles asignados", sede.entity.name) in {(act["acto"], act["por una entidad"]) for act in events}
    assert delegate.login not in page_text(answer)
