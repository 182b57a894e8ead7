"""Constancias, the certificates of roles: a delegate issues and downloads them, anybody verifies one by its code."""

import logging
from uuid import UUID

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse

from accounts.requests import DelegateRequest
from mipres_admin.access.declarations import FORM, SAFE, Viewable, delegate_of, public
from mipres_admin.forms import fields_of
from mipres_admin.pdf import BUSY, NO_PANGO
from mipres_admin.public_urls import public_address
from mipres_admin.refusals import Refusal, Refused
from roles.actions.certificates import issue_certificate
from roles.certificates.codes import read_code
from roles.certificates.content import certificate_pdf, checksum_matches, summary
from roles.forms.certificates import CertificateForm, VerifyForm
from roles.matrix import ACTIVATING_KINDS
from roles.models import Certificate, RegisteredUser
from roles.views.users import user_for

logger = logging.getLogger(__name__)
LATEST_SHOWN = 10


def _status(refusal: Refusal) -> int:
    """503 for what the server cannot do now, 200 for what the delegate can correct."""
    return 503 if refusal in (NO_PANGO, BUSY) else 200


# ---------------------------------------------------------------- issuing


def _issue(request: DelegateRequest, template: str, user: RegisteredUser | None) -> HttpResponse:
    form = CertificateForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        with form.attempt():
            certificate = issue_certificate(by=request.account, as_of=form.cleaned_data["as_of"], user=user)
            return redirect("download_certificate", certificate.public_id)
    issued = Certificate.objects.visible_to(request.entity).filter(user=user)
    context = {
        "form": form,
        "refusal": form.refusal,
        "user": user,
        "person": user and user.person,
        "latest": issued.defer("content").select_related("issued_by__person")[:LATEST_SHOWN],
    }
    return render(request, template, context, status=_status(form.refusal) if form.refusal else 200)


@delegate_of(*ACTIVATING_KINDS, methods=FORM, resumable=fields_of(CertificateForm), viewable=Viewable.YES)
def user_certificate(request: DelegateRequest, public_id: UUID) -> HttpResponse:
    return _issue(request, "roles/user_certificate.html", user_for(request, public_id))


@delegate_of(*ACTIVATING_KINDS, methods=FORM, resumable=fields_of(CertificateForm), viewable=Viewable.YES)
def entity_certificate(request: DelegateRequest) -> HttpResponse:
    return _issue(request, "roles/entity_certificate.html", None)


@delegate_of(*ACTIVATING_KINDS, methods=SAFE, viewable=Viewable.DOWNLOAD)
def download_certificate(request: DelegateRequest, public_id: UUID) -> HttpResponse:
    certificate = get_object_or_404(Certificate.objects.visible_to(request.entity), public_id=public_id)
    if not checksum_matches(certificate):
        logger.error("certificate %s does not match its fingerprint", certificate.public_id)
        raise Http404
    url = public_address(reverse("verify_certificate", args=[certificate.grouped_code]))
    try:
        pdf = certificate_pdf(certificate, url)
    except Refused as refused:
        context = {"refusal": refused.refusal}
        return render(request, "roles/download_certificate.html", context, status=_status(refused.refusal))
    name = f"constancia-{certificate.grouped_code}.pdf"
    headers = {"Content-Disposition": f'attachment; filename="{name}"'}
    return HttpResponse(pdf, content_type="application/pdf", headers=headers)


# ---------------------------------------------------------------- verifying


@public(methods=SAFE, viewable=Viewable.YES)
def verify(request: HttpRequest) -> HttpResponse:
    form = VerifyForm(request.GET if "codigo" in request.GET else None)
    if form.is_bound and form.is_valid():
        return redirect("verify_certificate", form.cleaned_data["codigo"])
    return render(request, "roles/verify.html", {"form": form})


@public(methods=SAFE, viewable=Viewable.YES)
def verify_certificate(request: HttpRequest, code: str) -> HttpResponse:
    """Confirm or deny a certificate, showing less than it does; attempts are not recorded."""
    certificate = Certificate.objects.filter(code=read_code(code)).first()
    if certificate is not None and not checksum_matches(certificate):
        logger.error("certificate %s does not match its fingerprint", certificate.public_id)
        certificate = None
    context = {"certificate": certificate and summary(certificate), "form": VerifyForm()}
    response = render(request, "roles/verify_certificate.html", context, status=200 if certificate else 404)
    response.headers["X-Robots-Tag"] = "noindex"
    return response
