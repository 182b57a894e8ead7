"""Loads of ReTHUS, of the plazas of SSO and of the deceased keep how the rows were before, so that they can be undone."""

from django.db import migrations

from entities.registry.changes import keep_changes


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0011_viewing"),
        ("entities", "0008_registry_loads_from_the_admin"),
    ]

    operations = [
        keep_changes("accounts_profession", ("name",), key="code"),
        keep_changes("accounts_rethusentry", ("registry_number", "closed_on")),
        keep_changes("accounts_deceasedentry", ("deceased_on", "closed_on")),
        keep_changes("accounts_ssopost", ("document_type", "document_number", "sede_id", "starts_on", "ends_on")),
    ]
