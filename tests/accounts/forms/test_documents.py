"""Which documents does the form accept?"""

import pytest

from accounts.forms.documents import DocumentForm


def test_dots_spaces_and_lower_case_are_forgiven():
    form = DocumentForm({"document_type": "CC", "document_number": " 1.025.000 111a"})
    assert form.is_valid()
    assert form.cleaned_data["document_number"] == "1025000111A"


@pytest.mark.parametrize("number", ["", "12", "10-25", "ñandú1"])
def test_impossible_document_is_refused(number):
    assert "document_number" in DocumentForm({"document_type": "CC", "document_number": number}).errors
