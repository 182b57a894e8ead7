"""What do the forms of tokens and client servers accept?"""

import uuid
from datetime import timedelta

import pytest

from tokens.forms import ClientForm, TokenForm, TryForm

TOKEN = {"name": "Sistemas", "days": "90", "request_key": str(uuid.uuid4())}


def test_first_token_does_not_ask_for_the_overlap():
    form = TokenForm(TOKEN, newest=None)
    assert form.is_valid()
    assert form.overlap_duration == timedelta(0)


def test_replacement_asks_for_the_overlap():
    data = TOKEN | {"expected_token": str(uuid.uuid4())}
    assert "overlap" in TokenForm(data, newest=None).errors
    form = TokenForm(data | {"overlap": "168"}, newest=None)
    assert form.is_valid()
    assert form.overlap_duration == timedelta(days=7)


def test_pasted_token_loses_spaces_and_line_breaks():
    form = TryForm({"token": " aaa.\r\nbbb .ccc "})
    assert form.is_valid()
    assert form.cleaned_data["token"] == "aaa.bbb.ccc"


@pytest.mark.parametrize("scopes", [["facturacion", "prescripcion"], ["facturacion", "prescripcion", "facturacion"]])
def test_scopes_are_unique_and_in_order(scopes):
    form = ClientForm({"name": "x", "scope": scopes, "reason": "Convenio", "request_key": str(uuid.uuid4())})
    assert form.is_valid()
    assert form.cleaned_data["scope"] == ["prescripcion", "facturacion"]
