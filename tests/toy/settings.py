"""The settings of the tests with the example app installed."""

from tests.settings import *  # noqa: F403
from tests.settings import INSTALLED_APPS

INSTALLED_APPS = [*INSTALLED_APPS, "tests.toy.notes"]
ROOT_URLCONF = "tests.toy.urls"
