"""What may a log line say? Never a person's data: no path, no query, no value that a database error repeats."""

import json
import logging
import traceback
from datetime import UTC, datetime
from types import TracebackType

from mipres_admin.origin import origin


class RouteInsteadOfPath(logging.Filter):
    """A line about a request names route, status and account (its number), and nothing that somebody typed."""

    def filter(self, record: logging.LogRecord) -> bool:
        """Rewrite the line of a request; every line passes."""
        request = getattr(record, "request", None)
        if request is not None and hasattr(request, "method"):
            match = getattr(request, "resolver_match", None)
            route = match.route if match else "(no route)"
            record.msg, record.args = "%s %s %s", (getattr(record, "status_code", "-"), request.method, route)
            # whose session it is; of an impersonation, that of the Ministry
            record.account = getattr(getattr(request, "account_session", None), "account_id", "")
        return True


class DiscreetFormatter(logging.Formatter):
    """A traceback with the places and the kinds of its exceptions, without their texts."""

    def formatException(  # noqa: N802  the name of the library's hook
        self, ei: tuple[type[BaseException], BaseException, TracebackType | None] | tuple[None, None, None]
    ) -> str:
        """The chain of exceptions, outermost last."""
        lines: list[str] = []
        error = ei[1]
        while error is not None:
            where = "".join(traceback.format_tb(error.__traceback__))
            lines.insert(0, f"{where}{type(error).__module__}.{type(error).__qualname__}")
            error = error.__cause__ or (None if error.__suppress_context__ else error.__context__)
        return "\n\n".join(lines)


class JsonFormatter(DiscreetFormatter):
    """One line is one JSON object: time, level, logger, message, where in the code, account, request, traceback."""

    def format(self, record: logging.LogRecord) -> str:
        """The line; it carries the id of the request, which the answer and the history carry too."""
        line = {
            "at": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname,
            "logger": record.name,
            "message": record.getMessage(),
            "where": f"{record.module}.{record.funcName}",
            "account": getattr(record, "account", ""),
            "request_id": origin.get().request_id,
            "exception": self.formatException(record.exc_info) if record.exc_info else "",
        }
        return json.dumps({name: value for name, value in line.items() if value}, ensure_ascii=False)
