"""`manage.py worker`: sends the mail, runs the periodic jobs and the queues of long work, until it is stopped."""

import logging
import signal
import time
from argparse import ArgumentParser
from threading import Thread
from typing import Any

from django.core.management import BaseCommand
from django.db import connections

from mipres_admin.jobs import scheduling
from mipres_admin.outbox.delivery import deliver_due

logger = logging.getLogger(__name__)

POLL_SECONDS = 1.0
MAX_PAUSE_SECONDS = 30.0
SLICE_SECONDS = 0.1


class Command(BaseCommand):
    help = "Envía los correos en espera y hace las tareas periódicas del portal. Varios pueden correr a la vez."
    stopping = False

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--once", action="store_true", help="hace lo que está pendiente y termina (para cron)")

    def handle(self, *args: Any, once: bool, **options: Any) -> None:
        if once:
            deliver_due()
            scheduling.run_due()
            scheduling.run_queues()
            return
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, self._stop)
        if options["verbosity"]:
            self.stdout.write("Enviando correos y haciendo tareas. Ctrl-C termina.")
            self.stdout.flush()
        queues = Thread(target=self._work_queues, name="queues")
        queues.start()
        pause = POLL_SECONDS
        while not self.stopping:
            pause = POLL_SECONDS if self._work_once() else min(pause * 2, MAX_PAUSE_SECONDS)
            self._sleep(pause)
        queues.join()

    def _work_queues(self) -> None:
        """Long work such as loads of registries, in a thread of its own: mail does not wait for it."""
        pause = POLL_SECONDS
        while not self.stopping:
            succeeded = scheduling.run_queues(stop=self._is_stopping)
            if not succeeded:
                # the next turn replaces a broken connection
                connections.close_all()
            pause = POLL_SECONDS if succeeded else min(pause * 2, MAX_PAUSE_SECONDS)
            self._sleep(pause)
        connections.close_all()

    def _stop(self, *_: Any) -> None:
        """Set a flag only: the mail that is being sent is finished first."""
        self.stopping = True

    def _is_stopping(self) -> bool:
        return self.stopping

    def _work_once(self) -> bool:
        """Do everything that is due; whether mail server and database answered, so that the next turn may come soon."""
        try:
            delivered = deliver_due(stop=self._is_stopping)
            scheduling.run_due(stop=self._is_stopping)
        except Exception:
            # mail must still be sent; the next turn replaces a broken connection
            logger.exception("The worker could not finish its turn.")
            connections.close_all()
            return False
        return not delivered.server_unavailable

    def _sleep(self, seconds: float) -> None:
        wake = time.monotonic() + seconds
        while not self.stopping and time.monotonic() < wake:
            time.sleep(SLICE_SECONDS)
