"""Which device does a User-Agent name?"""

import pytest

from accounts.security.user_agents import device_name
from tests.accounts.login_page import CHROME

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(
    ("agent", "words"),
    [
        (CHROME, "Chrome en Windows"),
        (f"{CHROME} Edg/140.0.0.0", "Edge en Windows"),
        ("Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0", "Firefox en Linux"),
        (
            "Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) Version/18.0 Mobile/15E148 Safari/604.1",
            "Safari en iPhone",
        ),
        (
            "Mozilla/5.0 (Linux; Android 15) SamsungBrowser/28.0 Chrome/130.0 Mobile Safari/537.36",
            "Samsung Internet en Android",
        ),
        ("<script>alert(1)</script>", "Navegador desconocido"),
        ("", "Navegador desconocido"),
    ],
)
def test_user_agent_names_browser_and_system(agent, words):
    assert device_name(agent) == words
