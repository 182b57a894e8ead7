"""Does every action of the portal write its one row of history: who did what to what, for whom, before and after?

The table has a row for every act of `ACTS`, and every action of every app stands in it or among those that say why not.
"""

import inspect
import pkgutil
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from importlib import import_module
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from django.apps import apps
from django.core.exceptions import ValidationError
from django.utils import timezone

from accounts.actions.certificates import issue_certificate
from accounts.actions.lookup import look_up_user, record_download
from accounts.actions.roles import activate_user, change_last_day, update_roles
from accounts.actions.session import change_password, close_session, open_session
from accounts.actions.uploads import apply_upload, make_upload
from accounts.models import Account, Certificate, RegisteredUser, RoleUpload
from accounts.roles import Option
from accounts.validity import today
from entities.models import Entity, RegistryLoad, Sede
from mipres_admin import history
from mipres_admin.models import ACTS, HistoryEntry
from mipres_admin.sheets import SheetRow
from tests.cast import PASSWORD, make_assignment, make_user
from tests.registry_files import csv_file, load, sede_row
from tokens.actions import end_client, make_client
from tokens.models import ServerClient

pytestmark = pytest.mark.django_db
ANULADOR, JUNTA = "Rol_Anulador", "Rol_JuntaMedicaIPS"
HERE = history.Origin("203.0.113.7", "a" * 32)
# nothing is changed by these, or others write for them
WITHOUT_ROW = {
    "tenant": "reads the entity of an account",
    "held_by": "reads roles",
    "save_deeds": "the part that activate_user, update_roles, change_last_day and apply_upload share",
    "counts_of": "counts the rows of a file",
    "revoke_and_tell": "revoke_token writes the row; this adds the mails",
    "make_upload": "a preview: nothing changes before apply_upload",
}


@dataclass
class Stage:
    """Who and what an action finds."""

    delegate: Account
    sede: Sede
    user: RegisteredUser
    folder: Path

    @property
    def here(self) -> dict[str, Any]:
        return {"by": self.delegate, "user": self.user, "sede": self.sede, "option": Option.PROFESIONAL}

    def hold(self, *roles: str) -> None:
        for role in roles:
            make_assignment(self.user, self.sede, role, self.delegate)

    def roles(self, *roles: str, until: Any = None) -> dict[str, Any]:
        """How history keeps these roles."""
        day = today().isoformat()
        return {"sede": self.sede.code, "roles": [{"role": role, "from": day, "until": until} for role in roles]}

    def upload(self) -> RoleUpload:
        """A file without rows."""
        return make_upload(by=self.delegate, file_name="a.xlsx", sha256="0" * 64, rows=list[SheetRow]())


@dataclass
class Expected:
    """The row that an action must leave, beside its act; `thing` may be known only afterwards."""

    thing: Any
    actor: Account | None
    entity: Entity | None
    before: Any = field(default_factory=dict)
    after: Any = field(default_factory=dict)


Deed = Callable[[Stage], Iterator[Expected | None]]
TABLE: dict[str, Deed] = {}


def act(name: str) -> Callable[[Deed], Deed]:
    """This generator prepares the stage, yields, does the deed, and yields the row that it must have left."""

    def note(deed: Deed) -> Deed:
        TABLE[name] = deed
        return deed

    return note


def of_delegate(stage: Stage, thing: Any, **written: Any) -> Expected:
    return Expected(thing, stage.delegate, stage.sede.entity, **written)


@act("roles.given")
def _(stage: Stage) -> Iterator[Expected | None]:
    yield None
    activate_user(**stage.here, roles=[ANULADOR])
    yield of_delegate(stage, stage.user, before=stage.roles(), after=stage.roles(ANULADOR))


@act("roles.changed")
def _(stage: Stage) -> Iterator[Expected | None]:
    stage.hold(ANULADOR)
    yield None
    update_roles(**stage.here, roles=[JUNTA], seen=[ANULADOR])
    yield of_delegate(stage, stage.user, before=stage.roles(ANULADOR), after=stage.roles(JUNTA))


@act("roles.ended")
def _(stage: Stage) -> Iterator[Expected | None]:
    stage.hold(ANULADOR, JUNTA)
    yield None
    update_roles(**stage.here, roles=[], seen=[ANULADOR, JUNTA])
    yield of_delegate(stage, stage.user, before=stage.roles(ANULADOR, JUNTA), after=stage.roles())


@act("roles.last_day_changed")
def _(stage: Stage) -> Iterator[Expected | None]:
    stage.hold(ANULADOR)
    yield None
    change_last_day(**stage.here, role=ANULADOR, last=today())
    after = stage.roles(ANULADOR, until=today().isoformat())
    yield of_delegate(stage, stage.user, before=stage.roles(ANULADOR), after=after)


@act("roles.uploaded")
def _(stage: Stage) -> Iterator[Expected | None]:
    file = stage.upload()
    yield None
    apply_upload(by=stage.delegate, upload=file, mode="todo")
    counts = dict.fromkeys(("error", "alta", "cambio", "baja", "igual"), 0)
    yield of_delegate(stage, file, after={"sha256": "0" * 64, "mode": "todo", "rows": counts})


@act("user.looked_up")
def _(stage: Stage) -> Iterator[Expected | None]:
    person = stage.user.person
    yield None
    look_up_user(by=stage.delegate, document_type=person.document_type, document_number=person.document_number)
    yield of_delegate(stage, stage.user)


@act("user.not_found")
def _(stage: Stage) -> Iterator[Expected | None]:
    yield None
    look_up_user(by=stage.delegate, document_type="CC", document_number="1")
    yield of_delegate(stage, stage.sede.entity)


@act("users.downloaded")
def _(stage: Stage) -> Iterator[Expected | None]:
    yield None
    record_download(by=stage.delegate, filters=["rol"], rows=3)
    yield of_delegate(stage, stage.sede.entity, after={"filters": ["rol"], "rows": 3})


@act("certificate.issued")
def _(stage: Stage) -> Iterator[Expected | None]:
    stage.hold(ANULADOR)
    yield None
    issue_certificate(by=stage.delegate, as_of=today(), user=stage.user)
    after = {"as_of": today().isoformat(), "user": str(stage.user.public_id), "roles": 1}
    yield of_delegate(stage, Certificate.objects.get(), after=after)


@act("session.opened")
def _(stage: Stage) -> Iterator[Expected | None]:
    yield None
    open_session(login=stage.delegate.login, password=PASSWORD)
    yield of_delegate(stage, stage.delegate)


@act("session.refused")
def _(stage: Stage) -> Iterator[Expected | None]:
    yield None
    with suppress(ValidationError):
        open_session(login=stage.delegate.login, password="otra")
    yield Expected(stage.delegate, None, stage.sede.entity, after={"locked": False})


@act("session.closed")
def _(stage: Stage) -> Iterator[Expected | None]:
    yield None
    close_session(by=stage.delegate)
    yield of_delegate(stage, stage.delegate)


@act("password.changed")
def _(stage: Stage) -> Iterator[Expected | None]:
    yield None
    change_password(by=stage.delegate, old=PASSWORD, new="otra frase larga y serena")
    yield of_delegate(stage, stage.delegate)


@act("password.refused")
def _(stage: Stage) -> Iterator[Expected | None]:
    yield None
    with suppress(ValidationError):
        change_password(by=stage.delegate, old="otra", new="otra frase larga y serena")
    yield Expected(stage.delegate, None, stage.sede.entity, after={"locked": False})


@act("client.made")
def _(stage: Stage) -> Iterator[Expected | None]:
    yield None
    client, _secret = make_client(by=stage.delegate, name="Suministros", scope=["suministros"], request_key=uuid4())
    after = {"client_id": client.client_id, "name": "Suministros", "scope": "suministros"}
    yield of_delegate(stage, client, after=after)


@act("client.ended")
def _(stage: Stage) -> Iterator[Expected | None]:
    digest, client_id = "0" * 64, "srv-0123456789abcdef"
    client = ServerClient.objects.create(
        client_id=client_id, digest=digest, name="x", scope="suministros", made_by=stage.delegate
    )
    yield None
    end_client(by=stage.delegate, client=client, reason="Contrato terminado")
    after = {"client_id": client_id, "reason": "Contrato terminado"}
    yield of_delegate(stage, client, before={"client_id": client_id}, after=after)


REGISTRIES = {
    "reps": [sede_row()],
    "eps": [{"codigo": "EPS008", "nit": "860066942", "nombre": "Compensar EPS", "regimen": "Contributivo"}],
    "rethus": [
        {
            "tipo_identificacion": "CC", "numero_identificacion": "1025000111", "codigo_profesion": "P07",
            "profesion": "Medicina", "registro_profesional": "RM-1", "fecha_retiro": "",
        }
    ],
    "sso": [
        {
            "tipo_identificacion": "CC", "numero_identificacion": "1025000111", "codigo_habilitacion_sede": "SEDE",
            "fecha_inicio": "2026-01-01", "fecha_fin": "2026-12-31",
        }
    ],
}  # fmt: skip


def loading(kind: str) -> Deed:
    """The load of an official registry, by a command: no actor, no entity."""

    def deed(stage: Stage) -> Iterator[Expected | None]:
        rows = [{key: stage.sede.code if text == "SEDE" else text for key, text in r.items()} for r in REGISTRIES[kind]]
        file = csv_file(stage.folder / f"{kind}.csv", rows, tuple(rows[0])) if kind != "reps" else None
        path = file or csv_file(stage.folder / "reps.csv", rows)
        yield None
        load(f"import_{kind}", path, allow_closing=True)
        entry = RegistryLoad.objects.get()
        cut = entry.cut_on and entry.cut_on.isoformat()
        after = {"file": path.name, "sha256": entry.sha256, "cut_on": cut, **entry.counts}
        yield Expected(entry, None, None, after=after)

    return deed


TABLE |= {f"{kind}.loaded": loading(kind) for kind in REGISTRIES}


@pytest.fixture
def stage(delegate, sede, tmp_path):
    return Stage(delegate, sede, make_user(), tmp_path)


@pytest.fixture
def from_there():
    token = history.origin.set(HERE)
    yield
    history.origin.reset(token)


@pytest.mark.parametrize("name", ACTS)
def test_an_action_leaves_its_one_row(name, stage, from_there):
    deed = TABLE[name](stage)
    next(deed)
    assert not HistoryEntry.objects.exists()
    wanted = next(deed)
    entry = HistoryEntry.objects.get()
    assert (entry.act, entry.actor, entry.entity) == (name, wanted.actor, wanted.entity)
    assert (entry.object_type, entry.object_id) == (wanted.thing._meta.label_lower, str(wanted.thing.pk))
    assert (entry.before, entry.after) == (wanted.before, wanted.after)
    assert (entry.address, entry.request_id) == (HERE.address, HERE.request_id)
    assert (timezone.now() - entry.at).total_seconds() < 60


def test_every_act_has_its_row_in_the_table_and_its_name():
    assert set(TABLE) == set(ACTS)


def modules_of_actions():
    for config in apps.get_app_configs():
        if not Path(config.path).is_relative_to(Path(__file__).parents[2]) or ".venv" in config.path:
            continue
        with suppress(ModuleNotFoundError):
            package = import_module(f"{config.name}.actions")
            yield package
            for found in pkgutil.iter_modules(getattr(package, "__path__", [])):
                yield import_module(f"{package.__name__}.{found.name}")


def test_every_action_is_done_in_this_table_or_says_why_not():
    actions = {
        name
        for module in modules_of_actions()
        for name, thing in inspect.getmembers(module, inspect.isfunction)
        if thing.__module__ == module.__name__ and not name.startswith("_")
    }
    here = set(globals())
    assert {name for name in actions if name not in here} <= set(WITHOUT_ROW)
    assert set(WITHOUT_ROW) <= actions
