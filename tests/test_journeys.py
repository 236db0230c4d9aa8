"""The three journeys the platform exists for, in a real browser, on both servers."""

from __future__ import annotations

import re

import pytest

from coordination.cooperation import service
from coordination.cooperation.service import Statement
from coordination.graph.model import Form, Stance
from coordination.permissions import Actor, Role
from tests.accounts.doors import PASSWORD, account
from tests.browser import PHONE, chromium, look_over, watched

pytestmark = pytest.mark.browser
KSP = Actor(id="account-ksp", role=Role.INSTITUTION, voivodeships=("14",), institution_id="ksp")


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


def test_a_consultant_turns_a_gap_into_a_confirmed_tie_with_a_contact_point_who_has_no_account(
    browser, site, reference_store
):
    account(reference_store, "konsultant@example.pl", Role.CONSULTANT, voivodeships=("14",))
    page = watched(browser)
    sign_in(page, site, "konsultant@example.pl")
    assert page.locator("h1").inner_text() == "Do zrobienia"

    page.get_by_role("navigation", name="Menu główne").or_(page.locator(".k-nav")).get_by_text("Luki").first.click()
    assert re.match(r"\d+ luk", page.locator("h1").inner_text())
    page.goto(f"{site}/gaps/ec-029")
    assert "luka" in page.locator("main").inner_text()
    page.get_by_role("link", name="Zapisz oświadczenie").first.click()
    page.select_option("select[name=partner]", "kcik")
    page.check("input[name=areas][value=referral]")
    page.check("input[name=forms][value=referral]")
    page.select_option("select[name=frequency]", "regular")
    page.get_by_role("button", name="Zapisz oświadczenie", exact=True).click()
    page.wait_for_url("**/cooperation/tie/**")
    assert "jednostronne" in page.locator("main").inner_text()

    page.get_by_role("link", name=re.compile("Poproś o potwierdzenie")).first.click()
    page.get_by_role("button", name="Przygotuj pismo z linkiem").click()
    link = page.input_value("#letter-link")

    phone = watched(browser, PHONE)
    phone.goto(link)
    phone.wait_for_url("**/reply")
    assert "Konto nie jest potrzebne" in phone.locator("main").inner_text()
    phone.get_by_label("Tak, zgadza się").first.check()
    phone.locator("[data-saved]").filter(has_text="Zapisano").wait_for()
    phone.get_by_role("button", name="Sprawdź i wyślij odpowiedzi").click()
    phone.wait_for_url("**/reply/check")
    phone.get_by_role("button", name="Wyślij odpowiedzi").click()
    phone.wait_for_url("**/reply/done")

    page.goto(f"{site}/gaps/ec-029?state=all")
    told = page.locator("main").inner_text()
    assert "potwierdzone" in told, "the pair is confirmed"
    phone.goto(link)
    assert phone.locator("h1").inner_text() != "Co podały inne instytucje"
    assert [said for said in page.complaints + phone.complaints if "410" not in said] == []


def test_a_national_reviewer_sees_sixteen_and_each_number_leads_to_its_list(browser, site, examples):
    account(examples, "kraj@example.pl", Role.NATIONAL)
    page = watched(browser)
    sign_in(page, site, "kraj@example.pl")
    assert page.locator("h1").inner_text() == "16 województw"
    assert page.locator("svg.k-map a").count() == 16
    cell = page.locator("tr", has_text="wielkopolskie").get_by_role("link", name=re.compile("niepotwierdzone"))
    count = int(cell.inner_text())
    cell.click()
    page.wait_for_url("**/gaps?**")
    assert page.locator("ol.k-gaps > li").count() == min(count, 20)
    assert page.get_by_role("status").filter(has_text=f"{count}\N{NO-BREAK SPACE}powiąza").or_(
        page.get_by_role("status").filter(has_text=f"{count} powiąza")
    ).count()
    assert page.complaints == []


def test_an_institution_enters_statements_by_keyboard_alone(browser, site, reference_store):
    account(reference_store, "ksp@example.pl", Role.INSTITUTION, institution_id="ksp")
    page = watched(browser)
    sign_in(page, site, "ksp@example.pl")
    page.goto(f"{site}/cooperation/matrix?q=kcik")
    first = page.locator("table.k-matrix select").first
    first.focus()
    for key in ("3", "ArrowRight", "0", "ArrowRight", "n", "ArrowRight", "+"):
        page.keyboard.press(key)
    assert "4" in page.locator("[data-count]").inner_text()
    page.keyboard.press("Control+s")
    page.get_by_role("heading", name=re.compile("Zmieniono 4")).wait_for()
    page.get_by_role("button", name=re.compile("Zapisz 4")).click()
    page.get_by_role("status").filter(has_text="Zapisano 4").wait_for()
    assert page.locator("table.k-matrix select").first.input_value() == "3"
    assert page.complaints == []


PAGES = (
    "/", "/gaps", "/gaps/ec-029", "/gaps/weights", "/gaps/ec-029/waive", "/cooperation/tie/ksp/kcik?area=referral",
    "/cooperation/state?claimant=ksp", "/cooperation/matrix?claimant=ksp&q=k", "/cooperation/ask/kcik", "/teams",
    "/cooperation/said?institution=ksp", "/about/method", "/menu",
)  # fmt: skip


@pytest.mark.parametrize("server", ["embedded"], indirect=True)  # the pages are the same on both
@pytest.mark.parametrize("lang", ["pl", "en"])
def test_axe_finds_nothing_and_nothing_scrolls_sideways(browser, site, server, examples, lang):
    account(examples, "konsultant@example.pl", Role.CONSULTANT, voivodeships=("14",))
    account(examples, "kraj@example.pl", Role.NATIONAL)
    own = service.claimant(examples, KSP, "ksp")
    said = Statement(stance=Stance.COOPERATES, forms=(Form.REFERRAL,))
    service.record(examples, KSP, own, "kcik", ["referral"], said)
    faults = []
    for email, pages in (("konsultant@example.pl", PAGES), ("kraj@example.pl", ("/country", "/country/blanks"))):
        page = watched(browser)
        sign_in(page, site, email)
        for address in pages:
            joined = "&" if "?" in address else "?"
            faults += [f"{address}: {fault}" for fault in look_over(page, f"{site}{address}{joined}lang={lang}")]
    assert faults == []
