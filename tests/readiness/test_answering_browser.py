"""The section page in a real browser: saving as one answers, another machine, two at once, a lost connection, keyboard."""

from __future__ import annotations

import re

import pytest

from coordination.permissions import Role
from coordination.surveys.model import Answer
from tests import browser as browsing
from tests.readiness.asked import asked, fill, hand_in, link, save, says_now

pytestmark = [
    pytest.mark.browser,
    pytest.mark.parametrize("server", ["embedded"], indirect=True),  # the pages are the same on both
]
AT = "/survey/round-ksp"


@pytest.fixture
def desk(app, reference_store, sign_in, live):
    """A browser in which the contact point of KSP is signed in, and the address of the program."""
    app.config["WTF_CSRF_ENABLED"] = True
    asked(reference_store, ["ksp"])
    client = sign_in(Role.INSTITUTION, institution="ksp", label="Punkt kontaktowy")
    cookie = client.get_cookie(app.config["SESSION_COOKIE_NAME"])
    with browsing.chromium() as browser:
        page = browsing.window(browser)
        page.context.add_cookies([{"name": cookie.key, "value": cookie.value, "url": live}])
        yield page, live


def saved(page) -> None:
    page.locator("[data-saved]").filter(has_text=re.compile(r"Zapisano o")).wait_for()


def seen(page, item: str, edition: int) -> None:
    """Wait until the page holds this edition of an answer: what was sent before is saved."""
    page.locator(f"[name=seen-{item}][value='{edition}']").wait_for(state="attached")


def test_answers_are_saved_as_they_are_given_and_found_on_another_machine(desk, reference_store):
    page, live = desk
    token = link(reference_store, "round-ksp")
    page.goto(f"{live}{AT}/section/KN")
    assert page.locator("#item-KN05").is_hidden()
    page.locator("#a-KN01-3").check()
    saved(page)
    page.locator("#a-KN04-3").check()
    page.locator("#item-KN05").wait_for(state="visible")
    assert page.locator("[data-progress=KN]").inner_text() == "w toku, 2 z 5"
    page.locator("#a-KN05-2").check()
    page.locator("#a-KN05-3").check()
    page.locator("#a-KN05-dk").check()
    assert not page.locator("#a-KN05-2").is_checked(), "“don't know” stands alone"
    page.locator("#a-KN05-2").check()
    page.locator("#a-KN02-na").check()
    assert page.evaluate("document.activeElement.id") == "reason-KN02", "the reason is written next"
    page.keyboard.type("Bez pierwszego kontaktu.")
    page.keyboard.press("Tab")
    saved(page)
    seen(page, "KN02", 1)
    other = browsing.window(page.context.browser, browsing.PHONE)  # shares nothing with the first
    other.goto(f"{live}/l/{token}")
    other.get_by_role("link", name="Wiedza o zjawisku", exact=True).click()
    assert other.locator("#a-KN01-3").is_checked() and other.locator("#a-KN05-2").is_checked()
    assert other.locator("#reason-KN02").input_value() == "Bez pierwszego kontaktu."
    assert browsing.axe(other) == [] and browsing.no_sideways_scroll(other) == ""


def test_by_keyboard_alone_one_answers_and_goes_on(desk, reference_store):
    page, live = desk
    page.goto(f"{live}{AT}/section/KN")
    page.locator("#a-KN01-0").focus()
    for _ in range(3):
        page.keyboard.press("ArrowDown")
    saved(page)
    page.locator("[name=seen-KN01]:not([value='0'])").wait_for(state="attached")
    page.get_by_role("button", name="Zapisz i przejdź").focus()
    page.keyboard.press("Enter")
    page.wait_for_url("**/section/RO")
    assert says_now(reference_store, "round-ksp", "KN01").value == 3


def test_somebody_elses_answer_is_shown_and_one_of_the_two_chosen(desk, reference_store):
    page, live = desk
    page.goto(f"{live}{AT}/section/KN")
    save(reference_store, "round-ksp", [Answer(item_id="KN02", value="no", comment="Sprawdzono w 2025 r.")], by="Wydział Kadr")
    page.locator("#a-KN02-1").check()
    page.get_by_text("Sprawdzono w 2025 r.").wait_for()
    assert says_now(reference_store, "round-ksp", "KN02").value == "no"
    assert "pozostanie" in page.locator("[data-saved]").inner_text()
    for size in (browsing.DESKTOP, browsing.PHONE):
        browsing.resize(page, size)
        assert browsing.axe(page) == [] and browsing.no_sideways_scroll(page) == ""
    page.get_by_label("Zapisz zamiast niej").click()  # gone once it is chosen
    seen(page, "KN02", 2)
    assert says_now(reference_store, "round-ksp", "KN02").value == "yes"
    save(reference_store, "round-ksp", [Answer(item_id="KN02", value="partly")], by="Wydział Kadr")
    page.locator("#a-KN02-3").check()
    page.get_by_label("Zostaw zapisaną").click()  # gone once it is chosen
    page.locator("#a-KN02-2:checked").wait_for()
    assert page.evaluate("document.activeElement.id") == "item-KN02"
    assert says_now(reference_store, "round-ksp", "KN02").value == "partly"


def test_what_cannot_be_saved_is_said_at_once_and_a_lost_connection_is_made_good(desk, reference_store):
    page, live = desk
    page.goto(f"{live}{AT}/section/ST")
    page.locator("#a-ST02").fill("140")
    page.locator("#a-ST02").blur()
    page.locator("#wrong-ST02-value").wait_for(state="visible")
    assert page.locator("#a-ST02").get_attribute("aria-invalid") == "true"
    for size in (browsing.DESKTOP, browsing.PHONE):
        browsing.resize(page, size)
        assert browsing.axe(page) == [] and browsing.no_sideways_scroll(page) == ""
    page.context.set_offline(True)
    page.locator("#a-ST02").fill("40")
    page.locator("#a-ST02").blur()
    page.get_by_text("Nie zapisano – próba zostanie powtórzona").wait_for()
    page.context.set_offline(False)
    saved(page)
    assert page.locator("#wrong-ST02-value").is_hidden()
    assert says_now(reference_store, "round-ksp", "ST02").value == 40


def test_a_session_that_is_about_to_end_is_prolonged_by_a_button(desk):
    page, live = desk
    page.clock.install()
    page.goto(f"{live}{AT}/section/KN")
    assert page.locator("[data-ending]").is_hidden()
    page.clock.fast_forward("25:00")
    page.locator("[data-ending]").wait_for(state="visible")
    # The browser's clock runs ahead of the program's here; what counts is that the program was asked.
    with page.expect_response("**/survey/alive") as asked_for:
        page.get_by_role("button", name="Przedłuż sesję").click()
    assert asked_for.value.ok


def test_pages_of_filling_in_have_no_faults(desk, reference_store):
    page, live = desk
    fill(reference_store, "round-ksp", without=["KN02"])
    save(reference_store, "round-ksp", [Answer(item_id="KN01", value=2, copied=True)])
    link(reference_store, "round-ksp", ["ST"], id="kadry", to_function="Wydział Kadr")
    paths = ["/survey", AT, f"{AT}/section/KN", f"{AT}/pass-on", f"{AT}/pass-on/kadry", f"{AT}/check", f"{AT}/result"]
    faults = [fault for path in paths for fault in browsing.look_over(page, live + path)]
    fill(reference_store, "round-ksp", RO04="yes")
    hand_in(reference_store, "round-ksp")
    paths = [f"{AT}/result", f"{AT}/ties?lang=en", f"{AT}/section/RS?lang=en"]
    assert faults + [fault for path in paths for fault in browsing.look_over(page, live + path)] == []
