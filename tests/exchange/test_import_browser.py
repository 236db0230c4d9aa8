"""The pages of a file on its way in, looked at in both languages: chosen, refused, read before saving, saved."""

from __future__ import annotations

import pytest

from coordination.permissions import Role
from tests.browser import DESKTOP, PHONE, axe, chromium, no_sideways_scroll, resize, window
from tests.exchange.makers import CLAIMS, INSTITUTIONS, claim, institution, table
from tests.exchange.test_import_page import save, send


@pytest.mark.browser
@pytest.mark.parametrize("server", ["embedded"], indirect=True)  # the pages are the same on both
def test_axe_finds_nothing_on_the_pages_of_a_file_in_either_language(app, sign_in, live):
    consultant = sign_in(Role.CONSULTANT, voivodeship="14")
    wrong = send(consultant, "claims", table(CLAIMS, claim(last_activity="31.02.2026")))
    saved = send(consultant, "institutions", table(INSTITUTIONS, institution("oik-new-1")))
    assert save(consultant, saved).status_code == 200
    ready = send(consultant, "institutions", table(INSTITUTIONS, institution("oik-new-2")))
    paths = ("/import", *(answer.request.path for answer in (wrong, ready, saved)))
    name, faults = app.config["SESSION_COOKIE_NAME"], []
    with chromium() as browser:
        page = window(browser)
        page.context.add_cookies([{"name": name, "value": consultant.get_cookie(name).value, "url": live}])
        for lang in ("pl", "en"):
            for path in paths:
                page.goto(f"{live}{path}?lang={lang}")
                assert page.locator("html").get_attribute("lang") == lang
                for size in (DESKTOP, PHONE):
                    resize(page, size)
                    found = [*axe(page), *filter(None, [no_sideways_scroll(page)])]
                    faults += [f"{path} {lang} {size[0]}: {fault}" for fault in found]
    assert faults == []
