"""Which row does each action on log-in, passwords, second factors and sessions leave?"""

from collections.abc import Iterator
from contextlib import suppress
from datetime import date
from hashlib import sha256
from unittest.mock import patch

from django.core.exceptions import ValidationError

from accounts import throttle
from accounts.actions.desk import (
    close_sessions,
    reactivate_account,
    reset_second_factor,
    suspend_account,
    unlock_account,
)
from accounts.actions.password_links import assign_password, recover_password, send_password_link
from accounts.actions.second_factor import (
    enrol_app,
    enrol_passkey,
    make_recovery_codes,
    open_after_enrolment,
    prove,
    prove_with_passkey,
    remove_factor,
    require_factor,
    reset_factors,
)
from accounts.actions.session import change_password, close_session, confirm_password, open_session
from accounts.actions.sessions import end_session, end_sessions, switch_account
from accounts.security import webauthn
from accounts.security.models import AuthenticatorApp, Passkey, Proof, SecondFactorPolicy
from accounts.security.secrets import new_seed, recovery_codes
from delegates.actions.desk import suspend_delegate
from mipres_admin.models import RateCounter
from tests.accounts.links import link_to
from tests.cast import PASSWORD, code_of, make_app, make_delegate, make_entity, make_natural, make_session
from tests.history.stage import Expected, Stage, act, by_nobody, of_delegate

NEW = "otra frase larga y serena"
SITE = webauthn.Site("mipres.example", "https://mipres.example")
WRONG = {"locked": False}

# ---------------------------------------------------------------- log-in


@act("session.opened")
def _(stage: Stage) -> Iterator[Expected | None]:
    yield None
    open_session(login=stage.delegate.login, password=PASSWORD)
    yield of_delegate(stage, stage.delegate)


@act("session.opened")
def with_an_app(stage: Stage) -> Iterator[Expected | None]:
    app = make_app(stage.delegate)
    yield None
    prove(account=stage.delegate, code=code_of(app))
    yield of_delegate(stage, stage.delegate, after={"factor": "totp"})


@act("session.opened")
def with_a_passkey(stage: Stage) -> Iterator[Expected | None]:
    digest = sha256(b"YWJj").hexdigest()
    Passkey.objects.create(
        account=stage.delegate, name="Llave", credential_id="YWJj", credential_hash=digest, public_key=b"1"
    )
    yield None
    with patch.object(webauthn, "read_assertion", return_value=1):
        prove_with_passkey(account=stage.delegate, answer='{"id": "YWJj"}', challenge="", site=SITE)
    yield of_delegate(stage, stage.delegate, after={"factor": "passkey"})


@act("session.opened")
def after_enrolment(stage: Stage) -> Iterator[Expected | None]:
    yield None
    open_after_enrolment(account=stage.delegate, proof=Proof.TOTP)
    yield of_delegate(stage, stage.delegate, after={"factor": "totp"})


@act("session.halfway")
def _(stage: Stage) -> Iterator[Expected | None]:
    make_app(stage.delegate)
    yield None
    open_session(login=stage.delegate.login, password=PASSWORD)
    yield of_delegate(stage, stage.delegate)


@act("session.recovered")
def _(stage: Stage) -> Iterator[Expected | None]:
    seed = new_seed()
    make_recovery_codes(by=stage.delegate, seed=seed)
    yield None
    prove(account=stage.delegate, code=recovery_codes(seed)[0])
    yield of_delegate(stage, stage.delegate, after={"codes_left": 9})


@act("session.refused")
def _(stage: Stage) -> Iterator[Expected | None]:
    yield None
    with suppress(ValidationError):
        open_session(login=stage.delegate.login, password="otra")
    yield by_nobody(stage, stage.delegate, after=WRONG)


@act("session.refused")
def of_a_name_that_does_not_exist(stage: Stage) -> Iterator[Expected | None]:
    yield None
    with suppress(ValidationError):
        open_session(login="NADIE", password=PASSWORD)
    counter = throttle.admit(login="NADIE", address=None).key
    yield Expected(RateCounter(key=counter), None, None, after=WRONG)


@act("session.closed")
def _(stage: Stage) -> Iterator[Expected | None]:
    yield None
    close_session(by=stage.delegate)
    yield of_delegate(stage, stage.delegate)


# ---------------------------------------------------------------- passwords


@act("password.changed")
def _(stage: Stage) -> Iterator[Expected | None]:
    yield None
    change_password(by=stage.delegate, old=PASSWORD, new=NEW)
    yield of_delegate(stage, stage.delegate)


@act("password.refused")
def _(stage: Stage) -> Iterator[Expected | None]:
    yield None
    with suppress(ValidationError):
        change_password(by=stage.delegate, old="otra", new=NEW)
    yield by_nobody(stage, stage.delegate, after=WRONG)


@act("security.refused")
def _(stage: Stage) -> Iterator[Expected | None]:
    yield None
    with suppress(ValidationError):
        confirm_password(by=stage.delegate, password="otra")
    yield by_nobody(stage, stage.delegate, after=WRONG)


@act("password.link_sent")
def _(stage: Stage) -> Iterator[Expected | None]:
    by = stage.ministry
    yield None
    send_password_link(account=stage.delegate, reason="assign", by=by)
    yield Expected(stage.delegate, by, stage.sede.entity, after={"reason": "assign"})


def recover(stage: Stage, document_number: str) -> None:
    login, email = stage.delegate.login, stage.delegate.email
    recover_password(login=login, document_type="CC", document_number=document_number, email=email)


@act("password.link_sent")
def when_it_was_forgotten(stage: Stage) -> Iterator[Expected | None]:
    assert stage.delegate.person is not None
    yield None
    recover(stage, stage.delegate.person.document_number)
    yield by_nobody(stage, stage.delegate, after={"reason": "recover"})


@act("password.link_refused")
def _(stage: Stage) -> Iterator[Expected | None]:
    yield None
    recover(stage, "1")
    counter = throttle.admit_recovery(login=stage.delegate.login, address=None)
    yield Expected(RateCounter(key=counter), None, None, after={"reason": "recover"})


@act("password.assigned")
def _(stage: Stage) -> Iterator[Expected | None]:
    secret = link_to(stage.delegate).strip("/").rpartition("/")[2]
    yield None
    assign_password(secret=secret, new=NEW)
    yield of_delegate(stage, stage.delegate)


# ---------------------------------------------------------------- second factors


@act("factor.enrolled")
def _(stage: Stage) -> Iterator[Expected | None]:
    seed = new_seed()
    code = code_of(AuthenticatorApp(seed=seed))
    yield None
    app = enrol_app(by=stage.delegate, name="Celular", seed=seed, code=code)
    yield of_delegate(stage, app, after={"kind": "totp", "name": "Celular"})


@act("factor.enrolled")
def a_passkey(stage: Stage) -> Iterator[Expected | None]:
    made = {"credential_id": "YWJj", "credential_hash": "0" * 64, "public_key": b"1"}
    yield None
    with patch.object(webauthn, "read_registration", return_value=made):
        passkey = enrol_passkey(by=stage.delegate, name="Llave", answer="", challenge="", site=SITE)
    yield of_delegate(stage, passkey, after={"kind": "passkey", "name": "Llave"})


@act("factor.removed")
def _(stage: Stage) -> Iterator[Expected | None]:
    app = make_app(stage.delegate)
    kept = AuthenticatorApp(pk=app.pk)
    yield None
    remove_factor(by=stage.delegate, factor=app)
    yield of_delegate(stage, kept, before={"kind": "totp", "name": "Celular"})


@act("factor.refused")
def _(stage: Stage) -> Iterator[Expected | None]:
    make_app(stage.delegate)
    yield None
    with suppress(ValidationError):
        prove(account=stage.delegate, code="abc")
    yield by_nobody(stage, stage.delegate, after=WRONG)


@act("factor.refused")
def of_a_passkey(stage: Stage) -> Iterator[Expected | None]:
    yield None
    with suppress(ValidationError):
        prove_with_passkey(account=stage.delegate, answer="{}", challenge="", site=SITE)
    yield by_nobody(stage, stage.delegate, after=WRONG)


@act("factors.reset")
def _(stage: Stage) -> Iterator[Expected | None]:
    make_app(stage.delegate)
    yield None
    reset_factors(account=stage.delegate, by=None)
    yield by_nobody(stage, stage.delegate, before={"factors": 1})


@act("factors.reset")
def for_a_reason(stage: Stage) -> Iterator[Expected | None]:
    make_app(stage.delegate)
    yield None
    reset_second_factor(by=stage.ministry, account=stage.delegate, reason="Perdió el celular")
    before, after = {"factors": 1}, {"reason": "Perdió el celular"}
    yield Expected(stage.delegate, stage.ministry, stage.sede.entity, before, after)


@act("recovery_codes.made")
def _(stage: Stage) -> Iterator[Expected | None]:
    yield None
    make_recovery_codes(by=stage.delegate, seed=new_seed())
    yield of_delegate(stage, stage.delegate, after={"codes": 10})


# ---------------------------------------------------------------- sessions


@act("session.ended")
def _(stage: Stage) -> Iterator[Expected | None]:
    session = make_session(stage.delegate)
    yield None
    end_session(by=stage.delegate, session=session)
    yield of_delegate(stage, stage.delegate, after={"device": session.device})


@act("sessions.ended")
def _(stage: Stage) -> Iterator[Expected | None]:
    for _ in range(2):
        make_session(stage.delegate)
    yield None
    end_sessions(account=stage.delegate, by=None)
    yield by_nobody(stage, stage.delegate, after={"sessions": 2})


@act("sessions.ended")
def by_the_ministry(stage: Stage) -> Iterator[Expected | None]:
    make_session(stage.delegate)
    yield None
    close_sessions(by=stage.ministry, account=stage.delegate, reason="Equipo perdido")
    after = {"sessions": 1, "reason": "Equipo perdido"}
    yield Expected(stage.delegate, stage.ministry, stage.sede.entity, after=after)


@act("account.unlocked")
def _(stage: Stage) -> Iterator[Expected | None]:
    for _ in range(3):
        throttle.admit(login=stage.delegate.login, address=None)
    yield None
    unlock_account(by=stage.ministry, account=stage.delegate, reason="Llamó y se identificó")
    before, after = {"failures": 3}, {"reason": "Llamó y se identificó"}
    yield Expected(stage.delegate, stage.ministry, stage.sede.entity, before, after)


@act("account.suspended")
def _(stage: Stage) -> Iterator[Expected | None]:
    make_session(stage.delegate)
    yield None
    suspend_delegate(by=stage.ministry, account=stage.delegate, reason="Denuncia")
    after = {"sessions": 1, "reason": "Denuncia"}
    yield Expected(stage.delegate, stage.ministry, stage.sede.entity, after=after)


@act("account.reactivated")
def _(stage: Stage) -> Iterator[Expected | None]:
    suspend_account(by=stage.ministry, account=stage.delegate, reason="Denuncia")
    yield None
    reactivate_account(by=stage.ministry, account=stage.delegate, reason="Aclarado")
    yield Expected(stage.delegate, stage.ministry, stage.sede.entity, after={"reason": "Aclarado"})


@act("session.switched")
def _(stage: Stage) -> Iterator[Expected | None]:
    """One row for each of the two entities that may read it."""
    one, session = stage.delegate, make_session(stage.delegate)
    other = make_delegate(make_entity(), person=one.person)
    yield None
    switch_account(by=one, to=other, session=session)
    for account in (one, other):
        yield Expected(account, one, account.entity, {"account": one.pk}, {"account": other.pk})


@act("session.switched")
def to_the_natural_person(stage: Stage) -> Iterator[Expected | None]:
    one, session = stage.delegate, make_session(stage.delegate)
    natural = make_natural(one.person)
    yield None
    switch_account(by=one, to=natural, session=session)
    for account in (one, natural):
        yield Expected(account, one, account.entity, {"account": one.pk}, {"account": natural.pk})


@act("factor.policy_changed")
def _(stage: Stage) -> Iterator[Expected | None]:
    require_factor(by=None, kind="IPS", since=date(2027, 1, 1))
    yield None
    require_factor(by=stage.delegate, kind="IPS", since=date(2027, 2, 1), reason="Circular 12")
    before, after = {"since": "2027-01-01"}, {"since": "2027-02-01", "reason": "Circular 12"}
    yield Expected(SecondFactorPolicy(kind="IPS"), stage.delegate, None, before, after)
