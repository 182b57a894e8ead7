"""What does PostgreSQL refuse about uploaded workbooks?"""

import pytest
from django.db import IntegrityError

from roles.models import RoleUpload

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(
    ("wrong", "name"),
    [
        ({"state": "applied"}, "role_upload_applied_by_someone_at_some_time"),
        ({"mode": "todo"}, "role_upload_applied_by_someone_at_some_time"),
        ({"sha256": "x"}, "role_upload_sha256_well_formed"),
        ({"file_name": ""}, "role_upload_names_its_file"),
    ],
)
def test_incomplete_upload_is_refused(delegate, wrong, name):
    fields = {"entity": delegate.entity, "made_by": delegate, "file_name": "a", "sha256": "0" * 64, "rows": []}
    with pytest.raises(IntegrityError, match=name):
        RoleUpload.objects.create(**(fields | wrong))
