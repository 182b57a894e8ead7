"""To which e-mails can the portal write?"""

from typing import Any

import pytest
from django.core.mail.backends.smtp import EmailBackend
from django.db import connection
from hypothesis import example, given
from hypothesis import strategies as st

from mipres_admin.reading.emails import email_mistake

SERVER: Any = EmailBackend


@pytest.mark.parametrize("email", ["ana@clinica.example", "a.b+c_d-e'f@x-y.co", "ana@clínica.example", "A@B.CO"])
def test_email_that_can_be_sent_is_accepted(email: str) -> None:
    assert email_mistake(email) == ""


@pytest.mark.parametrize(
    "email",
    [
        "ana",
        "@x.co",
        "ana@",
        "ana@localhost",
        "ana@1.2.3.4",
        "ana\u200b@x.co",
        "ana@x\u200b.co",
        "\u202aana@x.co\u202c",
        "an\u00ada@x.co",
        "ana @x.co",
        "ana@x.\u00a0co",
        "aña@x.co",
        "ana..paz@x.co",
        ".ana@x.co",
        "ana.@x.co",
        "ana@x..co",
        "ana@-x.co",
        "ana@x.co.",
        f"{'a' * 65}@x.co",
        f"ana@{'a' * 64}.co",
        f"ana@{'ñ' * 60}.co",
        "ana@paz@x.co",
        '"ana paz"@x.co',
        "ana@x.co\n",
        "ana@x\0.co",
        "ana@x．co\u200d",
        "ana@x．co",
        "ana@x。co",
        "ana@ｘ.co",
        "ana@straße.co",
    ],
)
def test_email_that_cannot_be_sent_is_refused(email: str) -> None:
    assert email_mistake(email)


LOCALS = st.text(st.sampled_from("aZ9.'+_-ñ \u200b𠀀"), min_size=1, max_size=12)
DOMAINS = st.text(st.sampled_from("aZ9.-íßｘ。٣\u0301\u200d𠀀𐌰𐐀😀"), min_size=1, max_size=12).map("{}.co".format)


@pytest.mark.django_db
def test_the_database_takes_every_email_that_is_accepted() -> None:
    with connection.cursor() as cursor:

        @given(LOCALS, DOMAINS)
        @example("ana", "clínica.example")
        @example("a" * 64, "x.co")
        @example("a", "𠀀.co")
        @example("a", "x.𐌰")
        def is_taken(local: str, domain: str) -> None:
            email = f"{local}@{domain}"
            cursor.execute("SELECT is_email(%s)", [email])
            assert email_mistake(email) or cursor.fetchone() == (True,)

        is_taken()


@given(st.text(max_size=12), st.text(max_size=20))
@example("ana", "clínica.example")
def test_what_is_accepted_is_what_the_mail_server_gets(local: str, domain: str) -> None:
    email = f"{local}@{domain}"
    if not email_mistake(email):
        assert SERVER.prep_address(SERVER, email).startswith(f"{local}@")
