"""The groups of the Ministry are no longer rows of a migration: `mipres_admin.groups.sync_groups` writes them."""

from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0014_staff_account"),
        ("auth", "0012_alter_user_first_name_max_length"),
        ("contenttypes", "0002_remove_content_type_name"),
        ("delegates", "0004_review_registration"),
        ("entities", "0009_permissions_of_the_ministry"),
        ("mipres_admin", "0005_mail_that_was_given_up"),
        ("tokens", "0002_server_clients"),
    ]

    operations = []
