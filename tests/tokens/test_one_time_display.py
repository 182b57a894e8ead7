"""Is a secret in the session shown once, and only on the page of its object?"""

from django.contrib.sessions.backends.signed_cookies import SessionStore
from django.test import RequestFactory

from tokens import one_time_display


def request_with_secret():
    request = RequestFactory().get("/")
    request.session = SessionStore()
    one_time_display.store(request, "new_client", object_id="7", secret="s3cret")
    return request


def test_secret_is_encrypted_in_the_session_and_shown_once():
    request = request_with_secret()
    assert "s3cret" not in str(dict(request.session))
    assert one_time_display.pop(request, "new_client", object_id="7") == ("7", "s3cret")
    assert one_time_display.pop(request, "new_client", object_id="7") is None


def test_page_of_another_object_leaves_the_secret():
    request = request_with_secret()
    assert one_time_display.pop(request, "new_client", object_id="8") is None
    assert one_time_display.pop(request, "new_client") == ("7", "s3cret")


def test_post_leaves_the_secret():
    request = request_with_secret()
    request.method = "POST"
    assert one_time_display.pop(request, "new_client") is None
    assert "new_client" in request.session
