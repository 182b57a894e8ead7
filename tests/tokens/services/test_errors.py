"""What does a refused call of a web service carry?"""

from tokens.services.errors import BadToken, CallRefused


def test_refusal_has_no_errors_or_headers_by_default():
    refusal = CallRefused(403, "No.")
    assert (refusal.status, refusal.message, refusal.errors, refusal.headers) == (403, "No.", [], {})


def test_bad_token_is_401():
    assert BadToken("No.").status == 401
