"""Where do the requests of a test come from?"""

from collections.abc import Iterator
from contextlib import contextmanager

from django.conf import settings
from django.test import Client

from mipres_admin.origin import Origin, origin


@contextmanager
def coming_from(address: str | None, device_cookie: str = "") -> Iterator[None]:
    """Act as a request from this address, and from the device with this cookie."""
    token = origin.set(Origin(address, device_cookie=device_cookie))
    try:
        yield
    finally:
        origin.reset(token)


def client_at(address: str, device_cookie: str = "") -> Client:
    """A browser at this address."""
    client = Client(REMOTE_ADDR=address)
    if device_cookie:
        client.cookies[settings.DEVICE_COOKIE_NAME] = device_cookie
    return client


def device_cookie_of(client: Client) -> str:
    """What a thief of the cookie gets."""
    return str(client.cookies[settings.DEVICE_COOKIE_NAME].value)
