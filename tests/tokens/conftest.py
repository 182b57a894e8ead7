"""What do the tests of tokens find ready? A process that remembers no earlier call, and a token of an EPS."""

import pytest
from django.test import Client

from entities.models import EntityKind
from tests import factories
from tests.tokens.calling import make_token
from tokens.services import bearer_authorization, leaks, token_introspection
from tokens.signing.keys import ring

FORGET = (bearer_authorization.forget, token_introspection.forget, leaks.per_address.forget, ring.forget)


@pytest.fixture(autouse=True)
def nothing_remembered(monkeypatch):
    monkeypatch.setattr("tests.cells.between_cells", FORGET)
    for forget in FORGET:
        forget()


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
