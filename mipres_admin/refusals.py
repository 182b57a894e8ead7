"""How does the portal say no? With a headline, the cause, what to do, and who can do it."""

from dataclasses import dataclass

from mipres_admin.formatting import one_point

NOT_ALLOWED = "Operación no permitida"


@dataclass(frozen=True)
class Refusal:
    """Why something may not be done; every part is shown to the person."""

    cause: str
    remedy: str
    who: str = ""
    headline: str = NOT_ALLOWED
    # the url name of the page where the remedy is, and the words that lead there
    link: str = ""
    link_text: str = ""

    def __post_init__(self) -> None:
        for name in ("headline", "cause", "remedy", "who"):
            object.__setattr__(self, name, one_point(getattr(self, name)))

    def __str__(self) -> str:
        return f"{self.headline}. {self.cause} {self.remedy}"


class Refused(Exception):
    """An action was refused and nothing was saved."""

    def __init__(self, refusal: Refusal) -> None:
        super().__init__(refusal.cause)
        self.refusal = refusal


def refuse(refusal: Refusal | None) -> None:
    """Raise `Refused` when a rule says no."""
    if refusal:
        raise Refused(refusal)
