"""The roles and profiles of "Administrar autorizados"."""

from typing import Any

from django.db import migrations

# The words of the provider manual (screens of "Administrar autorizados"); those of IPS, ET and Proveedor follow them.
ROLES = {
    "EMPLEADOR": ("Empleador Persona Jurídica", ["IPS", "EPS_C", "EPS_S", "ET", "PROV"]),
    "EPS": ("Entidad Promotora de Salud", ["EPS_C", "EPS_S"]),
    "IPS": ("Institución Prestadora de Servicio", ["IPS"]),
    "ET": ("Entidad Territorial", ["ET"]),
    "PROVEEDOR": ("Proveedor", ["PROV"]),
}


PROFILES = {
    "DELEGADO": ("Delegado", ["EMPLEADOR", "EPS", "IPS", "ET", "PROVEEDOR"]),
    "PARENTESCO": ("Autorizados verificador documentos parentesco", ["EPS"]),
    "INTERNACION": ("Autorizado para reporte de internación", ["EPS", "IPS"]),
    "MESA_AYUDA": ("Autorizado mesa de ayuda", ["EPS"]),
    "IPS_PRIMARIA": ("Autorizado para administrar IPS primaria", ["EPS"]),
    "AFILIACION": ("Autorizado para ampliar la capacidad de afiliación", ["EPS"]),
}


def add_catalogues(apps: Any, schema_editor: Any) -> None:
    role_model, profile_model = (apps.get_model("delegates", f"Authorized{name}") for name in ("Role", "Profile"))
    for code, (name, kinds) in ROLES.items():
        role_model.objects.create(code=code, name=name, kinds=kinds)
    for code, (name, roles) in PROFILES.items():
        profile = profile_model.objects.create(code=code, name=name, is_delegate=code == "DELEGADO")
        profile.roles.set(roles)


def remove_catalogues(apps: Any, schema_editor: Any) -> None:
    for name in ("Profile", "Role"):
        apps.get_model("delegates", f"Authorized{name}").objects.all().delete()


class Migration(migrations.Migration):
    dependencies = [("delegates", "0002_sql")]
    operations = [migrations.RunPython(add_catalogues, remove_catalogues)]
