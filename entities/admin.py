"""What does the Ministry see of places, entities, their sedes and networks? Windows alone."""

from typing import Any

from django.contrib import admin
from django.db.models import Q, QuerySet

from entities import registry_admin  # noqa: F401  the window of the loads
from entities.models import Association, Department, Entity, Municipality, Sede
from mipres_admin.desk import ActingAdmin, Also, ReadOnlyAdmin


def matching(rows: Any, words: str) -> QuerySet[Any]:
    """What answers to the words, by the indexes of the portal."""
    found: QuerySet[Any] = rows.matching(words)
    return found


def of_either(rows: Any, words: str) -> QuerySet[Any]:
    """Associations whose owner or member answers to the words."""
    entities = Entity.objects.matching(words).values("pk")
    found: QuerySet[Any] = rows.filter(Q(owner__in=entities) | Q(member__in=entities))
    return found


@admin.register(Department)
class DepartmentAdmin(ReadOnlyAdmin):
    list_display = ("name", "code")
    search_fields = ("code", "name")
    also = (Also("Municipios", "entities_municipality", "department__code__exact"),)


@admin.register(Municipality)
class MunicipalityAdmin(ReadOnlyAdmin):
    list_display = ("name", "code", "department")
    list_filter = ("department",)
    list_select_related = ("department",)
    search_fields = ("code", "name")
    also = (Also("Sedes", "entities_sede", "municipality__code__exact"),)


@admin.register(Entity)
class EntityAdmin(ActingAdmin):
    list_display = ("name", "numbered", "kind", "eps_code", "is_active")
    list_filter = ("kind", "is_active")
    find = staticmethod(matching)
    search_help_text = "Razón social, NIT, código de EPS o comienzo del código de una sede."
    sortable_by = ()
    fieldsets = (
        (None, {"fields": ("name", "kind", "identification_type", "nit", "eps_code", "et_model")}),
        ("Estado", {"fields": ("is_active",)}),
    )
    also = (
        Also("Sedes", "entities_sede", "entity__id__exact"),
        Also("Delegados", "accounts_account", "entity__id__exact"),
        Also("Representantes legales", "delegates_representation", "entity__id__exact"),
        Also("Autorizados", "delegates_appointment", "entity__id__exact"),
        Also("Roles asignados", "accounts_roleassignment", "entity__id__exact"),
        Also("Tokens", "tokens_portaltoken", "entity__id__exact"),
        Also("Su red", "entities_association", "owner__id__exact"),
        Also("Redes a las que pertenece", "entities_association", "member__id__exact"),
        Also("Constancias", "accounts_certificate", "entity__id__exact"),
    )

    @admin.display(description="identificación")
    def numbered(self, entity: Entity) -> str:
        """Type and number."""
        return entity.numbered


@admin.register(Sede)
class SedeAdmin(ActingAdmin):
    list_display = ("code", "name", "entity", "municipality", "state")
    list_filter = (("closed_on", admin.EmptyFieldListFilter), "provider_class")
    list_select_related = ("entity", "municipality")
    find = staticmethod(matching)
    search_help_text = "Código o nombre de la sede."
    ordering = ("code",)
    sortable_by = ()
    fieldsets = (
        (None, {"fields": ("code", "name", "entity", "provider_class", "kept_by")}),
        ("Dónde", {"fields": ("municipality", "address", "phone", "email")}),
        ("Estado", {"fields": ("state", "closed_on", "is_main", "created_at", "reps_cut_on")}),
    )
    also = (
        Also("Roles asignados", "accounts_roleassignment", "sede__id__exact"),
        Also("Plazas de SSO", "accounts_ssopost", "sede__id__exact"),
    )

    @admin.display(description="estado")
    def state(self, sede: Sede) -> str:
        """Open or not, in the words of the lists."""
        return sede.state

    @admin.display(description="la mantiene")
    def kept_by(self, sede: Sede) -> str:
        """Who may change it: the answer to a button that is not there."""
        return "El proveedor, en el portal" if sede.is_of_provider else "El registro oficial (REPS o lista de EPS)"


@admin.register(Association)
class AssociationAdmin(ReadOnlyAdmin):
    list_display = ("owner", "member", "relation", "starts_at", "ends_at")
    list_filter = ("owner_kind", "member_kind", ("ends_at", admin.EmptyFieldListFilter))
    list_select_related = ("owner", "member")
    find = staticmethod(of_either)
    search_help_text = "Nombre o NIT de cualquiera de las dos entidades."
    ordering = ("-pk",)
    sortable_by = ()
    fields = ("owner", "member", "relation", "starts_at", "ends_at", "created_by", "ended_by")

    @admin.display(description="tipo de relación")
    def relation(self, association: Association) -> str:
        """Tipo Relación of the manual."""
        return association.relation
