"""How does a form show what its action does not do?"""

import pytest
from django.core.exceptions import ValidationError

from mipres_admin.forms import ActionForm
from mipres_admin.refusals import Refusal, Refused

WHY = Refusal(cause="La sede está cerrada.", remedy="Elija otra.")


def attempted(error=None):
    form = ActionForm({})
    with form.attempt():
        if error:
            raise error
    return form


def test_action_that_is_done_leaves_the_form_clean():
    form = attempted()
    assert form.is_valid()
    assert form.refusal is None


def test_refused_action_gives_the_form_its_refusal():
    form = attempted(Refused(WHY))
    assert form.refusal == WHY
    assert form.is_valid()


def test_wrong_value_of_an_action_becomes_an_error_of_the_form():
    form = attempted(ValidationError("La contraseña no es la suya."))
    assert form.non_field_errors() == ["La contraseña no es la suya."]
    assert form.refusal is None


def test_other_errors_of_an_action_are_raised():
    with pytest.raises(LookupError):
        attempted(LookupError())


def test_refusal_as_text_is_headline_cause_and_remedy():
    assert str(WHY) == "Operación no permitida. La sede está cerrada. Elija otra."
