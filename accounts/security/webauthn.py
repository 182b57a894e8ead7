"""How are passkeys registered and verified? (WebAuthn level 2, by py_webauthn)

A passkey belongs to one host name; browsers refuse numeric addresses. Browsers that have none of this leave the other
factors.
"""

import hashlib
import ipaddress
import json
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

import webauthn
from django.utils.crypto import salted_hmac
from webauthn.helpers import base64url_to_bytes, bytes_to_base64url
from webauthn.helpers.structs import (
    AuthenticatorSelectionCriteria,
    AuthenticatorTransport,
    PublicKeyCredentialDescriptor,
    ResidentKeyRequirement,
    UserVerificationRequirement,
)

from accounts.models import Account, Passkey
from accounts.security.secrets import ISSUER

TIMEOUT_MS = 300_000
TRANSPORTS = {transport.value for transport in AuthenticatorTransport}


class NotVerified(Exception):
    """What the browser sent does not verify."""


@dataclass(frozen=True)
class Site:
    """Where the browser is: the host name that the passkey belongs to, and the whole origin."""

    host: str
    origin: str

    @property
    def takes_passkeys(self) -> bool:
        """Whether browsers make passkeys here: for a name, never for a numeric address."""
        with suppress(ValueError):
            ipaddress.ip_address(self.host.strip("[]"))
            return False
        return True


def site_of(host: str, *, secure: bool) -> Site:
    """The site of a request to `host` (with its port, as the browser knows it)."""
    name = host.rpartition(":")[0] if host.rpartition(":")[2].isdigit() else host
    return Site(name, f"{'https' if secure else 'http'}://{host}")


def _descriptors(passkeys: list[Passkey]) -> list[PublicKeyCredentialDescriptor]:
    return [
        PublicKeyCredentialDescriptor(
            id=base64url_to_bytes(passkey.credential_id),
            transports=[AuthenticatorTransport(transport) for transport in passkey.transports],
        )
        for passkey in passkeys
    ]


def _handle(account: Account) -> bytes:
    """Who it is, for the device: the same bytes each time, which say nothing about the person."""
    return salted_hmac("accounts.security.webauthn", str(account.pk), algorithm="sha256").digest()


def registration_options(account: Account, passkeys: list[Passkey], site: Site) -> tuple[str, str]:
    """What the browser is told to make a passkey that is none of `passkeys`: JSON, and the challenge in it."""
    options = webauthn.generate_registration_options(
        rp_id=site.host,
        rp_name=ISSUER,
        user_id=_handle(account),
        user_name=account.login,
        user_display_name=account.display_name,
        timeout=TIMEOUT_MS,
        exclude_credentials=_descriptors(passkeys),
        authenticator_selection=AuthenticatorSelectionCriteria(
            resident_key=ResidentKeyRequirement.PREFERRED, user_verification=UserVerificationRequirement.PREFERRED
        ),
    )
    return webauthn.options_to_json(options), bytes_to_base64url(options.challenge)


def assertion_options(passkeys: list[Passkey], site: Site) -> tuple[str, str]:
    """What the browser is told to use one of `passkeys`: JSON, and the challenge in it."""
    options = webauthn.generate_authentication_options(
        rp_id=site.host,
        timeout=TIMEOUT_MS,
        allow_credentials=_descriptors(passkeys),
        user_verification=UserVerificationRequirement.PREFERRED,
    )
    return webauthn.options_to_json(options), bytes_to_base64url(options.challenge)


def _transports(answer: str) -> list[str]:
    values = json.loads(answer)["response"].get("transports") or []
    return [transport for transport in values if isinstance(transport, str) and transport in TRANSPORTS]


def credential_id(answer: str) -> str:
    """The identifier of the passkey that answered. Raises NotVerified for what is no answer."""
    try:
        return str(json.loads(answer)["id"])
    except (ValueError, TypeError, KeyError, RecursionError):
        raise NotVerified from None


def read_registration(answer: str, challenge: str, site: Site) -> dict[str, Any]:
    """The fields of the passkey that the browser credential. Raises NotVerified."""
    try:
        credential = webauthn.verify_registration_response(
            credential=answer,
            expected_challenge=base64url_to_bytes(challenge),
            expected_rp_id=site.host,
            expected_origin=site.origin,
        )
        transports = _transports(answer)
    except Exception as error:
        # the library lets errors of CBOR, of cryptography and of plain Python through
        raise NotVerified from error
    name = bytes_to_base64url(credential.credential_id)
    return {
        "credential_id": name,
        "credential_hash": hashlib.sha256(name.encode()).hexdigest(),
        "public_key": credential.credential_public_key,
        "sign_count": credential.sign_count,
        "transports": transports,
    }


def read_assertion(answer: str, challenge: str, site: Site, passkey: Passkey) -> int:
    """The new count of signatures of `passkey`, which signed the challenge. Raises NotVerified."""
    try:
        verified = webauthn.verify_authentication_response(
            credential=answer,
            expected_challenge=base64url_to_bytes(challenge),
            expected_rp_id=site.host,
            expected_origin=site.origin,
            credential_public_key=bytes(passkey.public_key),
            credential_current_sign_count=passkey.sign_count,
        )
    except Exception as error:
        # as above
        raise NotVerified from error
    return verified.new_sign_count
