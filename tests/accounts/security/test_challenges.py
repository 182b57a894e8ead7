"""Who gets a challenge of a passkey? (the rest: actions/test_passkey_login, over the pages)"""

import pytest
from django.contrib.sessions.backends.db import SessionStore

from accounts.security import challenges

pytestmark = pytest.mark.django_db


def test_of_two_requests_that_read_one_challenge_one_gets_it():
    first, second = SessionStore(), SessionStore()
    for session in (first, second):
        challenges.keep(session, "log in", "abc")
    assert (challenges.take(first, "log in") == "abc", challenges.take(second, "log in") == "abc") == (True, False)


def test_without_a_challenge_each_answer_is_compared_with_another():
    session = SessionStore()
    assert len({challenges.take(session, "log in") for _ in range(3)}) == 3
    assert "" not in {challenges.take(session, "log in")}
