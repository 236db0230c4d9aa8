"""The door and the accounts in a real browser: where it lets people go, the keyboard, axe, three widths."""

from __future__ import annotations

from urllib.parse import quote

import pytest

from coordination.accounts import service
from coordination.permissions import LOCAL_OPERATOR, Role
from tests import browser
from tests.accounts.doors import OTHER_PASSWORD, PASSWORD, account

pytestmark = [pytest.mark.browser, pytest.mark.pages]

EMAIL = "administrator@example.pl"
FOREIGN = "foreign.example"


@pytest.fixture(scope="module")
def chromium():
    with browser.chromium() as found:
        yield found


@pytest.fixture
def owner(reference_store):
    return account(reference_store, EMAIL, Role.ADMINISTRATOR)


@pytest.fixture
def page(chromium, app, live, owner):
    app.config["WTF_CSRF_ENABLED"] = True
    page = browser.window(chromium)
    page.set_default_timeout(30_000)
    page.complaints = []
    page.on("console", lambda message: page.complaints.append(message.text) if message.type == "error" else None)
    yield page
    page.context.close()


def sign_in(page, live, back: str = "") -> None:
    page.goto(f"{live}/sign-in{back}")
    page.get_by_label("Adres e-mail").fill(EMAIL)
    page.get_by_label("Hasło", exact=True).fill(PASSWORD)
    page.get_by_role("main").get_by_role("button", name="Zaloguj się").click()
    page.wait_for_url(lambda url: "/sign-in" not in url)


@pytest.mark.parametrize("target", [f"////{FOREIGN}", f"https:///{FOREIGN}", f"/\\{FOREIGN}"])
def test_no_address_takes_a_reader_to_a_foreign_host(page, live, target):
    """Two of these took a real browser away past the usual check."""
    asked = []
    page.on("request", lambda request: asked.append(request.url))
    sign_in(page, live, f"?next={quote(target, safe='')}")
    assert page.url.startswith(f"{live}/")
    assert not [url for url in asked if not url.startswith(live)]


def test_what_was_typed_can_be_shown_and_is_hidden_when_it_is_sent(page, live):
    page.goto(f"{live}/sign-in")
    field = page.get_by_label("Hasło", exact=True)
    field.fill(PASSWORD)
    assert field.get_attribute("type") == "password"
    page.get_by_role("button", name="Pokaż: Hasło").click()
    assert field.get_attribute("type") == "text"
    page.get_by_role("button", name="Ukryj: Hasło").click()
    assert field.get_attribute("type") == "password"
    assert field.get_attribute("autocomplete") == "current-password"


def test_a_wrong_password_is_said_where_the_reader_is(page, live):
    page.goto(f"{live}/sign-in")
    page.get_by_label("Adres e-mail").fill(EMAIL)
    page.get_by_label("Hasło", exact=True).fill("not the password at all")
    page.keyboard.press("Enter")
    page.wait_for_selector("[role=alert]")
    assert "Adres lub hasło są nieprawidłowe." in page.get_by_role("alert").inner_text()
    assert page.title().startswith("Błąd: ")


def test_a_link_sets_a_password_and_leaves_the_address_and_the_history(page, live, owner, reference_store):
    token = service.make_link(reference_store, LOCAL_OPERATOR, owner)
    page.goto(f"{live}/password/{token}")
    assert page.url == f"{live}/password"
    page.get_by_label("Nowe hasło", exact=True).fill(OTHER_PASSWORD)
    page.get_by_role("button", name="Ustaw hasło").click()
    page.wait_for_url(lambda url: not url.endswith("/password"))
    assert token not in page.content()


def test_the_back_button_after_signing_out_shows_nothing(page, live):
    sign_in(page, live, "?next=/account")
    page.goto(f"{live}/accounts")
    page.locator("details.k-account summary").click()
    page.locator("details.k-account").get_by_role("button", name="Wyloguj").click()
    page.wait_for_url("**/sign-in")
    page.go_back()
    page.wait_for_url(lambda url: "/sign-in" in url)
    assert EMAIL not in page.content()


@pytest.mark.parametrize("path", ["/sign-in", "/forgotten", "/password"])
def test_the_pages_of_the_door_stand_a_look(page, live, path):
    assert browser.look_over(page, live + path) == []


@pytest.mark.parametrize("server", ["embedded"], indirect=True)  # the pages are the same on both
def test_the_pages_of_accounts_stand_a_look(page, live, owner):
    sign_in(page, live)
    found = {}
    for path in ("/account", "/account/password", "/accounts", "/accounts/new", f"/accounts/{owner.id}",
                 f"/accounts/{owner.id}/role", "/audit", "/audit?action=nothing:", "/accounts?q=nobody"):  # fmt: skip
        found[path] = browser.look_over(page, live + path)
    assert {path: faults for path, faults in found.items() if faults} == {}


def test_the_page_that_shows_a_link_stands_a_look(page, live, owner):
    sign_in(page, live)
    page.goto(f"{live}/accounts/{owner.id}")
    page.get_by_role("button", name="Utwórz jednorazowy odnośnik").click()
    page.wait_for_selector("#one-time-link")
    assert page.get_by_label("Jednorazowy odnośnik").input_value().startswith(f"{live}/password/")
    assert browser.axe(page) == []
    browser.resize(page, browser.PHONE)
    assert browser.no_sideways_scroll(page) == ""
