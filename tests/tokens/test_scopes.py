"""Which scopes and services does each kind of entity have?"""

from entities.models import EntityKind
from tokens.scopes import TOKEN_KINDS, scope_label, scope_of, services_of


def test_every_kind_with_tokens_has_services():
    assert all(services_of(scope_of(kind)) for kind in TOKEN_KINDS)


def test_ips_has_only_prescription():
    assert scope_of(EntityKind.IPS) == "prescripcion"
    assert services_of("prescripcion") == ["WSMIPRESNOPBS"]


def test_scope_label_joins_the_names_with_y():
    assert scope_label("facturacion") == "Facturación"
    assert scope_label(scope_of(EntityKind.EPS_C)) == "Prescripción, Suministros y Facturación"
