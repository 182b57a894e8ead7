"""Do the workbooks of users and of upload results have the columns that their headings name?"""

from roles.exports import RESULT_COLUMNS, USER_COLUMNS, result_rows, user_rows
from roles.models import RoleAssignment, RoleUpload


def test_user_row_has_a_text_for_each_column(prescriber, sede):
    (row,) = user_rows(RoleAssignment.objects.all())
    texts = dict(zip((column.heading for column in USER_COLUMNS), row, strict=True))
    assert (texts["USUARIO"], texts["CÓDIGO ENTIDAD"], texts["ESTADO"]) == (prescriber.login, sede.code, "Activo")


def test_result_row_says_whether_it_was_applied(ips):
    rows = [
        {"texts": {"ROL": "Rol_Anulador"}, "verdict": "alta", "reason": "", "words": "Asignar."},
        {"texts": {}, "verdict": "error", "reason": "Ingrese ROL.", "words": ""},
    ]
    previewed = list(result_rows(RoleUpload(entity=ips, rows=rows)))
    assert [row[-1] for row in previewed] == ["Alta por aplicar: Asignar.", "Error: Ingrese ROL."]
    assert {len(row) for row in previewed} == {len(RESULT_COLUMNS)}
    applied = list(result_rows(RoleUpload(entity=ips, rows=rows, state=RoleUpload.State.APPLIED)))
    assert applied[0][-1] == "Alta aplicada: Asignar."
