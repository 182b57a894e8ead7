"""How is an uploaded workbook made, sent and applied in a test?"""

import io
from datetime import timedelta

from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from openpyxl import Workbook

from roles.actions import uploads as actions
from roles.exports import USER_COLUMNS
from roles.models import RoleAssignment
from roles.uploads.workbook_reader import SheetRow
from roles.validity import today

HEADINGS = [column.heading for column in USER_COLUMNS]
DAY = timedelta(days=1)


def in_days(number):
    return (today() + number * DAY).isoformat()


def row(user, sede, role, first="", last="", state="", **texts):
    person = user.person
    return {
        "TIPO DOCUMENTO": person.document_type,
        "NÚMERO DOCUMENTO": person.document_number,
        "CÓDIGO ENTIDAD": sede.code,
        "ROL": role,
        "DESDE": first,
        "HASTA": last,
        "ESTADO": state,
    } | texts


def book_of(*rows):
    book = Workbook()
    book.active.append(HEADINGS)
    for texts in rows:
        book.active.append([texts.get(heading) for heading in HEADINGS])
    file = io.BytesIO()
    book.save(file)
    return file.getvalue()


def send(client, data, name="usuarios.xlsx"):
    return client.post(reverse("upload_users"), {"file": SimpleUploadedFile(name, data)}, follow=True)


def upload(by, *rows):
    sheet = [SheetRow(number, texts) for number, texts in enumerate(rows, start=2)]
    return actions.make_upload(by=by, file_name="a.xlsx", sha256="0" * 64, rows=sheet)


def verdicts(upload):
    return [row["verdict"] for row in upload.rows]


def reason(upload):
    return upload.rows[-1]["reason"]


def apply(by, upload, mode="todo"):
    return actions.apply_upload(by=by, upload=upload, mode=mode)


def current_roles():
    current = RoleAssignment.objects.not_ended().order_by("role")
    return [(item.role, item.last_day and item.last_day.isoformat()) for item in current]


def downloaded(client):
    return client.get(reverse("download_users"), {"estado": "todos"}).getvalue()
