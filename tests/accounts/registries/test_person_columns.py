"""How is the document of a person read from a registry?"""

import pytest

from accounts.registries.person_columns import person
from registries.loading.errors import Rejected


def test_document_is_read_with_its_type():
    assert person("CC", "1025000111") == ("CC", "1025000111")


def test_unknown_type_of_document_is_rejected():
    with pytest.raises(Rejected):
        person("XX", "1025000111")
