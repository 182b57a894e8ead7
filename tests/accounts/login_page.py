"""How does a test log in? As a person does: it opens the page, reads the code of its own image, and sends the form."""

import re
from typing import Any

from django.test import Client

from accounts.captcha import challenge
from tests.factories import PASSWORD

PAGE = "/ingresar/"
CHROME = (
    "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0.0.0 Safari/537.36"
)


NOON = "2026-11-20T12:00:00-05:00"


def token_in(response: Any) -> str:
    """The captcha that this page was drawn with."""
    match = re.search(r'name="captcha_token" value="([^"]+)"', response.content.decode())
    assert match is not None
    return match[1]


def solution(client: Client, page: str = PAGE) -> dict[str, str]:
    """The fields of a captcha, filled in rightly."""
    token = token_in(client.get(page))
    captcha = challenge.find(client.session, token)
    assert captcha is not None
    return {"captcha_token": token, "captcha": captcha.challenge}


def log_in(client: Client, login: str, password: str = PASSWORD, page: str = PAGE, **fields: Any) -> Any:
    """Send the form with the right code, or with the fields given instead."""
    return client.post(page, {"login": login, "password": password} | solution(client) | fields)


def is_logged_in(client: Client) -> bool:
    return "_auth_user_id" in client.session
