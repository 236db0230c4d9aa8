"""A self-assessment from the invitation to the result, as a contact point and a consultant go through it in a browser."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest

from coordination import clock
from coordination.graph import responses
from coordination.permissions import Role
from tests.accounts.doors import PASSWORD, account
from tests.browser import PHONE, chromium, no_sideways_scroll, watched
from tests.readiness.asked import asked, fill, give_back, hand_in, link, record, says_now

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def browser():
    with chromium() as browser:
        yield browser


@pytest.fixture
def site(app, live):
    """The application as people meet it: with form tokens."""
    app.config["WTF_CSRF_ENABLED"] = True
    return live


def sign_in(page, site, email):
    page.goto(f"{site}/sign-in")
    page.fill("input[name=email]", email)
    page.fill("input[name=password]", PASSWORD)
    page.get_by_role("button", name="Zaloguj").click()
    page.wait_for_url(lambda url: "/sign-in" not in url)


def saved(page, act):
    """Do what makes the page save, and wait until it says that it did."""
    with page.expect_response(lambda got: "/section/" in got.url and got.request.method == "POST") as got:
        act()
    assert got.value.status == 200, got.value.text()
    page.locator("[data-saved]").filter(has_text="Zapisano o").wait_for()


def open_items(page):
    """Ids of the questions that are asked on this page and have no answer yet; a text may be left empty."""
    return page.evaluate(
        """() => [...document.querySelectorAll("[data-item]:not([hidden])")]
            .filter((e) => e.querySelector(".k-choice-input") && !e.querySelector(".k-choice-input:checked"))
            .filter((e) => ![...e.querySelectorAll("input[type=text]")].some((f) => f.name.startsWith("a-") && f.value))
            .map((e) => e.dataset.item)"""
    )


def answer_all(page):
    """Choose the first answer of every question, or write a number, also of those that are asked because of it."""
    while left := open_items(page):
        box = page.locator(f'[data-item="{left[0]}"]')
        number = box.locator(f'input[type=text][name="a-{left[0]}"]')
        if number.count():
            number.fill("3")
            saved(page, lambda field=number: field.press("Tab"))
        else:
            saved(page, box.locator(".k-choice-input").first.check)


def main(page):
    """What the page says, which must fit its width."""
    page.complaints.extend(filter(None, [no_sideways_scroll(page)]))
    return page.locator("main").inner_text()


def press(page, name, role="button"):
    page.get_by_role(role, name=name, exact=True).first.click()


def approve_and_hand_in(page, function):
    page.locator("#approve").get_by_label("Zatwierdza").fill(function)
    page.locator("#approve").get_by_role("button", name="Zatwierdź i wyślij").click()
    page.get_by_role("heading", name="Wysłać samoocenę?").wait_for()
    press(page, "Wyślij")
    page.wait_for_url("**/result")


@pytest.mark.parametrize("server", ["embedded", pytest.param("neo4j", marks=pytest.mark.slow)], indirect=True)
def test_a_contact_point_answers_by_link_leaves_returns_passes_on_hands_in_and_corrects(browser, site, reference_store):
    store = reference_store
    id = asked(store)["ksp"]
    fill(store, id, without=["KN", "CO"])  # the other sections were answered before
    invitation = f"{site}/l/{link(store, id)}"

    phone = watched(browser, PHONE)
    phone.goto(invitation)
    phone.wait_for_url(f"**/survey/{id}")
    assert "nie jest kontrolą" in main(phone) or "nie kontrol" in main(phone)
    phone.locator("#sections").get_by_role("link").first.click()
    saved(phone, lambda: phone.locator('[data-item="KN01"]').locator('[name="a-KN01"][value="2"]').check())
    # The connection drops in the middle, and the answer is sent once it is back.
    phone.context.set_offline(True)
    phone.locator('[data-item="KN02"] .k-choice-input').first.check()
    phone.locator("[data-saved]").filter(has_text="Nie zapisano").wait_for()
    phone.context.set_offline(False)
    phone.locator("[data-saved]").filter(has_text="Zapisano o").wait_for(timeout=60_000)
    assert says_now(store, id, "KN02") is not None
    phone.complaints = [said for said in phone.complaints if "ERR_INTERNET_DISCONNECTED" not in said]
    phone.context.close()

    desk = watched(browser)
    desk.goto(invitation)
    desk.wait_for_url(f"**/survey/{id}")
    desk.goto(f"{site}/survey/{id}/section/KN")
    assert desk.locator('[name="a-KN01"][value="2"]').is_checked()
    answer_all(desk)
    press(desk, "Zapisz i wróć do listy części")
    desk.wait_for_url(f"**/survey/{id}")
    assert "gotowe" in desk.locator("#sections li").first.inner_text()

    desk.goto(f"{site}/survey/{id}/section/CO")
    press(desk, "Przekaż część innej osobie", "link")
    assert desk.locator('input[name="sections"][value="CO"]').is_checked()
    desk.get_by_label("Funkcja lub komórka").fill("Wydział współpracy")
    press(desk, "Utwórz link")
    passed_on = desk.input_value("#address")

    colleague = watched(browser, PHONE)
    colleague.goto(passed_on)
    colleague.wait_for_url(f"**/survey/{id}")
    assert colleague.locator("#sections li").count() == 1
    colleague.locator("#sections").get_by_role("link").first.click()
    answer_all(colleague)
    press(colleague, "Zapisz i wróć do listy części")
    colleague.wait_for_url(f"**/survey/{id}")
    assert "gotowe" in main(colleague) and colleague.get_by_role("link", name="Sprawdź odpowiedzi").count() == 0
    assert responses.answers(store, id)["CO01"].saved_by == "Wydział współpracy"

    desk.goto(f"{site}/survey/{id}/check")
    assert "Wydział współpracy" in main(desk)
    approve_and_hand_in(desk, "zastępca komendanta")
    assert record(store, id).state == "submitted"
    assert desk.locator("main svg").count() and desk.locator("main table").count(), "a picture with its table"

    give_back(store, id, note="Proszę o uzupełnienie.", KN01="Na czym opiera się ta ocena?")
    again = watched(browser, PHONE)
    again.goto(invitation)
    again.wait_for_url(f"**/survey/{id}")
    assert "Proszę o uzupełnienie." in main(again)
    again.goto(f"{site}/survey/{id}/section/KN")
    assert "Na czym opiera się ta ocena?" in again.locator('[data-item="KN01"]').inner_text()
    saved(again, lambda: again.locator('[name="a-KN01"][value="1"]').check())
    again.goto(f"{site}/survey/{id}/check")
    approve_and_hand_in(again, "komendant")
    found = record(store, id)
    assert (found.state, found.number, found.signed_by) == ("submitted", 2, "komendant")
    assert phone.complaints + desk.complaints + colleague.complaints + again.complaints == []


@pytest.mark.parametrize("server", ["embedded", pytest.param("neo4j", marks=pytest.mark.slow)], indirect=True)
def test_a_consultant_prepares_a_round_reads_its_letters_reminds_and_accepts(browser, site, reference_store):
    store = reference_store
    account(store, "konsultant@example.pl", Role.CONSULTANT, voivodeships=("14",))
    page = watched(browser)
    sign_in(page, site, "konsultant@example.pl")
    page.goto(f"{site}/rounds")
    page.get_by_role("link", name="Przygotuj rundę").first.click()
    page.fill("input[name=title]", "Samoocena 2026")
    page.fill("[name=closes_on]", f"{clock.today() + timedelta(days=30):%Y-%m-%d}")
    press(page, "Zapisz szkic")
    page.get_by_role("heading", name="Samoocena 2026").wait_for()
    assert "ksp" not in page.url and store.read("MATCH (n:Response) RETURN count(n) AS n") == [{"n": 0}]

    page.goto(f"{page.url.partition('?')[0]}/institutions")
    page.locator("input[name=institution]:checked").evaluate_all("(boxes) => boxes.forEach((box) => { box.checked = false; })")
    for id in ("ksp", "kwp-radom"):
        page.check(f"input[name=institution][value={id}]")
    assert page.locator("input[name=institution]:checked").count() == 2
    press(page, "Zapisz listę")
    board = page.url.partition("?")[0]
    page.goto(f"{board}/open")
    assert page.locator("details li").count() == 2, "by name, before anything is opened"
    press(page, "Otwórz rundę")
    page.wait_for_url("**/letters*")

    page.locator("#results").get_by_role("link", name=re.compile("KSP")).first.click()
    letter, address = page.input_value("#letter-text"), page.input_value("#letter-link")
    assert address in letter and "/l/" in address
    press(page, "Oznacz jako przekazane inną drogą")

    phone = watched(browser, PHONE)
    phone.goto(address)
    phone.wait_for_url("**/survey/*")
    page.goto(board)
    (opened,) = (row for row in page.locator("table.k-board tbody tr").all() if "KSP" in row.inner_text())
    assert "otwart" in opened.inner_text()

    for box in page.locator("input[name=response]").all():
        box.check()
    press(page, "Przypomnij zaznaczonym")
    page.get_by_role("button", name=re.compile("^Przygotuj")).click()
    page.wait_for_url("**/letters*")
    reminders = store.read("MATCH (l:Letter {kind: 'reminder'}) RETURN l.state AS state")
    assert reminders and {row["state"] for row in reminders} == {"draft"}, "nothing left before it was read"

    (id,) = (row["id"] for row in store.read("MATCH (n:Response {institution_id: 'ksp'}) RETURN n.id AS id"))
    fill(store, id)
    hand_in(store, id)
    page.goto(f"{board}?stage=submitted")
    page.locator("table.k-board").get_by_role("link", name=re.compile("KSP")).first.click()
    assert "zastępca kierownika" in main(page)
    press(page, "Przyjmij samoocenę")
    page.get_by_text("Samoocenę przyjęto").first.wait_for()
    assert record(store, id).state == "accepted"
    phone.goto(address)
    phone.wait_for_url("**/survey/*")
    assert page.complaints + phone.complaints == []
