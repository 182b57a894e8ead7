"""Are sedes created, edited, disabled and enabled once, with their event?"""

import threading
from uuid import uuid4

import pytest
from django.db import connection, connections, transaction

from accounts.models import Account
from entities.actions import sedes as actions
from entities.models import Sede
from entities.rules.sedes import SedeDetails, SedeUse
from mipres_admin.history.models import HistoryEntry
from mipres_admin.refusals import Refused
from roles.actions.role_assignments import activate_user
from roles.matrix import Option
from tests.factories import make_assignment, make_delegate, make_entity, make_sede, make_user

pytestmark = pytest.mark.django_db


def details(**changed):
    kept = {"name": "Farmacia Norte", "phone": "601 555 0101", "address": "Calle 1 # 2-3", "municipality_id": "05001"}
    return SedeDetails(**(kept | changed))


@pytest.fixture
def delegate(db):
    return make_delegate(make_entity("PROV"))


def create(by, name="Farmacia Norte", address=None, **more):
    given = details(name=name, address=address or f"Calle de {name}")
    return actions.create_sede(by=by, details=given, key=more.pop("key", uuid4()), **more)


def number(sede):
    return int(sede.code[4:])


@pytest.fixture
def sequence():
    """Set the last number that was given; afterwards it is again what it was, for the tests that come."""

    def last(value):
        with connection.cursor() as cursor:
            cursor.execute("SELECT setval('entities_prov_code', %s)", [value])

    with connection.cursor() as cursor:
        cursor.execute("SELECT last_value FROM entities_prov_code")
        ((before,),) = cursor.fetchall()
    yield last
    last(before)


TOGETHER = 50


def edit(by, sede, **changed):
    now = SedeDetails.of(Sede.objects.get(pk=sede.pk))
    wanted = SedeDetails(**(vars(now) | changed))
    return actions.edit_sede(by=by, sede=sede, details=wanted, fingerprint=now.fingerprint)


def give(delegate, sede, user):
    wanted = {"option": Option.ADMINISTRATIVO, "roles": ["Rol_Dispensador"]}
    return activate_user(by=delegate, user=user, sede=sede, **wanted)


def test_code_is_prov_and_six_digits(delegate):
    assert create(delegate).code[:4] == "PROV"
    assert len(create(delegate, "Farmacia Sur").code) == 10


def test_sedes_of_one_provider_are_consecutive(delegate):
    first = number(create(delegate, "Farmacia 1"))
    assert [number(create(delegate, f"Farmacia {n}")) for n in (2, 3, 4)] == [first + 1, first + 2, first + 3]


def test_refused_sede_creation_consumes_no_code(delegate):
    first = create(delegate)
    with pytest.raises(actions.SimilarFound):
        create(delegate)
    assert number(create(delegate, "Farmacia Sur")) == number(first) + 1


def test_code_that_was_rolled_back_is_not_given_again(delegate):
    with transaction.atomic():
        lost = create(delegate)
        transaction.set_rollback(True)
    assert number(create(delegate)) > number(lost)


def test_code_of_a_sede_that_was_deleted_is_not_given_again(delegate):
    gone = create(delegate)
    code = number(gone)
    gone.delete()
    assert number(create(delegate)) > code


def test_code_that_exists_already_is_passed_over(delegate):
    ahead = f"PROV{number(create(delegate)) + 1:06}"
    make_sede(make_entity("PROV"), code=ahead)
    assert number(create(delegate, "Farmacia Sur")) == int(ahead[4:]) + 1


def test_last_code_is_given(delegate, sequence):
    sequence(999_998)
    assert create(delegate).code == "PROV999999"


def test_after_the_last_code_it_is_refused_and_nothing_is_saved(delegate, sequence):
    sequence(999_999)
    with pytest.raises(Refused) as refused:
        create(delegate)
    assert "PROV999999" in refused.value.refusal.cause
    assert not delegate.entity.sedes.exists()


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("providers", [1, 10])
def test_fifty_creations_at_once_give_fifty_codes(providers):
    delegates = [make_delegate(make_entity("PROV")) for _ in range(providers)]
    begin, errors = threading.Barrier(TOGETHER), []

    def one(n):
        try:
            begin.wait(30)
            create(Account.objects.select_related("entity").get(pk=delegates[n % providers].pk), f"Farmacia {n}")
        except Exception as error:
            errors.append(error)
        finally:
            connections.close_all()

    threads = [threading.Thread(target=one, args=(n,)) for n in range(TOGETHER)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert errors == []
    numbers = sorted(number(sede) for sede in Sede.objects.all())
    assert numbers == list(range(numbers[0], numbers[0] + TOGETHER))
    assert HistoryEntry.objects.filter(event="sede.created").count() == TOGETHER


def test_new_sede_has_what_was_typed_and_can_receive_users(delegate):
    sede = actions.create_sede(by=delegate, details=details(), key=uuid4())
    assert SedeDetails.of(sede) == details()
    assert (sede.entity, sede.closed_on, sede.is_main) == (delegate.entity, None, False)


def test_same_form_creates_one_sede(delegate):
    key = uuid4()
    assert create(delegate, key=key) == create(delegate, key=key)
    assert HistoryEntry.objects.filter(event="sede.created").count() == 1


@pytest.mark.django_db(transaction=True)
def test_double_click_creates_one_sede():
    delegate, key, begin, made = make_delegate(make_entity("PROV")), uuid4(), threading.Barrier(2), []

    def click():
        try:
            begin.wait(10)
            made.append(create(Account.objects.select_related("entity").get(pk=delegate.pk), key=key).code)
        finally:
            connections.close_all()

    threads = [threading.Thread(target=click) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(20)
    assert made == [Sede.objects.get().code] * 2


def test_used_form_with_other_data_is_refused(delegate):
    key = uuid4()
    create(delegate, key=key)
    with pytest.raises(Refused) as refused:
        create(delegate, "Farmacia Sur", key=key)
    assert refused.value.refusal.headline == "Este formulario ya creó una sede"


def test_key_of_another_providers_form_means_nothing(delegate):
    key = uuid4()
    create(delegate, key=key)
    other = make_delegate(make_entity("PROV"))
    assert create(other, key=key).entity == other.entity


def test_initial_record_has_a_code_and_is_created_once(delegate):
    main = actions.create_main_sede(by=None, entity=delegate.entity, details=details())
    again = actions.create_main_sede(by=None, entity=delegate.entity, details=details(name="Otra"))
    assert (main.is_main, main.code[:4], again) == (True, "PROV", main)


def test_initial_record_has_an_event_of_its_entity(delegate):
    main = actions.create_main_sede(by=None, entity=delegate.entity, details=details())
    entry = HistoryEntry.objects.of(main).get()
    assert (entry.event, entry.actor, entry.entity) == ("sede.created", None, delegate.entity)


def test_similar_sede_stops_the_creation_until_confirmed(delegate):
    first = create(delegate)
    with pytest.raises(actions.SimilarFound) as found:
        create(delegate)
    assert found.value.sedes == [first]
    assert create(delegate, confirmed_codes=[first.code]) != first


def test_confirmation_covers_only_the_sedes_shown(delegate):
    create(delegate)
    with pytest.raises(actions.SimilarFound):
        create(delegate, confirmed_codes=["PROV999999"])


def test_editing_warns_of_what_changes_only(delegate):
    first = create(delegate)
    second = create(delegate, confirmed_codes=[first.code], address="Calle 9")
    assert edit(delegate, second, phone="601 555 9999")
    with pytest.raises(actions.SimilarFound):
        edit(delegate, second, address=first.address)


def test_sede_is_edited_and_keeps_its_code(delegate):
    sede = create(delegate)
    assert edit(delegate, sede, name="Farmacia Centro", municipality_id="11001")
    kept = Sede.objects.get()
    assert (kept.code, kept.name, kept.municipality_id) == (sede.code, "Farmacia Centro", "11001")


def test_edit_event_has_before_and_after(delegate):
    sede = create(delegate)
    edit(delegate, sede, municipality_id="11001")
    entry = HistoryEntry.objects.of(sede).get(event="sede.edited")
    assert entry.before["municipality"] == "05001 MEDELLÍN"
    assert entry.after["municipality"].startswith("11001 ")


def test_saving_the_same_details_changes_and_records_nothing(delegate):
    sede = create(delegate)
    assert not edit(delegate, sede)
    assert not HistoryEntry.objects.filter(event="sede.edited").exists()


def test_stale_page_does_not_overwrite(delegate):
    sede = create(delegate)
    stale = SedeDetails.of(sede).fingerprint
    edit(delegate, sede, phone="601 555 9999")
    with pytest.raises(Refused):
        actions.edit_sede(by=delegate, sede=sede, details=details(name="Vieja"), fingerprint=stale)
    assert Sede.objects.get().phone == "601 555 9999"


def test_initial_record_can_be_edited_and_disabled(delegate):
    main = actions.create_main_sede(by=None, entity=delegate.entity, details=details())
    assert edit(delegate, main, name="Farmacia Centro")
    assert actions.disable_sede(by=delegate, sede=main, expected_use=SedeUse(0, 0))


@pytest.mark.parametrize("action", ["edit_sede", "disable_sede", "enable_sede"])
def test_sede_of_reps_cannot_be_changed(delegate, action):
    sede = make_sede(delegate.entity)
    more = {"edit_sede": {"details": details(), "fingerprint": ""}, "disable_sede": {"expected_use": SedeUse(0, 0)}}
    with pytest.raises(Refused) as refused:
        getattr(actions, action)(by=delegate, sede=sede, **more.get(action, {}))
    assert "REPS" in refused.value.refusal.cause


def test_disabled_sede_cannot_receive_users(delegate):
    sede = create(delegate)
    actions.disable_sede(by=delegate, sede=sede, expected_use=SedeUse(0, 0))
    with pytest.raises(Refused) as refused:
        give(delegate, Sede.objects.get(), make_user("OTRO"))
    assert "deshabilitada" in refused.value.refusal.cause


def test_page_opened_before_the_sede_was_disabled_gives_no_roles(delegate):
    sede = create(delegate)
    before = Sede.objects.get()
    actions.disable_sede(by=delegate, sede=sede, expected_use=SedeUse(0, 0))
    with pytest.raises(Refused):
        give(delegate, before, make_user("OTRO"))


def test_enabled_sede_receives_users_again(delegate):
    sede = create(delegate)
    actions.disable_sede(by=delegate, sede=sede, expected_use=SedeUse(0, 0))
    assert actions.enable_sede(by=delegate, sede=sede)
    assert give(delegate, Sede.objects.get(), make_user("OTRO"))


def test_disabling_leaves_the_roles(delegate):
    sede, user = create(delegate), make_user("OTRO")
    held = make_assignment(user, sede, "Rol_Dispensador", delegate)
    actions.disable_sede(by=delegate, sede=sede, expected_use=SedeUse(1, 1))
    held.refresh_from_db()
    assert held.ends_at is None


def test_disabling_is_refused_when_the_users_changed(delegate):
    sede = create(delegate)
    make_assignment(make_user("OTRO"), sede, "Rol_Dispensador", delegate)
    with pytest.raises(Refused):
        actions.disable_sede(by=delegate, sede=sede, expected_use=SedeUse(0, 0))
    assert Sede.objects.get().closed_on is None


def test_disabling_and_enabling_twice_records_one_event(delegate):
    sede = create(delegate)
    done = [actions.disable_sede(by=delegate, sede=sede, expected_use=SedeUse(0, 0)) for _ in range(2)]
    done += [actions.enable_sede(by=delegate, sede=sede) for _ in range(2)]
    assert done == [True, False, True, False]
    acts = HistoryEntry.objects.of(sede).order_by("id").values_list("event", flat=True)
    assert list(acts) == ["sede.created", "sede.disabled", "sede.enabled"]


@pytest.mark.django_db(transaction=True)
def test_disabling_waits_for_a_running_activation():
    delegate = make_delegate(make_entity("PROV"))
    sede, answers = create(delegate), []

    def disable():
        try:
            answers.append(actions.disable_sede(by=delegate, sede=sede, expected_use=SedeUse(0, 0)))
        except Refused as refused:
            answers.append(refused.refusal.headline)
        finally:
            connections.close_all()

    other = threading.Thread(target=disable)
    with transaction.atomic():
        give(delegate, sede, make_user("OTRO"))
        other.start()
        other.join(0.5)
        assert other.is_alive()
    other.join(20)
    assert answers == ["Los usuarios de la sede cambiaron mientras usted la revisaba"]
