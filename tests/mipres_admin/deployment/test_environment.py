"""Do the settings read a variable, or the file that it names?"""

import pytest
from django.core.exceptions import ImproperlyConfigured

from mipres_admin.deployment.environment import environment


@pytest.fixture
def env():
    return environment()


def test_a_secret_is_read_from_its_file_without_the_last_line_end(env, monkeypatch, tmp_path):
    (tmp_path / "secret").write_text("k7k7\n")
    monkeypatch.setenv("MIPRES_A_SECRET", "old")
    monkeypatch.setenv("MIPRES_A_SECRET_FILE", str(tmp_path / "secret"))
    assert env.str("MIPRES_A_SECRET") == "k7k7"


def test_a_list_is_read_from_a_file(env, monkeypatch, tmp_path):
    (tmp_path / "secrets").write_text("a,b\n")
    monkeypatch.setenv("MIPRES_SOME_SECRETS_FILE", str(tmp_path / "secrets"))
    assert env.list("MIPRES_SOME_SECRETS") == ["a", "b"]


def test_without_a_file_the_variable_counts(env, monkeypatch):
    monkeypatch.setenv("MIPRES_A_SECRET", "k7")
    assert env.str("MIPRES_A_SECRET") == "k7"
    assert env.str("MIPRES_NO_SECRET", default="") == ""


def test_a_missing_file_is_said_by_the_name_of_its_variable(env, monkeypatch):
    monkeypatch.setenv("MIPRES_A_SECRET_FILE", "/nowhere/secret")
    with pytest.raises(ImproperlyConfigured, match="MIPRES_A_SECRET_FILE names a file that cannot be read"):
        env.str("MIPRES_A_SECRET")
