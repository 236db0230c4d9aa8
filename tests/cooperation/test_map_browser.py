"""The map in a real browser: under the strict policy, by keyboard, on a phone, from a file without network."""

from __future__ import annotations

import re

import pytest

from coordination.permissions import Role
from tests import browser
from tests.cooperation import made

pytestmark = pytest.mark.pages

MAP = "/cooperation/map?as_of=2026-01-12"
OSG = "sg-nadwislanski"


@pytest.fixture(scope="module")
def chromium():
    with browser.chromium() as found:
        yield found


@pytest.fixture
def go(chromium, app, live, sign_in, reference_store):
    """`go(path, size)`: a page of a consultant; `page.requested`, `page.complaints` tell what it asked and said."""
    made.write(reference_store, made.around(made.world(per_institution=3.2), "14"))
    client = sign_in(Role.CONSULTANT, voivodeship="14")
    cookie = client.get_cookie(app.config["SESSION_COOKIE_NAME"])
    contexts = []

    def go(path: str = MAP, size=browser.DESKTOP, *, drawn: bool = True, **options):
        page = browser.window(chromium, size, **options)
        contexts.append(page.context)
        page.context.add_cookies([{"name": cookie.key, "value": cookie.value, "url": live}])
        page.requested, page.complaints = [], []
        page.on("request", lambda request: page.requested.append(request.url))
        page.on("console", lambda message: page.complaints.append(message.text))
        page.on("pageerror", lambda error: page.complaints.append(str(error)))
        page.goto(live + path)
        if drawn:
            page.wait_for_selector("[data-drawn]")
        return page

    go.address = live
    yield go
    for context in contexts:
        context.close()


def inside(page, what: str):
    return page.evaluate(f"() => {{ const m = document.querySelector('[data-map]').map; return {what}; }}")


def test_it_draws_under_the_strict_policy_and_asks_nobody_else(go):
    page = go()
    assert page.complaints == []
    assert all(url.startswith((go.address, "data:")) for url in page.requested)
    assert any("vis-network" in url for url in page.requested)
    assert page.locator("[data-status]").is_hidden()
    nodes = inside(page, "m.network.body.data.nodes.getIds().length")
    edges = inside(page, "m.network.body.data.edges.getIds().filter((id) => !id.endsWith('~')).length")
    lede = page.locator(".k-lede").inner_text().replace("\u00a0", " ")
    assert lede.startswith(f"{nodes} instytucji, {edges} powiąza")
    painted = page.evaluate(
        """() => { const c = document.querySelector("[data-stage] canvas"), d = c.getContext("2d").getImageData(0, 0, c.width, c.height).data;
             let n = 0; for (let i = 3; i < d.length; i += 4) if (d[i]) n++; return n / (d.length / 4); }"""
    )
    assert painted > 0.01


def test_the_whole_map_can_be_walked_and_read_by_keyboard(go):
    page = go()
    stage, say = page.locator("[data-stage]"), page.locator("[data-say]")
    page.locator("#map-find").focus()
    for _ in range(8):
        page.keyboard.press("Tab")
        if page.evaluate("document.activeElement.hasAttribute('data-stage')"):
            break
    assert page.evaluate("document.activeElement.hasAttribute('data-stage')")
    first = say.inner_text()
    assert re.search(r", \d+ powiąza", first)
    page.keyboard.press("ArrowRight")
    second = say.inner_text()
    assert second != first
    page.keyboard.press("Enter")
    page.wait_for_selector("[data-panel] h2 a")
    name = second.split(",")[0]
    assert page.locator("[data-panel] h2").inner_text() == name
    assert "focus=" in page.url
    page.keyboard.press("+")
    closer = inside(page, "m.network.getScale()")
    page.keyboard.press("0")
    assert inside(page, "m.network.getScale()") < closer
    page.keyboard.press("Escape")
    page.wait_for_selector("[data-panel] .k-net-names")
    assert "focus=" not in page.url
    page.keyboard.press("Escape")
    assert page.evaluate("document.activeElement.hasAttribute('data-panel')")
    assert page.complaints == []
    assert stage.get_attribute("tabindex") == "0"


def test_arrows_reach_every_institution(go):
    page = go()
    reached = page.evaluate(
        """() => {
            const m = document.querySelector("[data-map]").map, stage = document.querySelector("[data-stage]");
            stage.focus();
            const seen = new Set(), queue = [m.look.cursor];
            while (queue.length) {
                const here = queue.shift();
                if (seen.has(here)) continue;
                seen.add(here);
                for (const key of ["ArrowLeft", "ArrowRight", "ArrowUp", "ArrowDown"]) {
                    m.look.cursor = here;
                    stage.dispatchEvent(new KeyboardEvent("keydown", { key, bubbles: true }));
                    queue.push(m.look.cursor);
                }
            }
            return [seen.size, m.partners.size];
        }"""
    )
    assert reached[0] == reached[1]


def test_a_click_selects_and_the_panel_equals_the_address(go):
    page = go()
    at = inside(page, f"m.network.canvasToDOM(m.network.getPosition('{OSG}'))")
    page.locator("[data-stage]").click(position={"x": at["x"], "y": at["y"]})
    page.wait_for_selector("[data-panel] h2:has-text('Nadwiślański OSG')")
    assert f"focus={OSG}" in page.url
    clicked = page.locator("[data-panel]").inner_text()
    again = go(MAP + f"&focus={OSG}")
    assert again.locator("[data-panel]").inner_text() == clicked
    assert inside(again, "m.look.selected") == OSG


def test_search_on_the_map_finds_without_diacritics(go):
    page = go()
    page.fill("#map-find", "nadwislanski")
    page.keyboard.press("Enter")
    page.wait_for_selector("[data-panel] h2:has-text('Nadwiślański OSG')")
    page.fill("#map-find", "no such body")
    page.keyboard.press("Enter")
    assert page.locator("[data-find-result]").inner_text() == "Brak takiej instytucji w tym widoku"


def test_the_page_table_holds_exactly_the_lines_of_the_picture(go):
    page = go()
    drawn = set(inside(page, "m.network.body.data.edges.getIds().filter((id) => !id.endsWith('~'))"))
    rows = set()
    for number in range(1, 2 + len(drawn) // 50):
        table = go(MAP + f"&view=table&page={number}", drawn=False)
        rows |= set(table.locator("tr[data-line]").evaluate_all("rows => rows.map((row) => row.dataset.line)"))
    assert rows == drawn


@pytest.mark.parametrize("server", ["embedded"], indirect=True)  # the pages are the same on both
@pytest.mark.parametrize("lang", ["pl", "en"])
def test_nothing_is_at_fault_in_any_width(go, lang):
    page = go(MAP + f"&lang={lang}")
    faults = browser.axe(page)
    faults += browser.look_over(page, go.address + MAP + f"&focus={OSG}")
    faults += browser.look_over(page, go.address + MAP + "&view=table")
    faults += browser.look_over(page, go.address + MAP + "&view=matrix")
    assert faults == []


def test_a_phone_gets_the_surroundings_and_the_list_but_not_the_canvas(go):
    page = go(MAP + f"&focus={OSG}", browser.PHONE, drawn=False)
    assert page.locator(".k-ego").is_visible()
    assert page.locator("[data-stage]").is_hidden()
    assert not any("vis-network" in url for url in page.requested)
    spokes = page.locator(".k-ego [data-line]").count()
    assert 1 <= spokes <= 12
    assert page.locator(".k-net-list li").count() >= spokes
    box = page.locator(".k-ego").bounding_box()
    assert box["width"] <= 390
    page.locator(".k-ego a").first.click()
    assert "focus=" in page.url


def test_without_a_script_the_picture_comes_from_the_server(go):
    page = go(MAP, drawn=False, java_script_enabled=False)
    picture = page.locator("noscript img, .k-net-frame > noscript > img").first
    assert picture.get_attribute("src").startswith("/cooperation/map.svg")
    assert page.locator("tr[data-line]").count() > 0


def test_the_file_to_send_draws_with_no_network(go, chromium, tmp_path):
    page = go()
    with page.expect_download() as saving:
        page.get_by_role("link", name=re.compile("HTML")).click()
    path = tmp_path / "map.html"
    saving.value.save_as(path)
    text = path.read_text(encoding="utf-8")
    assert not re.findall(r"(?:src|href)=\"https?://", text)
    alone = chromium.new_context(offline=True, viewport={"width": 1440, "height": 900})
    sheet = alone.new_page()
    asked, complaints = [], []
    sheet.on("request", lambda request: asked.append(request.url))
    sheet.on("console", lambda message: complaints.append(message.text))
    sheet.on("pageerror", lambda error: complaints.append(str(error)))
    sheet.goto(path.as_uri())
    sheet.wait_for_selector("html[data-drawn]")
    assert complaints == []
    assert {url for url in asked if not url.startswith("data:")} == {path.as_uri()}
    assert sheet.locator("table tbody tr").count() == inside(
        page, "m.network.body.data.edges.getIds().filter((id) => !id.endsWith('~')).length"
    )
    alone.close()


def test_a_png_is_made_in_the_browser(go, tmp_path):
    page = go()
    with page.expect_download() as saving:
        page.get_by_role("button", name=re.compile("PNG")).click()
    path = tmp_path / saving.value.suggested_filename
    saving.value.save_as(path)
    assert path.name.endswith(".png")
    assert path.read_bytes()[:8] == b"\x89PNG\r\n\x1a\n"
    assert path.stat().st_size > 50_000
    assert page.complaints == []
