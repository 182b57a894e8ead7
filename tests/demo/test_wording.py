"""Does anybody read codes of the software, or two points, on any page, file or mail of the demonstration?"""

import io
import re

import pytest
from django.test import Client
from django.urls import Resolver404, resolve
from openpyxl import load_workbook
from pypdf import PdfReader

from accounts.models import Account
from demo import content
from mipres_admin.outbox.models import OutgoingMail
from tests.wording import raw_words, shown

LINK = re.compile(r'href="(/[^"#]*)')


@pytest.fixture
def logins(db, settings, tmp_path):
    settings.MAIL_PREVIEW_ROOT = tmp_path
    content.load_registries()
    return [login.login for login in content.load_people()]


def text_of(response):
    """What a page or a file says."""
    content_type, body = response["Content-Type"], response.getvalue()
    if "html" in content_type:
        return shown(body.decode())
    if "sheet" in content_type:
        sheets = load_workbook(io.BytesIO(body), read_only=True).worksheets
        return "\n".join(str(cell) for sheet in sheets for row in sheet.values for cell in row if cell is not None)
    if "pdf" in content_type:
        return "\n".join(page.extract_text() for page in PdfReader(io.BytesIO(body)).pages)
    return ""


def pages(client, start="/"):
    """The pages and files to which links lead: one of each view."""
    queue, known, seen = [start], {start}, set()
    while queue:
        address = queue.pop(0)
        try:
            match = resolve(address.partition("?")[0])
        except Resolver404:
            continue
        # the admin's pages are looked at model by model in tests/mipres_admin/backoffice/test_admin_base.py
        if match.view_name in seen or "admin" in match.namespaces:
            continue
        seen.add(match.view_name)
        response = client.get(address)
        yield address, response
        if "html" in response.get("Content-Type", "") and response.status_code == 200:
            links = [link.replace("&amp;", "&") for link in LINK.findall(response.text)]
            queue += [link for link in dict.fromkeys(links) if link not in known]
            known.update(links)


def test_nobody_reads_codes_of_the_software(logins, subtests):
    for login in logins:
        client = Client()
        client.force_login(Account.objects.get(login=login))
        for address, response in pages(client):
            with subtests.test(login, address=address):
                assert raw_words(text_of(response)) == []
    for mail in OutgoingMail.objects.all():
        with subtests.test(mail.template):
            assert raw_words(f"{mail.subject}\n{mail.text}") == []
