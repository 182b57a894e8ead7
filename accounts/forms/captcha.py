"""The form field for the code of a captcha, and the base of forms that end with one."""

from typing import Any, NamedTuple, Self

from captcha.conf import settings as captcha_settings
from django import forms
from django.contrib.sessions.backends.base import SessionBase
from django.core.exceptions import ValidationError
from django.http import HttpRequest

from accounts.captcha import challenge
from mipres_admin.forms import ActionForm
from mipres_admin.reading.text import clean_text

WRONG_CODE = "El texto ingresado no corresponde con el de la imagen"


class Answer(NamedTuple):
    """The token of a captcha, and what the person typed."""

    token: str = ""
    text: str = ""


class CaptchaWidget(forms.TextInput):
    """The image, the spoken code, "Actualizar imagen" and the box; a new captcha whenever it is drawn."""

    template_name = "captcha/widget.html"
    session: SessionBase

    def value_from_datadict(self, data: Any, files: Any, name: str) -> Answer:
        """The answer with the token that the page was drawn with."""
        return Answer(data.get(f"{name}_token") or "", clean_text(data.get(name) or ""))

    def get_context(self, name: str, value: Any, attrs: dict[str, Any] | None) -> dict[str, Any]:
        """Issue a captcha; what was typed for the last one is of no use."""
        context = super().get_context(name, None, attrs)
        width, height = captcha_settings.CAPTCHA_IMAGE_SIZE
        return context | {"token": challenge.issue(self.session), "width": width, "height": height}


class CaptchaField(forms.Field):
    """The code of the image, which counts once and only in the session that got the image."""

    widget: CaptchaWidget
    default_error_messages = {"required": "Ingrese el código de la imagen.", "invalid": WRONG_CODE}

    def __init__(self, *, session: SessionBase) -> None:
        super().__init__(
            label="Ingrese el código de la imagen",
            widget=CaptchaWidget({"autocomplete": "off", "autocapitalize": "characters", "spellcheck": "false"}),
            help_text=(
                f"Son {captcha_settings.CAPTCHA_LENGTH} letras o números, en mayúsculas o minúsculas. "
                f"El código vence a los {captcha_settings.CAPTCHA_TIMEOUT} minutos."
            ),
        )
        self.session = self.widget.session = session

    def clean(self, value: Any) -> None:
        """Use the captcha up. Raises ValidationError when the code is missing, wrong, expired, used or not ours."""
        if not value.text.strip():
            raise ValidationError(self.error_messages["required"], code="required")
        if not challenge.redeem(self.session, value.token, value.text):
            raise ValidationError(self.error_messages["invalid"], code="invalid")


class CaptchaForm(ActionForm):
    """A form for people who have not logged in. Press "Actualizar imagen" without JavaScript and it comes back."""

    def __init__(self, *args: Any, session: SessionBase, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["captcha"] = CaptchaField(session=session)

    @classmethod
    def sent(cls, request: HttpRequest, **options: Any) -> Self:
        """The form as it was sent; with nothing checked when only another image was requested."""
        if "actualizar" in request.POST:
            return cls(initial=request.POST.dict(), session=request.session, **options)
        return cls(request.POST or None, session=request.session, **options)
