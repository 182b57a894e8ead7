"""Is malware refused, and everything else while no verdict comes?"""

import pytest

from mipres_admin.antivirus import refuse_malware
from mipres_admin.refusals import Refused
from tests.antivirus import EICAR, running


def refused(content):
    with pytest.raises(Refused) as refusal:
        refuse_malware(content)
    return refusal.value.refusal


@pytest.mark.parametrize("content", [b"%PDF-1.4", b"x" * 1024 * 1024, b""], ids=["small", "1 MB", "empty"])
def test_clean_file_is_let_through(antivirus, content):
    refuse_malware(content)


def test_malware_is_refused_and_logged_without_the_file(antivirus, caplog):
    assert "programa malicioso" in refused(b"%PDF-1.4 " + EICAR).cause
    assert [record.getMessage() for record in caplog.records] == ["The antivirus refused an uploaded file."]


@pytest.mark.parametrize("answer", [b"INSTREAM size limit exceeded. ERROR", b"x" * 5_000, b"stream: OK FOUND?"])
def test_file_without_a_verdict_is_refused(settings, tmp_path, answer):
    settings.CLAMD_SOCKET = str(tmp_path / "s")
    with running(tmp_path / "s", answer):
        assert "no puede revisar archivos" in refused(b"%PDF-1.4").cause


def test_every_file_is_refused_while_the_daemon_is_away(settings, tmp_path):
    settings.CLAMD_SOCKET = str(tmp_path / "s")
    assert "no puede revisar archivos" in refused(b"%PDF-1.4").cause


def test_without_the_setting_nothing_is_scanned():
    refuse_malware(EICAR)
