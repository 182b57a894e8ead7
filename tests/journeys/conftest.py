"""How does a test drive a browser? Debian's Chromium through Playwright, against the portal and its database."""

import json
import os
import re
import subprocess
from collections.abc import Callable, Generator, Iterator
from pathlib import Path
from typing import Any

import pytest
from django.core.servers.basehttp import WSGIRequestHandler
from playwright.sync_api import Browser, BrowserContext, Page, ViewportSize
from playwright.sync_api import Error as PlaywrightError

from mipres_admin.outbox.delivery import deliver_due
from tests.tools import missing, program

# Playwright's own loop runs in this thread; the tests talk to the database between its steps, never inside it.
os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"

# the test server sends heads and bodies apart: without this the body waits 40 ms for the browser to say it has the head
WSGIRequestHandler.disable_nagle_algorithm = True

TOOLS = Path(__file__).resolve().parent.parent / "browser" / "node_modules"
QUIET = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
DESKTOP, PHONE = ViewportSize(width=1280, height=900), ViewportSize(width=360, height=740)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if "journeys" in str(item.path):
            item.add_marker(pytest.mark.browser)


CONTEXTS = pytest.StashKey[list[BrowserContext]]()


def shown(page: Page) -> str:
    try:
        return page.locator("body").inner_text(timeout=2_000)
    except PlaywrightError as error:
        return str(error)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item, call: pytest.CallInfo[None]) -> Generator[None, Any, Any]:
    """Of a journey that failed the report tells what its pages showed at that moment."""
    report = yield
    if report.failed and report.when == "call":
        pages = [page for context in item.stash.get(CONTEXTS, []) for page in context.pages]
        report.sections += [(f"page {number}: {page.url}", shown(page)) for number, page in enumerate(pages, 1)]
    return report


@pytest.fixture(scope="session")
def browser_type_launch_args() -> dict[str, Any]:
    return {"executable_path": program("chromium", "chromium-browser", "google-chrome"), "args": QUIET}


def tool(name: str) -> Path:
    """A file of `tests/browser/node_modules` (npm ci), or the reason why the test can not run."""
    path = TOOLS / name
    if not path.exists():
        missing(f"{name} (npm ci in tests/browser)")
    return path


@pytest.fixture(scope="session")
def axe() -> str:
    return tool("axe-core/axe.min.js").read_text(encoding="utf-8")


class Judge:
    """Reads each page it is shown: accessibility (axe-core), the console, the address; and keeps its HTML for later."""

    def __init__(self, axe: str, folder: Path, journey: str) -> None:
        self.axe, self.folder, self.journey, self.pages = axe, folder, journey, 0
        self.complaints: list[str] = []

    def watch(self, page: Page) -> None:
        """Every error of the console (the CSP's among them) and every request to elsewhere is a complaint."""
        page.on("console", lambda m: self.complaints.append(f"{page.url}: {m.text}") if m.type == "error" else None)
        page.on("pageerror", lambda error: self.complaints.append(f"{page.url}: {error}"))
        page.on("request", lambda r: None if "//localhost" in r.url else self.complaints.append(f"request: {r.url}"))

    def read(self, page: Page, *, scripts: bool = True) -> None:
        """Judge the page as it is now; while it is about to be another one, the other one."""
        self.pages += 1
        page.wait_for_load_state()
        try:
            self._look(page, scripts=scripts)
        except PlaywrightError:
            page.wait_for_load_state()
            self._look(page, scripts=scripts)

    def _look(self, page: Page, *, scripts: bool) -> None:
        (self.folder / f"{self.journey}-{self.pages:03}.html").write_text(page.content(), encoding="utf-8")
        if not scripts:
            return
        wide = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
        if wide > 0:
            self.complaints.append(f"{page.url}: the page is {wide} px wider than the screen")
        page.evaluate(self.axe)
        for violation in page.evaluate("axe.run().then(result => result.violations)"):
            nodes = [node["html"] for node in violation["nodes"]]
            self.complaints.append(f"{page.url}: axe {violation['id']}: {nodes}")


@pytest.fixture(scope="session")
def seen_pages(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """The pages of all journeys, which the Nu HTML checker reads at the end: starting it costs more than reading."""
    folder = tmp_path_factory.mktemp("pages")
    yield folder
    assert html_errors(folder) == []


@pytest.fixture
def judge(axe: str, seen_pages: Path, request: pytest.FixtureRequest) -> Iterator[Judge]:
    """The judge of one journey; its verdict falls when the journey is over, that on its HTML after the last one."""
    judge = Judge(axe, seen_pages, re.sub(r"[^\w-]", "_", request.node.name))
    yield judge
    assert judge.pages, "the journey showed no page"
    assert judge.complaints == []


def html_errors(folder: Path) -> list[str]:
    """What the Nu HTML checker says against the pages of a folder."""
    jar = tool("vnu-jar/build/dist/vnu.jar")
    command = [program("java"), "-Xss4m", "-jar", str(jar), "--format", "json", "--errors-only", "--skip-non-html"]
    result = subprocess.run([*command, str(folder)], capture_output=True, text=True, timeout=180)
    return [
        f"{Path(message['url']).name}:{message.get('lastLine')}: {message['message']}"
        for message in json.loads(result.stderr or '{"messages": []}')["messages"]
    ]


@pytest.fixture
def open_page(
    browser: Browser, live_server: Any, judge: Judge, request: pytest.FixtureRequest
) -> Iterator[Callable[..., Page]]:
    """Open a fresh browser context on the portal: `open_page(scripts=False, viewport=PHONE)`."""
    contexts: list[BrowserContext] = request.node.stash.setdefault(CONTEXTS, [])

    def opened(*, scripts: bool = True, viewport: ViewportSize = DESKTOP) -> Page:
        context = browser.new_context(
            base_url=live_server.url, java_script_enabled=scripts, viewport=viewport, locale="es-CO"
        )
        context.set_default_timeout(15_000)
        contexts.append(context)
        page = context.new_page()
        judge.watch(page)
        return page

    yield opened
    for context in contexts:
        context.close()


@pytest.fixture
def inbox(settings: Any, live_server: Any, tmp_path: Path) -> Callable[[Page, str], Page]:
    """Mail is read in the inbox, as in the demonstration: `inbox(page, words)` presses a link in the newest one."""
    settings.MAILERS = {"default": {"BACKEND": "django_mail_preview.backends.EmailBackend"}}
    settings.MAIL_PREVIEW_ROOT = tmp_path / "inbox"
    settings.PUBLIC_URL = live_server.url

    def open_newest(page: Page, words: str) -> Page:
        deliver_due()
        page.goto("/correo/")
        page.goto(str(page.locator("a[href*='/correo/sent/2']").first.get_attribute("href")))
        with page.context.expect_page() as opened:
            page.frame_locator("iframe").get_by_role("link", name=words).click()
        return opened.value

    return open_newest
