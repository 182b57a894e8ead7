"""Which row does each action on users, their roles and networks leave?"""

from collections.abc import Iterator
from typing import Any

from accounts.actions.certificates import issue_certificate
from accounts.actions.lookup import look_up_user, record_download
from accounts.actions.networks import associate, change_network, dissociate
from accounts.actions.roles import activate_user, change_last_day, end_assignment, end_roles, update_roles
from accounts.actions.uploads import apply_upload, make_upload
from accounts.models import Account, Certificate, RoleUpload
from accounts.roles import Option
from accounts.uploads.files import SheetRow
from accounts.validity import today
from entities.models import Entity, Sede
from tests.cast import make_assignment, make_delegate, make_entity, make_sede
from tests.history.stage import Expected, Stage, act, of_delegate

ANULADOR, JUNTA = "Rol_Anulador", "Rol_JuntaMedicaIPS"


def here(stage: Stage) -> dict[str, Any]:
    """The delegate does it to the user at the sede."""
    return {"by": stage.delegate, "user": stage.user, "sede": stage.sede, "option": Option.PROFESIONAL}


def hold(stage: Stage, *roles: str) -> None:
    for role in roles:
        make_assignment(stage.user, stage.sede, role, stage.delegate)


def kept(stage: Stage, *roles: str, until: Any = None) -> dict[str, Any]:
    """How history keeps these roles."""
    day = today().isoformat()
    return {"sede": stage.sede.code, "roles": [{"role": role, "from": day, "until": until} for role in roles]}


# ---------------------------------------------------------------- roles


@act("roles.given")
def _(stage: Stage) -> Iterator[Expected | None]:
    yield None
    activate_user(**here(stage), roles=[ANULADOR])
    yield of_delegate(stage, stage.user, before=kept(stage), after=kept(stage, ANULADOR))


@act("roles.changed")
def _(stage: Stage) -> Iterator[Expected | None]:
    hold(stage, ANULADOR)
    yield None
    update_roles(**here(stage), roles=[JUNTA], seen=[ANULADOR])
    yield of_delegate(stage, stage.user, before=kept(stage, ANULADOR), after=kept(stage, JUNTA))


@act("roles.ended")
def _(stage: Stage) -> Iterator[Expected | None]:
    hold(stage, ANULADOR, JUNTA)
    yield None
    update_roles(**here(stage), roles=[], seen=[ANULADOR, JUNTA])
    yield of_delegate(stage, stage.user, before=kept(stage, ANULADOR, JUNTA), after=kept(stage))


@act("roles.ended")
def by_something_else(stage: Stage) -> Iterator[Expected | None]:
    hold(stage, ANULADOR)
    yield None
    end_roles(by=stage.delegate, user=stage.user, sede=stage.sede, roles=[ANULADOR], cause="Porque sí.")
    yield of_delegate(stage, stage.user, before=kept(stage, ANULADOR), after=kept(stage) | {"cause": "Porque sí."})


@act("roles.changed")
def by_the_ministry(stage: Stage) -> Iterator[Expected | None]:
    hold(stage, ANULADOR, JUNTA)
    yield None
    end_assignment(by=stage.ministry, assignment=stage.user.assignments.get(role=JUNTA), reason="Oficio 42")
    said = {"cause": "Lo terminó el Ministerio: Oficio 42", "reason": "Oficio 42"}
    before, after = kept(stage, ANULADOR, JUNTA), kept(stage, ANULADOR) | said
    yield Expected(stage.user, stage.ministry, stage.sede.entity, before, after)


@act("roles.last_day_changed")
def _(stage: Stage) -> Iterator[Expected | None]:
    hold(stage, ANULADOR)
    yield None
    change_last_day(**here(stage), role=ANULADOR, last=today())
    after = kept(stage, ANULADOR, until=today().isoformat())
    yield of_delegate(stage, stage.user, before=kept(stage, ANULADOR), after=after)


def upload(stage: Stage) -> RoleUpload:
    """A file without rows."""
    return make_upload(by=stage.delegate, file_name="a.xlsx", sha256="0" * 64, rows=list[SheetRow]())


@act("roles.uploaded")
def _(stage: Stage) -> Iterator[Expected | None]:
    file = upload(stage)
    yield None
    apply_upload(by=stage.delegate, upload=file, mode="todo")
    counts = dict.fromkeys(("error", "alta", "cambio", "baja", "igual"), 0)
    yield of_delegate(stage, file, after={"sha256": "0" * 64, "mode": "todo", "rows": counts})


# ---------------------------------------------------------------- looking up and taking away


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


@act("network.downloaded")
def _(stage: Stage) -> Iterator[Expected | None]:
    yield None
    record_download(by=stage.delegate, filters=[], rows=0, act="network.downloaded")
    yield of_delegate(stage, stage.sede.entity, after={"filters": [], "rows": 0})


@act("certificate.issued")
def _(stage: Stage) -> Iterator[Expected | None]:
    hold(stage, ANULADOR)
    yield None
    issue_certificate(by=stage.delegate, as_of=today(), user=stage.user)
    after = {"as_of": today().isoformat(), "user": str(stage.user.public_id), "roles": 1}
    yield of_delegate(stage, Certificate.objects.get(), after=after)


# ---------------------------------------------------------------- networks


def eps() -> Account:
    entity = make_entity("EPS_C")
    make_sede(entity, code=entity.eps_code, municipality_id=None)
    return make_delegate(entity)


def since() -> dict[str, str]:
    return {"relation": "EPS_IPS", "from": today().isoformat()}


def until(users: int = 0, roles: int = 0) -> dict[str, Any]:
    return since() | {"until": today().isoformat(), "users": users, "roles": roles}


@act("network.associated")
def _(stage: Stage) -> Iterator[Expected | None]:
    by, member = eps(), stage.sede.entity
    yield None
    associate(by=by, members=[member])
    yield Expected(member, by, by.entity, after=since())


@act("network.dissociated")
def _(stage: Stage) -> Iterator[Expected | None]:
    by, member = eps(), independent(stage)
    associate(by=by, members=[member])
    sede = Sede.objects.get(entity=by.entity)
    activate_user(by=by, user=stage.user, sede=sede, option=Option.INDEPENDIENTE, roles=["Rol_Prescriptor"])
    yield None
    dissociate(by=by, members=[member], told=1)
    yield Expected(member, by, by.entity, since(), until(users=1, roles=1), beside=("roles.ended",))


def independent(stage: Stage) -> Entity:
    """The user as an entity: a Profesional Independiente."""
    person = stage.user.person
    entity = make_entity("PI", identification_type="CC", nit=person.document_number, name=str(person))
    make_sede(entity, provider_class="PI")
    return entity


@act("network.dissociated")
def while_another_comes(stage: Stage) -> Iterator[Expected | None]:
    by, goes, comes = eps(), stage.sede.entity, make_entity("PROV")
    make_sede(comes)
    associate(by=by, members=[goes])
    yield None
    change_network(by=by, associated=[comes], dissociated=[goes])
    yield Expected(goes, by, by.entity, since(), until(), beside=("network.associated",))
