"""Which fixtures do the tests of tokens share? Empty caches, and an EPS with a token."""

import pytest
from django.test import Client

from entities.models import EntityKind
from tests import factories
from tests.tokens.helpers import make_token
from tokens.services import (
    leak_reports,
    token_authorization,
    token_introspection,
)
from tokens.signing.keys import public_keys

CLEAR_CACHES = (
    token_authorization.clear_caches,
    token_introspection.clear_caches,
    leak_reports.address_limit.clear,
    public_keys.clear,
)


@pytest.fixture(autouse=True)
def clear_caches(monkeypatch):
    monkeypatch.setattr("tests.cells.between_cells", CLEAR_CACHES)
    for clear in CLEAR_CACHES:
        clear()


@pytest.fixture
def eps(db):
    return factories.make_delegate(factories.make_entity(EntityKind.EPS_C))


@pytest.fixture
def eps_client(eps):
    client = Client()
    client.force_login(eps)
    return client


@pytest.fixture
def token(eps):
    """A portal token of the EPS: its row and itself."""
    return make_token(eps)
