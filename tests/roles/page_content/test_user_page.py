"""What does the page of a user show after a form that changed nothing?"""

import pytest
from django.http import QueryDict

from mipres_admin.refusals import Refusal
from roles.forms.users import AssociateForm, UpdateRolesForm
from roles.page_content.user_page import (
    sede_groups,
    user_page,
)
from roles.rules import Activation
from tests.factories import make_assignment, make_user

WHY = Refusal(cause="Los roles cambiaron.", remedy="Revise y repita.")


@pytest.fixture
def activation(ips, sede, delegate):
    user = make_user()
    make_assignment(user, sede, "Rol_Anulador", delegate)
    return Activation(ips, user, "administrativo")


def sent(form_class, activation, sede, roles="Rol_Falso"):
    typed = f"option=administrativo&sede={sede.code}&expected_roles=Rol_Anulador&roles={roles}"
    return form_class(QueryDict(typed), activation=activation)


def test_page_has_the_group_of_each_sede_with_its_forms(activation, sede):
    (group,) = sede_groups(activation)
    assert group["sede"] == sede
    assert group["form"].fields["expected_roles"].initial == "Rol_Anulador"
    assert not group["form"].is_bound


def test_form_with_a_mistake_is_shown_in_its_sede(activation, sede):
    form = sent(UpdateRolesForm, activation, sede)
    assert not form.is_valid()
    page = user_page(activation, QueryDict(), form)
    assert page["update"] is form
    assert page["groups"][0]["form"] is form


def test_refused_form_gives_way_to_the_roles_as_they_are(activation, sede):
    form = sent(UpdateRolesForm, activation, sede, roles="Rol_Anulador")
    assert form.is_valid()
    form.refusal = WHY
    page = user_page(activation, QueryDict(), form)
    assert (page["update"], page["refusal"]) == (None, WHY)
    assert page["groups"][0]["form"] is not form


def test_sent_association_offers_the_sedes_found(activation, sede):
    form = sent(AssociateForm, activation, sede)
    page = user_page(activation, QueryDict("entidad=nada"), form)
    assert page["associate"] is form
    assert list(form.fields["sede"].widget.choices) == []
