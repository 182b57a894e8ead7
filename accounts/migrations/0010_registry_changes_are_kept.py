"""Loads of ReTHUS and of the plazas of SSO keep how the rows were before, so that they can be undone."""

from django.db import migrations

from entities.registry.changes import keep_changes


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0009_second_factor_and_sessions"),
        ("entities", "0007_registry_loads_from_the_admin"),
    ]

    operations = [
        keep_changes("accounts_profession", ("name",), key="code"),
        keep_changes("accounts_rethusentry", ("registry_number", "closed_on")),
        keep_changes("accounts_ssopost", ("document_type", "document_number", "sede_id", "starts_on", "ends_on")),
    ]
