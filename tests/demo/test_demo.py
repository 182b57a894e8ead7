"""Does the demonstration open for anybody, twice, and never in a database that is not its own?"""

import os
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from pathlib import Path

import pytest
from captcha.models import CaptchaStore
from django.core.management import CommandError, call_command
from django.db import connection
from django.test import Client

from accounts.models import Account, CivilRegistryEntry, IdentityClaim, Person
from delegates.models import Appointment, DelegateAccount, Representation
from demo import content
from entities.models import Association, EntityKind, Sede
from roles.models import RegisteredUser, RoleAssignment, RoleEnding

ROOT = Path(__file__).resolve().parent.parent.parent


@pytest.fixture
def loaded(db, settings, tmp_path):
    settings.MAIL_PREVIEW_ROOT = tmp_path
    content.load_registries()
    return content.load_people()


def test_every_kind_of_delegate_person_and_group_has_a_login(loaded):
    assert [login.login[:6] for login in loaded] == [
        "ADMIPS",
        "ADMEPS",
        "ADMEPS",
        "ADMPRO",
        "ADMPPN",
        "ADMET9",
        "ADMPRO",
        "CC1000",
        "CC1000",
        "CC1000",
        "MINSAL",
        "SOPORT",
        "REVISO",
        "CARGAD",
        "AUDITO",
        "SUPERU",
    ]


def test_every_printed_login_works_with_the_printed_password(loaded):
    for login in loaded:
        client = Client()
        page = client.get("/ingresar/")
        data = {
            "login": login.login,
            "password": content.PASSWORD,
            "captcha": CaptchaStore.objects.latest("id").response,
            "captcha_token": next(iter(client.session["captchas"])),
        }
        assert page.status_code == 200
        assert client.post("/ingresar/", data).status_code == 302, login


def test_every_delegate_but_the_ppn_has_an_appointment(loaded):
    accounts = DelegateAccount.objects.filter(appointment__in=Appointment.objects.current().delegates())
    assert accounts.count() == Representation.objects.current().count() == 6


def test_ips_of_the_demonstration_dispenses_at_a_sede_of_reps(loaded):
    role = RoleAssignment.objects.get(entity__kind=EntityKind.PROVEEDOR)
    assert (role.sede.entity.kind, role.sede.entity.nit) == (EntityKind.IPS, role.entity.nit)


def test_it_shows_a_thousand_sedes_and_every_case(loaded):
    assert Sede.objects.filter(code__regex="^[0-9]{12}$").count() == 1_001  # one is the doctor's own
    documents = set(RegisteredUser.objects.values_list("person__document_number", flat=True))
    assert documents == set(content.CASES) - {"1000000099"}


def test_loading_twice_adds_nothing(loaded):
    def counts():
        return [model.objects.count() for model in (Account, RegisteredUser, RoleAssignment, Sede, Association)]

    before = counts()
    content.load_registries()
    content.load_people()
    assert counts() == before


def test_one_identity_waits_for_a_reviewer(loaded):
    claim = IdentityClaim.objects.waiting().get()
    assert (claim.account.is_unverified, claim.document_copy.kind) == (True, "image/png")


def test_ips_has_a_doctor_with_roles(loaded):
    assert RoleAssignment.objects.filter(entity__kind=EntityKind.IPS).current().count() == 3


def test_everybody_is_in_the_civil_registry_once(loaded):
    content.load_civil_registry()
    content.load_civil_registry()
    people = Person.objects.values_list("document_number", flat=True)
    assert set(people) <= set(CivilRegistryEntry.objects.values_list("document_number", flat=True))
    assert CivilRegistryEntry.objects.get(document_number="1000000009").state == "cancelada"


def test_roles_of_the_deceased_ended_and_the_delegate_reads_why(loaded):
    endings = RoleEnding.objects.filter(entity__kind=EntityKind.IPS).values_list("cause", flat=True)
    assert list(endings) == ["deceased"] * 2


def test_every_kind_of_network_and_a_dependent_user_exist(loaded):
    relations = [made.relation for made in Association.objects.order_by("pk")]
    assert sorted(set(relations)) == ["EPS_IPS", "EPS_PROV", "ET_EPS"]
    assert RoleAssignment.objects.filter(entity__kind=EntityKind.EPS_C).count() == 2


def test_database_with_tables_and_without_mark_is_refused(db):
    with pytest.raises(content.NotOursError):
        content.claim_database()


def test_database_with_the_mark_is_recognised(db):
    with connection.cursor() as cursor:
        name = connection.ops.quote_name(connection.settings_dict["NAME"])
        cursor.execute(f"COMMENT ON DATABASE {name} IS '{content.MARK}'")
    content.claim_database()


def test_it_refuses_to_run_in_another_mode(settings):
    with pytest.raises(CommandError, match="demonstration"):
        call_command("demo", load_only=True)


@pytest.mark.parametrize("port", [0, 70_000])
def test_impossible_port_is_refused(settings, port):
    settings.MODE = "demo"
    with pytest.raises(CommandError, match="1 to 65535"):
        call_command("demo", port=port)


def test_busy_port_is_refused_before_anything_is_created(settings):
    settings.MODE = "demo"
    with socket.socket() as busy:
        busy.bind(("127.0.0.1", 0))
        busy.listen()
        with pytest.raises(CommandError, match="try --port"):
            call_command("demo", port=busy.getsockname()[1])


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def workers_of(process):
    """The worker processes that this demonstration has started."""
    listed = subprocess.run(["ps", "-wweo", "pid=,ppid=,args="], capture_output=True, text=True, check=True).stdout
    lines = [line.split(None, 2) for line in listed.splitlines()]
    return [int(pid) for pid, parent, words in lines if parent == str(process.pid) and " worker" in words]


def is_running(pid):
    return Path(f"/proc/{pid}").exists()


def opened(url, process):
    """The first page, once the portal answers."""
    for _ in range(240):
        assert process.poll() is None, process.stdout.read()
        try:
            with urllib.request.urlopen(url) as response:
                return response.read().decode()
        except OSError:
            time.sleep(0.25)
    raise AssertionError("the portal never answered")


@pytest.mark.django_db(transaction=True)
def test_demo_opens_with_a_worker_and_ctrl_c_closes_both(django_db_blocker, tmp_path):
    parameters, port = connection.get_connection_params(), free_port()
    with connection.cursor() as cursor:
        cursor.execute("DROP DATABASE IF EXISTS mipres_demo_test")
        cursor.execute("CREATE DATABASE mipres_demo_test")
    url = f"postgres://{parameters.get('user', '')}@/mipres_demo_test?host={parameters.get('host', '')}"
    process = subprocess.Popen(
        [sys.executable, "manage.py", "demo", "--port", str(port)],
        cwd=ROOT,
        env=os.environ
        | {"DJANGO_SETTINGS_MODULE": "mipres_admin.settings", "DATABASE_URL": url}
        | {"PGPASSWORD": str(parameters.get("password", "")), "PGPORT": str(parameters.get("port", 5432))},
        start_new_session=True,
        # a test run in the background of a script is born deaf to Ctrl-C; a terminal's command is not
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.default_int_handler),
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    try:
        assert "Ingrese el código de la imagen" in opened(f"http://127.0.0.1:{port}/", process)
        (worker,) = workers_of(process)
    finally:
        # the terminal's Ctrl-C reaches the whole group
        os.killpg(process.pid, signal.SIGINT)
        said, _ = process.communicate(timeout=30)
    assert process.returncode == 0
    assert not is_running(worker)
    assert f"Abra http://127.0.0.1:{port}/ en su navegador." in said
    assert "Traceback" not in said
    with connection.cursor() as cursor:
        cursor.execute("DROP DATABASE mipres_demo_test WITH (FORCE)")
