"""Is mail written with the act, whole, and without ever breaking the page? (mipres_admin.outbox.mail)"""

import re
from pathlib import Path

import pytest
from django.conf import settings as portal
from django.db import transaction
from django.template.loader import get_template

from mipres_admin.outbox.mail import notify, text_of
from mipres_admin.outbox.models import OutgoingMail
from tests.accounts.passwords import change

CONTEXT = {"account": {"display_name": "Ana <b>& Cía", "login": "ADMIPS900000000"}}
FOLDER = Path(portal.BASE_DIR) / "templates/mail"


def send(to="ana@correo.example"):
    notify(to, "password_changed", **CONTEXT)


@pytest.mark.django_db
def test_a_transaction_that_rolls_back_sends_nothing(delivered):
    with transaction.atomic():
        send()
        transaction.set_rollback(True)
    assert delivered() == []


@pytest.mark.django_db(transaction=True)
def test_mail_outside_the_transaction_of_an_act_is_refused():
    with pytest.raises(transaction.TransactionManagementError):
        send()


@pytest.mark.django_db
def test_who_has_no_address_gets_no_mail():
    send("")
    assert not OutgoingMail.objects.exists()


@pytest.mark.django_db
def test_mail_is_text_and_html(delivered):
    send()
    (message,) = delivered()
    assert "Ana <b>& Cía" in message.body
    assert "Ana &lt;b&gt;&amp; Cía" in message.alternatives[0].content


@pytest.mark.django_db
def test_a_page_speaks_to_no_mail_server(delegate_client, monkeypatch):
    monkeypatch.setattr("django.core.mail.mailers", None)
    assert change(delegate_client).status_code == 302
    assert OutgoingMail.objects.get().state == "pending"


@pytest.mark.django_db
def test_a_recipient_with_a_line_break_is_not_written_to(delivered):
    send("ana@correo.example\nBcc: todos@correo.example")
    assert delivered() == []
    assert OutgoingMail.objects.get().state == "failed"


@pytest.mark.parametrize("template", sorted(path.name for path in FOLDER.glob("*.html")))
def test_mail_loads_nothing_from_elsewhere(template):
    html = (FOLDER / template).read_text()
    assert not re.search(r"<(img|link|script|iframe|object|style)\b|url\(|\bsrc=|background=", html)


@pytest.mark.parametrize("template", sorted(path.name for path in FOLDER.glob("*.html") if path.stem != "base"))
def test_every_mail_has_a_subject_and_the_layout(template):
    assert get_template(f"mail/{template}#subject")
    assert (FOLDER / template).read_text().startswith('{% extends "mail/base.html" %}')


def test_the_text_of_a_mail_has_its_links_lists_and_literal_characters():
    page = """<head><title>x</title></head><body>
<p>Buen día, Ana &lt;b&gt; &amp; Cía:</p>
<p><a href="https://x.example/?a=1&amp;b=2">Oprima AQUÍ</a></p>
<p>Vea <strong>esto</strong>: <a href="https://x.example/">la página</a></p>
<ul>
<li>uno</li>
<li>dos</li>
</ul>
<p>Uno<br>Dos</p>
</body>"""
    assert text_of(page) == (
        "Buen día, Ana <b> & Cía:\n\nOprima AQUÍ:\nhttps://x.example/?a=1&b=2\n\nVea esto: https://x.example/\n"
        "\n  - uno\n  - dos\n\nUno\nDos\n"
    )
