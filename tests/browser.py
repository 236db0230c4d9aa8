"""A real browser for tests: Debian's Chromium through Playwright, axe, and two looks every page must stand.

    with chromium() as browser:
        page = window(browser, PHONE)
        page.goto(...)
        assert axe(page) == []
        assert no_sideways_scroll(page) == ""

`look_over(page, url)` does both at 390 and 1440 px and at 200 % zoom and returns what is wrong, in words.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

PHONE = (390, 844)
DESKTOP = (1440, 900)
ZOOMED = (720, 450)  # 1440 px at 200 % zoom leaves this much room
ARGS = (
    "--no-sandbox",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]


def executable() -> str | None:
    """Where Chromium is, if it is."""
    return os.environ.get("COORDINATION_TEST_CHROMIUM") or shutil.which("chromium") or shutil.which("chromium-browser")


@contextmanager
def chromium() -> Iterator[Browser]:
    """A browser; without one the test is skipped, under CI=true it fails."""
    path = executable()
    if path is None:
        if os.environ.get("CI") == "true":
            pytest.fail("Chromium is missing; Debian has it as `chromium`")
        pytest.skip("Chromium is missing")
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=list(ARGS))
        try:
            yield browser
        finally:
            browser.close()


def window(browser: Browser, size: tuple[int, int] = DESKTOP, **options: object) -> Page:
    """A new page of this size in a context of its own; its cookies are nobody else's."""
    context = browser.new_context(viewport={"width": size[0], "height": size[1]}, **options)  # type: ignore[arg-type]
    return context.new_page()


def watched(browser: Browser, size: tuple[int, int] = DESKTOP) -> Page:
    """A page that remembers what the browser complained of and every other host it was sent to."""
    page = window(browser, size)
    complaints: list[str] = []
    page.complaints = complaints  # type: ignore[attr-defined]
    page.on("console", lambda said: complaints.append(said.text) if said.type == "error" else None)
    page.on(
        "request",
        lambda asked: complaints.append(asked.url)
        if not asked.url.startswith(("http://127.0.0.1", "data:", "blob:"))
        else None,
    )
    return page


def resize(page: Page, size: tuple[int, int]) -> None:
    page.set_viewport_size({"width": size[0], "height": size[1]})


def axe(page: Page) -> list[str]:
    """What axe finds in the open page, one line a finding; [] when it finds nothing."""
    from axe_playwright_python.sync_playwright import Axe

    found = Axe().run(page, options={"runOnly": RULES, "resultTypes": ["violations"]})
    return [
        f"{violation['id']} ({violation['impact']}): {node['target']} {node['html'][:160]}"
        for violation in found.response["violations"]
        for node in violation["nodes"]
    ]


def no_sideways_scroll(page: Page) -> str:
    """"" when the page fits its width, otherwise the elements that stick out (those inside a scrolled region apart)."""
    return page.evaluate(
        """() => {
            const wide = document.documentElement.clientWidth;
            if (document.documentElement.scrollWidth <= wide) return "";
            const scrolled = (e) => e.closest(".k-table-scroll, [data-scrolls]");
            const out = [...document.body.querySelectorAll("*")]
                .filter((e) => !scrolled(e) && e.getBoundingClientRect().right > wide + 1)
                .map((e) => e.tagName.toLowerCase() + "." + (e.getAttribute("class") || ""));
            return `${document.documentElement.scrollWidth} > ${wide}: ` + out.slice(0, 6).join(", ");
        }"""
    )


def look_over(page: Page, url: str) -> list[str]:
    """Faults of one page in three widths: axe, sideways scroll, one h1, targets of a phone."""
    faults: list[str] = []
    for size in (DESKTOP, PHONE, ZOOMED):
        resize(page, size)
        page.goto(url)
        faults += [f"{size[0]} px: {fault}" for fault in axe(page)]
        wide = no_sideways_scroll(page)
        if wide:
            faults.append(f"{size[0]} px: scrolls sideways: {wide}")
        headings = page.locator("h1").count()
        if headings != 1:
            faults.append(f"{size[0]} px: {headings} first headings")
    return faults


def screenshot(page: Page, path: Path | str, size: tuple[int, int] | None = None) -> Path:
    """The whole page as a PNG, for people."""
    if size:
        resize(page, size)
    target = Path(path)
    target.parent.mkdir(parents=True, exist_ok=True)
    page.screenshot(path=str(target), full_page=True)
    return target
