"""Mi identidad: what a person typed, until the Registro civil or a reviewer of the Ministry has verified it."""

from django.contrib import auth, messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render

from accounts.actions import identity_claims as actions
from accounts.models import IdentityClaim
from accounts.models.identity_claims import DAYS_KEPT, MAX_COPY_BYTES
from accounts.requests import PersonRequest
from accounts.rules.identity import CORRECTABLE
from accounts.views.confirmation import recently_confirmed
from delegates.forms.identity_claims import CopyForm, IdentityForm
from delegates.forms.sign_up_and_personal_data import EmailForm
from mipres_admin.access.bodies import Upload
from mipres_admin.access.declarations import FORM, SAFE, MenuEntry, unverified
from mipres_admin.forms import ActionForm, fields_of
from mipres_admin.uploaded_file import uploaded_file

VERIFIED = "Su identidad quedó verificada. Desde ahora su usuario es {login}; la contraseña sigue igual."
SAVED = "Sus datos se guardaron. Un revisor del Ministerio los comprueba y le responde al correo."


def claim_of(request: PersonRequest) -> IdentityClaim:
    """The claim of the account, for its holder; 404 once it is deleted."""
    claim = IdentityClaim.objects.select_related("account").filter(account=request.account).first()
    if claim is None:
        raise Http404
    return claim


def show_claim(request: PersonRequest, *, form: ActionForm | None = None) -> HttpResponse:
    """The page, with the one of its forms that was sent, if any."""
    claim = claim_of(request)
    own = {
        "identity_form": IdentityForm(claim=claim),
        "copy_form": CopyForm(),
        "email_form": EmailForm(auto_id="id_correo_%s"),
    }
    sent = {name: form for name, empty in own.items() if type(empty) is type(form)}
    context = {
        "claim": claim,
        "has_copy": hasattr(claim, "document_copy"),
        "can_correct": claim.state in CORRECTABLE,
        "days": DAYS_KEPT,
        "form": form,
    }
    return render(request, "delegates/identity_claim.html", context | own | sent)


@unverified(
    methods=SAFE,
    menu=MenuEntry("Mi identidad", "Vea y corrija lo que escribió, y cargue su documento.", "user", order=95),
)
def identity_claim(request: PersonRequest) -> HttpResponse:
    """What was typed, how far its verification is, and what is missing."""
    return show_claim(request)


@unverified(methods=FORM, resumable=fields_of(IdentityForm))
def correct_identity(request: PersonRequest) -> HttpResponse:
    """Correct the identity, which is compared with the Registro civil again."""
    if request.method != "POST":
        return redirect("identity_claim")
    claim = claim_of(request)
    form = IdentityForm(request.POST, claim=claim)
    if form.is_valid():
        with form.attempt():
            account = actions.correct_claim(
                by=request.account, claim=claim, identity=form.identity, session=request.account_session
            )
            text = SAVED if account.is_unverified else VERIFIED.format(login=account.login)
            messages.success(request, text)
            return redirect("home")
    return show_claim(request, form=form)


@unverified(methods=FORM, upload=Upload(MAX_COPY_BYTES, by_origin=True))
def upload_identity_copy(request: PersonRequest) -> HttpResponse:
    """Upload a copy of the document, in place of the one before."""
    if request.method != "POST":
        return redirect("identity_claim")
    claim, form = claim_of(request), CopyForm(request.POST, request.FILES)
    if form.is_valid():
        with form.attempt():
            actions.upload_copy(by=request.account, claim=claim, content=form.content, kind=form.kind)
            messages.success(request, "La copia se guardó. La ven los revisores del Ministerio, y nadie más.")
            return redirect("identity_claim")
    return show_claim(request, form=form)


@unverified(methods=SAFE)
def download_identity_copy(request: PersonRequest) -> HttpResponse:
    """The copy that is kept."""
    claim = claim_of(request)
    if not hasattr(claim, "document_copy"):
        raise Http404
    actions.record_copy_download(by=request.account, claim=claim)
    copy = claim.document_copy
    return uploaded_file(copy.content, copy.kind, copy.file_name)


@unverified(methods=FORM, resumable=fields_of(ActionForm))
@recently_confirmed()
def withdraw_identity(request: PersonRequest) -> HttpResponse:
    """Delete what was typed and close the account, after asking."""
    claim, form = claim_of(request), ActionForm()
    if request.method == "POST":
        with form.attempt():
            actions.withdraw_claim(by=request.account, claim=claim)
            auth.logout(request)
            messages.success(request, "Borramos lo que escribió y cerramos su cuenta.")
            return redirect("login")
    return render(request, "delegates/withdraw_identity.html", {"claim": claim, "refusal": form.refusal})
