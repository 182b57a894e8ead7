"""Which sounds were made for captchas that can still be answered?"""

from captcha.models import CaptchaStore
from django.db import models
from django.db.models import Q

from mipres_admin.database.constraints import check


class CaptchaSound(models.Model):
    """The code of one captcha read aloud, made once; it goes when the captcha is used or expires."""

    captcha = models.OneToOneField(
        CaptchaStore, on_delete=models.DB_CASCADE, primary_key=True, related_name="+", verbose_name="captcha"
    )
    wav = models.BinaryField("sonido")

    class Meta:
        verbose_name = "sonido de captcha"
        verbose_name_plural = "sonidos de captcha"
        constraints = (check("captcha_sound_not_empty", ~Q(wav=b""), "El sonido no debe estar vacío."),)

    def __str__(self) -> str:
        return f"{self.captcha_id}"
