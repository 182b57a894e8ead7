"""Does mail leave after the commit, whole, and without ever breaking the page? (mipres_admin.mail)"""

import re
from pathlib import Path

import pytest
from django.conf import settings as portal
from django.core import mail
from django.db import transaction

from mipres_admin.mail import send_on_commit
from tests.accounts.test_password import change

CONTEXT = {"account": {"display_name": "Ana <b>& Cía", "login": "ADMIPS900000000"}}
FOLDER = Path(portal.BASE_DIR) / "templates/mail"
DEAD = {
    "default": {"BACKEND": "django.core.mail.backends.smtp.EmailBackend", "OPTIONS": {"host": "127.0.0.1", "port": 1}}
}


def send(to="ana@correo.example"):
    send_on_commit(to=to, template="password_changed", context=CONTEXT)


@pytest.mark.django_db
def test_a_transaction_that_rolls_back_sends_nothing(django_capture_on_commit_callbacks):
    with django_capture_on_commit_callbacks(execute=True), transaction.atomic():
        send()
        transaction.set_rollback(True)
    assert mail.outbox == []


@pytest.mark.django_db
def test_mail_is_text_and_html(django_capture_on_commit_callbacks):
    with django_capture_on_commit_callbacks(execute=True):
        send()
    (message,) = mail.outbox
    assert "Ana <b>& Cía" in message.body
    assert "Ana &lt;b&gt;&amp; Cía" in message.alternatives[0].content


@pytest.mark.django_db
def test_a_dead_mail_server_does_not_break_the_page(delegate_client, delegate, settings, caplog):
    settings.MAILERS = DEAD
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(transaction, "on_commit", lambda send, robust: send())
        assert change(delegate_client).status_code == 302
    assert caplog.messages == ["The mail password_changed was not sent: ConnectionRefusedError."]


@pytest.mark.django_db
def test_the_log_of_a_dead_mail_server_names_nobody(settings, caplog, django_capture_on_commit_callbacks):
    settings.MAILERS = DEAD
    with django_capture_on_commit_callbacks(execute=True):
        send("ana@correo.example")
    assert "ana" not in caplog.text


@pytest.mark.django_db
def test_a_recipient_with_a_line_break_is_not_written_to(caplog, django_capture_on_commit_callbacks):
    with django_capture_on_commit_callbacks(execute=True):
        send("ana@correo.example\nBcc: todos@correo.example")
    assert mail.outbox == []


@pytest.mark.parametrize("template", sorted(path.name for path in FOLDER.glob("*.html")))
def test_mail_loads_nothing_from_elsewhere(template):
    html = (FOLDER / template).read_text()
    assert not re.search(r"<(img|link|script|iframe|object|style)\b|url\(|\bsrc=|background=", html)


@pytest.mark.parametrize("template", sorted(path.stem for path in FOLDER.glob("*.html")))
def test_every_mail_has_its_subject_text_and_html(template):
    assert all((FOLDER / f"{template}.{part}").exists() for part in ("subject.txt", "txt", "html"))
