"""`manage.py worker`: sends the mail, does the periodic jobs and the long work, until it is told to stop."""

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
LONGEST_PAUSE_SECONDS = 30.0
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
        beside = Thread(target=self._work_queues, name="queues")
        beside.start()
        pause = POLL_SECONDS
        while not self.stopping:
            pause = POLL_SECONDS if self._turn() else min(pause * 2, LONGEST_PAUSE_SECONDS)
            self._rest(pause)
        beside.join()

    def _work_queues(self) -> None:
        """Loads of registries and other long work: mail does not wait for them."""
        pause = POLL_SECONDS
        while not self.stopping:
            good = scheduling.run_queues(stop=self._is_stopping)
            if not good:
                # whatever it was; a broken connection is replaced by the next turn
                connections.close_all()
            pause = POLL_SECONDS if good else min(pause * 2, LONGEST_PAUSE_SECONDS)
            self._rest(pause)
        connections.close_all()

    def _stop(self, *_: Any) -> None:
        """Only a note: the mail that is just being handed over is finished first."""
        self.stopping = True

    def _is_stopping(self) -> bool:
        return self.stopping

    def _turn(self) -> bool:
        """Everything that is due; whether mail server and database answered, so that the next turn may come soon."""
        try:
            delivered = deliver_due(stop=self._is_stopping)
            scheduling.run_due(stop=self._is_stopping)
        except Exception:
            # whatever it was, mail must go on leaving; a broken connection is replaced by the next turn
            logger.exception("The worker could not finish its turn.")
            connections.close_all()
            return False
        return not delivered.server_unavailable

    def _rest(self, seconds: float) -> None:
        wake = time.monotonic() + seconds
        while not self.stopping and time.monotonic() < wake:
            time.sleep(SLICE_SECONDS)
