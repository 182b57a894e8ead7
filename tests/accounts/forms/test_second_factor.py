"""Which codes do the forms of second factors accept?"""

import pytest

from accounts.forms.second_factor import CodeForm, EnrolAppForm


def test_code_loses_its_spaces():
    form = CodeForm({"code": " 123 456 "})
    assert form.is_valid()
    assert form.cleaned_data["code"] == "123456"


@pytest.mark.parametrize("code", ["", "12345", "abcdef", "١٢٣٤٥٦"])
def test_new_app_needs_six_digits(code):
    assert "code" in EnrolAppForm({"name": "Celular", "code": code}).errors
