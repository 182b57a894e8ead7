from django.db import migrations, models
from django.db.models import Q

NONE_WAS_ASKED = "No se escribió motivo: entonces no se pedía."


def say_why(apps, schema_editor):
    steps = apps.get_model("delegates", "RegistrationStep").objects
    steps.filter(reason="").exclude(state="enviada").update(reason=NONE_WAS_ASKED)


class Migration(migrations.Migration):
    dependencies = [("delegates", "0005_groups_of_the_ministry")]

    operations = [
        migrations.RunPython(say_why, migrations.RunPython.noop),
        migrations.RemoveConstraint("registrationstep", "registration_step_says_why"),
        migrations.AddConstraint(
            "registrationstep",
            models.CheckConstraint(
                condition=Q(state="enviada") | ~Q(reason=""),
                name="registration_step_says_why",
                violation_error_message="Ingrese el motivo: la persona lo lee.",
            ),
        ),
    ]
