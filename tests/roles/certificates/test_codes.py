"""How are verification codes made and read?"""

import pytest

from roles.certificates.codes import ALPHABET, new_code, read_code

pytestmark = pytest.mark.django_db


def test_codes_have_140_random_bits_without_lookalikes():
    code = new_code()
    assert len(code) * 5 == 140
    assert set(code) <= set(ALPHABET)
    assert len(set(ALPHABET)) == 32
    assert new_code() != code
    assert read_code(code) == code
