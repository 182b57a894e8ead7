"""Is a text encrypted for one purpose only, for a limited time, and so that no change of it is taken?"""

import base64
from datetime import timedelta

import pytest
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from tokens.signing import encryption
from tokens.signing.encryption import decrypt, encrypt


def test_text_for_one_purpose_is_not_decrypted_for_another():
    assert decrypt(encrypt("x", "new_token"), "signing") is None


def test_text_older_than_the_limit_is_not_decrypted():
    encrypted = encrypt("x", "new_token")
    assert decrypt(encrypted, "new_token", max_age=timedelta(minutes=1)) == "x"
    assert decrypt(encrypted, "new_token", max_age=timedelta(seconds=-1)) is None


def test_the_cipher_is_aes_gcm_with_256_bits(monkeypatch):
    keys = []
    monkeypatch.setattr(encryption, "AESGCM", lambda key: keys.append(key) or AESGCM(key))
    encryption._cipher.cache_clear()
    assert decrypt(encrypt("ñ", "a purpose of this test"), "a purpose of this test") == "ñ"
    assert [len(key) for key in keys] == [32]


@pytest.mark.parametrize("at", [0, 7, 8, 19, 20, -1])
def test_a_changed_byte_is_not_decrypted(at):
    data = bytearray(base64.urlsafe_b64decode(encrypt("x", "new_token")))
    data[at] ^= 1
    assert decrypt(base64.urlsafe_b64encode(data).decode(), "new_token") is None


@pytest.mark.parametrize("junk", ["", "x", "AAAA", "ñ", "A" * 36, "=" * 40])
def test_what_was_never_encrypted_is_not_decrypted(junk):
    assert decrypt(junk, "new_token") is None


def test_the_same_text_is_never_encrypted_alike():
    assert encrypt("x", "new_token") != encrypt("x", "new_token")
