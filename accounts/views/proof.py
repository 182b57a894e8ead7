"""What a page asks of the holder of an account: a second factor if the account has one, else the password."""

from django.http import HttpRequest

from accounts.actions import second_factor
from accounts.actions.login_and_password import confirm_identity, open_session
from accounts.events import Event
from accounts.forms.second_factor import CodeForm, PasskeyAnswerForm, PasswordForm
from accounts.models import Account
from accounts.models.sessions import VerificationMethod
from accounts.rules.second_factor import has_factor
from accounts.security import challenges, webauthn

FIELDS = ("code", "answer", "password")


def site_of(request: HttpRequest) -> webauthn.Site:
    """Where the browser is, as passkeys know it."""
    return webauthn.site_of(request.get_host(), secure=request.is_secure())


class Proof:
    """The forms of `accounts/_proof.html` for one account, and what was sent with one of them."""

    def __init__(
        self, request: HttpRequest, account: Account, *, in_session: bool = False, after_password: bool = False
    ) -> None:
        self.request, self.account, self.site = request, account, site_of(request)
        self.in_session = in_session  # the account confirms its own session; else it logs in
        self.after_password = after_password
        self.by_factor = has_factor(account)
        self.purpose = f"prove {account.pk}"
        self.sent = next((name for name in FIELDS if name in request.POST), "")
        self.answer_form = PasskeyAnswerForm(request.POST if self.sent == "answer" else None)
        form = CodeForm if self.by_factor else PasswordForm
        self.typed_form = form(request.POST if self.sent in form.base_fields else None)

    @property
    def form(self) -> CodeForm | PasskeyAnswerForm | PasswordForm:
        """The form that was sent, whose mistakes the page shows."""
        return self.answer_form if self.sent == "answer" else self.typed_form

    def options(self) -> str:
        """What the browser needs to use a passkey of the account, as JSON; "" where it has none or none works here."""
        passkeys = list(self.account.passkeys.all()) if self.site.takes_passkeys else []
        if not passkeys:
            return ""
        options, challenge = webauthn.assertion_options(passkeys, self.site)
        challenges.keep(self.request.session, self.purpose, challenge)
        return options

    def verify(self) -> VerificationMethod | None:
        """With what the holder proved to be them; None when what was sent proves nothing, which the form explains."""
        if not self.form.is_valid():
            return None
        with self.form.attempt():
            return self._verify(self.form.cleaned_data)
        return None

    def _verify(self, data: dict[str, str]) -> VerificationMethod:
        account, event = self.account, Event.SECURITY_CONFIRMED if self.in_session else Event.SESSION_OPENED
        if self.sent == "code":
            return second_factor.verify_code(account=account, code=data["code"], event=event)
        if self.sent == "answer":
            return second_factor.verify_passkey(
                account=account,
                answer=data["answer"],
                challenge=challenges.take(self.request.session, self.purpose),
                site=self.site,
                event=event,
                after_password=self.after_password,
            )
        if self.in_session:
            confirm_identity(by=account, password=data["password"])
        else:
            open_session(login=account.login, password=data["password"])
        return VerificationMethod.NONE
