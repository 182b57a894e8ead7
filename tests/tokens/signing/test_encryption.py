"""Is a text encrypted for one purpose only, and for a limited time?"""

from datetime import timedelta

from tokens.signing.encryption import decrypt, encrypt


def test_text_for_one_purpose_is_not_decrypted_for_another():
    assert decrypt(encrypt("x", "new_token"), "signing") is None


def test_text_older_than_the_limit_is_not_decrypted():
    encrypted = encrypt("x", "new_token")
    assert decrypt(encrypted, "new_token", max_age=timedelta(minutes=1)) == "x"
    assert decrypt(encrypted, "new_token", max_age=timedelta(seconds=-1)) is None
