"""Second factor and "Seguridad de la cuenta": prove, add and remove factors; recovery codes; sessions."""

from uuid import UUID

from django.contrib import messages
from django.forms import Form
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect, JsonResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.debug import sensitive_post_parameters

from accounts.actions import second_factor as actions
from accounts.actions.login import confirm_password
from accounts.actions.sessions import end_session as end_one
from accounts.actions.sessions import end_sessions as end_all
from accounts.actions.sessions import switch_account
from accounts.forms.second_factor import CodeForm, EnrolAppForm, EnrolPasskeyForm, PasskeyAnswerForm, PasswordForm
from accounts.models import Account
from accounts.models.second_factors import AuthenticatorApp, Passkey, RecoveryCode
from accounts.models.sessions import Proof
from accounts.requests import AnyRequest, PendingLoginRequest
from accounts.rules.authentication import (
    ENROL,
    VERIFY,
    accounts_of_holder,
    compulsory_from,
    factors_of,
    must_have_factor,
    other_accounts,
    removal_refusal,
    step_of,
)
from accounts.security import saved_forms, sessions, webauthn
from accounts.security.secrets import new_seed, qr_path, totp_address, written_key
from accounts.security.secrets import recovery_codes as codes_of
from accounts.views.login import destination
from mipres_admin.access.declarations import FORM, SAFE, MenuEntry, Viewable, mfa_enrolment, pending_login, signed_in
from mipres_admin.refusals import Refused

# in Django's session: seeds and challenges, of use only while they are there
SEED, CHALLENGE, RECOVERY_SEED = "totp_seed", "passkey_challenge", "recovery_seed"


def _site(request: HttpRequest) -> webauthn.Site:
    return webauthn.site_of(request.get_host(), secure=request.is_secure())


# ---------------------------------------------------------------- the second step of the log-in


def _prove(request: PendingLoginRequest, form: CodeForm | PasskeyAnswerForm) -> HttpResponse | None:
    """Try what was sent; the way on, or None with the reason in the form."""
    account = request.account
    with form.attempt():
        if isinstance(form, CodeForm):
            proof = actions.prove(account=account, code=form.cleaned_data["code"])
        else:
            challenge, answer = request.session.pop(CHALLENGE, ""), form.cleaned_data["answer"]
            proof = actions.prove_with_passkey(account=account, answer=answer, challenge=challenge, site=_site(request))
        sessions.begin(request, account, proof)
        return HttpResponseRedirect(destination(request, request.pending_login.wanted or reverse("home")))
    return None


@pending_login(methods=FORM)
@sensitive_post_parameters("code", "answer")
def second_factor(request: PendingLoginRequest) -> HttpResponse:
    """Prove a second factor, or learn that one must be added first."""
    if request.pending_login.step == ENROL:
        return render(request, "accounts/second_factor_needed.html", {"account": request.account})
    if request.pending_login.step != VERIFY:  # the factor was removed meanwhile
        return redirect("login")
    by_passkey = "answer" in request.POST
    code = CodeForm(request.POST if request.method == "POST" and not by_passkey else None)
    answer = PasskeyAnswerForm(request.POST if by_passkey else None)
    sent = answer if by_passkey else code
    response = _prove(request, sent) if sent.is_valid() else None
    return response or _show_second_factor(request, code, answer, sent)


def _show_second_factor(
    request: PendingLoginRequest, code: CodeForm, answer: PasskeyAnswerForm, form: Form
) -> HttpResponse:
    account = request.account
    passkeys, site = list(Passkey.objects.of(account)), _site(request)
    options = ""
    if passkeys and site.takes_passkeys:
        options, request.session[CHALLENGE] = webauthn.assertion_options(passkeys, site)
    context = {"form": form, "code_form": code, "answer_form": answer, "options": options, "account": account}
    return render(request, "accounts/second_factor.html", context)


@signed_in(methods=FORM)
def resume_form(request: AnyRequest) -> HttpResponse:
    """The form that was sent after the session had ended: send it now, or forget it."""
    form = saved_forms.saved_form(request, request.account)
    if form is None:
        return redirect("home")
    if request.method == "POST":
        saved_forms.forget(request)
        return redirect("home")
    return render(request, "accounts/resume_form.html", {"kept": form})


# ---------------------------------------------------------------- adding factors


def _after_enrolment(request: AnyRequest, proof: Proof) -> HttpResponse:
    """Open or mark the session; a first factor brings the recovery codes."""
    account = request.account
    if request.pending_login is None:
        sessions.mark_proven(request, request.account_session, proof)
    else:
        actions.open_after_enrolment(account=account, proof=proof)
        sessions.begin(request, account, proof)
    if RecoveryCode.objects.of(account).current().exists():
        messages.success(request, "El segundo factor quedó agregado.")
        return redirect("security")
    seed = request.session[RECOVERY_SEED] = new_seed()
    actions.make_recovery_codes(by=account, seed=seed)
    messages.success(request, "El segundo factor quedó agregado. Guarde ahora sus códigos de recuperación.")
    return redirect("recovery_codes")


@mfa_enrolment(methods=FORM)
@sensitive_post_parameters("code", "password")
def enrol_totp(request: AnyRequest) -> HttpResponse:
    """Show the key of a new authenticator app, as QR and in letters, and ask for the code that the app shows."""
    account, whole = request.account, request.pending_login is None
    seed = request.session.setdefault(SEED, new_seed())
    form = EnrolAppForm(request.POST or None, ask_password=whole, initial={"name": "Aplicación de mi celular"})
    if form.is_valid():
        values = form.cleaned_data
        with form.attempt():
            if whole:
                confirm_password(by=account, password=values["password"])
            actions.enrol_app(by=account, name=values["name"], seed=seed, code=values["code"])
            del request.session[SEED]
            return _after_enrolment(request, Proof.TOTP)
    path, size = qr_path(totp_address(seed, account.login))
    context = {"form": form, "key": written_key(seed), "qr_path": path, "qr_size": size, "whole": whole}
    return render(request, "accounts/enrol_totp.html", context)


@mfa_enrolment(methods=FORM)
@sensitive_post_parameters("answer", "password")
def enrol_passkey(request: AnyRequest) -> HttpResponse:
    """Ask the browser for a new passkey."""
    account, whole = request.account, request.pending_login is None
    site = _site(request)
    form = EnrolPasskeyForm(request.POST or None, ask_password=whole, initial={"name": "Este equipo"})
    if form.is_valid():
        values, challenge = form.cleaned_data, request.session.pop(CHALLENGE, "")
        with form.attempt():
            if whole:
                confirm_password(by=account, password=values["password"])
            actions.enrol_passkey(
                by=account, name=values["name"], answer=values["answer"], challenge=challenge, site=site
            )
            return _after_enrolment(request, Proof.PASSKEY)
    options = ""
    if site.takes_passkeys:
        passkeys = list(Passkey.objects.of(account))
        options, request.session[CHALLENGE] = webauthn.registration_options(account, passkeys, site)
    context = {"form": form, "options": options, "site": site, "whole": whole}
    return render(request, "accounts/enrol_passkey.html", context)


@signed_in(methods=FORM)
@sensitive_post_parameters("password")
def recovery_codes(request: AnyRequest) -> HttpResponse:
    """Show new recovery codes until the person says that they are kept; make others after the password."""
    account, form = request.account, PasswordForm(request.POST or None)
    if not factors_of(account):
        return redirect("security")
    if "guardados" in request.POST:
        request.session.pop(RECOVERY_SEED, None)
        return redirect("security")
    if form.is_valid():
        with form.attempt():
            confirm_password(by=account, password=form.cleaned_data["password"])
            seed = request.session[RECOVERY_SEED] = new_seed()
            actions.make_recovery_codes(by=account, seed=seed)
            return redirect("recovery_codes")
    shown: str | None = request.session.get(RECOVERY_SEED)
    context = {
        "form": form,
        "codes": codes_of(shown) if shown else [],
        "left": RecoveryCode.objects.of(account).current().count(),
    }
    return render(request, "accounts/recovery_codes.html", context)


# ---------------------------------------------------------------- Seguridad de la cuenta


@signed_in(
    methods=SAFE,
    menu=MenuEntry(
        "Seguridad de la cuenta", "Su segundo factor, sus códigos y sus sesiones abiertas.", "shield", order=140
    ),
)
def security(request: AnyRequest) -> HttpResponse:
    """ "Seguridad de la cuenta": the factors and the sessions of this account."""
    account = request.account
    since = compulsory_from(account)
    context = {
        "factors": factors_of(account),
        "left": RecoveryCode.objects.of(account).current().count(),
        "must": must_have_factor(account),
        "since": since,
        "sessions": account.sessions.current(),
        "mine": request.account_session,
        "shared": accounts_of_holder(account),
    }
    return render(request, "accounts/security.html", context)


def _factor(account: Account, public_id: UUID) -> AuthenticatorApp | Passkey:
    for factor in factors_of(account):
        if factor.public_id == public_id:
            return factor
    raise Http404


@signed_in(methods=FORM)
@sensitive_post_parameters("password")
def remove_factor(request: AnyRequest, public_id: UUID) -> HttpResponse:
    """Ask for the password, and remove one factor."""
    account = request.account
    factor, form = _factor(account, public_id), PasswordForm(request.POST or None)
    form.refusal = removal_refusal(account, factor, factors_of(account))
    if form.refusal is None and form.is_valid():
        with form.attempt():
            confirm_password(by=account, password=form.cleaned_data["password"])
            actions.remove_factor(by=account, factor=factor)
            messages.success(request, f"«{factor.name}» ya no sirve para ingresar.")
            return redirect("security")
    context = {"factor": factor, "form": form, "refusal": form.refusal}
    return render(request, "accounts/remove_factor.html", context)


@signed_in(methods=FORM)
def end_session(request: AnyRequest, public_id: UUID) -> HttpResponse:
    """End one of this account's sessions; its own ends by "Salir"."""
    account = request.account
    session = get_object_or_404(account.sessions, public_id=public_id)
    if request.method == "POST" and session.pk != request.account_session.pk:
        end_one(by=account, session=session)
        messages.success(request, f"La sesión de {session.device} se cerró.")
    return redirect("security")


@signed_in(methods=FORM)
def end_sessions(request: AnyRequest) -> HttpResponse:
    """End every session of this account but this one."""
    if request.method == "POST":
        ended = end_all(account=request.account, by=request.account, but=request.account_session)
        messages.success(request, f"Sesiones cerradas: {ended}. Esta sigue abierta.")
    return redirect("security")


@signed_in(methods=FORM, viewable=Viewable.OWN)
def keep_session(request: AnyRequest) -> HttpResponse:
    """ "Continuar" in the warning: the person is here. Answers how many seconds the session has."""
    if request.method != "POST":
        return redirect("home")
    return JsonResponse({"seconds": request.account_session.seconds_left})


# ---------------------------------------------------------------- Cambiar de entidad


@signed_in(methods=FORM)
def switch_entity(request: AnyRequest) -> HttpResponse:
    """ "Cambiar de entidad": go on as another account of the same person, without logging out."""
    account = request.account
    others = other_accounts(account)
    if request.method != "POST":
        return render(request, "accounts/switch_entity.html", {"others": others})
    to = next((other for other in others if other.login == request.POST.get("cuenta")), None)
    if to is None:
        raise Http404
    proof = request.account_session.verified_by
    try:
        switch_account(by=account, to=to, session=request.account_session)
    except Refused as refused:
        return render(request, "accounts/switch_entity.html", {"others": others, "refusal": refused.refusal})
    if not proof and step_of(to):
        request.session.flush()
        sessions.start_pending_login(request, to)
        return redirect("second_factor")
    sessions.begin(request, to, proof)
    messages.success(request, f"Ahora trabaja para {to.entity or 'usted mismo, como persona natural'}.")
    return redirect("home")
