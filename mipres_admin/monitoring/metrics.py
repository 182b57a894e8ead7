"""How busy is the portal, and how often does it fail? Figures for Prometheus, without anybody's data.

With several workers set PROMETHEUS_MULTIPROC_DIR (an empty folder at each start), or each counts only its own requests.
"""

import os
import time
from collections.abc import Callable

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.utils.crypto import constant_time_compare
from prometheus_client import CONTENT_TYPE_LATEST, REGISTRY, CollectorRegistry, Counter, Histogram, generate_latest
from prometheus_client.multiprocess import MultiProcessCollector

from mipres_admin.access.declarations import SAFE, public

ANSWERS = Counter("mipres_answers", "Answers by route, method and status", ("route", "method", "status"))
SECONDS = Histogram("mipres_answer_seconds", "Seconds until the answer begins, by route", ("route",))
METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "DELETE", "PATCH", "OPTIONS"})

GetResponse = Callable[[HttpRequest], HttpResponseBase]


class MetricsMiddleware:
    """Count each answer under its route, never under its path: a path can hold a token or a document."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        if not settings.METRICS_TOKEN:
            return self.get_response(request)
        began = time.perf_counter()
        response = self.get_response(request)
        route = request.resolver_match.route if request.resolver_match else "(none)"
        method = request.method if request.method in METHODS else "(other)"
        SECONDS.labels(route).observe(time.perf_counter() - began)
        ANSWERS.labels(route, method, response.status_code).inc()
        return response


def _figures() -> bytes:
    if "PROMETHEUS_MULTIPROC_DIR" not in os.environ:
        return generate_latest(REGISTRY)
    registry = CollectorRegistry()
    MultiProcessCollector(registry)
    return generate_latest(registry)


@public(methods=SAFE)
def metrics(request: HttpRequest) -> HttpResponse:
    """The figures, for `Authorization: Bearer MIPRES_METRICS_TOKEN`; 404 without it."""
    authorization = request.headers.get("Authorization", "")
    if not settings.METRICS_TOKEN or not constant_time_compare(authorization, f"Bearer {settings.METRICS_TOKEN}"):
        raise Http404
    return HttpResponse(_figures(), content_type=CONTENT_TYPE_LATEST)
