"""Which deeds lead from a natural person to a working delegate? One function each, as people do them in the browser."""

from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from playwright.sync_api import Page, expect

from tests import factories
from tests.journeys.steps import answer, find_user, log_in, menu
from tests.rut import Rut, make_rut

OPEN_ACCOUNT, SET_PASSWORD = "Oprima AQUÍ para abrir su cuenta", "Oprima AQUÍ para asignar su contraseña"


@dataclass(frozen=True)
class Who:
    """A person of the chain, invented."""

    number: str
    first_name: str
    surname: str
    sex: str = "F"

    @property
    def login(self) -> str:
        return f"CC{self.number}"

    @property
    def email(self) -> str:
        return f"persona{self.number}@correo.example"


@dataclass(frozen=True)
class Organisation:
    """What is registered as persona jurídica: the words of its card, and what its form asks besides."""

    card: str
    nit: str
    name: str
    choices: tuple[str, ...] = ()
    letters: str = field(default="IPS")


@dataclass(frozen=True)
class Delegacy:
    """A delegate to be: who, of which kind of entity, and with which model."""

    who: Who
    kind: str
    entity: str
    role: str
    choices: tuple[str, ...] = ()


class Chain:
    """What the deeds share: fresh browsers, the inbox, the judge of pages, a folder."""

    def __init__(self, open_page: Any, inbox: Callable[[Page, str], Page], judge: Any, folder: Path) -> None:
        self.open_page, self.inbox, self.judge, self.folder = open_page, inbox, judge, folder

    # ------------------------------------------------------------ Mi Seguridad Social

    def open_account(self, who: Who) -> Page:
        """Ask for an account, press the link of the mail, choose a password, log in: the browser, at the roles."""
        page: Page = self.open_page()
        page.goto("/ingresar/")
        page.get_by_role("link", name="Regístrese en Mi Seguridad Social").click()
        fill_sign_up(page, who)
        page.get_by_role("button", name="Registrarse").click()
        expect(page.get_by_role("heading", name="Revise su correo")).to_be_visible()
        page = self.inbox(page, OPEN_ACCOUNT)
        choose_password(page, "Abrir mi cuenta")
        log_in(page, who.login)
        expect(page.get_by_role("heading", name="Mi lista de roles")).to_be_visible()
        return page

    def register_entity(self, page: Page, organisation: Organisation, by: Who) -> None:
        """Registrar una entidad, with a RUT that meets every rule."""
        page.goto("/")
        page.get_by_role("link", name="Registrar una entidad").click()
        page.get_by_role("link", name=organisation.card).click()
        for choice in organisation.choices:
            page.get_by_label(choice).check()
        fill_entity(page, organisation.nit, organisation.name, self.rut(organisation, by))
        page.get_by_role("button", name="Enviar solicitud").click()
        expect(page.get_by_text("La solicitud fue enviada")).to_be_visible(timeout=30_000)
        expect(page.get_by_text("No cumple")).to_have_count(0)

    def rut(self, organisation: Organisation, by: Who) -> Path:
        """The RUT of an organisation that names this representative."""
        path = self.folder / f"rut-{organisation.nit}.pdf"
        path.write_bytes(make_rut(Rut(nit=organisation.nit, name=organisation.name.upper(), document=by.number)))
        return path

    # ------------------------------------------------------------ Registro de Usuarios of MIPRES

    def register_delegate(self, page: Page, delegacy: Delegacy, nit: str) -> None:
        """Registro de Usuarios, MIPRES, Delegado Administrativo."""
        open_registration(page, "Delegado Administrativo")
        choose_kind(page, delegacy.kind)
        for choice in delegacy.choices:
            page.get_by_label(choice).check()
        fill_delegate(page, nit)
        expect(page.get_by_text("Registro exitoso. Su usuario es ADM")).to_be_visible()

    def set_password(self, page: Page, login: str) -> Page:
        """Press the link of the mail, choose a password, leave the own session and log in as the delegate."""
        page = self.inbox(page, SET_PASSWORD)
        expect(page.get_by_label("Nombre del usuario (Login)")).to_have_value(login)
        choose_password(page, "Asignar contraseña")
        page.context.clear_cookies()
        log_in(page, login)
        expect(page.get_by_role("heading", name="Le damos la bienvenida")).to_be_visible()
        return page

    def become_delegate(self, delegacy: Delegacy, nit: str, login: str) -> Page:
        """Everything that the person who was named does: the browser, logged in as the delegate."""
        page = self.open_account(delegacy.who)
        self.register_delegate(page, delegacy, nit)
        return self.set_password(page, login)


def fill_sign_up(page: Page, who: Who) -> None:
    page.get_by_label("Tipo de Identificación").select_option("CC")
    page.get_by_label("Documento identificación").fill(who.number)
    page.get_by_label("Primer nombre").fill(who.first_name)
    page.get_by_label("Primer apellido").fill(who.surname)
    page.get_by_label("Sexo").select_option(who.sex)
    page.get_by_label("Correo electrónico").fill(who.email)
    page.get_by_label("He leído el aviso de privacidad").check()
    page.get_by_label("Ingrese el código de la imagen").fill(answer())


def choose_password(page: Page, button: str) -> None:
    page.get_by_label("Contraseña Nueva").fill(factories.PASSWORD)
    page.get_by_label("Confirmación de Contraseña").fill(factories.PASSWORD)
    page.get_by_role("button", name=button).click()


def fill_place(page: Page) -> None:
    page.get_by_label("Teléfono").fill("601 330 5043")
    page.get_by_label("Dirección").fill("Calle 1 # 2-3")
    page.get_by_label("Departamento").select_option("11")
    page.get_by_label("Municipio").select_option("11001")


def fill_entity(page: Page, nit: str, name: str, rut: Path | str) -> None:
    page.get_by_label("NIT sin dígito").fill(nit)
    page.get_by_label("Razón social").fill(name)
    fill_place(page)
    page.locator("input[type=file]").set_input_files(rut)


def open_registration(page: Page, kind: str) -> None:
    """Registro de Usuarios: MIPRES, the type of user, and on to its form."""
    page.goto("/")
    menu(page, "Registro de Usuarios de MIPRES")
    page.get_by_role("link", name="MIPRES", exact=True).click()
    page.get_by_role("link", name=kind).click()
    page.get_by_role("link", name="Continuar con el registro").click()


def choose_kind(page: Page, kind: str) -> None:
    page.get_by_label("Tipo de entidad").select_option(kind)
    page.get_by_role("button", name="tipo de entidad").or_(page.get_by_role("button", name="Continuar")).click()


def send_registration(page: Page) -> None:
    page.get_by_label("Ingrese el código de la imagen").fill(answer())
    page.get_by_role("button", name="Registrar", exact=True).click()


def fill_delegate(page: Page, nit: str) -> None:
    page.get_by_label("Nit de la entidad (sin dígito de verificación)").fill(nit)
    send_registration(page)


def register_user(page: Page, kind: str, login: str) -> None:
    """Registro de Usuarios as Profesional de la salud or Otro Usuario."""
    open_registration(page, kind)
    send_registration(page)
    expect(page.get_by_text(f"Registro exitoso. Su usuario de MIPRES es {login}")).to_be_visible()


def register_ppn(page: Page, login: str) -> None:
    """Registro de Usuarios as Proveedor Persona Natural."""
    open_registration(page, "Delegado Administrativo")
    choose_kind(page, "PPN")
    fill_place(page)
    send_registration(page)
    expect(page.get_by_text(f"Registro exitoso. Su usuario es {login}")).to_be_visible()


# ---------------------------------------------------------------- the Ministry, and the representative again


def fill_authorized(page: Page, who: Who, role: str) -> None:
    page.get_by_label("Tipo documento").select_option("CC")
    page.get_by_label("Número documento").fill(who.number)
    page.get_by_label("Sexo").select_option(who.sex)
    page.get_by_label("Correo electrónico").fill(who.email)
    page.get_by_label("Primer nombre").fill(who.first_name)
    page.get_by_label("Primer apellido").fill(who.surname)
    page.get_by_label("Rol autorizado").select_option(role)
    page.get_by_label("Perfil autorizado").select_option("DELEGADO")


def name_delegate(page: Page, delegacy: Delegacy) -> None:
    """Mi lista de roles, Persona jurídica, Administrar autorizados, Nuevo."""
    page.goto("/")
    page.get_by_role("link", name=f"Persona jurídica: {delegacy.entity}").click()
    page.get_by_role("link", name="Administrar autorizados").click()
    page.get_by_role("link", name="Nuevo").click()
    fill_authorized(page, delegacy.who, delegacy.role)
    page.get_by_role("button", name="Guardar").click()
    expect(page.get_by_text("quedó como autorizado")).to_be_visible()


def log_in_as_reviewer(page: Page, login: str, code: str) -> None:
    """Password, then the code of the app; from the home of the Ministry to its administration."""
    log_in(page, login)
    page.get_by_label("Código").fill(code)
    page.get_by_role("button", name="Ingresar con el código").click()
    page.get_by_role("link", name="Administración del Ministerio").first.click()


def approve(page: Page, name: str, read: Callable[[Page], None]) -> None:
    """The reviewer's queue: take the oldest request of this name and approve it."""
    read(page)
    page.get_by_role("link", name="Registros de personas jurídicas").first.click()
    read(page)
    page.get_by_role("link", name=name).click()
    read(page)
    page.get_by_role("button", name="Tomar para revisión").click()
    expect(page.get_by_text("Usted tomó la solicitud para revisión.")).to_be_visible()
    read(page)
    page.get_by_label("Motivo").fill("El RUT coincide con lo escrito.")
    page.get_by_role("button", name="Aprobar").click()
    expect(page.get_by_text("quedó aprobada")).to_be_visible()


def activate(page: Page, option: str, who: Who, role: str) -> None:
    """Activar Usuarios: find the person, choose the only sede and one role."""
    find_user(page, option, who.number)
    form = page.get_by_role("region", name="Asociar el usuario a una sede")
    form.get_by_role("radio").first.check()
    form.get_by_role("checkbox", name=role, exact=False).check()
    form.get_by_role("button", name="Asociar Usuario").click()
    expect(page.get_by_text("Operación exitosa")).to_be_visible()
