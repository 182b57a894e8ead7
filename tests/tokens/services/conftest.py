"""Which fixtures do the tests of the services share? A client server, and its view of a token."""

import pytest

from tests.tokens.services.oauth_calls import INTROSPECT, post, server


@pytest.fixture
def client_server(ministry):
    """client_id, secret and row of a client server with every scope."""
    return server(ministry)


@pytest.fixture
def introspect(client_server):
    """The response to the server about a token."""
    return lambda token: post(INTROSPECT, {"token": token}, credentials=client_server).json()
