"""When may a token not be generated, and what does the page say?"""

import pytest

from tokens.rules import no_token_kind_refusal, outdated_page_refusal

pytestmark = pytest.mark.django_db


def test_page_with_the_newest_token_is_accepted(token):
    assert outdated_page_refusal(str(token.row.public_id), token.row) is None
    assert outdated_page_refusal("", None) is None


def test_page_with_another_token_is_outdated(token):
    for expected, newest in (("", token.row), (str(token.row.public_id), None)):
        assert "cambiaron" in outdated_page_refusal(expected, newest).headline


def test_refusal_without_tokens_names_the_kinds_that_have_them():
    assert "EPS, IPS, Proveedor" in no_token_kind_refusal().remedy
