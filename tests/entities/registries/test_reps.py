"""Do the rows of REPS become entities and sedes, or are rejected with a reason?"""

from datetime import date
from pathlib import Path
from typing import Any

import pytest
import time_machine

from accounts.models import Account
from demo.synthetic_reps import OTHER_PURPOSE, TRANSPORT
from entities.models import Entity, EntityKind, Sede
from roles.matrix import Role
from tests import factories
from tests.cells import each_cell
from tests.registry_files import (
    counts,
    csv_file,
    load,
    professional_row,
    sede_row,
    sites,
    versions,
)

pytestmark = pytest.mark.django_db


@pytest.fixture
def reps(tmp_path: Path) -> Any:
    def load_rows(*rows: dict[str, str], **options: Any) -> dict[str, int]:
        options = {"allow_closing": True} | options
        return counts(load("import_reps", csv_file(tmp_path / "reps.csv", rows), **options))

    return load_rows


GOOD = sede_row(codigohabilitacionsede="110010000199", nombresede="LA BUENA")


@pytest.fixture
def said(tmp_path: Path) -> Any:
    """What the command says of a good row and these."""

    def load_rows(*rows: dict[str, str], **options: Any) -> str:
        return load("import_reps", csv_file(tmp_path / "reps.csv", (GOOD, *rows)), **options)

    return load_rows


def test_ips_becomes_an_entity_by_its_nit(reps: Any) -> None:
    reps(sede_row())
    entity = Entity.objects.get()
    assert (entity.kind, entity.identification_type, entity.nit, entity.name) == (
        EntityKind.IPS,
        "NI",
        "990000001",
        "CLÍNICA DEL RÍO S.A.S.",
    )


def test_independent_professional_becomes_an_entity_by_document(reps: Any) -> None:
    reps(professional_row())
    entity = Entity.objects.get()
    assert (entity.kind, entity.identification_type, entity.nit) == ("PI", "CC", "1900000001")


def test_sede_has_every_column(reps: Any) -> None:
    reps(sede_row())
    assert Sede.objects.values(
        "code",
        "name",
        "municipality_id",
        "address",
        "phone",
        "email",
        "provider_class",
        "reps_snapshot_date",
        "closed_on",
    ).get() == {
        "code": "110010000101",
        "name": "CLÍNICA DEL RÍO CENTRO",
        "municipality_id": "11001",
        "address": "Calle 1 # 2-3",
        "phone": "6015550101",
        "email": "citas@rio.example",
        "provider_class": "IPS",
        "reps_snapshot_date": date(2026, 3, 12),
        "closed_on": None,
    }


@pytest.mark.parametrize(
    ("spelled", "kind", "provider_class"),
    [
        ("IPS", "IPS", "IPS"),
        (OTHER_PURPOSE, "IPS", "OD"),
        ("Objeto Social Diferente", "IPS", "OD"),
        (TRANSPORT, "IPS", "TE"),
        ("TRANSPORTE ESPECIAL", "IPS", "TE"),
    ],
)
def test_each_class_has_its_kind(reps: Any, spelled: str, kind: str, provider_class: str) -> None:
    reps(sede_row(claseprestador=spelled))
    assert Sede.objects.values_list("entity__kind", "provider_class").get() == (kind, provider_class)


def test_sedes_with_one_nit_share_one_entity(reps: Any) -> None:
    reps(*sites(3))
    assert Entity.objects.get().sedes.count() == 3


def test_one_nit_as_ips_and_as_transport_is_one_entity(reps: Any) -> None:
    reps(sede_row(), sede_row(codigohabilitacionsede="110010000102", claseprestador=TRANSPORT))
    assert Entity.objects.count() == 1


def test_entity_takes_the_name_of_its_first_sede(reps: Any) -> None:
    reps(
        sede_row(codigohabilitacionsede="110010000102", nombreprestador="SEGUNDO NOMBRE"),
        sede_row(nombreprestador="PRIMER NOMBRE"),
    )
    assert Entity.objects.get().name == "PRIMER NOMBRE"


def test_blanks_around_and_inside_are_tidied(reps: Any) -> None:
    reps(sede_row(nombresede="  CLÍNICA \t DEL\nRÍO  "))
    assert Sede.objects.get().name == "CLÍNICA DEL RÍO"


def test_spaces_inside_the_code_do_not_matter(reps: Any) -> None:
    reps(sede_row(codigohabilitacionsede="11001 00001 01"))
    assert Sede.objects.get().code == "110010000101"


@pytest.mark.parametrize(
    "spelled",
    [
        "2026-03-12",
        "12/03/2026",
        "12/03/2026 15:11",
        "2026-03-12T00:00:00.000",
        "2026-03-12 15:11:00",
        "Fecha corte REPS: Mar 12 2026  3:11PM",
        "mar 12 2026",
    ],
)
def test_snapshot_date_is_understood(reps: Any, spelled: str) -> None:
    reps(sede_row(fecha_corte_reps=spelled))
    assert Sede.objects.get().reps_snapshot_date == date(2026, 3, 12)


def test_same_file_again_changes_nothing(reps: Any) -> None:
    reps(*sites(3), professional_row())
    assert reps(*sites(3), professional_row()) == {
        "nuevas": 0,
        "cambiadas": 0,
        "reabiertas": 0,
        "cerradas": 0,
        "sin cambio": 4,
        "rechazadas": 0,
        "entidades nuevas": 0,
        "entidades cambiadas": 0,
    }


def test_same_file_again_writes_no_row(reps: Any) -> None:
    reps(*sites(3), professional_row())
    before = set(versions(Entity, Sede))
    reps(*sites(3), professional_row())
    assert set(versions(Entity, Sede)) == before


def test_only_the_changed_sede_is_written(reps: Any) -> None:
    reps(*sites(3))
    before = set(versions(Entity, Sede))
    rows = sites(3)
    rows[1]["t_lefonosede"] = "6015550199"
    assert reps(*rows)["cambiadas"] == 1
    assert len(set(versions(Entity, Sede)) - before) == 1


def test_new_name_of_the_provider_changes_the_entity(reps: Any) -> None:
    reps(sede_row())
    assert reps(sede_row(nombreprestador="OTRA RAZÓN SOCIAL S.A."))["entidades cambiadas"] == 1
    assert Entity.objects.get().name == "OTRA RAZÓN SOCIAL S.A."


def test_later_snapshot_date_is_stored_but_not_counted(reps: Any) -> None:
    reps(sede_row())
    assert reps(sede_row(fecha_corte_reps="2026-04-12"))["sin cambio"] == 1
    assert Sede.objects.get().reps_snapshot_date == date(2026, 4, 12)


def test_file_without_snapshot_date_leaves_the_known_one(reps: Any) -> None:
    reps(sede_row())
    reps(sede_row(fecha_corte_reps=""))
    assert Sede.objects.get().reps_snapshot_date == date(2026, 3, 12)


def test_sede_without_roles_may_go_to_another_entity(reps: Any) -> None:
    reps(sede_row())
    reps(sede_row(numeroidentificacion="990000002"))
    assert Sede.objects.get().entity.nit == "990000002"


def test_sede_with_roles_still_gets_its_new_telephone(reps: Any, ministry: Account) -> None:
    reps(sede_row())
    factories.make_assignment(factories.make_user(), Sede.objects.get(), Role.PRESCRIPTOR, ministry)
    reps(sede_row(t_lefonosede="6015550199"))
    assert Sede.objects.get().phone == "6015550199"


def test_sede_that_is_gone_is_closed_on_the_day_of_the_cut(reps: Any) -> None:
    reps(*sites(5))
    assert reps(*sites(4))["cerradas"] == 1
    assert Sede.objects.get(closed_on__isnull=False).closed_on == date(2026, 3, 12)


@time_machine.travel("2026-07-01 12:00-05:00", tick=False)
def test_without_a_snapshot_it_is_closed_today(reps: Any) -> None:
    reps(*(row | {"fecha_corte_reps": ""} for row in sites(5)))
    reps(*(row | {"fecha_corte_reps": ""} for row in sites(4)))
    assert Sede.objects.get(closed_on__isnull=False).closed_on == date(2026, 7, 1)


def test_summary_names_what_was_closed(tmp_path: Path) -> None:
    load("import_reps", csv_file(tmp_path / "reps.csv", sites(5)))
    said = load("import_reps", csv_file(tmp_path / "reps.csv", sites(4)), allow_closing=True)
    assert "Cerradas:\n  110010000105 " in said


def test_sede_that_comes_back_is_open_again(reps: Any) -> None:
    reps(*sites(5))
    reps(*sites(4))
    assert reps(*sites(5))["reabiertas"] == 1
    assert not Sede.objects.filter(closed_on__isnull=False).exists()


def test_closed_sede_is_closed_once(reps: Any) -> None:
    reps(*sites(5))
    reps(*sites(4))
    assert reps(*sites(4))["cerradas"] == 0


def test_sede_whose_row_is_rejected_is_not_closed(reps: Any) -> None:
    reps(*sites(3))
    rows = sites(3)
    rows[2]["nombresede"] = ""
    reps(*rows)
    assert Sede.objects.open().count() == 3


def test_sede_whose_code_lost_its_zero_is_not_closed(reps: Any) -> None:
    reps(sede_row(), professional_row())
    reps(sede_row(), professional_row(codigohabilitacionsede="50010000201"))
    assert Sede.objects.open().count() == 2


def test_sede_of_a_proveedor_is_never_closed(reps: Any) -> None:
    proveedor = factories.make_entity(EntityKind.PROVEEDOR)
    factories.make_sede(proveedor, code="PROV000001")
    reps(*sites(5))
    assert Sede.objects.get(code="PROV000001").closed_on is None


@each_cell(
    ("cells", "reason"),
    [
        ({"codigohabilitacionsede": ""}, "falta el código de habilitación de la sede"),
        ({"codigohabilitacionsede": "1100100001"}, "el código de habilitación «1100100001» debe tener 12 dígitos."),
        (
            {"codigohabilitacionsede": "50010000101", "codigoprestador": "500100001"},
            "debe tener 12 dígitos; perdió el cero inicial; si viene de una hoja de cálculo",
        ),
        (
            {"codigohabilitacionsede": "1,1001E+11"},
            "se abrevió como número; si viene de una hoja de cálculo, dé a la columna formato de texto",
        ),
        ({"codigohabilitacionsede": "١١٠٠١٠٠٠٠١٠١"}, "debe tener solo letras y dígitos"),
        (
            {"codigoprestador": "1100100002"},
            "el código de la sede «110010000101» debe empezar por los 10 dígitos de «1100100002»",
        ),
        ({"codigoprestador": "11001"}, "debe empezar por los 10 dígitos de «11001»"),
        (
            {"municipiosede": "99998", "departamentodededesc": "Cauca", "municipiosededesc": "MACONDO"},
            "el municipio «99998 MACONDO (Cauca)» no está en DIVIPOLA",
        ),
        (
            {"municipiosede": "", "departamentodededesc": "", "municipiosededesc": ""},
            "falta el municipio de la sede",
        ),
        ({"numeroidentificacion": "12345"}, "el NIT «12345» debe tener de 6 a 10 dígitos, por ejemplo 900123456"),
        ({"numeroidentificacion": "99000000A"}, "el NIT «99000000A» debe tener de 6 a 10 dígitos"),
        ({"numeroidentificacion": ""}, "el NIT «» debe tener de 6 a 10 dígitos"),
        (
            {"numeroidentificacion": "8600669427"},
            "el NIT «8600669427» trae dígito de verificación; debe ser 860066942",
        ),
        (
            {"numeroidentificacion": "860.066.942-1"},
            "el NIT «860.066.942-1» debe escribirse sin dígito de verificación: «1» no es el de 860066942",
        ),
        ({"tipoid": "XX"}, "el tipo de identificación «XX» no se conoce; debe ser NI, CC, CE, PA, PE, PT"),
        ({"tipoid": "CC", "numeroidentificacion": "12345.0"}, "el documento «12345.0» parece un número con decimales"),
        (
            {"claseprestador": "Brujería"},
            "la clase de prestador «Brujería» no se conoce; debe ser Instituciones Prestadoras de Servicios de Salud",
        ),
        ({"nombreprestador": ""}, "falta el nombre del prestador"),
        ({"nombresede": "  "}, "falta el nombre de la sede"),
        ({"nombreprestador": "A" * 301}, "el nombre del prestador tiene 301 caracteres y debe tener 300 o menos"),
        ({"nombresede": "A" * 301}, "el nombre de la sede tiene 301 caracteres"),
        ({"direcci_nsede": "A" * 301}, "la dirección tiene 301 caracteres"),
        ({"t_lefonosede": "1" * 101}, "el teléfono tiene 101 caracteres y debe tener 100 o menos"),
        ({"nombresede": "CLÍNICA\x00"}, "trae el carácter de control U+0000, que no se puede guardar"),
        ({"direcci_nsede": "Calle\x1b1"}, "trae el carácter de control U+001B"),
        ({"nombresede": "CLÃ\x8dNICA"}, "el texto 'CL\\xc3\\x8dNICA' perdió sus tildes"),
        ({"nombresede": "CLÃ­NICA"}, "perdió sus tildes al convertirse de codificación"),
        ({"nombresede": "CL�NICA"}, "perdió sus tildes"),
        ({"fecha_corte_reps": "ayer"}, "la fecha de corte «ayer» debe ser una fecha, por ejemplo 2026-03-12"),
        ({"fecha_corte_reps": "31/02/2026"}, "la fecha de corte «31/02/2026» debe ser una fecha"),
        ({"fecha_corte_reps": "Foo 12 2026"}, "la fecha de corte «Foo 12 2026» debe ser una fecha"),
    ],
)
def test_bad_row_is_rejected_with_its_reason(said: Any, cells: dict[str, str], reason: str) -> None:
    assert reason in said(sede_row(**cells)).partition("línea 3: ")[2]
    assert Sede.objects.get().name == "LA BUENA"


@pytest.mark.parametrize(
    ("email", "mistake"),
    [
        ("no tiene", "debe tener usuario, arroba y dominio"),
        ("citas@rio.example; otro@rio.example", "no debe tener espacios"),
        ("citas@rio", "debe tener después de la arroba un dominio que exista"),
        ("citás@rio.example", "debe tener antes de la arroba letras sin tildes"),
        ("a" * 255 + "@rio.example", "debe tener máximo 64 letras antes de la arroba"),
    ],
)
def test_email_that_takes_no_mail_is_told_and_not_stored(said: Any, reps: Any, email: str, mistake: str) -> None:
    reps(GOOD, sede_row())
    text = said(sede_row(email_sede=email))
    assert f"110010000101 CLÍNICA DEL RÍO CENTRO: el correo electrónico {mistake}" in text
    assert email not in text
    assert Sede.objects.get(code="110010000101").email == ""


def test_email_that_was_told_is_not_told_again(said: Any) -> None:
    assert "quedan sin correo" in said(sede_row(email_sede="no tiene"))
    assert "quedan sin correo" not in said(sede_row(email_sede="no tiene"))


def test_row_leaves_no_entity_behind(said: Any) -> None:
    said(sede_row(numeroidentificacion="990000009", nombresede=""))
    assert not Entity.objects.filter(nit="990000009").exists()


def test_professional_with_a_nit_is_rejected(said: Any) -> None:
    reason = "un profesional independiente se identifica con su documento de persona, no con NIT"
    assert reason in said(professional_row(tipoid="NI", numeroidentificacion="990000001"))


def test_sede_that_goes_to_another_entity_is_named(said: Any) -> None:
    said(sede_row())
    text = said(sede_row(numeroidentificacion="990000002", nombreprestador="LA OTRA"))
    assert counts(text)["sedes que pasan a otra entidad"] == 1
    assert (
        "Sedes que pasan a otra entidad:\n"
        "  110010000101 CLÍNICA DEL RÍO CENTRO: de NI 990000001 CLÍNICA DEL RÍO S.A.S. a NI 990000002 LA OTRA"
    ) in text


def test_document_of_a_person_is_masked_where_a_transfer_is_named(said: Any) -> None:
    said(professional_row())
    text = said(professional_row(numeroidentificacion="1900000002"))
    assert "de CC …0001 NIDIA INÉS CAÑÓN HOYOS a CC …0002" in text
    assert "1900000001" not in text
