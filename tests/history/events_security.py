"""Which row does each action on log-in, passwords, second factors and sessions leave?"""

from collections.abc import Iterator
from contextlib import suppress
from datetime import date
from hashlib import sha256
from unittest.mock import patch

from django.core.exceptions import ValidationError

from accounts.actions.entity_switch import switch_account
from accounts.actions.login_and_password import (
    change_password,
    close_session,
    confirm_identity,
    confirm_password,
    open_session,
)
from accounts.actions.ministry_interventions import (
    close_sessions,
    reactivate_account,
    reset_second_factor,
    suspend_account,
    unlock_account,
)
from accounts.actions.passkey_login import open_session_with_passkey
from accounts.actions.password_links import assign_password, recover_password, send_password_link
from accounts.actions.second_factor import (
    create_recovery_codes,
    enrol_app,
    enrol_passkey,
    open_after_enrolment,
    remove_factor,
    require_factor,
    reset_factors,
    verify_code,
    verify_passkey,
)
from accounts.actions.sessions import end_session, end_sessions
from accounts.events import Event
from accounts.models import AuthenticatorApp, Passkey, SecondFactorPolicy
from accounts.models.sessions import VerificationMethod
from accounts.security import login_limits, webauthn
from accounts.security.secrets import new_seed, recovery_codes
from delegates.actions.account_return import give_back_account
from delegates.actions.account_suspension import suspend_with_links
from mipres_admin.database.text import masked_email
from mipres_admin.rate_limits.models import RateCounter
from tests.accounts.authenticator import Authenticator
from tests.accounts.links import link_to
from tests.factories import (
    PASSWORD,
    code_of,
    make_app,
    make_delegate,
    make_entity,
    make_natural,
    make_session,
    make_staff,
)
from tests.history.scenario import Expected, Scenario, by_delegate, by_nobody, case

NEW = "otra frase larga y serena"
SITE = webauthn.Site("mipres.example", "https://mipres.example")
WRONG = {"locked": False}

# ---------------------------------------------------------------- log-in


@case(Event.SESSION_OPENED)
def _(scenario: Scenario) -> Iterator[Expected | None]:
    yield None
    open_session(login=scenario.delegate.login, password=PASSWORD)
    yield by_delegate(scenario, scenario.delegate)


@case(Event.SESSION_OPENED)
def with_an_app(scenario: Scenario) -> Iterator[Expected | None]:
    app = make_app(scenario.delegate)
    yield None
    verify_code(account=scenario.delegate, code=code_of(app))
    yield by_delegate(scenario, scenario.delegate, after={"factor": "totp"})


@case(Event.SESSION_OPENED)
def with_a_passkey(scenario: Scenario) -> Iterator[Expected | None]:
    digest = sha256(b"YWJj").hexdigest()
    Passkey.objects.create(
        account=scenario.delegate, name="Llave", credential_id="YWJj", credential_hash=digest, public_key=b"1"
    )
    yield None
    with patch.object(webauthn, "read_assertion", return_value=1):
        verify_passkey(account=scenario.delegate, answer='{"id": "YWJj"}', challenge="", site=SITE)
    yield by_delegate(scenario, scenario.delegate, after={"factor": "passkey"})


@case(Event.SESSION_OPENED)
def with_a_passkey_alone(scenario: Scenario) -> Iterator[Expected | None]:
    device = Authenticator()
    device.save(scenario.delegate)
    yield None
    answer = device.sign("YWJj", origin=SITE.origin, site=SITE.host)
    open_session_with_passkey(answer=answer, challenge="YWJj", site=SITE)
    yield by_delegate(scenario, scenario.delegate, after={"factor": "passkey_alone"})


@case(Event.SESSION_REFUSED)
def with_a_passkey_that_answers_nothing(scenario: Scenario) -> Iterator[Expected | None]:
    device = Authenticator()
    device.save(scenario.delegate)
    yield None
    with suppress(ValidationError):
        open_session_with_passkey(answer=device.sign("YWJj"), challenge="YWJj", site=SITE)
    yield by_nobody(scenario, scenario.delegate, after=WRONG)


@case(Event.SESSION_OPENED)
def after_enrolment(scenario: Scenario) -> Iterator[Expected | None]:
    yield None
    open_after_enrolment(account=scenario.delegate, method=VerificationMethod.TOTP)
    yield by_delegate(scenario, scenario.delegate, after={"factor": "totp"})


@case(Event.SESSION_MFA_REQUIRED)
def _(scenario: Scenario) -> Iterator[Expected | None]:
    make_app(scenario.delegate)
    yield None
    open_session(login=scenario.delegate.login, password=PASSWORD)
    yield by_delegate(scenario, scenario.delegate)


@case(Event.SESSION_RECOVERED)
def _(scenario: Scenario) -> Iterator[Expected | None]:
    seed = new_seed()
    create_recovery_codes(by=scenario.delegate, seed=seed)
    yield None
    verify_code(account=scenario.delegate, code=recovery_codes(seed)[0])
    yield by_delegate(scenario, scenario.delegate, after={"codes_left": 9})


@case(Event.SESSION_REFUSED)
def _(scenario: Scenario) -> Iterator[Expected | None]:
    yield None
    with suppress(ValidationError):
        open_session(login=scenario.delegate.login, password="otra")
    yield by_nobody(scenario, scenario.delegate, after=WRONG)


@case(Event.SESSION_REFUSED)
def of_a_name_that_does_not_exist(scenario: Scenario) -> Iterator[Expected | None]:
    yield None
    with suppress(ValidationError):
        open_session(login="NADIE", password=PASSWORD)
    counter = login_limits.register_attempt(login="NADIE", account=None).subject
    yield Expected(RateCounter(key=counter), None, None, after=WRONG)


@case(Event.SESSION_CLOSED)
def _(scenario: Scenario) -> Iterator[Expected | None]:
    yield None
    close_session(by=scenario.delegate)
    yield by_delegate(scenario, scenario.delegate)


# ---------------------------------------------------------------- passwords


@case(Event.PASSWORD_CHANGED)
def _(scenario: Scenario) -> Iterator[Expected | None]:
    yield None
    change_password(by=scenario.delegate, old=PASSWORD, new=NEW)
    yield by_delegate(scenario, scenario.delegate)


@case(Event.PASSWORD_REFUSED)
def _(scenario: Scenario) -> Iterator[Expected | None]:
    yield None
    with suppress(ValidationError):
        change_password(by=scenario.delegate, old="otra", new=NEW)
    yield by_nobody(scenario, scenario.delegate, after=WRONG)


@case(Event.SECURITY_REFUSED)
def _(scenario: Scenario) -> Iterator[Expected | None]:
    yield None
    with suppress(ValidationError):
        confirm_password(by=scenario.delegate, password="otra")
    yield by_nobody(scenario, scenario.delegate, after=WRONG)


@case(Event.SECURITY_CONFIRMED)
def _(scenario: Scenario) -> Iterator[Expected | None]:
    yield None
    confirm_identity(by=scenario.delegate, password=PASSWORD)
    yield by_delegate(scenario, scenario.delegate)


@case(Event.SECURITY_CONFIRMED)
def by_a_code(scenario: Scenario) -> Iterator[Expected | None]:
    app = make_app(scenario.delegate)
    yield None
    verify_code(account=scenario.delegate, code=code_of(app), event=Event.SECURITY_CONFIRMED)
    yield by_delegate(scenario, scenario.delegate, after={"factor": "totp"})


@case(Event.PASSWORD_LINK_SENT)
def _(scenario: Scenario) -> Iterator[Expected | None]:
    by = scenario.ministry
    yield None
    send_password_link(account=scenario.delegate, reason="assign", by=by)
    yield Expected(scenario.delegate, by, scenario.sede.entity, reason="Asignar la primera contraseña")


def recover(scenario: Scenario, document_number: str) -> None:
    login, email = scenario.delegate.login, scenario.delegate.email
    recover_password(login=login, document_type="CC", document_number=document_number, email=email)


@case(Event.PASSWORD_LINK_SENT)
def when_it_was_forgotten(scenario: Scenario) -> Iterator[Expected | None]:
    assert scenario.delegate.person is not None
    yield None
    recover(scenario, scenario.delegate.person.document_number)
    yield by_nobody(scenario, scenario.delegate, reason="Recordar contraseña")


@case(Event.PASSWORD_LINK_REFUSED)
def _(scenario: Scenario) -> Iterator[Expected | None]:
    yield None
    recover(scenario, "1")
    login, email = scenario.delegate.login, scenario.delegate.email
    counter = login_limits.register_recovery(login=login, document="CC 1", email=email)
    yield Expected(RateCounter(key=counter), None, None, reason="Recordar contraseña")


@case(Event.PASSWORD_ASSIGNED)
def _(scenario: Scenario) -> Iterator[Expected | None]:
    secret = link_to(scenario.delegate).strip("/").rpartition("/")[2]
    yield None
    assign_password(secret=secret, new=NEW)
    yield by_delegate(scenario, scenario.delegate)


# ---------------------------------------------------------------- second factors


@case(Event.FACTOR_ENROLLED)
def _(scenario: Scenario) -> Iterator[Expected | None]:
    seed = new_seed()
    code = code_of(AuthenticatorApp(seed=seed))
    yield None
    app = enrol_app(by=scenario.delegate, name="Celular", seed=seed, code=code)
    yield by_delegate(scenario, app, after={"kind": "totp", "name": "Celular"})


@case(Event.FACTOR_ENROLLED)
def a_passkey(scenario: Scenario) -> Iterator[Expected | None]:
    made = {"credential_id": "YWJj", "credential_hash": "0" * 64, "public_key": b"1"}
    yield None
    with patch.object(webauthn, "read_registration", return_value=made):
        passkey = enrol_passkey(by=scenario.delegate, name="Llave", answer="", challenge="", site=SITE)
    yield by_delegate(scenario, passkey, after={"kind": "passkey", "name": "Llave"})


@case(Event.FACTOR_REMOVED)
def _(scenario: Scenario) -> Iterator[Expected | None]:
    app = make_app(scenario.delegate)
    kept = AuthenticatorApp(pk=app.pk)
    yield None
    remove_factor(by=scenario.delegate, factor=app)
    yield by_delegate(scenario, kept, before={"kind": "totp", "name": "Celular"})


@case(Event.FACTOR_REFUSED)
def _(scenario: Scenario) -> Iterator[Expected | None]:
    make_app(scenario.delegate)
    yield None
    with suppress(ValidationError):
        verify_code(account=scenario.delegate, code="abc")
    yield by_nobody(scenario, scenario.delegate, after=WRONG)


@case(Event.FACTOR_REFUSED)
def of_a_passkey(scenario: Scenario) -> Iterator[Expected | None]:
    yield None
    with suppress(ValidationError):
        verify_passkey(account=scenario.delegate, answer="{}", challenge="", site=SITE)
    yield by_nobody(scenario, scenario.delegate, after=WRONG)


@case(Event.FACTORS_RESET)
def _(scenario: Scenario) -> Iterator[Expected | None]:
    make_app(scenario.delegate)
    yield None
    reset_factors(account=scenario.delegate, by=None)
    yield by_nobody(scenario, scenario.delegate, before={"factors": 1})


@case(Event.FACTORS_RESET)
def for_a_reason(scenario: Scenario) -> Iterator[Expected | None]:
    make_app(scenario.delegate)
    yield None
    reset_second_factor(by=scenario.ministry, account=scenario.delegate, reason="Perdió el celular")
    yield Expected(
        scenario.delegate, scenario.ministry, scenario.sede.entity, {"factors": 1}, reason="Perdió el celular"
    )


@case(Event.RECOVERY_CODES_CREATED)
def _(scenario: Scenario) -> Iterator[Expected | None]:
    yield None
    create_recovery_codes(by=scenario.delegate, seed=new_seed())
    yield by_delegate(scenario, scenario.delegate, after={"codes": 10})


# ---------------------------------------------------------------- sessions


@case(Event.SESSION_ENDED)
def _(scenario: Scenario) -> Iterator[Expected | None]:
    session = make_session(scenario.delegate)
    yield None
    end_session(by=scenario.delegate, session=session)
    yield by_delegate(scenario, scenario.delegate, after={"device": session.device})


@case(Event.SESSIONS_ENDED)
def _(scenario: Scenario) -> Iterator[Expected | None]:
    for _ in range(2):
        make_session(scenario.delegate)
    yield None
    end_sessions(account=scenario.delegate, by=None)
    yield by_nobody(scenario, scenario.delegate, after={"sessions": 2})


@case(Event.SESSIONS_ENDED)
def by_the_ministry(scenario: Scenario) -> Iterator[Expected | None]:
    make_session(scenario.delegate)
    yield None
    close_sessions(by=scenario.ministry, account=scenario.delegate, reason="Equipo perdido")
    yield Expected(
        scenario.delegate, scenario.ministry, scenario.sede.entity, after={"sessions": 1}, reason="Equipo perdido"
    )


@case(Event.ACCOUNT_UNLOCKED)
def _(scenario: Scenario) -> Iterator[Expected | None]:
    for _ in range(3):
        login_limits.register_attempt(login=scenario.delegate.login, account=scenario.delegate)
    yield None
    unlock_account(by=scenario.ministry, account=scenario.delegate, reason="Llamó y se identificó")
    yield Expected(
        scenario.delegate, scenario.ministry, scenario.sede.entity, {"failures": 3}, reason="Llamó y se identificó"
    )


@case(Event.ACCOUNT_SUSPENDED)
def _(scenario: Scenario) -> Iterator[Expected | None]:
    make_session(scenario.delegate)
    yield None
    suspend_with_links(by=scenario.ministry, account=scenario.delegate, reason="Denuncia")
    yield Expected(scenario.delegate, scenario.ministry, scenario.sede.entity, after={"sessions": 1}, reason="Denuncia")


@case(Event.ACCOUNT_REACTIVATED)
def _(scenario: Scenario) -> Iterator[Expected | None]:
    suspend_account(by=scenario.ministry, account=scenario.delegate, reason="Denuncia")
    yield None
    reactivate_account(by=scenario.ministry, account=scenario.delegate, reason="Aclarado")
    yield Expected(scenario.delegate, scenario.ministry, scenario.sede.entity, reason="Aclarado")


@case(Event.ACCOUNT_GIVEN_BACK)
def _(scenario: Scenario) -> Iterator[Expected | None]:
    account, reviewer = make_natural(), make_staff("revisor")
    suspend_account(by=scenario.ministry, account=account, reason="Denuncia")
    make_app(account)
    yield None
    give_back_account(by=reviewer, account=account, email="duena@correo.example", reason="Vino con su cédula")
    before = {"email": masked_email(account.email), "factors": 1}
    after = {"email": masked_email("duena@correo.example"), "sessions": 0, "tokens": 0}
    yield Expected(account, reviewer, None, before, after, reason="Vino con su cédula")


@case(Event.SESSION_CLOSED)
def by_going_on_as_another_account(scenario: Scenario) -> Iterator[Expected | None]:
    """What the first of the two entities reads."""
    one, session = scenario.delegate, make_session(scenario.delegate)
    other = make_delegate(make_entity(), person=one.person)
    yield None
    switch_account(by=one, to=other, session=session)
    yield Expected(one, one, one.entity)


@case(Event.FACTOR_POLICY_CHANGED)
def _(scenario: Scenario) -> Iterator[Expected | None]:
    require_factor(by=None, kind="IPS", since=date(2027, 1, 1))
    yield None
    require_factor(by=scenario.delegate, kind="IPS", since=date(2027, 2, 1), reason="Circular 12")
    before, after = {"since": "2027-01-01"}, {"since": "2027-02-01"}
    yield Expected(SecondFactorPolicy(kind="IPS"), scenario.delegate, None, before, after, reason="Circular 12")
