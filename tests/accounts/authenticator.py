"""A passkey in software: what a browser answers, and what a forger would (WebAuthn level 2, §6.1 and §7)."""

import hashlib
import json
import secrets
from dataclasses import dataclass, field
from typing import Any

from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256
from django.test import Client
from webauthn.helpers import bytes_to_base64url, encode_cbor

from accounts.models import Account, Passkey
from accounts.security.webauthn import user_handle

OPTIONS = "/ingresar/llave/"
PRESENT, VERIFIED, NEW = 0x01, 0x04, 0x40
# what no browser answers
GARBAGE = [
    "",
    "x",
    "[]",
    "{}",
    '{"id": 1}',
    '{"id": "\x00"}',
    '{"id": "a", "rawId": "a", "response": {}, "type": "x"}',
    "[" * 9_000,
]


@dataclass
class Authenticator:
    """One key pair, and what the device has kept with it: its name and the handle of the account."""

    handle: str = ""
    count: int = 0
    name: bytes = field(default_factory=lambda: secrets.token_bytes(16))
    key: ec.EllipticCurvePrivateKey = field(default_factory=lambda: ec.generate_private_key(ec.SECP256R1()))

    @property
    def public_key(self) -> bytes:
        numbers = self.key.public_key().public_numbers()
        x, y = (number.to_bytes(32, "big") for number in (numbers.x, numbers.y))
        return encode_cbor({1: 2, 3: -7, -1: 1, -2: x, -3: y})

    def save(self, account: Account) -> Passkey:
        """Add it to the account, as if its registration had been answered."""
        self.handle, name = user_handle(account), bytes_to_base64url(self.name)
        digest = hashlib.sha256(name.encode()).hexdigest()
        fields = {"credential_id": name, "credential_hash": digest, "public_key": self.public_key}
        return Passkey.objects.create(account=account, name="Llave", sign_count=self.count, **fields)

    def _answer(self, kind: str, challenge: str, origin: str, **response: Any) -> str:
        client = json.dumps({"type": kind, "challenge": challenge, "origin": origin, "crossOrigin": False}).encode()
        name = bytes_to_base64url(self.name)
        response |= {"clientDataJSON": bytes_to_base64url(client)}
        if data := response.pop("signed", None):
            signature = self.key.sign(data + hashlib.sha256(client).digest(), ec.ECDSA(SHA256()))
            response |= {"authenticatorData": bytes_to_base64url(data), "signature": bytes_to_base64url(signature)}
        return json.dumps({"id": name, "rawId": name, "type": "public-key", "response": response})

    def _data(self, site: str, flags: int, count: int) -> bytes:
        return hashlib.sha256(site.encode()).digest() + bytes([flags]) + count.to_bytes(4, "big")

    def register(self, options: dict[str, Any], flags: int = PRESENT | VERIFIED) -> str:
        """What the browser answers to the options of "Agregar una llave de acceso"."""
        self.handle = options["user"]["id"]
        data = self._data("testserver", flags | NEW, self.count) + bytes(16) + len(self.name).to_bytes(2, "big")
        statement = {"fmt": "none", "attStmt": {}, "authData": data + self.name + self.public_key}
        attestation = bytes_to_base64url(encode_cbor(statement))
        origin = "http://testserver"
        return self._answer("webauthn.create", options["challenge"], origin, attestationObject=attestation)

    def sign(
        self,
        challenge: str,
        *,
        origin: str = "http://testserver",
        site: str = "testserver",
        flags: int = PRESENT | VERIFIED,
        kind: str = "webauthn.get",
        handle: str | None = None,
    ) -> str:
        """What the browser answers to a challenge, with a count that is one higher; or what a forger changes in it."""
        self.count += 1
        handle = self.handle if handle is None else handle
        return self._answer(kind, challenge, origin, signed=self._data(site, flags, self.count), userHandle=handle)


def challenge_for(client: Client) -> str:
    """What the page "Ingresar" gets when "Usar una llave de acceso" is pressed."""
    return str(client.post(OPTIONS).json()["challenge"])


def log_in_with(client: Client, device: Authenticator, page: str = "/ingresar/", **forged: Any) -> Any:
    """Press "Usar una llave de acceso" and send what the device answers."""
    return client.post(page, {"answer": device.sign(challenge_for(client), **forged)})


def add(client: Client, device: Authenticator, **forged: Any) -> Any:
    """Send the form "Agregar una llave de acceso" with what the device answers."""
    page = "/seguridad/llave/"
    options = json.loads(client.get(page).context["options"])
    return client.post(page, {"name": "Llave", "answer": device.register(options, **forged)})
