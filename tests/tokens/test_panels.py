"""Which tokens does the dashboard count?"""

import pytest

from tests.tokens.helpers import make_token
from tokens.panels import PANELS

pytestmark = pytest.mark.django_db


def test_expiring_tokens_are_counted_by_days(eps):
    make_token(eps, days=5)
    (panel,) = PANELS
    assert [(figure.label, figure.shown) for figure in panel.content().figures] == [
        ("Vencen en 7 días", "1"),
        ("Vencen en 30 días", "1"),
        ("Vencieron en los últimos 7 días", "0"),
    ]
