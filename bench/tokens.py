"""How much do GenerarToken and ValidarToken cost over their cryptography and SQL? `uv run python -m bench.tokens`.

Needs a migrated database of its own, named by DATABASE_URL, where it leaves one entity with a token:

    createdb bench && export MIPRES_MODE=test DATABASE_URL=postgres://user@127.0.0.1/bench
    uv run manage.py migrate && uv run python -m bench.tokens [--calls 400] [--rounds 7]

The portal, all of its middleware included, against a bare Django view without any middleware that only verifies the
same signature with the same loaded key, sends the same one statement and answers. Both through Django's WSGI handler
in this process, in interleaved rounds; the ratio is of requests per second, from the medians of one run. Exits with 1
below 0.5 (issuing) or 0.6 (verifying).
"""

import argparse
import hashlib
import secrets
import statistics
import sys
import time
import uuid
from base64 import urlsafe_b64encode
from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext
from datetime import timedelta
from io import BytesIO
from typing import Any

import jwt
from django.conf import settings
from django.core.handlers.wsgi import WSGIHandler
from django.core.management import call_command
from django.db import connection
from django.http import HttpRequest, JsonResponse
from django.test import override_settings
from django.urls import path

from accounts.models import Account, Person
from entities.models import Entity, EntityKind
from tokens.actions import issue_token
from tokens.models import PortalToken
from tokens.services import token_authorization
from tokens.signing import keys

LEAST = {"GenerarToken": 0.5, "ValidarToken": 0.6}
NIT = "899999999"


def benchmark_delegate() -> Account:
    entity, _ = Entity.objects.get_or_create(
        kind=EntityKind.EPS_C, nit=NIT, defaults={"name": "Banco", "eps_code": "EPS997"}
    )
    fields = {"first_name": "Banco", "first_surname": "Prueba", "verified_how": "ministerio"}
    person, _ = Person.objects.get_or_create(document_type="CC", document_number="1099999999", defaults=fields)
    account = Account.objects.filter(login="ADMEPSBENCH").first()
    return account or Account.objects.create_user("ADMEPSBENCH", entity=entity, person=person, email="b@correo.example")


def new_token(by: Account) -> str:
    """A token of that entity, in place of the last run's."""
    newest = PortalToken.objects.filter(entity=by.entity).newest().first()
    expected = str(newest.public_id) if newest else ""
    options: dict[str, Any] = {"name": "banco", "days": 1, "overlap": timedelta(0), "expected_token": expected}
    return issue_token(by=by, request_key=uuid.uuid4(), **options).token or ""


# ---------------------------------------------------------------- the bare view


def _statement(sql: str, params: dict[str, Any]) -> Any:
    with connection.cursor() as cursor:
        cursor.execute(sql, params)
        return cursor.fetchone()


def _claims(token: str) -> dict[str, Any]:
    key = keys.public_keys.get(jwt.get_unverified_header(token)["kid"])
    assert key is not None
    return jwt.decode(token, key, algorithms=["ES256"])


def bare_issue(request: HttpRequest, nit: str, token: str) -> JsonResponse:
    temporary = urlsafe_b64encode(secrets.token_bytes(32)).decode()
    params = {"jti": _claims(token)["jti"], "nit": nit, "scope": "suministros", "service": "WSSUMMIPRESNOPBS"}
    digest = hashlib.sha256(temporary.encode()).hexdigest()
    _statement(token_authorization.ISSUE_TEMPORARY, params | {"digest": digest})
    return JsonResponse(temporary, safe=False)


def bare_validate(request: HttpRequest, nit: str, token: str) -> JsonResponse:
    return JsonResponse(_statement(token_authorization.LOOK_UP, {"jti": _claims(token)["jti"]})[1], safe=False)


class BareUrls:
    urlpatterns = [
        path("WSSUMMIPRESNOPBS/api/GenerarToken/<nit>/<token>", bare_issue),
        path("WSMIPRESNOPBS/api/ValidarToken/<nit>/<token>", bare_validate),
    ]


# ---------------------------------------------------------------- measuring


def environment(address: str) -> dict[str, Any]:
    return {
        "REQUEST_METHOD": "GET", "PATH_INFO": address, "SCRIPT_NAME": "", "QUERY_STRING": "",
        "REMOTE_ADDR": "127.0.0.1", "SERVER_NAME": "localhost", "SERVER_PORT": "80", "SERVER_PROTOCOL": "HTTP/1.1",
        "wsgi.input": BytesIO(),
        "wsgi.errors": sys.stderr, "wsgi.url_scheme": "http", "wsgi.version": (1, 0), "wsgi.multithread": True,
        "wsgi.multiprocess": False, "wsgi.run_once": False, "HTTP_HOST": "localhost", "HTTP_USER_AGENT": "bench",
    }  # fmt: skip


def per_second(handler: WSGIHandler, address: str, times: int) -> float:
    """Requests per second of one round; every answer must be 200."""
    said: list[str] = []

    def answered(status: str, headers: list[tuple[str, str]], error: Any = None, /) -> Callable[[bytes], object]:
        said.append(status)
        return lambda data: None

    started = time.perf_counter()
    for _ in range(times):
        response: Any = handler(environment(address), answered)
        b"".join(response)
        response.close()
    took = time.perf_counter() - started
    assert set(said) == {"200 OK"}, set(said)
    return times / took


def compare(name: str, handlers: dict[str, WSGIHandler], address: str, times: int, rounds: int) -> bool:
    """Print one line; True when the portal is fast enough."""
    rates: dict[str, list[float]] = {which: [] for which in handlers}
    for _ in range(rounds + 1):
        for which, handler in handlers.items():
            with urls_of(which):
                rates[which].append(per_second(handler, address, times))
    portal, bare = (statistics.median(rates[which][1:]) for which in ("portal", "bare"))
    good = portal / bare >= LEAST[name]
    print(f"{name}: portal {portal:.0f}/s, bare {bare:.0f}/s, ratio {portal / bare:.2f} (at least {LEAST[name]})")
    return good


def urls_of(which: str) -> AbstractContextManager[Any]:
    """The bare view is found through addresses of its own."""
    return nullcontext() if which == "portal" else override_settings(ROOT_URLCONF=BareUrls)


def handler_with(middleware: list[str]) -> WSGIHandler:
    with override_settings(MIDDLEWARE=middleware):
        return WSGIHandler()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--calls", type=int, default=400, help="calls in a round")
    parser.add_argument("--rounds", type=int, default=7)
    options = parser.parse_args()
    call_command("check", verbosity=0)
    token = new_token(benchmark_delegate())
    token_authorization.entity_limit.allowed = 10**9
    handlers = {"portal": handler_with(settings.MIDDLEWARE), "bare": handler_with([])}
    addresses = {
        "GenerarToken": f"/WSSUMMIPRESNOPBS/api/GenerarToken/{NIT}/{token}",
        "ValidarToken": f"/WSMIPRESNOPBS/api/ValidarToken/{NIT}/{token}",
    }
    good = [compare(name, handlers, address, options.calls, options.rounds) for name, address in addresses.items()]
    sys.exit(not all(good))


if __name__ == "__main__":
    main()
