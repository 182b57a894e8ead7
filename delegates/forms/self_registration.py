"""What does a person type to register in MIPRES as Profesional, SSO or Otro Usuario, and how are mistakes worded?"""

from typing import Any

from django import forms

from accounts.forms.captcha import CaptchaForm
from accounts.forms.login import ShownField
from accounts.models import Person
from delegates.rules.self_registration import UserRegistration


class OwnDocumentForm(CaptchaForm):
    """A form with a captcha that shows the person's own document, which no request can change."""

    document_type = ShownField(label="Tipo identificación", required=False)
    document_number = ShownField(label="Número identificación", required=False)

    def __init__(self, *args: Any, person: Person, initial: Any = None, **kwargs: Any) -> None:
        shown = {"document_type": person.get_document_type_display(), "document_number": person.document_number}
        super().__init__(*args, initial={**(initial or {}), **shown}, **kwargs)
        self.person = person


class UserRegistrationForm(OwnDocumentForm):
    """Profesional de la salud, Servicio Social Obligatorio or Otro Usuario; the first two choose a profession."""

    def __init__(self, *args: Any, registration: UserRegistration, **kwargs: Any) -> None:
        super().__init__(*args, person=registration.person, **kwargs)
        entries = registration.entries
        if not entries:
            return
        self.fields["profession"] = forms.ChoiceField(
            label="Profesión en ReTHUS",
            choices=[(e.profession_id, f"{e.profession}, registro {e.registry_number}") for e in entries],
            initial=entries[0].profession_id if len(entries) == 1 else None,
            widget=forms.RadioSelect,
            error_messages={
                "required": "Elija la profesión.",
                "invalid_choice": "La profesión debe ser una de las que tiene en ReTHUS.",
            },
        )
        self.order_fields(("document_type", "document_number", "profession"))
