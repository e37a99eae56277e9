"""A real browser (Debian's package `chromium`) that looks at the website in this process."""

from __future__ import annotations

import os
import shutil
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, sync_playwright
from werkzeug.serving import make_server

from tests.website.site import Site

_SHIFTS = """() => { window.shifts = 0; new PerformanceObserver(list => {
    for (const entry of list.getEntries()) window.shifts += entry.value;
}).observe({type: 'layout-shift', buffered: true}) }"""
_BROKEN = "() => [...document.images].filter(image => !image.complete || !image.naturalWidth).map(image => image.src)"
_LOAD_ALL = """async () => { for (const details of document.querySelectorAll('details')) details.open = true;
    await Promise.all([...document.images].map(image => { image.loading = 'eager';
        return image.decode().catch(() => {}) })) }"""


def browser() -> Iterator[Browser]:
    """Chromium, without a window."""
    program = shutil.which("chromium")
    assert program, "these tests need a browser: apt-get install chromium"
    # As root its sandbox can't be; nothing is shown to it but our own pages.
    flags = ["--no-sandbox"] if os.geteuid() == 0 else []
    with sync_playwright() as playwright:
        started = playwright.chromium.launch(executable_path=program, args=flags)
        yield started
        started.close()


@contextmanager
def served(site: Site) -> Iterator[str]:
    """The website over real HTTP: its address."""
    server = make_server("127.0.0.1", 0, site.app, threaded=True)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        server.server_close()


@dataclass
class Look:
    """A page as somebody sees it, and what the browser complained of."""

    page: Page
    complaints: list[str] = field(default_factory=list)

    @property
    def accessibility(self) -> list[str]:
        """What axe-core objects to: WCAG 2 and best practices."""
        found = Axe().run(self.page).response["violations"]
        return [f"{one['id']}: {one['nodes'][0]['html'][:300]} ({len(one['nodes'])} ×)" for one in found]

    @property
    def sideways(self) -> int:
        """By how many pixels the page is wider than the window."""
        return int(self.page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth"))

    @property
    def shift(self) -> float:
        """How much of it moved while it was loaded (cumulative layout shift)."""
        return float(self.page.evaluate("window.shifts"))

    @property
    def broken(self) -> list[str]:
        """Pictures that can't be seen, all of them loaded."""
        self.page.evaluate(_LOAD_ALL)
        return list(self.page.evaluate(_BROKEN))


@contextmanager
def looking(browser: Browser, address: str, width: int = 1280, **context: Any) -> Iterator[Look]:
    """A page in a window of that width, loaded; more is Playwright's: color_scheme=, java_script_enabled= …"""
    made = browser.new_context(viewport={"width": width, "height": 900}, **context)
    page = made.new_page()
    look = Look(page)
    page.on("console", lambda message: look.complaints.append(message.text) if message.type == "error" else None)
    page.on("pageerror", lambda error: look.complaints.append(str(error)))
    page.add_init_script(f"({_SHIFTS})()")
    page.goto(address, wait_until="load")
    yield look
    made.close()
