"""Does what a registry closes end the roles that hang on it: those, no others, once, with cause, history and mails?"""

from datetime import timedelta

import pytest
from django.db import IntegrityError, transaction
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from accounts.models import DeceasedEntry
from entities.models import Sede
from mipres_admin.history.models import HistoryEntry
from mipres_admin.outbox.models import OutgoingMail
from mipres_admin.refusals import Refused
from registries.models import RegistryLoad
from roles.actions.associations import associate
from roles.actions.role_assignments import activate_user, update_roles
from roles.matrix import Option
from roles.models import RethusEntry, RoleAssignment, RoleEnding, SsoPost
from roles.validity import Validity, midnight
from tests.factories import make_assignment, make_delegate, make_entity, make_sede, make_user
from tests.roles.registry_effects import Ministry, as_independent, held, on

pytestmark = pytest.mark.django_db

PRESCRIPTOR, JUNTA, ANULADOR = "Rol_Prescriptor", "Rol_JuntaMedicaIPS", "Rol_Anulador"


@pytest.fixture
def registries(tmp_path):
    return Ministry(tmp_path)


@pytest.fixture
def user():
    return make_user()


@pytest.fixture
def prescriber(user, sede, delegate):
    make_assignment(user, sede, PRESCRIPTOR, delegate)
    return user


@pytest.fixture
def intern(sede, delegate, registries):
    """An SSO in his plaza until a hundred days from now."""
    user = make_user("SSO")
    registries.plazas((user, sede, -10, 100))
    activate_user(by=delegate, user=user, sede=sede, option=Option.PROFESIONAL, roles=[PRESCRIPTOR])
    return user


def endings():
    return list(RoleEnding.objects.order_by("pk").values_list("cause", flat=True))


def roles_rows():
    return HistoryEntry.objects.filter(event__startswith="roles.", actor=None)


# ---------------------------------------------------------------- sede


def test_the_roles_at_a_sede_that_reps_closed_end(registries, prescriber, sede):
    registries.reps(sede)
    assert held(prescriber) == [PRESCRIPTOR]
    load = registries.reps()
    assert (held(prescriber), endings(), load.counts["roles_ended_sede"]) == ([], ["sede"], 1)


def test_roles_to_come_there_never_were(registries, user, sede, delegate):
    starts = timezone.now() + timedelta(days=5)
    one = make_assignment(user, sede, PRESCRIPTOR, delegate, starts_at=starts)
    registries.reps()
    one.refresh_from_db()
    assert one.starts_at == one.ends_at
    assert RoleEnding.objects.get().started_at == starts


def test_roles_at_the_open_sedes_of_the_same_entity_stay(registries, prescriber, sede, ips, delegate):
    other = make_sede(ips)
    make_assignment(prescriber, other, JUNTA, delegate)
    registries.reps(other)
    assert held(prescriber) == [JUNTA]


def test_a_sede_that_its_provider_disabled_keeps_its_roles(registries):
    provider = make_entity("PROV")
    user, by = make_user("OTRO"), make_delegate(provider)
    disabled = make_sede(provider, code="PROV000001", closed_on=on(-1))
    make_assignment(user, disabled, "Rol_Dispensador", by)
    registries.reps()
    assert held(user) == ["Rol_Dispensador"]


def test_an_eps_that_was_closed_keeps_its_roles(registries):
    eps, user = make_entity("EPS_C"), make_user()
    closed = make_sede(eps, code=eps.eps_code, municipality_id=None, closed_on=on(-1))
    make_assignment(user, closed, "Rol_Recobrante", make_delegate(eps))
    registries.reps()
    assert held(user) == ["Rol_Recobrante"]


def test_a_sede_that_opens_again_gives_nothing_back_by_itself_but_receives_users(
    registries, prescriber, sede, delegate
):
    registries.reps()
    registries.reps(sede)
    assert held(prescriber) == []
    sede.refresh_from_db()
    activate_user(by=delegate, user=prescriber, sede=sede, option=Option.PROFESIONAL, roles=[PRESCRIPTOR])
    assert held(prescriber) == [PRESCRIPTOR]


# ---------------------------------------------------------------- ReTHUS


def test_who_left_rethus_loses_the_roles_of_his_profession_at_every_entity(registries, prescriber, delegate, stranger):
    make_assignment(prescriber, stranger.entity.sedes.get(), ANULADOR, stranger)
    eps = make_entity("EPS_C")
    place = make_sede(eps, code=eps.eps_code, municipality_id=None)
    make_assignment(prescriber, place, "Rol_Recobrante", make_delegate(eps))
    registries.rethus(prescriber)
    assert len(held(prescriber)) == 3
    load = registries.rethus()
    assert (held(prescriber), load.counts["roles_ended_rethus"]) == ([], 3)


def test_who_never_was_in_rethus_keeps_his_roles(registries, prescriber):
    registries.rethus(make_user())
    assert held(prescriber) == [PRESCRIPTOR]


def test_another_profession_that_left_rethus_takes_nothing(registries, prescriber):
    document = {"document_type": "CC", "document_number": prescriber.person.document_number}
    RethusEntry.objects.create(**document, profession_id="P03", registry_number="1", closed_on=on(-1))
    registries.rethus(prescriber)
    assert held(prescriber) == [PRESCRIPTOR]


def test_the_role_of_a_proveedor_persona_natural_needs_no_profession(registries):
    user = make_user()
    entity = make_entity("PPN", nit=user.person.document_number)
    make_assignment(user, make_sede(entity, code="PROV000001"), "Rol_Dispensador", make_delegate(entity))
    registries.rethus(user)
    registries.rethus()
    assert held(user) == ["Rol_Dispensador"]


def test_who_left_rethus_is_not_given_roles_until_he_is_back(registries, user, sede, delegate):
    registries.rethus(user)
    registries.rethus()
    with pytest.raises(Refused, match="ReTHUS, Medicina, ya no está vigente"):
        activate_user(by=delegate, user=user, sede=sede, option=Option.PROFESIONAL, roles=[ANULADOR])
    registries.rethus(user)
    assert activate_user(by=delegate, user=user, sede=sede, option=Option.PROFESIONAL, roles=[ANULADOR])


# ---------------------------------------------------------------- deceased


def test_all_the_roles_of_a_deceased_person_end(registries, prescriber, ips, delegate, stranger):
    make_assignment(prescriber, make_sede(ips), JUNTA, delegate)
    make_assignment(prescriber, stranger.entity.sedes.get(), ANULADOR, stranger)
    load = registries.deceased(prescriber.person)
    assert (held(prescriber), load.counts["roles_ended_deceased"]) == ([], 3)


def test_who_is_alive_after_all_can_be_activated_again(registries, prescriber, sede, delegate):
    registries.deceased(prescriber.person)
    with pytest.raises(Refused, match="fallecida"):
        activate_user(by=delegate, user=prescriber, sede=sede, option=Option.PROFESIONAL, roles=[JUNTA])
    registries.deceased()
    assert activate_user(by=delegate, user=prescriber, sede=sede, option=Option.PROFESIONAL, roles=[JUNTA])


def test_death_is_the_cause_where_there_are_several(registries, prescriber):
    registries.rethus(prescriber)
    Sede.objects.update(closed_on=on(-1))
    registries.deceased(prescriber.person)
    assert endings() == ["deceased"]


# ---------------------------------------------------------------- plazas


def last_day(user):
    return RoleAssignment.objects.get(user=user).last_day


def test_a_plaza_that_ended_ends_the_roles_there(registries, intern):
    load = registries.plazas()
    assert (held(intern), load.counts["roles_ended_plaza"]) == ([], 1)


def test_a_plaza_that_moved_ends_the_roles_at_the_old_sede(registries, intern, ips):
    registries.plazas((intern, make_sede(ips), -2, 100))
    assert (held(intern), endings()) == ([], ["plaza"])


def test_a_plaza_that_was_shortened_shortens_the_roles(registries, intern):
    assert last_day(intern) == on(100)
    registries.plazas((intern, Sede.objects.get(assignments__user=intern), -10, 20))
    assert (held(intern), last_day(intern)) == ([PRESCRIPTOR], on(20))
    assert roles_rows().get().event == "roles.last_day_changed"


def test_a_plaza_that_was_lengthened_leaves_the_roles_as_they_were(registries, intern, sede):
    registries.plazas((intern, sede, -10, 200))
    assert last_day(intern) == on(100)


def test_a_role_that_ends_before_the_plaza_stays_as_it_is(registries, intern, sede):
    RoleAssignment.objects.update(ends_at=midnight(on(5)))
    registries.plazas((intern, sede, -10, 20))
    assert last_day(intern) == on(4)


def test_a_plaza_of_today_that_is_gone_ends_the_roles(registries, sede, delegate):
    user = make_user("SSO")
    registries.plazas((user, sede, 0, 100))
    activate_user(by=delegate, user=user, sede=sede, option=Option.PROFESIONAL, roles=[PRESCRIPTOR])
    registries.plazas()
    assert (held(user), SsoPost.objects.of(user.person).count()) == ([], 0)


def test_without_any_load_of_plazas_nobody_ends_for_having_none(registries, sede, delegate):
    user = make_user("SSO")
    make_assignment(user, sede, PRESCRIPTOR, delegate)
    registries.rethus(user)
    assert held(user) == [PRESCRIPTOR]


@pytest.mark.parametrize("state", ["uploaded", "cancelled", "undone"])
def test_a_file_of_plazas_that_does_not_stand_ends_nobody(registries, sede, delegate, state):
    user, marks = make_user("SSO"), {"loaded_at": None, "error": "Otra vez." if state == "cancelled" else ""}
    make_assignment(user, sede, PRESCRIPTOR, delegate)
    marks = {"undone_at": timezone.now()} if state == "undone" else marks
    RegistryLoad.objects.create(kind="sso", state=state, file_name="a.csv", sha256="0" * 64, **marks)
    registries.rethus(user)
    assert held(user) == [PRESCRIPTOR]


# ---------------------------------------------------------------- independents


@pytest.fixture
def independent(user):
    """A doctor in the network of an EPS, with a role for that and another for its administration."""
    eps = make_entity("EPS_C")
    place, by, member = (
        make_sede(eps, code=eps.eps_code, municipality_id=None),
        make_delegate(eps),
        as_independent(user),
    )
    office = make_sede(member, provider_class="PI")
    associate(by=by, members=[member])
    activate_user(by=by, user=user, sede=place, option=Option.INDEPENDIENTE, roles=[PRESCRIPTOR])
    activate_user(by=by, user=user, sede=place, option=Option.ADMINISTRATIVO_EPS, roles=["Rol_Recobrante"])
    return by, place, office


def test_an_independent_whose_sedes_reps_closed_loses_what_the_network_gave_him(registries, user, independent):
    *_, office = independent
    registries.reps(office)
    assert len(held(user)) == 2
    load = registries.reps()
    assert (held(user), load.counts["roles_ended_independent"]) == (["Rol_Recobrante"], 1)
    assert roles_rows().get().event == "roles.changed"


def test_with_one_sede_open_he_keeps_it(registries, user, independent):
    *_, office = independent
    make_sede(office.entity, provider_class="PI")
    registries.reps(office)
    assert len(held(user)) == 2


def test_he_is_not_given_network_roles_until_he_is_back(registries, user, independent):
    by, place, office = independent
    registries.reps()
    asked = {"by": by, "user": user, "sede": place, "option": Option.INDEPENDIENTE, "roles": [PRESCRIPTOR]}
    with pytest.raises(Refused, match="el REPS cerró todas sus sedes"):
        activate_user(**asked)
    registries.reps(office)
    assert activate_user(**asked)


# ---------------------------------------------------------------- history, mails, once


def test_each_user_and_sede_has_one_row_with_cause_reason_and_load(registries, prescriber, sede, ips, delegate):
    make_assignment(prescriber, sede, JUNTA, delegate)
    make_assignment(prescriber, make_sede(ips), ANULADOR, delegate)
    load = registries.deceased(prescriber.person)
    rows = list(roles_rows())
    assert len(rows) == 2
    assert {(row.event, row.entity, row.object_id) for row in rows} == {("roles.ended", ips, str(prescriber.pk))}
    assert {(row.after["cause"], row.reason, row.after["load"]) for row in rows} == {
        ("La persona figura como fallecida en los registros oficiales.", f"Carga {load.pk} de Fallecidos", load.pk)
    }


def test_the_entity_sees_the_cause_in_the_history_of_the_user(registries, prescriber, delegate_client):
    registries.reps()
    page = delegate_client.get(reverse("user_history", args=[prescriber.public_id]))
    assert "El REPS cerró la sede el" in page.text


def test_what_ended_is_not_ended_again(registries, prescriber, sede):
    registries.reps()
    rows, mails = HistoryEntry.objects.filter(event__startswith="roles.").count(), OutgoingMail.objects.count()
    load = registries.reps()
    assert "roles_ended_sede" not in load.counts
    assert HistoryEntry.objects.filter(event__startswith="roles.").count() == rows
    assert (OutgoingMail.objects.count(), len(endings())) == (mails, 1)


def test_what_a_delegate_ended_before_is_left_alone(registries, prescriber, sede, delegate):
    update_roles(
        by=delegate, user=prescriber, sede=sede, option=Option.PROFESIONAL, roles=[], expected_roles=[PRESCRIPTOR]
    )
    registries.reps()
    assert endings() == []


def test_the_person_learns_which_role_ended_and_why(registries, prescriber):
    registries.reps()
    mail = OutgoingMail.objects.get(template="roles_changed")
    assert mail.recipient == prescriber.person.email
    assert "Roles retirados: Rol_Prescriptor." in mail.text
    assert "Por qué: El REPS cerró la sede el" in mail.text


def test_the_dead_get_no_mail(registries, prescriber):
    registries.deceased(prescriber.person)
    assert not OutgoingMail.objects.filter(template="roles_changed").exists()


def test_each_delegate_gets_one_mail_for_the_whole_load(registries, prescriber, sede, delegate, colleague, stranger):
    make_assignment(make_user(), sede, ANULADOR, delegate)
    registries.reps(*stranger.entity.sedes.all())
    mails = OutgoingMail.objects.filter(template="registry_effects")
    assert sorted(mails.values_list("recipient", flat=True)) == sorted([delegate.email, colleague.email])
    text = mails.first().text
    assert "2 roles terminaron o se acortaron en Clínica del Río S.A.S. por la carga de REPS del" in text
    assert "- Sede cerrada en el REPS: 2" in text
    assert reverse("registry_notices") in text


def test_a_delegate_who_died_or_is_closed_gets_none(registries, prescriber, delegate, colleague):
    colleague.is_active = False
    colleague.save()
    registries.deceased(delegate.person, prescriber.person)
    assert not OutgoingMail.objects.filter(template="registry_effects").exists()


def test_the_summary_of_the_load_says_how_many(registries, prescriber):
    load = registries.reps()
    assert "roles, sede cerrada" in registries.said
    assert (
        HistoryEntry.objects.get(event="reps.loaded").after["roles_ended_sede"] == load.counts["roles_ended_sede"] == 1
    )


def test_a_load_that_breaks_ends_nothing(registries, prescriber, monkeypatch):
    def broken(**written):
        raise RuntimeError

    monkeypatch.setattr("mipres_admin.history.recording.record_all", broken)
    with pytest.raises(RuntimeError), transaction.atomic():
        registries.reps()
    assert held(prescriber) == [PRESCRIPTOR]


@pytest.mark.parametrize("users", [1, 8])
def test_the_statements_do_not_grow_with_the_roles(registries, sede, delegate, users, django_assert_max_num_queries):
    for _ in range(users):
        make_assignment(make_user(), sede, PRESCRIPTOR, delegate)
    with django_assert_max_num_queries(75):
        registries.reps()
    assert len(endings()) == users


# ---------------------------------------------------------------- what can never be false


@pytest.mark.parametrize(
    ("fields", "name"),
    [
        ({"cause": "porque sí"}, "role_ending_cause_known"),
        ({"ends_at": timezone.now() - timedelta(days=1)}, "role_ending_earlier_and_not_in_the_past"),
        ({"ended_at": timezone.now() - timedelta(days=1)}, "role_ending_earlier_and_not_in_the_past"),
        ({"undone_at": timezone.now() - timedelta(days=1)}, "role_ending_undone_afterwards"),
        ({}, "role_ending_once_per_load"),
    ],
)
def test_what_can_not_be_true_of_an_ending(registries, prescriber, fields, name):
    registries.reps()
    ending = RoleEnding.objects.get()
    ending.pk = None
    for field, value in fields.items():
        setattr(ending, field, value)
    with pytest.raises(IntegrityError, match=name), transaction.atomic():
        ending.save(force_insert=True)


def test_an_ending_is_always_of_the_entity_of_its_role(registries, prescriber, ips, stranger):
    registries.reps()
    RoleEnding.objects.update(entity=stranger.entity)
    assert RoleEnding.objects.get().entity == ips


# ---------------------------------------------------------------- undoing


def test_undoing_gives_back_what_the_load_ended(registries, prescriber, sede, delegate):
    load = registries.reps()
    assert registries.undo(load) == {"roles_restored": 1, "roles_not_restored": 0}
    assert held(prescriber) == [PRESCRIPTOR]
    row = roles_rows().first()
    assert (row.event, row.event_label, row.after["load"]) == ("roles.restored", "Roles devueltos", load.pk)
    assert [role["role"] for role in row.after["roles"]] == [PRESCRIPTOR]


def test_undoing_twice_gives_back_once(registries, prescriber):
    load = registries.reps()
    registries.undo(load)
    assert registries.undo(load) == {}


def test_undoing_a_load_that_ended_nothing_does_nothing(registries, prescriber, sede):
    assert registries.undo(registries.reps(sede)) == {}


def test_undoing_tells_the_person_and_the_delegates(registries, prescriber, delegate):
    load = registries.reps()
    OutgoingMail.objects.all().delete()
    registries.undo(load)
    person, digest = OutgoingMail.objects.order_by("pk")
    assert (person.recipient, digest.recipient) == (prescriber.person.email, delegate.email)
    assert "Por qué: Se deshizo la carga de REPS" in person.text
    assert "se devolvió un rol que esa carga había terminado" in digest.text


def test_who_is_alive_after_all_gets_his_roles_and_a_mail(registries, prescriber):
    load = registries.deceased(prescriber.person)
    assert registries.undo(load)["roles_restored"] == 1
    assert OutgoingMail.objects.get(template="roles_changed").recipient == prescriber.person.email


def test_a_role_to_come_is_still_to_come(registries, user, sede, delegate):
    starts = timezone.now() + timedelta(days=5)
    one = make_assignment(user, sede, PRESCRIPTOR, delegate, starts_at=starts)
    registries.undo(registries.reps())
    one.refresh_from_db()
    assert (one.starts_at, one.ends_at) == (starts, None)


def test_a_role_that_was_shortened_gets_its_last_day_back(registries, intern, sede):
    registries.undo(registries.plazas((intern, sede, -10, 20)))
    assert last_day(intern) == on(100)


def test_what_was_given_again_meanwhile_is_not_given_back(registries, prescriber, sede, delegate):
    load = registries.reps()
    Sede.objects.update(closed_on=None)
    sede.refresh_from_db()
    activate_user(by=delegate, user=prescriber, sede=sede, option=Option.PROFESIONAL, roles=[PRESCRIPTOR])
    assert registries.undo(load) == {"roles_restored": 0, "roles_not_restored": 1}
    assert held(prescriber) == [PRESCRIPTOR]


def test_nor_what_was_given_again_and_taken_again(registries, prescriber, sede, delegate):
    load = registries.reps()
    Sede.objects.update(closed_on=None)
    sede.refresh_from_db()
    asked = {"by": delegate, "user": prescriber, "sede": sede, "option": Option.PROFESIONAL}
    activate_user(**asked, roles=[PRESCRIPTOR])
    update_roles(**asked, roles=[], expected_roles=[PRESCRIPTOR])
    assert registries.undo(load) == {"roles_restored": 0, "roles_not_restored": 1}
    assert held(prescriber) == []


def test_nor_what_a_delegate_has_touched(registries, intern, sede, delegate):
    load = registries.plazas((intern, sede, -10, 20))
    update_roles(by=delegate, user=intern, sede=sede, option=Option.PROFESIONAL, roles=[], expected_roles=[PRESCRIPTOR])
    assert registries.undo(load)["roles_not_restored"] == 1
    assert held(intern) == []


def test_nor_what_would_have_ended_by_now(registries, user, sede, delegate):
    soon = timezone.now() + timedelta(seconds=60)
    make_assignment(user, sede, PRESCRIPTOR, delegate, ends_at=soon)
    load = registries.reps()
    RoleEnding.objects.update(
        ended_at=timezone.now() - timedelta(hours=1),
        at=timezone.now() - timedelta(hours=3),
        ends_at=timezone.now() - timedelta(hours=2),
    )
    assert registries.undo(load)["roles_restored"] == 0


def test_nor_what_another_registry_speaks_against(registries, prescriber):
    load = registries.reps()
    registries.deceased(prescriber.person)
    assert registries.undo(load) == {"roles_restored": 0, "roles_not_restored": 1}
    assert held(prescriber) == []
    assert not HistoryEntry.objects.filter(event="roles.restored").exists()


def test_nor_what_the_user_is_no_longer_registered_for(registries, prescriber):
    load = registries.reps()
    prescriber.kind, prescriber.profession, prescriber.professional_registry = "OTRO", None, ""
    prescriber.save()
    assert registries.undo(load)["roles_not_restored"] == 1


# ---------------------------------------------------------------- what delegates see


def notices(client, **query):
    return client.get(reverse("registry_notices"), query)


def test_the_home_says_what_ended_and_leads_to_the_list(registries, prescriber, delegate_client):
    assert "Novedades de los registros" not in delegate_client.get(reverse("home")).text
    registries.reps()
    home = delegate_client.get(reverse("home"))
    assert "1 rol, Sede cerrada en el REPS" in home.text
    (notice,) = home.context["registry_notices"]
    found = delegate_client.get(f"{reverse('registry_notices')}?{notice.query}")
    assert found.context["page"].count == notice.count == 1


def test_the_home_forgets_after_thirty_days_and_the_list_does_not(registries, prescriber, delegate_client):
    registries.reps()
    long_ago = timezone.now() - timedelta(days=32)
    RoleEnding.objects.update(at=long_ago, ends_at=long_ago)
    assert "Novedades de los registros" not in delegate_client.get(reverse("home")).text
    assert notices(delegate_client).context["page"].count == 1


def test_the_list_says_who_where_why_and_what_now(registries, prescriber, sede, delegate_client):
    registries.reps()
    text = notices(delegate_client).text
    for said in (
        str(prescriber.person),
        PRESCRIPTOR,
        sede.code,
        "Sede cerrada en el REPS",
        "en otra sede de su entidad",
    ):
        assert said in text


def test_nobody_sees_what_ended_elsewhere(registries, prescriber, stranger):
    registries.reps()
    client = Client()
    client.force_login(stranger)
    assert "Novedades" not in client.get(reverse("home")).text
    assert notices(client, causa="sede").context["page"].count == 0


def test_restored_roles_are_no_notice(registries, prescriber, delegate_client):
    registries.undo(registries.reps())
    assert "Novedades de los registros" not in delegate_client.get(reverse("home")).text
    assert notices(delegate_client).context["page"].count == 0


@pytest.mark.parametrize(
    ("query", "count"),
    [({"causa": "sede"}, 1), ({"causa": "plaza"}, 0), ({"dia": on(0)}, 1), ({"dia": on(-1)}, 0), ({"causa": "x"}, 0)],
)
def test_the_list_is_filtered_by_cause_and_day(registries, prescriber, delegate_client, query, count):
    registries.reps()
    assert notices(delegate_client, **query).context["page"].count == count


def test_a_wrong_day_says_what_is_wrong(registries, prescriber, delegate_client):
    page = notices(delegate_client, dia="ayer")
    assert "debe ser una fecha, por ejemplo 2026-12-31" in page.text


def test_the_list_of_users_and_the_users_page_say_the_cause(registries, prescriber, delegate_client):
    registries.reps()
    found = delegate_client.get(reverse("users"), {"estado": "terminados"})
    assert "Sede cerrada en el REPS" in found.text
    page = delegate_client.get(reverse("user_roles", args=[prescriber.public_id]))
    assert "Roles que terminó un registro oficial" in page.text


def test_what_a_delegate_ended_has_no_cause_of_a_registry(prescriber, sede, delegate, delegate_client):
    update_roles(
        by=delegate, user=prescriber, sede=sede, option=Option.PROFESIONAL, roles=[], expected_roles=[PRESCRIPTOR]
    )
    one = RoleAssignment.objects.get()
    assert one.ended_because == ""
    assert "Roles que terminó" not in delegate_client.get(reverse("user_roles", args=[prescriber.public_id])).text


@pytest.mark.parametrize("users", [2, 20])
def test_the_list_costs_few_statements_whatever_its_length(
    registries, sede, delegate, delegate_client, users, django_assert_max_num_queries
):
    for _ in range(users):
        make_assignment(make_user(), sede, PRESCRIPTOR, delegate)
    registries.reps()
    with django_assert_max_num_queries(8):
        notices(delegate_client)


def test_entries_of_the_list_are_not_needed_for_effects_to_hold(registries, prescriber):
    """Who is deceased for the portal is what counts, however it came to know."""
    prescriber.person.deceased_on = on(-1)
    prescriber.person.save()
    assert not DeceasedEntry.objects.exists()
    registries.rethus(prescriber)
    assert endings() == ["deceased"]


def test_a_validity_given_by_hand_is_kept_when_undone(registries, user, sede, delegate):
    activate_user(
        by=delegate,
        user=user,
        sede=sede,
        option=Option.PROFESIONAL,
        roles=[ANULADOR],
        validity=Validity(None, on(30)),
    )
    registries.undo(registries.reps())
    assert last_day(user) == on(30)
