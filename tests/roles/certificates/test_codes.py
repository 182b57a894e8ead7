"""How are verification codes made and read?"""

import pytest

from roles.certificates.codes import ALPHABET, new_code, read_code

pytestmark = pytest.mark.django_db


def test_codes_are_sixteen_signs_of_the_alphabet_without_lookalikes():
    code = new_code()
    assert len(code) == 16
    assert set(code) <= set(ALPHABET)
    assert read_code(code) == code
