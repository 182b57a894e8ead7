"""Which groups does the Ministry have, what does each see, and what does each do? The two tables say all of it.

Groups are code: nobody edits them by hand. A model or an act that comes later gets its line here before its release,
and a migration like this one after it. The rows of permissions are made here because Django makes its own only when
every migration has run.
"""

from collections import defaultdict
from collections.abc import Iterator

from django.db import migrations

GROUPS = ("soporte", "revisor", "cargador", "auditor", "superusuario")

# model: the groups that see it, besides auditor and superusuario, who see all of them
SEEN = {
    "accounts.account": "soporte",
    "accounts.accountsession": "soporte",
    "accounts.authenticatorapp": "soporte",
    "accounts.certificate": "soporte",
    "accounts.deceasedentry": "soporte cargador",
    "accounts.passkey": "soporte",
    "accounts.passwordlink": "soporte",
    "accounts.passwordrecord": "",
    "accounts.person": "soporte",
    "accounts.profession": "soporte cargador",
    "accounts.recoverycode": "",
    "accounts.registereduser": "soporte",
    "accounts.rethusentry": "soporte cargador",
    "accounts.roleassignment": "soporte",
    "accounts.roleending": "soporte",
    "accounts.roleupload": "soporte",
    "accounts.secondfactorpolicy": "",
    "accounts.ssopost": "soporte cargador",
    "accounts.staffaccount": "",
    "accounts.suspension": "soporte",
    "accounts.viewing": "",
    "auth.group": "",
    "delegates.appointment": "soporte",
    "delegates.authorizedprofile": "soporte",
    "delegates.authorizedrole": "soporte",
    "delegates.delegateaccount": "soporte",
    "delegates.emailchange": "soporte",
    "delegates.entityregistration": "revisor",
    "delegates.privacyacceptance": "",
    "delegates.registrationstep": "revisor",
    "delegates.representation": "revisor",
    "delegates.rutdocument": "revisor",
    "delegates.signup": "soporte",
    "entities.association": "soporte cargador",
    "entities.department": "cargador",
    "entities.entity": "soporte cargador",
    "entities.municipality": "cargador",
    "entities.registryload": "cargador",
    "entities.sede": "soporte cargador",
    "mipres_admin.historyentry": "",
    "mipres_admin.historylink": "",
    "mipres_admin.historyseal": "",
    "mipres_admin.jobrun": "",
    "mipres_admin.outgoingmail": "soporte",
    "mipres_admin.ratecounter": "soporte",
    "tokens.portaltoken": "soporte",
    "tokens.serverclient": "",
    "tokens.signingkey": "",
    "tokens.temporarytoken": "soporte",
    "tokens.tokenreminder": "soporte",
    "tokens.tokenuse": "soporte",
}

# model, codename, its name in words ("Puede …"), and the groups that do it, besides superusuario, who does everything
DONE = (
    ("accounts.account", "suspend_account", "Puede suspender y reactivar delegados", "soporte"),
    ("accounts.account", "unlock_account", "Puede desbloquear cuentas", "soporte"),
    ("accounts.account", "end_sessions", "Puede cerrar las sesiones de una cuenta", "soporte"),
    ("accounts.account", "reset_second_factor", "Puede retirar los segundos factores de una cuenta", "soporte"),
    ("accounts.account", "view_as_delegate", "Puede ver el portal como lo ve un delegado", "soporte"),
    ("accounts.account", "manage_staff", "Puede administrar al personal del Ministerio", ""),
    ("accounts.roleassignment", "end_roleassignment", "Puede terminar roles asignados", "soporte"),
    ("accounts.secondfactorpolicy", "add_secondfactorpolicy", "Puede hacer obligatorio el segundo factor", ""),
    ("accounts.secondfactorpolicy", "change_secondfactorpolicy", "Puede cambiar desde cuándo es obligatorio", ""),
    ("accounts.secondfactorpolicy", "delete_secondfactorpolicy", "Puede hacer opcional el segundo factor", ""),
    ("delegates.entityregistration", "review_registration", "Puede revisar registros de personas jurídicas", "revisor"),
    ("entities.entity", "suspend_entity", "Puede suspender y reactivar entidades", ""),
    ("entities.registryload", "load_registry", "Puede cargar registros oficiales", "cargador"),
    ("entities.registryload", "undo_load", "Puede deshacer la última carga de un registro", "cargador"),
    ("entities.sede", "disable_sede", "Puede deshabilitar sedes", "soporte"),
    ("mipres_admin.historyentry", "export_history", "Puede exportar la historia", "auditor"),
    ("mipres_admin.outgoingmail", "change_outgoingmail", "Puede poner de nuevo en espera los correos", "soporte"),
    ("tokens.portaltoken", "change_portaltoken", "Puede revocar tokens del portal", "soporte"),
    ("tokens.serverclient", "add_serverclient", "Puede crear servidores clientes", ""),
    ("tokens.serverclient", "change_serverclient", "Puede retirar servidores clientes", ""),
)


def rows() -> Iterator[tuple[str, str, str, set[str]]]:
    """Each permission with the groups that have it: model, codename, name, groups."""
    for model, groups in SEEN.items():
        name = model.partition(".")[2]
        yield model, f"view_{name}", f"Puede ver {name}", {*groups.split(), "auditor", "superusuario"}
    for model, codename, words, groups in DONE:
        yield model, codename, words, {*groups.split(), "superusuario"}


def make_groups(apps, schema_editor):
    db = schema_editor.connection.alias
    contents, permissions = (
        apps.get_model(app, name).objects.using(db)
        for app, name in (("contenttypes", "ContentType"), ("auth", "Permission"))
    )
    held = defaultdict(list)
    for model, codename, words, groups in rows():
        app_label, _, name = model.partition(".")
        content_type, _ = contents.get_or_create(app_label=app_label, model=name)
        permission, _ = permissions.update_or_create(
            content_type=content_type, codename=codename, defaults={"name": words}
        )
        for group in groups:
            held[group].append(permission)
    for name in GROUPS:
        group, _ = apps.get_model("auth", "Group").objects.using(db).get_or_create(name=name)
        group.permissions.set(held[name])


def remove_groups(apps, schema_editor):
    """The groups, and with them who is in which; the permissions are Django's to keep."""
    apps.get_model("auth", "Group").objects.using(schema_editor.connection.alias).filter(name__in=GROUPS).delete()


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

    operations = [migrations.RunPython(make_groups, remove_groups)]
