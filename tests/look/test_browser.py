"""The frame and every component on one page, in a real browser, in three widths: what HTML alone does not show."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from werkzeug.serving import make_server

from tests.browser import DESKTOP, PHONE, chromium, look_over, resize, window
from tests.look.conftest import IMPORTS
from tests.look.test_forms import Sample

GALLERY = (Path(__file__).parent / "gallery.html").read_text(encoding="utf-8")


@pytest.fixture(scope="module")
def address(frame_application: Any) -> Iterator[str]:
    from flask import render_template_string

    from coordination.graph.poland import outline

    app = frame_application

    def gallery() -> str:
        form = Sample()
        form.validate()
        head, body = GALLERY.split("<!-- imports -->")
        return render_template_string(head + IMPORTS + body, form=form, free=Sample(), outline=outline())

    app.add_url_rule("/gallery", "gallery", gallery)
    server = make_server("127.0.0.1", 0, app, threaded=True)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()


@pytest.fixture(scope="module")
def page(address: str) -> Iterator[Any]:
    with chromium() as browser:
        yield window(browser)


@pytest.mark.parametrize("lang", ["pl", "en"])
def test_nothing_is_at_fault_in_any_width(page, address, lang):
    assert look_over(page, f"{address}/gallery?lang={lang}") == []


def test_the_browser_finds_a_planted_fault(page, address):
    page.goto(f"{address}/gallery")
    page.evaluate("document.querySelector('#note').removeAttribute('id')")
    from tests.browser import axe

    assert any(finding.startswith("label") for finding in axe(page))


def test_the_summary_of_errors_is_read_first(page, address):
    page.goto(f"{address}/gallery")
    page.wait_for_selector(".k-error-summary:focus")


def test_targets_are_large_enough_for_a_thumb(page, address):
    resize(page, PHONE)
    page.goto(f"{address}/gallery")
    small = page.evaluate(
        """() => [...document.querySelectorAll(".btn, .k-bar a, .form-control, .form-select, .k-choice > label")]
            .filter((e) => e.offsetParent && e.getBoundingClientRect().height < 43.5)
            .map((e) => e.outerHTML.slice(0, 80))"""
    )
    assert small == []
    calls = page.locator("a.k-call").evaluate_all("(all) => all.map((e) => e.getBoundingClientRect().height)")
    assert calls
    assert min(calls) >= 52


def test_the_switcher_opens_by_keyboard_and_closes_with_escape(page, address):
    resize(page, DESKTOP)
    page.goto(f"{address}/gallery")
    page.locator(".k-switch summary").focus()
    page.keyboard.press("Enter")
    page.wait_for_selector(".k-switch[open] a")
    page.keyboard.press("Escape")
    page.wait_for_selector(".k-switch:not([open])")


def test_filters_of_a_phone_open_without_a_script(page, address):
    resize(page, PHONE)
    page.goto(f"{address}/gallery")
    assert not page.locator("#filters").is_visible()
    page.locator(".k-filter-open").click()
    page.wait_for_selector("#filters", state="visible")
