"""A consultant's round in a real browser: prepare, open, print, remind, read, accept; and every page in two widths."""

from __future__ import annotations

import pytest

from coordination import clock
from coordination.graph import rounds
from coordination.permissions import Role
from tests.browser import DESKTOP, PHONE, axe, chromium, no_sideways_scroll, resize, window
from tests.readiness.asked import EVERYTHING, fill, hand_in

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def browser():
    with chromium() as browser:
        yield browser


@pytest.mark.parametrize("server", ["embedded", pytest.param("neo4j", marks=pytest.mark.slow)], indirect=True)
def test_the_way_of_a_round(browser, app, live, sign_in, reference_store):
    app.config["WTF_CSRF_ENABLED"] = True
    client = sign_in(Role.CONSULTANT, voivodeship="14", label="Konsultant wojewódzki")
    cookie = client.get_cookie(app.config["SESSION_COOKIE_NAME"])
    page = window(browser, DESKTOP)
    page.context.add_cookies([{"name": cookie.key, "value": cookie.value, "url": live}])
    faults: list[str] = []

    def look(name: str) -> None:
        for size in (DESKTOP, PHONE):
            resize(page, size)
            wide = no_sideways_scroll(page)
            faults.extend(f"{name} {size[0]}: {fault}" for fault in [*axe(page), *([wide] if wide else [])])
        resize(page, DESKTOP)

    page.goto(f"{live}/rounds")
    look("no rounds")
    page.get_by_role("link", name="Przygotuj rundę").first.click()
    page.get_by_label("Tytuł rundy").fill("Samoocena 2026")
    page.get_by_label("Ostatni dzień").fill((clock.today().replace(year=clock.today().year + 1)).isoformat())
    look("new")
    page.get_by_role("button", name="Zapisz szkic").click()
    look("draft")
    page.get_by_role("link", name="Wybierz instytucje").click()
    look("institutions")
    for box in page.get_by_role("checkbox").all()[3:]:
        box.uncheck()
    page.get_by_role("button", name="Zapisz listę").click()
    page.get_by_role("link", name="Otwórz rundę").click()
    look("open?")
    page.get_by_role("button", name="Otwórz rundę").click()
    assert page.get_by_role("heading", level=1).inner_text() == "Skrzynka nadawcza"
    look("outbox")
    page.get_by_role("link", name="Zaznacz wszystkie na stronie (3)").click()
    page.get_by_role("button", name="Drukuj zaznaczone").click()
    page.locator(".k-sheet").nth(2).wait_for()
    assert page.locator(".k-sheet").count() == 3
    look("print")
    page.get_by_role("button", name="Oznacz jako przekazane").click()
    (found,) = rounds.listed(reference_store, EVERYTHING)
    rows = reference_store.read("MATCH (n:Response {round_id: $id}) RETURN n.id AS id ORDER BY id", id=found.id)
    first = rows[0]["id"]
    fill(reference_store, first)
    hand_in(reference_store, first)

    page.goto(f"{live}/rounds/{found.id}?all=1")
    look("board")
    page.get_by_role("button", name="Przypomnij zaznaczonym").click()
    assert "Przygotować 2" in page.get_by_role("heading", level=1).inner_text().replace("\xa0", " ")
    assert page.get_by_text("przekazano odpowiedzi", exact=True).count() == 1
    look("remind")
    page.get_by_role("button", name="Przygotuj 2 przypomnienia").click()
    page.get_by_role("table").get_by_role("link").first.click()
    look("letter")

    page.goto(f"{live}/rounds/{found.id}?stage=submitted")
    page.locator(".k-board th a").last.click()
    look("review")
    page.get_by_role("button", name="Zwróć z uwagami").click()
    page.get_by_role("alert").wait_for()
    page.get_by_label("Uwaga do całości").fill("Uzupełnić część pierwszą.")
    page.get_by_role("button", name="Zwróć z uwagami").click()
    hand_in(reference_store, first)
    page.goto(f"{live}/rounds/responses/{first}")
    page.get_by_role("button", name="Przyjmij samoocenę").click()
    page.goto(f"{live}/rounds/responses/{first}/reopen")
    look("reopen")
    page.goto(f"{live}/rounds/{found.id}/close")
    look("close?")
    assert faults == []
