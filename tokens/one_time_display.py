"""How is a new token or secret shown only once? It waits, encrypted, in the session until the next page shows it."""

from datetime import timedelta
from typing import Any

from tokens.signing.encryption import decrypt, encrypt

TIMEOUT = timedelta(minutes=10)


def store(request: Any, purpose: str, *, object_id: str, secret: str) -> None:
    """Keep a secret for the next page of this session.

    Call it in the transaction that creates the object: a second click, which waits for that row, then finds both.
    """
    request.session[purpose] = {"id": object_id, "encrypted": encrypt(secret, purpose)}
    request.session.save()


def pop(request: Any, purpose: str, *, object_id: str | None = None) -> tuple[str, str] | None:
    """Take the object id and the secret out of the session on a GET; None if there is none for `object_id`."""
    stored = request.session.get(purpose) if request.method == "GET" else None
    if stored is None or object_id not in (None, stored["id"]):
        return None
    del request.session[purpose]
    secret = decrypt(stored["encrypted"], purpose, max_age=TIMEOUT)
    return (stored["id"], secret) if secret else None
