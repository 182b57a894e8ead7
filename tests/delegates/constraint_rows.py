"""What do the tests of the constraints share?"""

import pytest
from django.db import IntegrityError
from django.utils import timezone

NOW = timezone.now()


def refused_by(name):
    return pytest.raises(IntegrityError, match=name)
