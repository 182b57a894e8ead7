import pytest
from django.test import Client


@pytest.fixture
def staff(ministry):
    """A client logged in as a superuser of the Ministry."""
    client = Client()
    client.force_login(ministry)
    return client
