"""Which mail server do the tests use? A real one on loopback that can be stopped, started again and told to refuse."""

import email
import socket
from email.message import Message
from typing import Any

from aiosmtpd.controller import Controller


class Server:
    """An SMTP server on a port of its own; `inbox` survives its restarts."""

    def __init__(self) -> None:
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self.port: int = probe.getsockname()[1]
        self.inbox: list[Message] = []
        self.answer = "250 OK"
        self.answer_to_recipient = ""
        self._controller: Controller | None = None

    @property
    def mailers(self) -> dict[str, Any]:
        """The portal's settings for this server."""
        options = {"host": "127.0.0.1", "port": self.port, "timeout": 5}
        return {"default": {"BACKEND": "django.core.mail.backends.smtp.EmailBackend", "OPTIONS": options}}

    def start(self) -> None:
        self._controller = Controller(self, hostname="127.0.0.1", port=self.port)
        self._controller.start()

    def stop(self) -> None:
        if self._controller is not None:
            self._controller.stop()
            self._controller = None

    async def handle_RCPT(self, server, session, envelope, address, options):  # noqa: N802  the library's hook
        if self.answer_to_recipient:
            return self.answer_to_recipient
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server, session, envelope):  # noqa: N802  the library's hook
        if self.answer.startswith("250"):
            self.inbox.append(email.message_from_bytes(envelope.content))
        return self.answer
