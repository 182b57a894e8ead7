"""What does a certificate of roles (constancia) say, and how does it become HTML and PDF?"""

import hashlib
import json
from collections import Counter
from datetime import date, datetime
from typing import Any

from django.template.loader import render_to_string
from django.utils import timezone
from stdnum.co import nit as co_nit

from accounts.models import Account
from entities.models import Entity
from mipres_admin.pdf import make_pdf, qr_path
from roles.matrix import Role, derived_roles
from roles.models import Certificate, RegisteredUser, RoleAssignment

Content = dict[str, Any]


def identification(entity: Entity) -> str:
    """An entity's NIT with its check digit, or the document of a natural person."""
    if entity.identification_type != "NI":
        return f"{entity.identification_type} {entity.nit}"
    return f"NIT {entity.nit}-{co_nit.calc_check_digit(entity.nit)}"


def _holder(user: RegisteredUser) -> dict[str, str]:
    person = user.person
    return {
        "name": person.full_name,
        "login": user.login,
        "document_type": person.document_type,
        "document_type_name": person.get_document_type_display(),
        "document_number": person.document_number,
        "kind": user.get_kind_display(),
        "profession": user.profession.name if user.profession else "",
        "registry": user.professional_registry,
    }


def _role(assignment: RoleAssignment) -> dict[str, Any]:
    # only where there is one: the content is the same, to the byte, as before registries ended roles
    cause = {"cause": assignment.ended_because} if assignment.ended_because else {}
    return cause | {
        "holder": assignment.user.person.full_name,
        "login": assignment.user.login,
        "role": assignment.role,
        "role_name": Role(assignment.role).label,
        "derived": list(derived_roles({assignment.role}, assignment.user.profession_id)),
        "sede": assignment.sede.code,
        "sede_name": assignment.sede.name,
        "from": assignment.first_day.isoformat(),
        "until": assignment.last_day.isoformat() if assignment.last_day else "",
        "by": assignment.created_by.display_name,
        "by_login": assignment.created_by.login,
    }


def content_of(
    *,
    code: str,
    by: Account,
    entity: Entity,
    user: RegisteredUser | None,
    as_of: date,
    now: datetime,
    assignments: list[RoleAssignment],
) -> Content:
    """The whole content as plain JSON; `assignments` come with user, person, profession, sede and creator."""
    return {
        "code": code,
        "entity": {"name": entity.name, "identification": identification(entity), "kind": entity.get_kind_display()},
        "holder": _holder(user) if user else None,
        "as_of": as_of.isoformat(),
        "whole_day": as_of < timezone.localdate(now),
        "issued_at": timezone.localtime(now).isoformat(timespec="seconds"),
        "issued_by": {"name": by.display_name, "login": by.login},
        "roles": [_role(assignment) for assignment in assignments],
    }


def fingerprint(content: Content) -> str:
    """The SHA-256 of a content, the same whatever the order in which PostgreSQL keeps its keys."""
    canonical = json.dumps(content, sort_keys=True, ensure_ascii=False, separators=(",", ":"))
    return hashlib.sha256(canonical.encode()).hexdigest()


def same_content(first: Content, second: Content) -> bool:
    """Whether two contents differ in nothing but their code and their moment."""
    ignored = dict.fromkeys(("code", "issued_at"))
    return fingerprint(first | ignored) == fingerprint(second | ignored)


def checksum_matches(certificate: Certificate) -> bool:
    """Whether the stored content is still the one that was issued, under its own code."""
    content = certificate.content
    return content.get("code") == certificate.code and fingerprint(content) == certificate.content_sha256


def _template_context(certificate: Certificate) -> dict[str, Any]:
    content: Content = certificate.content
    return content | {
        "grouped_code": certificate.grouped_code,
        "as_of": date.fromisoformat(content["as_of"]),
        "issued_at": datetime.fromisoformat(content["issued_at"]),
        "people": len({role["login"] for role in content["roles"]}),
    }


def summary(certificate: Certificate) -> dict[str, Any]:
    """What the public may compare: for one person the masked document and the roles, for a list only how many of each.

    No name of a person, no login, no whole document leaves here.
    """
    context, holder = _template_context(certificate), certificate.content["holder"]
    shown = {key: context[key] for key in ("entity", "as_of", "whole_day", "issued_at", "grouped_code", "people")}
    roles = certificate.content["roles"]
    public = ("role", "derived", "sede", "from", "until")
    return shown | {
        "count": len(roles),
        "document": holder and masked(holder["document_type"], holder["document_number"]),
        "roles": [{key: role[key] for key in public} for role in roles] if holder else [],
        "counts": sorted(Counter(role["role"] for role in roles).items()) if not holder else [],
    }


def masked(document_type: str, number: str) -> str:
    """A document of which only the last four characters are shown, or fewer of a short one: CC ******0111."""
    shown = min(4, len(number) // 2)
    return f"{document_type} {'*' * (len(number) - shown)}{number[len(number) - shown :]}"


def certificate_html(certificate: Certificate, verify_url: str) -> str:
    """The certificate as a page; everything that people typed is escaped by the template."""
    side, path = qr_path(verify_url)
    context = _template_context(certificate) | {"verify_url": verify_url, "qr_side": side, "qr_path": path}
    return render_to_string("roles/certificate_pdf.html", context)


def certificate_pdf(certificate: Certificate, verify_url: str) -> bytes:
    """The certificate as PDF; `verify_url` is the public address that confirms it. Raises Refused (see `make_pdf`)."""
    return make_pdf(certificate_html(certificate, verify_url))
