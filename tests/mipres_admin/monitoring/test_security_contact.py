"""Does somebody who found a vulnerability learn whom to tell?"""

import pytest

pytestmark = pytest.mark.django_db
ADDRESS = "/.well-known/security.txt"


def test_the_contact_is_published_until_a_day(client, settings, time_machine):
    time_machine.move_to("2026-11-29T12:00:00Z")
    settings.SECURITY_CONTACT, settings.PUBLIC_URL = "mailto:seguridad@mipres.example", "https://mipres.example"
    answer = client.get(ADDRESS)
    assert answer.headers["Content-Type"] == "text/plain; charset=utf-8"
    assert answer.content.decode().splitlines() == [
        "Contact: mailto:seguridad@mipres.example",
        "Expires: 2027-05-28T00:00:00Z",
        "Preferred-Languages: es, en",
        "Canonical: https://mipres.example/.well-known/security.txt",
    ]


def test_without_contact_there_is_no_such_page(client, settings):
    settings.SECURITY_CONTACT = ""
    assert client.get(ADDRESS).status_code == 404
