"""Does each group of the Ministry see its part of the admin and nothing else?

What each group may is the table of the migration; here every page of the admin is asked for by somebody of each group.
"""

import importlib
from urllib.parse import urlencode

import pytest
from django.apps import apps
from django.contrib import admin
from django.contrib.auth.models import Group, Permission
from django.db import connection
from django.db.migrations.executor import MigrationExecutor
from django.db.models.functions import Now
from django.test import Client
from django.urls import reverse

from accounts.staff.groups import PURPOSES, StaffGroup, deed_of, done_by, labels_of, seen_by
from delegates.models import RutDocument
from mipres_admin.admin_base import ObjectActionsAdmin
from mipres_admin.models import OutgoingMail
from tests import cast

pytestmark = pytest.mark.django_db
TABLE = importlib.import_module("delegates.migrations.0005_groups_of_the_ministry")
# what nobody but auditor and superusuario sees
ONLY_ABOVE = {
    "accounts.passwordrecord",
    "accounts.recoverycode",
    "accounts.secondfactorpolicy",
    "accounts.staffaccount",
    "accounts.viewing",
    "auth.group",
    "delegates.privacyacceptance",
    "mipres_admin.historyentry",
    "mipres_admin.historylink",
    "mipres_admin.historyseal",
    "mipres_admin.jobrun",
    "tokens.callcounter",
    "tokens.serverclient",
    "tokens.signingkey",
}
ABOVE = {"auditor", "superusuario"}
# pages that are not of the stock admin
NOT_THERE = {"mipres_admin.historyentry": 404, "entities.registryload": 404}
REGISTERED = {model._meta.label_lower: desk for model, desk in admin.site._registry.items()}
GROUPS = [*StaffGroup.values, ""]


def wanted():
    """What the table gives to each group."""
    held = {group: set() for group in TABLE.GROUPS}
    for model, codename, _, groups in TABLE.rows():
        for group in groups:
            held[group].add((*model.split("."), codename))
    return held


def may(group, permission):
    """Whether the table lets a group do "app.codename"."""
    return permission in {f"{app}.{codename}" for app, _, codename in wanted().get(group, ())}


def client_of(group):
    client = Client()
    client.force_login(cast.make_staff(group))
    return client


# ---------------------------------------------------------------- the table


@pytest.mark.parametrize("group", StaffGroup.values)
def test_a_group_has_exactly_the_permissions_of_the_table(group):
    fields = ("content_type__app_label", "content_type__model", "codename")
    assert set(Group.objects.get(name=group).permissions.values_list(*fields)) == wanted()[group]


def test_the_table_has_the_groups_that_the_portal_knows():
    assert set(TABLE.GROUPS) == set(StaffGroup.values) == set(PURPOSES)
    named = {group for *_, groups in TABLE.rows() for group in groups}
    assert named == set(TABLE.GROUPS)


def test_the_table_names_models_that_exist():
    models = {model._meta.label_lower for model in apps.get_models()}
    assert {model for model, *_ in TABLE.rows()} <= models


@pytest.mark.parametrize("label", REGISTERED)
def test_every_list_of_the_admin_belongs_to_somebody(label):
    assert label in TABLE.SEEN, (
        f"{label} has a page in the admin and no group sees it. Give it a line in SEEN of {TABLE.__name__} "
        "(before its release) or in a migration like it."
    )
    app, _, model = label.partition(".")
    groups = {group for group in TABLE.GROUPS if may(group, f"{app}.view_{model}")}
    assert groups >= ABOVE, f"{sorted(ABOVE - groups)} must see {label}: they see everything."
    assert groups > ABOVE or label in ONLY_ABOVE, (
        f"Only auditor and superusuario see {label}. If that is meant, say so in ONLY_ABOVE; else name the group in "
        f"SEEN of {TABLE.__name__}."
    )


def acts():
    """Every act of the admin with its permission."""
    return [
        (label, act)
        for label, desk in REGISTERED.items()
        if isinstance(desk, ObjectActionsAdmin)
        for act in desk.object_actions
    ]


@pytest.mark.parametrize(("label", "act"), acts(), ids=lambda part: getattr(part, "slug", part))
def test_every_act_of_the_admin_belongs_to_somebody_who_sees_its_thing(label, act):
    doing = {group for group in TABLE.GROUPS if may(group, act.permission)}
    app, _, model = label.partition(".")
    assert "superusuario" in doing, f"Give {act.permission} a line in DONE of {TABLE.__name__}."
    assert all(may(group, f"{app}.view_{model}") for group in doing)


def test_the_auditor_changes_nothing():
    verbs = {codename for *_, codename in wanted()["auditor"] if not codename.startswith("view_")}
    assert verbs == {"export_history"}


def test_only_superusers_administer_the_staff():
    assert [group for group in TABLE.GROUPS if may(group, "accounts.manage_staff")] == ["superusuario"]


@pytest.mark.django_db(transaction=True)
def test_the_groups_go_and_come_back_with_their_migration():
    def groups():
        return {group.name: group.permissions.count() for group in Group.objects.all()}

    before = groups()
    MigrationExecutor(connection).migrate([("delegates", "0004_review_registration")])
    assert groups() == {}
    newest = MigrationExecutor(connection)
    newest.migrate(newest.loader.graph.leaf_nodes())
    assert groups() == before


# ---------------------------------------------------------------- in words


@pytest.mark.parametrize("group", StaffGroup.values)
def test_what_a_group_sees_and_does_is_told_in_spanish(group):
    told = [*seen_by(Group.objects.get(name=group)), *done_by(Group.objects.get(name=group))]
    assert told
    assert not [words for words in told if "Can " in words or "_" in words]


def test_a_permission_with_djangos_own_name_is_told_in_words():
    permission = Permission.objects.get(codename="delete_portaltoken")
    assert permission.name.startswith("Can ")
    assert deed_of(permission) == "Eliminar tokens del portal"


def test_groups_are_named_in_their_order():
    assert labels_of(["superusuario", "soporte"]) == "Soporte, Superusuario"


def test_the_page_of_a_group_tells_who_is_in_it_and_what_it_may():
    cast.make_staff("revisor", login="REVISA")
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


def named(label, page):
    return f"admin:{label.replace('.', '_')}_{page}"


def expected(group, permission, there=200):
    return there if may(group, permission) else 403


@pytest.mark.parametrize("group", GROUPS)
def test_lists_and_things_open_to_the_groups_that_see_them(group):
    client = client_of(group)
    for label in REGISTERED:
        app, _, model = label.partition(".")
        answers = expected(group, f"{app}.view_{model}")
        assert client.get(reverse(named(label, "changelist"))).status_code == answers, label
        # a thing that is not there: those who may look are sent back to the list, or read that there is none
        nothing = client.get(reverse(named(label, "change"), args=["0"])).status_code
        assert nothing == expected(group, f"{app}.view_{model}", NOT_THERE.get(label, 302)), label


@pytest.mark.parametrize("group", GROUPS)
def test_a_thing_and_its_history_open_to_the_groups_that_see_it(group):
    client, thing = client_of(group), Group.objects.get(name="soporte")
    for page in ("change", "history"):
        answer = client.get(reverse(f"admin:auth_group_{page}", args=[thing.pk]))
        assert answer.status_code == expected(group, "auth.view_group"), page


@pytest.mark.parametrize("group", GROUPS)
def test_nothing_is_added_or_deleted_but_by_the_groups_that_do_it(group):
    client = client_of(group)
    adding = {
        "entities.registryload": "entities.load_registry",
        "tokens.serverclient": "tokens.add_serverclient",
        "accounts.staffaccount": "accounts.manage_staff",
        "accounts.secondfactorpolicy": "accounts.add_secondfactorpolicy",
    }
    for label in REGISTERED:
        answer = client.get(reverse(named(label, "add"))).status_code
        assert answer == (expected(group, adding[label]) if label in adding else 403), label


@pytest.mark.parametrize("group", GROUPS)
@pytest.mark.parametrize(("label", "act"), acts(), ids=lambda part: getattr(part, "slug", part))
def test_an_act_opens_to_the_groups_that_do_it(label, act, group):
    where = reverse(named(label, "action"), args=["0", act.slug])
    client = client_of(group)
    assert client.get(where).status_code == expected(group, act.permission, 404)
    assert client.post(where, {"reason": "x"}).status_code == expected(group, act.permission, 404)


@pytest.mark.parametrize("group", GROUPS)
def test_the_index_lists_what_the_group_sees_and_nothing_else(group):
    page = client_of(group).get("/admin/")
    listed = {model["model"]._meta.label_lower for app in page.context["app_list"] for model in app["models"]}
    assert listed == {
        label for label in REGISTERED if may(group, f"{label.partition('.')[0]}.view_{label.partition('.')[2]}")
    }


def test_staff_without_group_read_what_to_do():
    page = client_of("").get("/admin/")
    assert page.status_code == 200
    assert "todavía no está en ningún grupo" in page.text


@pytest.mark.parametrize("group", StaffGroup.values)
def test_staff_in_a_group_do_not_read_it(group):
    assert "todavía no está en ningún grupo" not in client_of(group).get("/admin/").text


@pytest.mark.parametrize("group", GROUPS)
def test_the_admin_leads_to_the_portal_and_the_portal_to_the_admin(group):
    client = client_of(group)
    page = client.get("/admin/").text
    assert '<a href="/">Ver el sitio</a>' in page or '<a href="/">Ver sitio</a>' in page
    home = client.get("/")
    assert home.status_code == 200
    assert 'href="/admin/"' in home.text


# ---------------------------------------------------------------- what hangs on other pages


def pointing():
    """Fields of the admin's models that point at another of them which can be searched."""
    return [
        (model._meta, field.name, admin.site._registry[field.related_model])
        for model in admin.site._registry
        for field in (*model._meta.fields, *model._meta.many_to_many)
        if field.related_model in admin.site._registry and admin.site._registry[field.related_model].search_fields
    ]


@pytest.mark.parametrize("group", GROUPS)
def test_autocomplete_answers_for_the_groups_that_see_what_is_looked_for(group):
    client, fields = client_of(group), pointing()
    assert fields
    for opts, name, desk in fields:
        query = urlencode({"app_label": opts.app_label, "model_name": opts.model_name, "field_name": name, "term": "a"})
        seen = f"{desk.opts.app_label}.view_{desk.opts.model_name}"
        assert client.get(f"/admin/autocomplete/?{query}").status_code == expected(group, seen), (opts.label, name)


@pytest.mark.parametrize("query", ["text__contains", "html__regex"])
def test_nobody_reads_a_mail_by_filtering_its_list(query):
    assert (
        client_of("soporte").get(reverse("admin:mipres_admin_outgoingmail_changelist"), {query: "a"}).status_code == 400
    )


@pytest.mark.parametrize("group", GROUPS)
def test_a_rut_is_read_by_the_groups_that_see_documents(group):
    document = RutDocument.objects.create(
        registration=(registration := cast.make_registration()),
        content=b"%PDF",
        sha256="0" * 64,
        checks=[],
        uploaded_by=registration.applicant,
    )
    answer = client_of(group).get(reverse("download_rut", args=[document.public_id]))
    assert answer.status_code == (200 if may(group, "delegates.view_rutdocument") else 404)
    assert (group in ("revisor", "auditor", "superusuario")) == (answer.status_code == 200)


@pytest.mark.parametrize("group", GROUPS)
def test_a_registration_is_decided_by_the_groups_that_review(group):
    where = reverse("admin:delegates_entityregistration_action", args=[cast.make_registration().pk, "tomar"])
    answer = client_of(group).post(where)
    assert (answer.status_code != 403) == (group in ("revisor", "superusuario"))


@pytest.mark.parametrize("group", GROUPS)
def test_a_failed_mail_offers_to_try_again_to_the_groups_that_do_it(group):
    mail = OutgoingMail.objects.create(
        template="x", recipient="a@correo.example", subject="x", text="Hola", state="failed", given_up_at=Now()
    )
    page = client_of(group).get(reverse("admin:mipres_admin_outgoingmail_change", args=[mail.pk]))
    assert ("Intentar de nuevo…" in page.text) == (group in ("soporte", "superusuario"))
