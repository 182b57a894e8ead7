"""Is a page right at two widths? Accessibility (axe-core), overflow, console, requests; its HTML at the end."""

import json
import os
import subprocess
from pathlib import Path

from playwright.sync_api import BrowserContext, Page, ViewportSize
from playwright.sync_api import Error as PlaywrightError

from tests.tools import missing, program

NODE_MODULES = Path(__file__).resolve().parent.parent / "browser" / "node_modules"
DESKTOP, PHONE = ViewportSize(width=1280, height=900), ViewportSize(width=360, height=740)
# a folder for photographs of the checked pages, for people who work on them
PICTURES = os.environ.get("MIPRES_PICTURES")

# The structure of a page as axe sees it: elements in order with their attributes, without text, addresses and numbers.
# The rows of a table or the items of a list that look the same count once.
STRUCTURE = """() => {
    const paths = new Map(), headings = [];
    const values_left_out = ["href", "src", "value", "action", "content", "nonce", "datetime"];
    const describe = (element, parent) => {
        const attributes = [...element.attributes]
            .map(({name, value}) => values_left_out.includes(name) ? name
                : `${name}=${value.replace(/[0-9a-f]*[0-9][0-9a-f-]*/g, "0")}`);
        const texts = [...element.childNodes].filter(node => node.nodeType === Node.TEXT_NODE);
        // axe does not measure the contrast of a single character
        const text = Math.min(2, texts.map(node => node.data.trim()).join("").length);
        const path = [parent, element.tagName, text, element.checkVisibility(), ...attributes].join(" ");
        if (!paths.has(path)) paths.set(path, paths.size);
        if (/^H[1-6]$/.test(element.tagName)) headings.push(element.tagName);
        for (const child of element.children) describe(child, paths.get(path));
    };
    describe(document.documentElement, "");
    return [innerWidth, matchMedia("(prefers-color-scheme: dark)").matches, ...headings, ...paths.keys()].join("\\n");
}"""


class PageChecker:
    """Checks the pages of one journey and collects their problems; keeps the HTML for the checker at the end."""

    checked_structures: set[int] = set()

    def __init__(self, axe: str, folder: Path, journey: str) -> None:
        self.axe, self.folder, self.journey, self.count = axe, folder, journey, 0
        self.problems: list[str] = []
        self.without_scripts: set[BrowserContext] = set()

    def watch(self, context: BrowserContext, *, scripts: bool) -> None:
        """Every error of the console (the CSP's among them) and every request to elsewhere is a problem."""

        def add(problem: str) -> None:
            self.problems.append(problem)

        context.on("console", lambda m: add(f"{m.page and m.page.url}: {m.text}") if m.type == "error" else None)
        context.on("weberror", lambda e: add(f"{e.page and e.page.url}: {e.error}"))
        context.on("request", lambda r: None if "//localhost" in r.url else add(f"request: {r.url}"))
        if not scripts:
            self.without_scripts.add(context)

    def check(self, page: Page) -> None:
        """Check the page as it is now; when it is about to be another one, that one."""
        self.count += 1
        page.wait_for_load_state()
        try:
            self._check(page)
        except PlaywrightError:
            page.wait_for_load_state()
            self._check(page)

    def ignore_status(self, status: int) -> None:
        """The console repeats the status of a page that refuses, which this journey opens on purpose."""
        self.problems = [problem for problem in self.problems if str(status) not in problem]

    def _check(self, page: Page) -> None:
        (self.folder / f"{self.journey}-{self.count:03}.html").write_text(page.content(), encoding="utf-8")
        if page.context in self.without_scripts:
            return
        own_size = page.viewport_size
        assert own_size
        for size in sorted((DESKTOP, PHONE), key=lambda size: size == own_size):
            page.set_viewport_size(size)
            self._check_at_this_width(page)
        page.set_viewport_size(own_size)

    def _check_at_this_width(self, page: Page) -> None:
        if PICTURES:
            width = page.evaluate("innerWidth")
            page.screenshot(path=f"{PICTURES}/{self.journey}-{self.count:03}-{width}.png", full_page=True)
        too_wide = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
        if too_wide > 0:
            self.problems.append(f"{page.url}: the page is {too_wide} px wider than the screen")
        structure = hash(page.evaluate(STRUCTURE))
        if structure in self.checked_structures:
            return
        page.evaluate(self.axe)
        for violation in page.evaluate("axe.run({resultTypes: ['violations']}).then(result => result.violations)"):
            nodes = [node["html"] for node in violation["nodes"]]
            self.problems.append(f"{page.url}: axe {violation['id']}: {nodes}")
        self.checked_structures.add(structure)


def node_module(name: str) -> Path:
    """A file of `tests/browser/node_modules` (npm ci), or the reason why the test cannot run."""
    path = NODE_MODULES / name
    if not path.exists():
        missing(f"{name} (npm ci in tests/browser)")
    return path


def html_errors(folder: Path) -> list[str]:
    """What the Nu HTML checker says against the pages of a folder."""
    jar = node_module("vnu-jar/build/dist/vnu.jar")
    command = [program("java"), "-Xss4m", "-jar", str(jar), "--format", "json", "--errors-only", "--skip-non-html"]
    result = subprocess.run([*command, str(folder)], capture_output=True, text=True, timeout=180)
    return [
        f"{Path(message['url']).name}:{message.get('lastLine')}: {message['message']}"
        for message in json.loads(result.stderr or '{"messages": []}')["messages"]
    ]
