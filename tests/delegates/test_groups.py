"""Does each group of the Ministry see its part of the admin and nothing else?

What each group may is declared in the `permissions.py` of each app; here somebody of each group opens every page.
"""

from urllib.parse import urlencode

import pytest
from django.apps import apps
from django.contrib import admin
from django.contrib.auth.models import Group, Permission
from django.contrib.contenttypes.models import ContentType
from django.core.management import call_command
from django.db.models.functions import Now
from django.test import Client
from django.urls import reverse

from accounts.staff_group_labels import (
    PURPOSES,
    labels_of,
    permission_label,
    permitted_actions,
    viewable_lists,
)
from delegates.models import RutDocument
from mipres_admin.access import groups
from mipres_admin.access.groups import StaffGroup, all_grants, may_do, may_view, sync_groups
from mipres_admin.backoffice.admin_base import ObjectActionsAdmin
from mipres_admin.outbox.models import OutgoingMail
from tests import factories

pytestmark = pytest.mark.django_db
# what nobody but auditor and superusuario sees
ONLY_ABOVE = {
    "accounts.secondfactorpolicy",
    "accounts.staffaccount",
    "accounts.impersonation",
    "auth.group",
    "delegates.privacyacceptance",
    "history.historyentry",
    "history.historylink",
    "history.historyseal",
    "jobs.jobrun",
    "tokens.serverclient",
    "tokens.signingkey",
}
ABOVE = {StaffGroup.AUDITOR, StaffGroup.SUPERUSUARIO}
# pages that are not of the stock admin
NOT_THERE = {"history.historyentry": 404, "registries.registryload": 404}
ADDING = {
    "registries.registryload": "registries.load_registry",
    "tokens.serverclient": "tokens.add_serverclient",
    "accounts.staffaccount": "accounts.manage_staff",
    "accounts.secondfactorpolicy": "accounts.add_secondfactorpolicy",
}
REGISTERED = {model._meta.label_lower: model_admin for model, model_admin in admin.site._registry.items()}
OBJECT_ACTIONS = [
    (label, action)
    for label, model_admin in REGISTERED.items()
    if isinstance(model_admin, ObjectActionsAdmin)
    for action in model_admin.object_actions
]


def declared(group):
    """App, model and codename of what the apps give to a group."""
    return {grant.key for grant in all_grants() if group in grant.groups}


def may(group, permission):
    """Whether the apps let a group do "app.codename"."""
    return permission in {f"{app}.{codename}" for app, _, codename in declared(group)}


def view_of(label):
    app, _, model = label.partition(".")
    return f"{app}.view_{model}"


def in_database(group):
    fields = ("content_type__app_label", "content_type__model", "codename")
    return set(Group.objects.get(name=group).permissions.values_list(*fields))


def client_of(group):
    client = Client()
    client.force_login(factories.make_staff(group))
    return client


# ---------------------------------------------------------------- what is declared


def test_each_group_has_exactly_its_declared_permissions(subtests):
    assert set(Group.objects.values_list("name", flat=True)) == set(StaffGroup.values) == set(PURPOSES)
    for group in StaffGroup:
        with subtests.test(group.value):
            assert in_database(group) == declared(group) != set()


def test_permissions_are_of_models_that_exist():
    models = {model._meta.label_lower for model in apps.get_models()}
    assert {grant.model for grant in all_grants()} <= models


def test_every_admin_is_seen_by_some_group(subtests):
    for label in REGISTERED:
        with subtests.test(label):
            seeing = {group for group in StaffGroup if may(group, view_of(label))}
            assert seeing >= ABOVE, f"Declare may_view for {label} in the permissions.py of its app."
            assert seeing > ABOVE or label in ONLY_ABOVE, (
                f"Only auditor and superusuario see {label}. If that is meant, say so in ONLY_ABOVE; else name the "
                "group in the permissions.py of its app."
            )


def test_every_object_action_is_done_by_who_sees_its_object(subtests):
    for label, action in OBJECT_ACTIONS:
        with subtests.test(label, action=action.slug):
            doing = {group for group in StaffGroup if may(group, action.permission)}
            assert StaffGroup.SUPERUSUARIO in doing, f"Declare {action.permission} in the permissions.py of its app."
            assert all(may(group, view_of(label)) for group in doing)


def test_the_auditor_changes_nothing():
    verbs = {codename for *_, codename in declared(StaffGroup.AUDITOR) if not codename.startswith("view_")}
    assert verbs == {"export_history"}


def test_only_superusers_administer_the_staff():
    assert [group for group in StaffGroup if may(group, "accounts.manage_staff")] == ["superusuario"]


# ---------------------------------------------------------------- the sync


def everything():
    """The permissions of the Ministry and who has them."""
    fields = ("content_type__app_label", "content_type__model", "codename", "name", "group__name")
    return sorted(Permission.objects.values_list(*fields).order_by(*fields), key=str)


def test_sync_run_twice_changes_nothing():
    before = everything()
    sync_groups()
    sync_groups()
    assert everything() == before


def test_migrate_runs_the_sync():
    Group.objects.all().delete()
    call_command("migrate", verbosity=0)
    assert {group: in_database(group) for group in StaffGroup} == {group: declared(group) for group in StaffGroup}


def test_sync_makes_a_new_permission_and_removes_it_when_undeclared(monkeypatch):
    before, declared_before = everything(), dict(groups._grants)
    monkeypatch.setattr(groups, "_grants", dict(declared_before))
    groups.register(may_do("entities.sede", "paint_sede", "Puede pintar sedes", StaffGroup.SOPORTE))
    sync_groups()
    permission = Permission.objects.get(codename="paint_sede")
    assert (permission.name, permission.content_type.model) == ("Puede pintar sedes", "sede")
    assert set(permission.group_set.values_list("name", flat=True)) == {"soporte", "superusuario"}
    monkeypatch.setattr(groups, "_grants", declared_before)
    sync_groups()
    assert everything() == before


def test_sync_revokes_permissions_granted_by_hand():
    before = everything()
    extra = Permission.objects.get(codename="manage_staff")
    Group.objects.get(name="soporte").permissions.add(extra)
    Permission.objects.create(
        codename="old_sede", name="Vieja", content_type=ContentType.objects.get(app_label="entities", model="sede")
    )
    sync_groups()
    assert everything() == before


def test_a_permission_is_declared_once(monkeypatch):
    monkeypatch.setattr(groups, "_grants", {})
    groups.register(*may_view("entities", "sede"))
    with pytest.raises(ValueError, match="declared twice"):
        groups.register(*may_view("entities", "sede", StaffGroup.SOPORTE))


# ---------------------------------------------------------------- in words


def test_permissions_of_a_group_read_in_spanish(subtests):
    for group in Group.objects.all():
        with subtests.test(group.name):
            words = [*viewable_lists(group), *permitted_actions(group)]
            assert words
            assert not [text for text in words if "Can " in text or "_" in text]


def test_permission_with_djangos_name_reads_in_spanish():
    permission = Permission.objects.get(codename="delete_portaltoken")
    assert permission.name.startswith("Can ")
    assert permission_label(permission) == "Eliminar tokens del portal"


def test_groups_are_named_in_their_order():
    assert labels_of(["superusuario", "soporte"]) == "Soporte, Superusuario"


def test_page_of_a_group_shows_members_and_permissions():
    factories.make_staff("revisor", login="REVISA")
    page = client_of("auditor").get(reverse("admin:auth_group_change", args=[Group.objects.get(name="revisor").pk]))
    for words in ("REVISA", "Registros de personas jurídicas", "Revisar registros de personas jurídicas"):
        assert words in page.text
    assert "Can view" not in page.text


def test_nobody_edits_a_group_by_hand(ministry):
    client = Client()
    client.force_login(ministry)
    group = Group.objects.get(name="soporte")
    where = reverse("admin:auth_group_change", args=[group.pk])
    assert client.post(where, {"name": "otro", "permissions": []}).status_code == 403
    assert client.get(reverse("admin:auth_group_add")).status_code == 403
    assert client.get(reverse("admin:auth_group_delete", args=[group.pk])).status_code == 403
    assert Group.objects.filter(name="soporte", permissions__isnull=False).exists()


# ---------------------------------------------------------------- every page × every group


def address(label, page, *args):
    return reverse(f"admin:{label.replace('.', '_')}_{page}", args=args)


def pointing():
    """Fields of the admin's models that point at another of them which can be searched."""
    return [
        (model._meta, field.name, admin.site._registry[field.related_model])
        for model in admin.site._registry
        for field in (*model._meta.fields, *model._meta.many_to_many)
        if field.related_model in admin.site._registry and admin.site._registry[field.related_model].search_fields
    ]


def failed_mail():
    return OutgoingMail.objects.create(
        template="x", recipient="a@correo.example", subject="x", text="Hola", state="failed", given_up_at=Now()
    )


def rut():
    registration = factories.make_registration()
    return RutDocument.objects.create(
        registration=registration, content=b"%PDF", sha256="0" * 64, checks=[], uploaded_by=registration.applicant
    )


@pytest.mark.parametrize("group", [*StaffGroup.values, ""])
def test_pages_of_the_admin_for_a_group(group, subtests):
    client = client_of(group)

    def expected(permission, there=200):
        return there if may(group, permission) else 403

    for label in REGISTERED:
        sees = view_of(label)
        with subtests.test("list", label=label):
            assert client.get(address(label, "changelist")).status_code == expected(sees)
        with subtests.test("page of what is not there", label=label):
            # those who may look are sent back to the list, or read that there is none
            status = client.get(address(label, "change", "0")).status_code
            assert status == expected(sees, NOT_THERE.get(label, 302))
        with subtests.test("adding", label=label):
            assert client.get(address(label, "add")).status_code == (
                expected(ADDING[label]) if label in ADDING else 403
            )
    with subtests.test("page and history of an object"):
        of_group = Group.objects.get(name="soporte").pk
        for page in ("change", "history"):
            assert client.get(address("auth.group", page, of_group)).status_code == expected("auth.view_group")
    for label, action in OBJECT_ACTIONS:
        with subtests.test("object action", label=label, action=action.slug):
            where = address(label, "action", "0", action.slug)
            assert client.get(where).status_code == expected(action.permission, 404)
            assert client.post(where, {"reason": "x"}).status_code == expected(action.permission, 404)
    fields = pointing()
    assert fields
    for opts, name, model_admin in fields:
        with subtests.test("autocomplete", model=opts.label, field=name):
            query = {"app_label": opts.app_label, "model_name": opts.model_name, "field_name": name, "term": "a"}
            status = client.get(f"/admin/autocomplete/?{urlencode(query)}").status_code
            assert status == expected(view_of(model_admin.opts.label_lower))


@pytest.mark.parametrize("group", [*StaffGroup.values, ""])
def test_first_page_and_special_pages_for_a_group(group, subtests):
    client = client_of(group)
    page = client.get("/admin/")
    with subtests.test("the index lists what the group sees and nothing else"):
        listed = {model["model"]._meta.label_lower for app in page.context["app_list"] for model in app["models"]}
        assert listed == {label for label in REGISTERED if may(group, view_of(label))}
    with subtests.test("only who has no group reads what to do"):
        assert page.status_code == 200
        assert ("todavía no está en ningún grupo" in page.text) == (group == "")
    with subtests.test("the admin leads to the portal and the portal to the admin"):
        assert '<a href="/">Ver el sitio</a>' in page.text or '<a href="/">Ver sitio</a>' in page.text
        home = client.get("/")
        assert home.status_code == 200
        assert 'href="/admin/"' in home.text
    with subtests.test("a RUT is read by who sees documents"):
        answer = client.get(reverse("download_rut", args=[rut().public_id]))
        assert answer.status_code == (200 if may(group, "delegates.view_rutdocument") else 404)
        assert (group in ("revisor", "auditor", "superusuario")) == (answer.status_code == 200)
    with subtests.test("a registration is decided by who reviews"):
        answer = client.post(
            address("delegates.entityregistration", "action", factories.make_registration().pk, "tomar")
        )
        assert (answer.status_code != 403) == (group in ("revisor", "superusuario"))
    with subtests.test("a failed mail offers to try again to who does it"):
        page = client.get(address("outbox.outgoingmail", "change", failed_mail().pk))
        assert ("Intentar de nuevo…" in page.text) == (group in ("soporte", "superusuario"))


@pytest.mark.parametrize("query", ["text__contains", "html__regex"])
def test_a_list_of_mails_cannot_be_filtered_by_text(query):
    assert client_of("soporte").get(address("outbox.outgoingmail", "changelist"), {query: "a"}).status_code == 400
