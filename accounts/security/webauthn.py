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
from webauthn.helpers import base64url_to_bytes, bytes_to_base64url
from webauthn.helpers.structs import (
    AuthenticatorSelectionCriteria,
    AuthenticatorTransport,
    PublicKeyCredentialDescriptor,
    ResidentKeyRequirement,
    UserVerificationRequirement,
)

from accounts.models import Account, Passkey
from accounts.security.secrets import ISSUER, derive

TIMEOUT_MS = 300_000
# a passkey verifies its holder by finger, face or PIN: it is two factors by itself (NIST SP 800-63B-4, 3.1.7)
VERIFIED_USER = UserVerificationRequirement.REQUIRED
# the key, in COSE, against which the answer of an unknown passkey is checked: nobody has kept its private half
NOBODYS_KEY = bytes.fromhex(
    "a50102032620012158203b10ce2ac4d37c708ed79b66ce208dba73163e5c5390d84ab35de9e21"
    "8844f30225820cf088a0d37f1d7ab102b8a28378ccaae01bf7ad8ee2bc3ff12dc922e465a8e65"
)
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


def user_handles(account: Account) -> list[str]:
    """Who it is, for the device, in base64url, under each secret: it says nothing about the person."""
    return [bytes_to_base64url(handle) for handle in derive("passkey", str(account.pk))]


def user_handle(account: Account) -> str:
    """Who it is, for a new passkey."""
    return user_handles(account)[0]


def registration_options(account: Account, passkeys: list[Passkey], site: Site) -> tuple[str, str]:
    """What the browser is told to make a passkey that is none of `passkeys`: JSON, and the challenge in it."""
    options = webauthn.generate_registration_options(
        rp_id=site.host,
        rp_name=ISSUER,
        user_id=base64url_to_bytes(user_handle(account)),
        user_name=account.login,
        user_display_name=account.display_name,
        timeout=TIMEOUT_MS,
        exclude_credentials=_descriptors(passkeys),
        authenticator_selection=AuthenticatorSelectionCriteria(
            resident_key=ResidentKeyRequirement.REQUIRED, user_verification=VERIFIED_USER
        ),
    )
    return webauthn.options_to_json(options), bytes_to_base64url(options.challenge)


def assertion_options(passkeys: list[Passkey], site: Site) -> tuple[str, str]:
    """What the browser is told to use one of `passkeys`, else any of `site`: JSON, and the challenge in it."""
    options = webauthn.generate_authentication_options(
        rp_id=site.host,
        timeout=TIMEOUT_MS,
        allow_credentials=_descriptors(passkeys),
        user_verification=VERIFIED_USER,
    )
    return webauthn.options_to_json(options), bytes_to_base64url(options.challenge)


def _transports(answer: str) -> list[str]:
    values = json.loads(answer)["response"].get("transports") or []
    return [transport for transport in values if isinstance(transport, str) and transport in TRANSPORTS]


def hash_of_credential(answer: str) -> str:
    """The hash of the name that the passkey gives itself; of "" for what is no answer."""
    try:
        name = str(json.loads(answer)["id"])
    except (ValueError, TypeError, KeyError, RecursionError):
        name = ""
    return _hash(name)


def answered_handle(answer: str) -> str:
    """The handle of the account that a verified answer is for; "" where the device has kept none."""
    return str(json.loads(answer)["response"].get("userHandle") or "")


def _hash(credential_id: str) -> str:
    return hashlib.sha256(credential_id.encode(errors="replace")).hexdigest()


def read_registration(answer: str, challenge: str, site: Site) -> dict[str, Any]:
    """The fields of the passkey that the browser made. Raises NotVerified."""
    try:
        credential = webauthn.verify_registration_response(
            credential=answer,
            expected_challenge=base64url_to_bytes(challenge),
            expected_rp_id=site.host,
            expected_origin=site.origin,
            require_user_verification=True,
        )
        transports = _transports(answer)
    except Exception as error:
        # the library lets errors of CBOR, of cryptography and of plain Python through
        raise NotVerified from error
    name = bytes_to_base64url(credential.credential_id)
    return {
        "credential_id": name,
        "credential_hash": _hash(name),
        "public_key": credential.credential_public_key,
        "sign_count": credential.sign_count,
        "transports": transports,
    }


def read_assertion(answer: str, challenge: str, site: Site, passkey: Passkey | None) -> int:
    """The new count of signatures of `passkey`, which signed the challenge and verified its holder.

    Raises NotVerified; after the same work when there is no such passkey.
    """
    try:
        verified = webauthn.verify_authentication_response(
            credential=answer,
            expected_challenge=base64url_to_bytes(challenge),
            expected_rp_id=site.host,
            expected_origin=site.origin,
            credential_public_key=bytes(passkey.public_key if passkey else NOBODYS_KEY),
            credential_current_sign_count=passkey.sign_count if passkey else 0,
            require_user_verification=True,
        )
    except Exception as error:
        # as above
        raise NotVerified from error
    return verified.new_sign_count
