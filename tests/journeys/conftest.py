"""How does a test drive a browser? Debian's Chromium through Playwright, against the portal and its database.

The headless shell opens a page with a third of the work of the whole browser, which serves where it is missing.
"""

import os
import re
from collections.abc import Callable, Generator, Iterator
from pathlib import Path
from typing import Any

import pytest
from django.core.servers.basehttp import WSGIRequestHandler
from django.test import Client
from playwright.sync_api import Browser, BrowserContext, Page, ViewportSize, expect, sync_playwright
from playwright.sync_api import Error as PlaywrightError

from accounts.models import Account
from mipres_admin.outbox.delivery import deliver_due
from tests.journeys.page_checker import DESKTOP, PageChecker, html_errors, node_module
from tests.tools import program

# Playwright's own loop runs in this thread; the tests talk to the database between its steps, never inside it.
os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"

# the test server sends heads and bodies apart: without this the body waits 40 ms for the browser to say it has the head
WSGIRequestHandler.disable_nagle_algorithm = True

expect.set_options(timeout=20_000)

QUIET = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]


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


@pytest.fixture(scope="package")
def browser() -> Iterator[Browser]:
    """Closed after the last journey: other tests run without Playwright's loop."""
    chromium = program("chromium-headless-shell", "chromium", "chromium-browser", "google-chrome")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=QUIET)
        yield browser
        browser.close()


@pytest.fixture(scope="session")
def axe() -> str:
    return node_module("axe-core/axe.min.js").read_text(encoding="utf-8")


@pytest.fixture(scope="package")
def checked_pages(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """The pages of all journeys, which the Nu HTML checker reads at the end: starting it costs more than reading."""
    folder = tmp_path_factory.mktemp("pages")
    yield folder
    assert html_errors(folder) == []


@pytest.fixture
def checker(axe: str, checked_pages: Path, request: pytest.FixtureRequest) -> Iterator[PageChecker]:
    """The checker of one journey, which fails in the end for the problems of all its pages."""
    checker = PageChecker(axe, checked_pages, re.sub(r"[^\w-]", "_", request.node.name))
    yield checker
    assert checker.count, "the journey checked no page"
    assert checker.problems == []


@pytest.fixture
def open_page(
    browser: Browser, live_server: Any, checker: PageChecker, request: pytest.FixtureRequest
) -> Iterator[Callable[..., Page]]:
    """Open a fresh browser context on the portal: `open_page(account, scripts=False, viewport=PHONE)`.

    With an account it is logged in already, with a second factor when it has to be.
    """
    contexts: list[BrowserContext] = request.node.stash.setdefault(CONTEXTS, [])

    def opened(account: Account | None = None, *, scripts: bool = True, viewport: ViewportSize = DESKTOP) -> Page:
        context = browser.new_context(
            base_url=live_server.url, java_script_enabled=scripts, viewport=viewport, locale="es-CO"
        )
        context.set_default_timeout(20_000)
        contexts.append(context)
        if account:
            context.add_cookies([{"name": "sesion", "value": session_of(account), "url": live_server.url}])
        checker.watch(context, scripts=scripts)
        return context.new_page()

    yield opened
    for context in contexts:
        context.close()


def session_of(account: Account) -> str:
    client = Client()
    client.force_login(account)
    return client.cookies["sesion"].value


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
