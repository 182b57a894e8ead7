"""Verify a second factor after the password; add and remove factors; show recovery codes."""

from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.debug import sensitive_post_parameters

from accounts.actions import second_factor as actions
from accounts.forms.second_factor import EnrolAppForm, EnrolPasskeyForm
from accounts.models import Passkey, RecoveryCode
from accounts.models.sessions import VerificationMethod
from accounts.requests import AnyRequest, PendingLoginRequest
from accounts.rules.second_factor import ENROL, VERIFY, factors_of, removal_refusal
from accounts.security import challenges, secrets, sessions, webauthn
from accounts.views.confirmation import recently_confirmed
from accounts.views.destinations import destination
from accounts.views.proof import Proof, site_of
from mipres_admin.access.declarations import FORM, mfa_enrolment, pending_login, signed_in
from mipres_admin.forms import ActionForm, fields_of

# in Django's session: seeds, of use only while they are there; and the purpose of a challenge
SEED, RECOVERY_SEED, ADD_PASSKEY = "totp_seed", "recovery_seed", "add"


# ---------------------------------------------------------------- the second step of the log-in


@pending_login(methods=FORM)
@sensitive_post_parameters("code", "answer")
def second_factor(request: PendingLoginRequest) -> HttpResponse:
    """Log in with a second factor, after the password."""
    account = request.account
    if request.pending_login.step == ENROL:
        return render(request, "accounts/second_factor_needed.html", {"account": account})
    if request.pending_login.step != VERIFY:  # the factor was removed meanwhile
        return redirect("login")
    proof = Proof(request, account, after_password=True)
    if method := proof.verify():
        sessions.start_session(request, account, method)
        return HttpResponseRedirect(destination(request, request.pending_login.next_url or reverse("home")))
    return render(request, "accounts/second_factor.html", {"proof": proof, "account": account})


# ---------------------------------------------------------------- adding factors


def _after_enrolment(request: AnyRequest, method: VerificationMethod) -> HttpResponse:
    """Open or mark the session; a first factor brings the recovery codes."""
    account = request.account
    if request.pending_login is None:
        sessions.mark_confirmed(request, request.account_session, method)
    else:
        actions.open_after_enrolment(account=account, method=method)
        sessions.start_session(request, account, method)
    if RecoveryCode.objects.filter(account=account).current().exists():
        messages.success(request, "El segundo factor quedó agregado.")
        return redirect("security")
    seed = request.session[RECOVERY_SEED] = secrets.new_seed()
    actions.create_recovery_codes(by=account, seed=seed)
    messages.success(request, "El segundo factor quedó agregado. Guarde ahora sus códigos de recuperación.")
    return redirect("recovery_codes")


@mfa_enrolment(methods=FORM)
@sensitive_post_parameters("code")
@recently_confirmed()
def enrol_totp(request: AnyRequest) -> HttpResponse:
    """Show the key of a new authenticator app, as QR and in letters, and ask for the code that the app shows."""
    account, logged_in = request.account, request.pending_login is None
    seed = request.session.setdefault(SEED, secrets.new_seed())
    form = EnrolAppForm(request.POST or None, initial={"name": "Aplicación de mi celular"})
    if form.is_valid():
        with form.attempt():
            actions.enrol_app(by=account, name=form.cleaned_data["name"], seed=seed, code=form.cleaned_data["code"])
            del request.session[SEED]
            return _after_enrolment(request, VerificationMethod.TOTP)
    path, size = secrets.qr_path(secrets.totp_address(seed, account.login))
    context = {"form": form, "key": secrets.written_key(seed), "qr_path": path, "qr_size": size}
    return render(request, "accounts/enrol_totp.html", context | {"logged_in": logged_in})


@mfa_enrolment(methods=FORM)
@sensitive_post_parameters("answer")
@recently_confirmed()
def enrol_passkey(request: AnyRequest) -> HttpResponse:
    """Ask the browser for a new passkey."""
    account, logged_in, site = request.account, request.pending_login is None, site_of(request)
    form = EnrolPasskeyForm(request.POST or None, initial={"name": "Este equipo"})
    if form.is_valid():
        name, answer = form.cleaned_data["name"], form.cleaned_data["answer"]
        challenge = challenges.take(request.session, ADD_PASSKEY)
        with form.attempt():
            actions.enrol_passkey(by=account, name=name, answer=answer, challenge=challenge, site=site)
            return _after_enrolment(request, VerificationMethod.PASSKEY)
    options = ""
    if site.takes_passkeys:
        passkeys = list(Passkey.objects.filter(account=account))
        options, challenge = webauthn.registration_options(account, passkeys, site)
        challenges.keep(request.session, ADD_PASSKEY, challenge)
    context = {"form": form, "options": options, "site": site, "logged_in": logged_in}
    return render(request, "accounts/enrol_passkey.html", context)


@signed_in(methods=FORM)
@recently_confirmed()
def recovery_codes(request: AnyRequest) -> HttpResponse:
    """Show new recovery codes until the person has saved them; make others."""
    account = request.account
    if not factors_of(account):
        return redirect("security")
    if "guardados" in request.POST:
        request.session.pop(RECOVERY_SEED, None)
        return redirect("security")
    if request.method == "POST":
        seed = request.session[RECOVERY_SEED] = secrets.new_seed()
        actions.create_recovery_codes(by=account, seed=seed)
        return redirect("recovery_codes")
    new: str | None = request.session.get(RECOVERY_SEED)
    codes, left = secrets.recovery_codes(new) if new else [], account.recovery_codes.current().count()
    return render(request, "accounts/recovery_codes.html", {"codes": codes, "left": left})


# ---------------------------------------------------------------- removing


@signed_in(methods=FORM, resumable=fields_of(ActionForm))
@recently_confirmed()
def remove_factor(request: AnyRequest, public_id: UUID) -> HttpResponse:
    """Say what is removed, and remove one factor."""
    factors = factors_of(request.account)
    factor = next((factor for factor in factors if factor.public_id == public_id), None)
    if factor is None:
        raise Http404
    form = ActionForm(request.POST if request.method == "POST" else None)
    form.refusal = removal_refusal(request.account, factor, factors)
    if form.is_valid():
        with form.attempt():
            actions.remove_factor(by=request.account, factor=factor)
            messages.success(request, f"«{factor.name}» ya no sirve para ingresar.")
            return redirect("security")
    return render(request, "accounts/remove_factor.html", {"factor": factor, "refusal": form.refusal})
