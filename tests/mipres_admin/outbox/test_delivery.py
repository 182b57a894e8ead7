"""Does mail leave once, whatever dies meanwhile, and is little of it kept? (outbox.delivery, manage.py worker)"""

import os
import signal
import smtplib
import subprocess
import sys
import time
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from email.header import decode_header, make_header

import pytest
from django.conf import settings as portal
from django.db import IntegrityError, connection, connections, transaction
from django.db.models.functions import Now
from django.test import Client

from mipres_admin.database import clock
from mipres_admin.history.models import HistoryEntry
from mipres_admin.outbox import delivery
from mipres_admin.outbox.delivery import delete_settled, deliver_due, retry, wait_after
from mipres_admin.outbox.mail import notify
from mipres_admin.outbox.models import OutgoingMail
from tests.accounts.passwords import change
from tests.smtp import Server

pytestmark = pytest.mark.django_db
CONTEXT = {"account": {"display_name": "Ana", "login": "ADMIPS900000000"}}


@pytest.fixture
def smtp(settings):
    server = Server()
    settings.MAILERS = server.mailers
    server.start()
    yield server
    server.stop()


def write(times=1, **options):
    with transaction.atomic():
        for number in range(times):
            to = f"persona{number}@correo.example"
            notify(to, "password_changed", **CONTEXT, **options)


def due_now():
    OutgoingMail.objects.update(not_before=Now())


def states():
    return Counter(OutgoingMail.objects.values_list("state", flat=True))


# ---------------------------------------------------------------- what leaves


def test_a_mail_leaves_as_it_was_written(smtp):
    write()
    deliver_due()
    (message,) = smtp.inbox
    assert message["To"] == "persona0@correo.example"
    assert str(make_header(decode_header(message["Subject"]))) == "Su contraseña de MIPRES fue cambiada"
    assert [part.get_content_type() for part in message.walk()][1:] == ["text/plain", "text/html"]


def test_the_message_id_is_the_rows(smtp):
    write()
    deliver_due()
    assert smtp.inbox[0]["Message-ID"] == f"<{OutgoingMail.objects.get().message_id}@minsalud.example>"


def test_machines_are_told_not_to_answer(smtp):
    write()
    deliver_due()
    assert smtp.inbox[0]["Auto-Submitted"] == "auto-generated"


def test_what_was_sent_keeps_no_text(smtp):
    write()
    deliver_due()
    mail = OutgoingMail.objects.get()
    assert (mail.state, mail.text, mail.html, mail.attempts) == ("sent", "", "", 1)


def test_a_second_round_sends_nothing_again(smtp):
    write(3)
    assert [deliver_due().sent, deliver_due().sent] == [3, 0]


# ---------------------------------------------------------------- a server that is down, or says no


def test_with_the_server_down_nothing_is_lost_and_only_the_first_mail_has_to_wait(smtp):
    smtp.stop()
    write(3)
    assert deliver_due() == (0, True)
    assert states() == {"pending": 3}
    assert sorted(OutgoingMail.objects.values_list("attempts", flat=True)) == [0, 0, 1]


def test_when_the_server_is_back_each_mail_leaves_once(smtp):
    write(2)
    deliver_due()
    smtp.stop()
    write(3)
    deliver_due()
    smtp.start()
    due_now()
    deliver_due()
    assert states() == {"sent": 5}
    assert set(Counter(message["Message-ID"] for message in smtp.inbox).values()) == {1}
    assert len(smtp.inbox) == 5


def test_a_temporary_no_waits_and_the_next_mail_leaves(smtp):
    write()
    smtp.answer = "451 try later"
    assert deliver_due() == (0, False)
    smtp.answer = "250 OK"
    write()
    assert deliver_due().sent == 1
    assert states() == {"pending": 1, "sent": 1}


@pytest.mark.parametrize("answer", ["answer", "answer_to_recipient"])
def test_a_no_for_good_is_given_up_at_once(smtp, answer):
    write()
    setattr(smtp, answer, "550 no such user")
    deliver_due()
    assert states() == {"failed": 1}


def test_who_caused_a_mail_reads_that_it_was_not_delivered(smtp, delegate):
    write(caused_by=delegate)
    smtp.answer_to_recipient = "550 no such user"
    deliver_due()
    told = OutgoingMail.objects.get(recipient=delegate.email)
    assert told.template == "mail_undelivered"
    assert "persona0@correo.example" in told.text


def test_nobody_is_told_of_their_own_address_or_of_an_expired_mail(smtp, delegate):
    write(caused_by=delegate, useful_until=clock.now())
    with transaction.atomic():
        notify(delegate, "password_changed", caused_by=delegate)
    smtp.answer_to_recipient = "550 no such user"
    deliver_due()
    assert set(OutgoingMail.objects.values_list("template", flat=True)) == {"password_changed"}


def test_waits_grow_to_an_hour():
    waits = [wait_after(attempts).total_seconds() for attempts in (1, 2, 3, 9, 40)]
    assert waits == [15, 30, 60, 3600, 3600]


def test_after_three_days_of_trying_a_mail_is_given_up(smtp):
    smtp.answer = "451 try later"
    write()
    OutgoingMail.objects.update(created_at=Now() - timedelta(days=3, minutes=1))
    deliver_due()
    assert states() == {"failed": 1}


def test_a_mail_that_is_of_no_use_any_more_is_not_sent_nor_kept(smtp):
    write(useful_until=Now() - timedelta(seconds=1))
    deliver_due()
    mail = OutgoingMail.objects.get()
    assert (mail.state, mail.last_error, mail.text, mail.html, smtp.inbox) == ("failed", "Expired", "", "", [])


@pytest.mark.parametrize("answer", ["451 persona0@correo.example", "550 persona0@correo.example"])
def test_the_log_names_the_error_and_nobody(smtp, caplog, answer):
    smtp.answer = answer
    write()
    deliver_due()
    assert "SMTPDataError" in caplog.text
    assert "persona0" not in caplog.text
    assert OutgoingMail.objects.get().last_error == "SMTPDataError"


def test_a_goodbye_that_fails_sends_no_mail_twice(smtp, monkeypatch):
    def quit_slowly(self):
        self.close()
        raise TimeoutError

    monkeypatch.setattr("smtplib.SMTP.quit", quit_slowly)
    write()
    assert deliver_due().sent == 1
    assert states() == {"sent": 1}


def test_a_transport_that_takes_nothing_is_tried_again(monkeypatch):
    monkeypatch.setattr("django.core.mail.backends.locmem.EmailBackend.send_messages", lambda *_: 0)
    write()
    deliver_due()
    assert OutgoingMail.objects.get().last_error == "NotAccepted"


def test_a_round_stops_when_it_is_told_to(smtp):
    write()
    assert deliver_due(stop=lambda: True).sent == 0


# ---------------------------------------------------------------- several workers, and dead ones


@pytest.mark.django_db(transaction=True)
def test_four_workers_at_once_send_each_mail_once(smtp):
    write(40)

    def worker(_):
        try:
            return deliver_due().sent
        finally:
            connections.close_all()

    with ThreadPoolExecutor(4) as pool:
        assert sum(pool.map(worker, range(4))) == 40
    assert len({message["Message-ID"] for message in smtp.inbox}) == len(smtp.inbox) == 40


@pytest.mark.django_db(transaction=True)
def test_a_worker_does_not_wait_for_the_mail_of_another(smtp):
    write(2)
    with transaction.atomic():
        OutgoingMail.objects.due().select_for_update().first()
        with ThreadPoolExecutor(1) as pool:

            def other():
                try:
                    return deliver_due().sent
                finally:
                    connections.close_all()

            assert pool.submit(other).result(10) == 1


def start_worker(smtp, *words, before="pass"):
    """`manage.py worker` as a process of its own, on the test's database and mail server."""
    code = (
        "import sys, django; from django.conf import settings; django.setup();"
        f"settings.MAILERS = {smtp.mailers!r}; {before};"
        "from django.core.management import call_command; call_command('worker', *sys.argv[1:])"
    )
    database = connection.get_connection_params()
    url = f"postgres://{database.get('user', '')}@/{database['dbname']}?host={database.get('host', '')}"
    return subprocess.Popen(
        [sys.executable, "-c", code, *words],
        cwd=portal.BASE_DIR,
        env=os.environ
        | {"DJANGO_SETTINGS_MODULE": "tests.settings", "DATABASE_URL": url}
        | {"PGPASSWORD": str(database.get("password", "")), "PGPORT": str(database.get("port", 5432))},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )


def until(condition, seconds=20):
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if condition():
            return True
        time.sleep(0.05)
    return False


@pytest.mark.django_db(transaction=True)
def test_a_mail_leaves_within_two_seconds_and_the_worker_ends_when_told(smtp):
    worker = start_worker(smtp)
    try:
        assert "Ctrl-C" in worker.stdout.readline()
        time.sleep(1)
        write()
        assert until(lambda: smtp.inbox, 2.5)
    finally:
        worker.send_signal(signal.SIGTERM)
        said, _ = worker.communicate(timeout=20)
    assert (worker.returncode, said) == (0, "")


# about to speak to the mail server, for a minute
SLOW = "import time, mipres_admin.outbox.delivery as d; d._message = lambda mail: time.sleep(60)"


def held_elsewhere():
    """Whether another process holds the row of the mail."""
    with transaction.atomic():
        return OutgoingMail.objects.due().select_for_update(skip_locked=True).first() is None


@pytest.mark.django_db(transaction=True)
def test_the_mail_of_a_worker_killed_before_sending_leaves_once_with_the_next(smtp):
    write()
    worker = start_worker(smtp, before=SLOW)

    try:
        assert until(held_elsewhere)
    finally:
        worker.kill()
        worker.communicate(timeout=20)
    assert until(lambda: not held_elsewhere())
    assert deliver_due().sent == 1
    assert len(smtp.inbox) == 1


class Killed(BaseException):
    """The process is gone: nothing catches it."""


def test_killed_between_the_servers_yes_and_the_commit_it_leaves_a_copy_with_the_same_message_id(smtp, monkeypatch):
    write()
    real = smtplib.SMTP.sendmail

    def taken_and_killed(*args):
        real(*args)
        raise Killed

    monkeypatch.setattr("smtplib.SMTP.sendmail", taken_and_killed)
    with pytest.raises(Killed):
        deliver_due()
    monkeypatch.setattr("smtplib.SMTP.sendmail", real)
    deliver_due()
    one, copy = smtp.inbox
    assert (one["Message-ID"], one["Date"]) == (copy["Message-ID"], copy["Date"])


@pytest.mark.django_db(transaction=True)
def test_once_sends_what_is_due_and_ends(smtp):
    write(2)
    worker = start_worker(smtp, "--once")
    worker.communicate(timeout=30)
    assert (worker.returncode, len(smtp.inbox)) == (0, 2)


# ---------------------------------------------------------------- pages


def test_a_page_answers_at_once_with_the_server_down(smtp, delegate_client):
    smtp.stop()
    begun = time.monotonic()
    assert change(delegate_client).status_code == 302
    assert time.monotonic() - begun < 2
    assert states() == {"pending": 1}


# ---------------------------------------------------------------- what is kept, and what staff see


def test_a_week_later_nothing_of_a_settled_mail_is_kept(smtp):
    write(3)
    deliver_due()
    old, given_up, young = OutgoingMail.objects.order_by("pk")
    OutgoingMail.objects.filter(pk=old.pk).update(sent_at=Now() - timedelta(days=8))
    OutgoingMail.objects.filter(pk=given_up.pk).update(
        state="failed", sent_at=None, given_up_at=Now() - timedelta(days=8)
    )
    delete_settled()
    assert list(OutgoingMail.objects.all()) == [young]


@pytest.fixture
def failed(smtp):
    smtp.answer = "550 no"
    write()
    deliver_due()
    smtp.answer = "250 OK"
    return OutgoingMail.objects.get()


@pytest.fixture
def staff(ministry):
    client = Client()
    client.force_login(ministry)
    return client


def test_staff_see_that_a_mail_failed_and_never_its_text(staff, failed):
    page = staff.get("/admin/outbox/outgoingmail/?state__exact=failed").content.decode()
    one = staff.get(f"/admin/outbox/outgoingmail/{failed.pk}/change/").content.decode()
    assert "persona0@correo.example" in page
    assert "El servidor rechazó el contenido" in one
    assert "Buen día" not in page + one


def test_staff_put_a_failed_mail_back_and_it_leaves(staff, smtp, failed):
    staff.post(f"/admin/outbox/outgoingmail/{failed.pk}/acto/reintentar/", {"reason": "El servidor volvió"})
    assert deliver_due().sent == 1
    assert HistoryEntry.objects.filter(event="mail.retried").count() == 1


def test_a_sent_mail_is_not_put_back(ministry, smtp):
    write()
    deliver_due()
    assert retry(by=ministry, mail=OutgoingMail.objects.get(), reason="x") is False


@pytest.mark.parametrize("path", ["add/", "1/delete/"])
def test_staff_only_look(staff, path):
    assert staff.get(f"/admin/outbox/outgoingmail/{path}").status_code in (302, 403)


# ---------------------------------------------------------------- what can never be


def put(**fields):
    OutgoingMail.objects.create(**({"template": "x", "recipient": "a@b.example", "subject": "x"} | fields))


def test_a_sent_mail_says_when():
    with pytest.raises(IntegrityError, match="outgoing_mail_state_has_its_moment"):
        put(state="sent")


def test_a_sent_mail_has_no_text():
    with pytest.raises(IntegrityError, match="outgoing_mail_sent_keeps_no_text"):
        put(state="sent", sent_at=Now(), text="Buen día")


def test_a_mail_is_to_somebody():
    with pytest.raises(IntegrityError, match="outgoing_mail_has_a_recipient"):
        put(recipient="")


def test_a_mail_and_its_name_say_nothing_about_the_person():
    write()
    assert "persona0" not in str(OutgoingMail.objects.get())


def test_the_kinds_of_errors_that_mean_the_server_is_away():
    assert delivery._is_unavailable(ConnectionRefusedError())
    assert not delivery._is_unavailable(ValueError())
