"""May a reviewer give an account back to its owner, and if not, why and what now? Reads, never writes."""

from accounts.models import Account, LoginObstacle, Suspension, accounts_of_oneself
from accounts.rules.oneself import own_email_refusal, own_refusal
from mipres_admin.refusals import Refusal

REVIEWER = "Usted, como revisor."
NOT_A_PERSONS = Refusal(
    headline="Solo se devuelve la cuenta de una persona",
    cause="No es la cuenta de Mi Seguridad Social, ni la de Proveedor Persona Natural, de una persona con identidad "
    "verificada.",
    remedy="Si es de un delegado, la entidad le cambia el correo en «Administrar autorizados». Si la identidad está "
    "por verificar, decida la solicitud.",
    who="La entidad, o un revisor.",
)
NOT_SUSPENDED = Refusal(
    headline="La cuenta no está suspendida",
    cause="Se devuelve una cuenta que Soporte ya suspendió: mientras tanto quien la tiene no puede usarla.",
    remedy="Pida a Soporte que la suspenda.",
    who="Soporte.",
)
SUSPENDED_BY_ONESELF = Refusal(
    headline="La devuelve otra persona",
    cause="Usted suspendió la cuenta: quien la suspende no la entrega.",
    remedy="Pida a otro revisor que compruebe quién es el dueño y se la devuelva.",
    who="Otro revisor del Ministerio.",
)


def _cannot_log_in(why: LoginObstacle) -> Refusal:
    return Refusal(
        headline="Con la cuenta nadie podría ingresar",
        cause=why.cause,
        remedy="Si es un error, corríjalo primero donde se registró.",
        who="El Ministerio de Salud y Protección Social.",
    )


def return_refusal(account: Account, by: Account, email: str) -> Refusal | None:
    """Why `by` may not give `account` back to its owner at this e-mail, or None."""
    person = account.person
    if person is None or not account.is_of_oneself:
        return NOT_A_PERSONS
    if own := own_refusal(by, account) or own_email_refusal(by, email):
        return own
    if (why := account.why_no_login) not in (None, LoginObstacle.SUSPENDED):
        return _cannot_log_in(why)
    if not account.is_suspended:
        return NOT_SUSPENDED
    theirs = Suspension.objects.current().filter(account__in=accounts_of_oneself(person), suspended_by=by)
    return SUSPENDED_BY_ONESELF if theirs.exists() else None
