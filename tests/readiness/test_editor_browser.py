"""The questionnaire's editor in a real browser: without JavaScript, by keyboard, and without faults at three widths."""

from __future__ import annotations

import pytest

from coordination.permissions import Role
from tests import browser as browsing
from tests.graph import surveyed
from tests.graph.surveyed import KSP
from tests.readiness.test_editor import BASE, DRAFT, put_item, stands

pytestmark = pytest.mark.browser


def enter(page, app, client, live):
    cookie = client.get_cookie(app.config["SESSION_COOKIE_NAME"])
    page.context.add_cookies([{"name": cookie.key, "value": cookie.value, "url": live}])


@pytest.mark.parametrize("server", ["embedded"], indirect=True)  # the pages are the same on both
def test_a_draft_is_written_without_javascript_and_by_keyboard(app, reference_store, sign_in, live):
    app.config["WTF_CSRF_ENABLED"] = True
    client = sign_in(Role.NATIONAL, language="en")
    with browsing.chromium() as browser:
        page = browsing.window(browser, java_script_enabled=False)
        enter(page, app, client, live)
        page.goto(f"{live}{BASE}/1.0.0?lang=en")
        page.get_by_role("link", name="New draft from it").click()
        page.get_by_role("button", name="Make the draft").click()
        assert page.url == f"{live}{DRAFT}"
        page.locator("#i-KN05").get_by_role("link", name="Edit").click()
        page.get_by_role("button", name="Add an answer").click()
        rows = page.get_by_role("group", name="Answer 9")
        rows.get_by_label("Code").fill("unclear")
        rows.get_by_label("In Polish").fill("Niejasne")
        rows.get_by_label("In English").fill("Unclear")
        # Enter saves the form; it does not press the first button that stands in it.
        rows.get_by_label("In English").press("Enter")
        assert page.url == f"{live}{DRAFT}#i-KN05"
        assert stands(reference_store).by_id["KN05"].options[-1].label_en == "Unclear"
        page.get_by_role("link", name="KN05: this changes what the answers mean").click()
        page.get_by_role("button", name="Give it a new id").click()
        assert page.url == f"{live}{DRAFT}/items/KN06"
        page.goto(f"{live}{DRAFT}/preview?type=hospital")
        assert page.locator("#q-KN06").count() == 0
        page.get_by_role("radio", name="1–4", exact=True).check()
        page.get_by_role("button", name="Show with these answers").click()
        page.locator("#q-KN06").wait_for()
        page.goto(f"{live}{DRAFT}/publish")
        assert page.get_by_text("New questions").is_visible() and page.get_by_text("Questions left out").is_visible()
        page.get_by_role("button", name="Publish").click()
        page.get_by_text("Version 1.1.0, published").wait_for()
        assert page.url == f"{live}{DRAFT}"


@pytest.mark.parametrize("server", ["embedded"], indirect=True)
def test_pages_of_the_editor_have_no_faults(app, reference_store, sign_in, live):
    surveyed.opened(reference_store, KSP, id="r1", voivodeship="14")
    client = sign_in(Role.NATIONAL)
    client.post(f"{BASE}/1.0.0/draft", data={"step": "minor"})
    put_item(reference_store, "KN02", text_en="", kind="line", options=(), weight=0)
    pages = ("/questionnaires", f"{DRAFT}?lang=en", f"{DRAFT}/items/KN02", f"{DRAFT}/items/RS03", f"{DRAFT}/publish",
             f"{DRAFT}/preview?type=kcik&a-KN04=1-4", "/readiness/rounds/r1/export")  # fmt: skip
    with browsing.chromium() as browser:
        page = browsing.window(browser)
        enter(page, app, client, live)
        wrong = [f"{path}: {fault}" for path in pages for fault in browsing.look_over(page, live + path)]
    assert wrong == []
