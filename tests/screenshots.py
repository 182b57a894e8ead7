"""What does the portal look like? `uv run python -m tests.screenshots [FOLDER]` photographs the demonstration.

Each page is taken at 1280 and 360 px into FOLDER (`.pictures` by default); the picture of the README is
`docs/portal.png`, taken again only with `--readme`. Needs Chromium.
"""

import argparse
import os
import signal
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

os.environ |= {
    "MIPRES_MODE": "demo",
    "DJANGO_SETTINGS_MODULE": "mipres_admin.settings",
    "DJANGO_ALLOW_ASYNC_UNSAFE": "true",
}
import django

django.setup()

from captcha.models import CaptchaStore
from playwright.sync_api import Browser, Page, ViewportSize, sync_playwright

from accounts.models import Account
from demo.content import PASSWORD
from entities.models import EntityKind
from roles.models import RegisteredUser
from tests.tools import program

ROOT = Path(__file__).resolve().parent.parent
PORT = 8765
URL = f"http://127.0.0.1:{PORT}"
WIDTHS = (1280, 360)
SEARCHED = {EntityKind.EPS_C: "PROV", EntityKind.ET: "EPS_S"}


@contextmanager
def demonstration() -> Iterator[None]:
    """The portal as a newcomer starts it, until the block ends."""
    command = [sys.executable, "manage.py", "demo", "--port", str(PORT)]
    process = subprocess.Popen(command, cwd=ROOT)
    try:
        for _ in range(240):
            with suppress(OSError):
                urllib.request.urlopen(f"{URL}/ingresar/")
                break
            time.sleep(0.5)
        yield
    finally:
        process.send_signal(signal.SIGINT)
        process.wait(30)


def log_in(page: Page, kind: EntityKind) -> None:
    account = Account.objects.filter(entity__kind=kind).order_by("pk")[0]
    page.goto(f"{URL}/ingresar/")
    page.get_by_label("Usuario").fill(account.login)
    page.get_by_label("Contraseña").fill(PASSWORD)
    page.get_by_label("Ingrese el código de la imagen").fill(CaptchaStore.objects.latest("id").response)
    page.get_by_role("button", name="Ingresar").click()
    page.wait_for_url(f"{URL}/")


def find(page: Page, number: str, option: str = "profesional") -> None:
    page.goto(f"{URL}/usuarios/activar/")
    page.locator(f'input[value="{option}"]').check()
    page.get_by_label("Tipo de Identificación").select_option("CC")
    page.get_by_label("Documento identificación").fill(number)
    page.get_by_role("button", name="Buscar usuario").click()
    page.wait_for_load_state()


def photograph(browser: Browser, width: int, folder: Path) -> None:
    page = browser.new_context(viewport=ViewportSize(width=width, height=900), locale="es-CO").new_page()

    def take(name: str) -> None:
        page.screenshot(path=folder / f"{name}-{width}.png", full_page=True)

    page.goto(f"{URL}/ingresar/")
    take("ingresar")
    page.get_by_role("button", name="Ingresar").click()
    take("ingresar-errores")
    log_in(page, EntityKind.IPS)
    take("inicio")
    page.goto(f"{URL}/usuarios/activar/")
    take("activar")
    find(page, "1000000099")
    take("activar-no-registrado")
    for number in ("1000000001", "1000000002", "1000000007", "1000000008", "1000000009"):
        find(page, number)
        take(f"usuario-{number}")
    page.goto(f"{URL}/usuarios/")
    take("consultar")
    page.goto(f"{URL}/usuarios/?criterio=nadie")
    take("consultar-vacio")
    for path in ("clave/cambiar", "no-existe", "salir", "correo"):
        page.goto(f"{URL}/{path}/")
        take(path.replace("/", "-"))
    log_in_as_others(browser, width, folder)


PAGES_OF_OTHERS = {
    EntityKind.EPS_C: ("", "entidades/asociar/?tipo=IPS&criterio=centro", "entidades/", "tokens/", "seguridad/"),
    EntityKind.EPS_S: ("entidades/asociar/",),
    EntityKind.ET: ("", "entidades/asociar/"),
    EntityKind.PROVEEDOR: ("", "sedes/crear/", "sedes/"),
}
PUBLIC_PAGES = ("clave/recordar/", "seguridad-social/registro/", "registro/", "registro/mipres/", "servicios-web/")


def log_in_as_others(browser: Browser, width: int, folder: Path) -> None:
    for kind, paths in ((None, PUBLIC_PAGES), *PAGES_OF_OTHERS.items()):
        page = browser.new_context(viewport=ViewportSize(width=width, height=900)).new_page()
        if kind:
            log_in(page, kind)
        for path in paths:
            page.goto(f"{URL}/{path}")
            name = path.partition("?")[0].replace("/", "-").rstrip("-") or "inicio"
            page.screenshot(path=folder / f"{kind or 'publica'}-{name}-{width}.png", full_page=True)


def for_the_readme(browser: Browser) -> None:
    page = browser.new_context(viewport=ViewportSize(width=1280, height=1150)).new_page()
    log_in(page, EntityKind.IPS)
    user = RegisteredUser.objects.get(person__document_number="1000000001")
    page.goto(f"{URL}/usuarios/{user.public_id}/")
    page.screenshot(path=ROOT / "docs" / "portal.png")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", nargs="?", type=Path, default=ROOT / ".pictures")
    parser.add_argument("--readme", action="store_true")
    arguments = parser.parse_args()
    arguments.folder.mkdir(parents=True, exist_ok=True)
    with demonstration(), sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=program("chromium-headless-shell", "chromium"),
            args=["--no-sandbox", "--disable-gpu", "--disable-quic"],
        )
        if arguments.readme:
            for_the_readme(browser)
        else:
            for width in WIDTHS:
                photograph(browser, width, arguments.folder)


if __name__ == "__main__":
    main()
