"""What does the Ministry see of places, entities, their sedes and networks?"""

from typing import Any

from django.contrib import admin
from django.db.models import Q, QuerySet
from django.http import HttpRequest
from django.urls import reverse
from django.utils.html import format_html

from entities.models import Association, Department, Entity, EntityKind, Municipality, Sede
from mipres_admin.backoffice.admin_base import (
    NewestFirst,
    ObjectActionsAdmin,
    ReadOnlyAdmin,
    RelatedList,
    column,
    register_related_lists,
)
from mipres_admin.formatting import format_day

# the days of what has `validity`; its moments would show an end one day late
VALIDITY_COLUMNS = (
    column("desde", lambda obj: format_day(obj.validity.first), "starts_at"),
    column("hasta", lambda obj: format_day(obj.validity.last), "ends_at"),
)


def matching(rows: Any, words: str) -> Any:
    """The rows that match the words."""
    return rows.matching(words)


def of_either(rows: QuerySet[Any], words: str) -> QuerySet[Any]:
    """Associations whose owner or member matches the words."""
    entities = Entity.objects.matching(words).values("pk")
    return rows.filter(Q(owner__in=entities) | Q(member__in=entities))


@admin.register(Department)
class DepartmentAdmin(ReadOnlyAdmin):
    list_display = ("name", "code")
    search_fields = ("code", "name")


@admin.register(Municipality)
class MunicipalityAdmin(ReadOnlyAdmin):
    list_display = ("name", "code", "department")
    list_filter = ("department",)
    list_select_related = ("department",)
    search_fields = ("code", "name")


@admin.register(Entity)
class EntityAdmin(ObjectActionsAdmin):
    list_display = ("name", "identification", "kind", "eps_code", "is_active")
    list_filter = ("kind", "is_active")
    search = staticmethod(matching)
    search_help_text = "Razón social, NIT, código de EPS; código o nombre de una sede."
    sortable_by = ()
    fieldsets = (
        (None, {"fields": ("name", "kind", "identification_type", "nit", "eps_code", "et_model")}),
        ("Estado", {"fields": ("is_active",)}),
    )
    identification = column("identificación", lambda entity: entity.identification)

    def get_fieldsets(self, request: HttpRequest, obj: Any = None) -> Any:
        """Of a Proveedor, which IPS has the REPS sedes besides those of its list."""
        fieldsets = super().get_fieldsets(request, obj)
        if getattr(obj, "kind", None) != EntityKind.PROVEEDOR:
            return fieldsets
        return (*fieldsets, ("Sedes", {"fields": ("sedes_of_reps",)}))

    @admin.display(description="sedes del REPS")
    def sedes_of_reps(self, provider: Entity) -> str:
        """The IPS with the NIT of a Proveedor, by a link to its page."""
        ips = Entity.objects.having_sedes_of(provider).exclude(pk=provider.pk).first()
        if ips is None:
            return "Ninguna: no hay una IPS con este NIT"
        return format_html(
            '<a href="{}">Las de la IPS {}</a>', reverse("admin:entities_entity_change", args=[ips.pk]), ips
        )


@admin.register(Sede)
class SedeAdmin(ObjectActionsAdmin):
    list_display = ("code", "name", "entity", "municipality", "state")
    list_filter = (("closed_on", admin.EmptyFieldListFilter), "provider_class")
    list_select_related = ("entity", "municipality")
    search = staticmethod(matching)
    search_help_text = "Código o nombre de la sede."
    ordering = ("code",)
    sortable_by = ()
    fieldsets = (
        (None, {"fields": ("code", "name", "entity", "provider_class", "edited_by")}),
        ("Dónde", {"fields": ("municipality", "address", "phone", "email")}),
        ("Estado", {"fields": ("state", "closed_on", "is_main", "created_at", "reps_snapshot_date")}),
    )
    state = column("estado", lambda sede: sede.state)

    @admin.display(description="la mantiene")
    def edited_by(self, sede: Sede) -> str:
        """Who may change it: why some sedes have no buttons."""
        return "El proveedor, en el portal" if sede.is_of_provider else "El registro oficial (REPS o lista de EPS)"


@admin.register(Association)
class AssociationAdmin(NewestFirst, ReadOnlyAdmin):
    list_display = ("owner", "member", "relation", "first_day", "last_day")
    list_filter = ("owner_kind", "member_kind", ("ends_at", admin.EmptyFieldListFilter))
    list_select_related = ("owner", "member")
    search = staticmethod(of_either)
    search_help_text = "Nombre o NIT de cualquiera de las dos entidades."
    fields = ("owner", "member", "relation", "first_day", "last_day", "created_by", "ended_by")
    relation = column("tipo de relación", lambda association: association.relation)
    first_day, last_day = VALIDITY_COLUMNS


register_related_lists(Department, RelatedList("Municipios", Municipality, "department__code__exact", 10))
register_related_lists(Municipality, RelatedList("Sedes", Sede, "municipality__code__exact", 10))
register_related_lists(
    Entity,
    RelatedList("Sedes", Sede, "entity__id__exact", 10),
    RelatedList("Su red", Association, "owner__id__exact", 70),
    RelatedList("Redes a las que pertenece", Association, "member__id__exact", 80),
)
