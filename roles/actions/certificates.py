"""Issue a constancia: who had which roles in this entity on a day, stored as issued."""

from datetime import date, datetime, timedelta

from django.conf import settings
from django.db import transaction
from django.utils import timezone

from accounts.models import Account
from mipres_admin.database.locks import lock
from mipres_admin.history.recording import record
from mipres_admin.pdf import refuse_without_pango
from mipres_admin.refusals import refuse
from roles.certificates.codes import new_code
from roles.certificates.content import Content, content_of, fingerprint, same_content
from roles.events import Event
from roles.models import Certificate, RegisteredUser, RoleAssignment
from roles.rules import certificate_refusal
from roles.validity import end_of

SECOND_CLICK = timedelta(minutes=1)
_ORDER = ("user__person__sort_name", "user_id", "sede__name", "sede__code", "role", "pk")


def _recent_duplicate(
    by: Account, user: RegisteredUser | None, as_of: date, now: datetime, content: Content
) -> Certificate | None:
    """The certificate with the same content that this account issued a moment ago: a second click on the button."""
    issued = Certificate.objects.filter(issued_by=by, entity=by.entity, user=user, as_of=as_of)
    latest = issued.filter(issued_at__gt=now - SECOND_CLICK).first()
    return latest if latest and same_content(latest.content, content) else None


@transaction.atomic
def issue_certificate(*, by: Account, as_of: date, user: RegisteredUser | None = None) -> Certificate:
    """Issue the certificate about `user`, or about everybody with roles in the entity of `by`, on the day `as_of`.

    The roles are those in force at the end of that day in Colombia (now, when it is today). Issued again within a
    minute, the one with the same content is returned. Raises Refused, with nothing saved, for a day to come, without
    any role, with more roles than a PDF takes, or without Pango.
    """
    refuse_without_pango()
    # one click after the other: the second finds the certificate of the first
    lock(by, no_key=True)
    entity, now = by.require_entity(), timezone.now()
    assignments = RoleAssignment.objects.visible_to(entity).current(end_of(min(as_of, timezone.localdate(now)), now))
    if user is not None:
        assignments = assignments.filter(user=user)
    refuse(certificate_refusal(as_of, assignments.count(), settings.CERTIFICATE_LONGEST))
    related = assignments.select_related("user__person", "user__profession", "sede", "created_by__person")
    roles, code = list(related.prefetch_related("endings").order_by(*_ORDER)), new_code()
    content = content_of(code=code, by=by, entity=entity, user=user, as_of=as_of, now=now, assignments=roles)
    return _recent_duplicate(by, user, as_of, now, content) or _issue(by, user, as_of, now, content)


def _issue(by: Account, user: RegisteredUser | None, as_of: date, now: datetime, content: Content) -> Certificate:
    certificate = Certificate.objects.create(
        code=content["code"],
        entity=by.require_entity(),
        user=user,
        as_of=as_of,
        issued_at=now,
        issued_by=by,
        content=content,
        content_sha256=fingerprint(content),
    )
    after = {"as_of": as_of.isoformat(), "user": user and str(user.public_id), "roles": len(content["roles"])}
    record(by=by, event=Event.CERTIFICATE_ISSUED, obj=certificate, after=after)
    return certificate
