"""How does a file that somebody uploaded leave the portal? To be saved: a browser may do nothing else with it."""

from typing import Any

from django.http import HttpResponse


def uploaded_file(content: Any, content_type: str, file_name: str) -> HttpResponse:
    """The bytes as a download in a sandbox."""
    response = HttpResponse(bytes(content), content_type=content_type)
    response["Content-Disposition"] = f'attachment; filename="{file_name}"'
    response["Content-Security-Policy"] = "default-src 'none'; sandbox"
    response["X-Content-Type-Options"] = "nosniff"
    return response
