"""The matrix, one institution and the country in a browser: axe on a phone and a desk, and all of it on paper."""

from __future__ import annotations

import re

import pytest

from coordination.permissions import Role
from tests.browser import DESKTOP, PHONE, axe, chromium, no_sideways_scroll, resize, window


@pytest.mark.parametrize("server", ["embedded", pytest.param("neo4j", marks=pytest.mark.slow)], indirect=True)
def test_results_stand_every_look_and_print_whole(examples, app, live, sign_in):
    readers = {
        "/readiness": sign_in(Role.CONSULTANT, voivodeship="14"),
        "/readiness/institutions/sg-nadwislanski": sign_in(Role.NATIONAL),
        "/readiness/country": sign_in(Role.NATIONAL),
    }
    with chromium() as browser:
        for address, client in readers.items():
            cookie = client.get_cookie(app.config["SESSION_COOKIE_NAME"])
            page = window(browser, DESKTOP)
            page.context.add_cookies([{"name": cookie.key, "value": cookie.value, "url": live}])
            for size in (DESKTOP, PHONE):
                resize(page, size)
                page.goto(live + address)
                assert axe(page) == [], (address, size)
                assert no_sideways_scroll(page) == "", (address, size)
                assert page.locator("h1").count() == 1
            if address == "/readiness":
                _matrix_prints_whole(page)
                _a_number_leads_to_its_answers(page, live + address)
            elif address.startswith("/readiness/institutions"):
                _arithmetic_opens_and_prints(page)
            page.context.close()


def _a_number_leads_to_its_answers(page, matrix: str) -> None:
    page.goto(matrix)
    number = page.locator(".k-matrix-table tbody td a[href*='#why-']").last
    shown = number.inner_text()
    number.click()
    opened = page.locator("details:target")
    opened.wait_for()
    assert opened.get_attribute("open") is not None and opened.locator("table").is_visible()
    assert f": {shown} " in opened.locator("summary").inner_text().replace("\xa0", " ")


def _matrix_prints_whole(page) -> None:
    names = page.locator(".k-matrix-table tbody th[scope=row] > a").all_inner_texts()
    cells = page.locator(".k-matrix-table tbody td").count()
    assert names and cells == len(names) * 10  # critical items, the whole, eight dimensions
    page.emulate_media(media="print")
    resize(page, (1060, 740))  # A4 lying, within its margins
    shown = page.locator(".k-matrix-table tbody td:visible").count()
    assert shown == cells and page.locator(".k-nav:visible, .k-round-choice:visible").count() == 0
    assert no_sideways_scroll(page) == ""
    wide = page.locator(".k-matrix-table").evaluate("it => [it.scrollWidth, it.parentElement.clientWidth]")
    assert wide[0] <= wide[1] + 1
    # Not by colour alone: each number has its level in words and in steps.
    scored = page.locator(".k-matrix-table tbody .k-band-sign").count()
    assert scored and page.locator(".k-matrix-table tbody .k-cell-word").count() == scored
    sheets = page.pdf(prefer_css_page_size=True)
    assert set(re.findall(rb"/MediaBox\s*\[0 0 ([\d.]+) ", sheets)) == {b"841.91998"}


def _arithmetic_opens_and_prints(page) -> None:
    resize(page, DESKTOP)
    link = page.locator(".k-profile-line a").first
    link.focus()
    page.keyboard.press("Enter")
    target = page.locator(f"{link.get_attribute('href')}")
    assert target.locator("summary").is_visible()
    page.emulate_media(media="print")
    tables = page.locator(".k-why table")
    assert tables.count() and all(tables.nth(number).is_visible() for number in range(tables.count()))
