"""Which steps lead from a natural person to a working delegate? One function each, as people do them in a browser."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from playwright.sync_api import Page, expect

from tests import factories
from tests.journeys.page_checker import PageChecker
from tests.journeys.steps import captcha_answer, find_user, log_in, menu
from tests.rut import Rut, make_rut

OPEN_ACCOUNT, SET_PASSWORD = "Oprima AQUÍ para abrir su cuenta", "Oprima AQUÍ para asignar su contraseña"


@dataclass(frozen=True)
class PersonDetails:
    """An invented person."""

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
    """What is registered as persona jurídica: the name of its card, and the choices that its form adds."""

    card: str
    nit: str
    name: str
    choices: tuple[str, ...] = ()


@dataclass(frozen=True)
class DelegateDetails:
    """A person who becomes delegate: of which kind of entity, and with which model."""

    person: PersonDetails
    kind: str
    entity: str
    role: str
    choices: tuple[str, ...] = ()
    sede: str = ""


class Registration:
    """What the steps share: fresh browsers, the inbox, the checker of pages, a folder."""

    def __init__(
        self, open_page: Callable[..., Page], inbox: Callable[[Page, str], Page], checker: PageChecker, folder: Path
    ) -> None:
        self.open_page, self.inbox, self.checker, self.folder = open_page, inbox, checker, folder

    # ------------------------------------------------------------ Mi Seguridad Social

    def enter(self, person: PersonDetails) -> Page:
        """A browser of somebody who has an account already."""
        account = factories.make_natural(
            factories.make_person(
                document_number=person.number,
                first_name=person.first_name,
                first_surname=person.surname,
                sex=person.sex,
                email=person.email,
            )
        )
        return self.open_page(account)

    def open_account(self, person: PersonDetails) -> Page:
        """Ask for an account, press the link of the mail, choose a password, log in: the browser, at the roles."""
        in_civil_registry(person)
        page = self.open_page()
        page.goto("/ingresar/")
        page.get_by_role("link", name="Regístrese en Mi Seguridad Social").click()
        fill_sign_up(page, person)
        page.get_by_role("button", name="Registrarse").click()
        expect(page.get_by_role("heading", name="Revise su correo")).to_be_visible()
        page = self.inbox(page, OPEN_ACCOUNT)
        choose_password(page, "Abrir mi cuenta")
        log_in(page, person.login)
        expect(page.get_by_role("heading", name="Mi lista de roles")).to_be_visible()
        return page

    def register_entity(self, page: Page, organisation: Organisation, by: PersonDetails) -> None:
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

    def rut(self, organisation: Organisation, by: PersonDetails) -> Path:
        """The RUT of an organisation that names this representative."""
        path = self.folder / f"rut-{organisation.nit}.pdf"
        path.write_bytes(make_rut(Rut(nit=organisation.nit, name=organisation.name.upper(), document=by.number)))
        return path

    # ------------------------------------------------------------ Registro de Usuarios of MIPRES

    def become_delegate(self, page: Page, delegate: DelegateDetails, nit: str, login: str) -> Page:
        """Everything that the appointed person does from Registro de Usuarios on: the browser of the delegate."""
        open_registration(page, "Delegado Administrativo")
        choose_kind(page, delegate.kind)
        for choice in delegate.choices:
            page.get_by_label(choice).check()
        fill_delegate(page, nit)
        expect(page.get_by_text("Registro exitoso. Su usuario es ADM")).to_be_visible()
        return self.set_password(page, login)

    def set_password(self, page: Page, login: str) -> Page:
        """Press the link of the mail, choose a password, and log in as the delegate, without the person's session."""
        page = self.inbox(page, SET_PASSWORD)
        expect(page.get_by_label("Nombre del usuario (Login)")).to_have_value(login)
        choose_password(page, "Asignar contraseña")
        page.context.clear_cookies()
        log_in(page, login)
        expect(page.get_by_role("heading", name="Le damos la bienvenida")).to_be_visible()
        return page


def in_civil_registry(person: PersonDetails) -> None:
    """The Registro civil has what the person types."""
    factories.make_civil_entry(
        document_number=person.number,
        issued_on=date(2014, 5, 6),
        first_name=person.first_name.upper(),
        first_surname=person.surname.upper(),
    )


def fill_sign_up(page: Page, person: PersonDetails) -> None:
    page.get_by_label("Tipo de Identificación").select_option("CC")
    page.get_by_label("Documento identificación").fill(person.number)
    page.get_by_label("Primer nombre").fill(person.first_name)
    page.get_by_label("Primer apellido").fill(person.surname)
    page.get_by_label("Fecha de expedición").fill("2014-05-06")
    page.get_by_label("Sexo").select_option(person.sex)
    page.get_by_label("Correo electrónico").fill(person.email)
    page.get_by_label("He leído el aviso de privacidad").check()
    page.get_by_label("Ingrese el código de la imagen").fill(captcha_answer())


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
    page.get_by_label("Ingrese el código de la imagen").fill(captcha_answer())
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


def fill_appointment(page: Page, person: PersonDetails, role: str) -> None:
    page.get_by_label("Tipo documento").select_option("CC")
    page.get_by_label("Número documento").fill(person.number)
    page.get_by_label("Sexo").select_option(person.sex)
    page.get_by_label("Correo electrónico").fill(person.email)
    page.get_by_label("Primer nombre").fill(person.first_name)
    page.get_by_label("Primer apellido").fill(person.surname)
    page.get_by_label("Rol autorizado").select_option(role)
    page.get_by_label("Perfil autorizado").select_option("DELEGADO")


def appoint_delegate(page: Page, delegate: DelegateDetails) -> None:
    """Mi lista de roles, Persona jurídica, Administrar autorizados, Nuevo."""
    page.goto("/")
    page.get_by_role("link", name=f"Persona jurídica: {delegate.entity}").click()
    page.get_by_role("link", name="Administrar autorizados").click()
    page.get_by_role("link", name="Nuevo").click()
    fill_appointment(page, delegate.person, delegate.role)
    if delegate.sede:
        page.get_by_label("Sede").select_option(delegate.sede)
    page.get_by_role("button", name="Guardar").click()
    expect(page.get_by_text("quedó como autorizado")).to_be_visible()


def approve(page: Page, name: str, checker: PageChecker) -> None:
    """From the reviewer's home to the registration of this name; take and approve it."""
    page.goto("/")
    page.get_by_role("link", name="Administración del Ministerio").first.click()
    checker.check(page)
    page.get_by_role("link", name="Registros de personas jurídicas").first.click()
    checker.check(page)
    page.get_by_role("link", name=name).click()
    checker.check(page)
    page.get_by_role("button", name="Tomar para revisión").click()
    expect(page.get_by_text("Usted tomó la solicitud para revisión.")).to_be_visible()
    checker.check(page)
    page.get_by_label("Motivo").fill("El RUT coincide con lo escrito.")
    page.get_by_role("button", name="Aprobar").click()
    expect(page.get_by_text("quedó aprobada")).to_be_visible()


def activate(page: Page, option: str, person: PersonDetails, role: str) -> None:
    """Activar Usuarios: find the person, choose the only sede and one role."""
    find_user(page, option, person.number)
    form = page.get_by_role("region", name="Asociar el usuario a una sede")
    form.get_by_role("radio").first.check()
    form.get_by_role("checkbox", name=role, exact=False).check()
    form.get_by_role("button", name="Asociar Usuario").click()
    expect(page.get_by_text("Operación exitosa")).to_be_visible()
