"""The frame, its error pages, lists and pictures."""

from __future__ import annotations

import csv
import json
import re

import pytest
from flask import render_template

from coordination import folder
from coordination.graph.poland import FILE, outline
from tests.look.page import parse

PAGE = "{% extends 'base.html' %}{% block title %}Luki{% endblock %}{% block content %}<h1>Luki</h1>{% endblock %}"


def test_the_first_stop_skips_to_the_content(draw):
    html = parse(draw(PAGE))
    first = html.all("a")[0]
    assert first.text == "Przejdź do treści"
    assert html.by_id(first.attrs["href"].removeprefix("#")).name == "main"


def test_title_names_page_place_and_product(draw):
    assert parse(draw(PAGE)).one("title").text == "Luki – mazowieckie – Koordynacja"
    assert parse(draw(PAGE, lang="en")).one("title").text == "Luki – Masovian – Coordination"


def test_an_error_stands_in_front_of_the_title(draw):
    class Form:
        errors = {"name": ["Podaj nazwę"]}

    assert parse(draw(PAGE, form=Form())).one("title").text.startswith("Błąd: Luki")


def test_languages_and_the_current_page_are_marked(draw):
    html = parse(draw(PAGE))
    assert html.one("html").attrs["lang"] == "pl"
    english = html.one("a", hreflang="en")
    assert english.attrs["lang"] == "en"
    assert [link.text for link in html.all("a", aria_current="page")] == ["Luki"]


def test_navigations_have_different_names(draw):
    names = [nav.attrs["aria-label"] for nav in parse(draw(PAGE)).all("nav")]
    assert len(names) == len(set(names))


def test_signing_out_is_a_form_that_posts(draw):
    html = parse(draw(PAGE))
    assert all(form.attrs["method"] == "post" for form in html.all("form", action="/sign-out"))
    assert html.all("form", action="/sign-out")


def test_a_guest_sees_mark_language_and_nothing_to_wander_into(look, draw):
    look.config["FRAME"] = {"signed_in": False, "guest": True}
    html = parse(draw(PAGE))
    assert not html.all("form")
    assert not html.all("nav", class_="k-bar")
    assert {"PL Polski", "EN English"} <= {link.text for link in html.all("a")}


def test_four_targets_on_a_phone(draw):
    bar = parse(draw(PAGE)).one("nav", class_="k-bar")
    assert [link.text for link in bar.all("a")] == ["Do zrobienia", "Zadzwoń", "Szukaj", "Menu"]


ERRORS = sorted(path.stem for path in (folder("templates") / "errors").glob("[0-9]*.html"))


def test_every_error_of_the_program_has_its_page():
    from coordination.web import PAGES

    assert {str(status) for status in PAGES} == set(ERRORS)


@pytest.mark.parametrize("lang", ["pl", "en"])
@pytest.mark.parametrize("status", ERRORS)
def test_an_error_page_says_what_happened_and_when(look, status, lang):
    sent = {"note": "wpisany tekst", "password": "tajne"}
    with look.test_request_context(f"/page?lang={lang}", method="POST", data=sent):
        html = render_template(f"errors/{status}.html", status=int(status), error=None)
    page = parse(html)
    assert len(page.all("h1")) == 1
    assert status not in page.one("h1").text
    assert "a1b2c3d4e5f6" in page.one("main").text
    assert "12.01.2026, 8:05" in page.one("main").text
    assert "tajne" not in html


@pytest.mark.parametrize("status", ["400", "409", "422", "500", "503"])
def test_typed_text_is_never_lost(look, status):
    with look.test_request_context("/page", method="POST", data={"note": "wpisany <b>tekst</b>", "csrf_token": "abc"}):
        html = render_template(f"errors/{status}.html", status=int(status), error=None)
    assert "wpisany &lt;b&gt;tekst&lt;/b&gt;" in html
    assert "abc" not in html.replace("a1b2c3d4e5f6", "")


def test_the_page_of_a_lost_database_asks_it_nothing(look):
    look.template_context_processors[None] = []  # no frame, no session, no store
    with look.test_request_context("/page"):
        page = parse(render_template("errors/503.html", status=503, error=None))
    assert "112" in page.one("main").text
    assert page.one("h1").text == "Platforma jest chwilowo niedostępna"


def test_sorting_says_how_the_list_is_sorted_and_keeps_the_filter(draw):
    source = (
        "<table><tr>{{ sort_link('Instytucja', 'name', 'name') }}"
        "{{ sort_link('Powiat', 'county', 'name') }}</tr></table>"
    )
    sorted_, other = parse(draw(source, path="/page?q=ł%26&page=3&sort=name")).all("th")
    assert sorted_.attrs["aria-sort"] == "ascending"
    assert "aria-sort" not in other.attrs
    assert "q=%C5%82%26" in other.one("a").attrs["href"]
    assert "sort=county" in other.one("a").attrs["href"]
    assert "page=" not in other.one("a").attrs["href"]
    assert "sort=-name" in sorted_.one("a").attrs["href"]


def test_a_filter_can_be_taken_away_and_the_count_is_announced(draw):
    source = (
        "{% call filter_bar('21 luk', active=[('obszar Szkolenia', ['area'])]) %}"
        "{{ filter_select('level', 'Poziom', [('r', 'wymagane')], 'r') }}{% endcall %}"
    )
    html = parse(draw(source, path="/page?area=training&voivodeship=14"))
    assert html.one("form").attrs["role"] == "search"
    assert html.one("form").attrs["method"] == "get"
    assert html.one("label").attrs["for"] == html.one("select").attrs["id"]
    assert html.one("p", role="status").text == "21 luk"
    remove = next(link for link in html.all("a") if link.text == "Usuń filtr: obszar Szkolenia")
    assert "area=" not in remove.attrs["href"]
    assert html.one("input", name_="voivodeship").attrs["value"] == "14"


def test_pages_of_a_list_say_where_the_reader_is(draw):
    html = parse(draw("{{ pagination(1, 8, 21) }}"))
    assert "1–8 z 21" in html.text
    assert [link.text for link in html.all("a")] == ["Następne 8"]
    last = parse(draw("{{ pagination(3, 8, 21) }}"))
    assert "17–21 z 21" in last.text
    assert [link.text for link in last.all("a")] == ["Poprzednie"]
    assert draw("{{ pagination(1, 8, 0) }}").strip() == ""


def test_both_voices_are_a_table_whose_cells_know_their_side(draw):
    rows = [("Forma", "kontrole", "", False), ("Okres", "od 2015", "2015", True)]
    html = parse(draw("{{ both_sides('KSP', 'KCIK', rows, 'Co podaje każda ze stron') }}", rows=rows))
    assert html.one("caption").text == "Co podaje każda ze stron"
    assert [head.text for head in html.all("th", scope="col")] == ["Podaje KSP", "Podaje KCIK"]
    assert [head.text for head in html.all("th", scope="row")] == ["Forma", "Okres – różnica"]


def test_a_number_is_called_and_a_hidden_one_is_not_in_the_page(draw):
    html = parse(draw("{{ contact('Oficer dyżurny', '22 000 01 01') }}"))
    assert html.one("a").attrs["href"] == "tel:220000101"
    assert html.one("a").text == "22 000 01 01"
    assert "tel:" not in draw("{{ contact('Koordynator', hidden_url='/reveal') }}")


def test_a_bar_is_drawn_to_scale_and_named(draw):
    parts = [("gap-gap", 6), ("gap-covered", 18), ("gap-no_institution", 24)]
    html = parse(draw("{{ bar(parts, '6 luk, 18 pokrytych') }}", parts=parts))
    picture = html.one("svg")
    assert picture.attrs["role"] == "img"
    assert picture.attrs["aria-label"] == "6 luk, 18 pokrytych"
    drawn = [rect for rect in picture.all("rect") if rect.attrs["class"].startswith("k-fill")]
    assert [rect.attrs["width"] for rect in drawn] == ["12.500%", "37.500%", "50.000%"]
    assert [rect.attrs["x"] for rect in drawn] == ["0.000%", "12.500%", "50.000%"]


def test_the_map_has_sixteen_named_links(draw):
    codes = [shape.teryt for shape in outline().shapes]
    html = parse(draw(
        "{{ poland_map(outline, values, urls, names, {}, 'Waga luk') }}", outline=outline(),
        values={"14": "1,3"}, urls={code: f"/gaps?voivodeship={code}" for code in codes}, names={"14": "mazowieckie"},
    ))  # fmt: skip
    links = html.all("a")
    assert len(links) == 16
    masovian = next(link for link in links if link.attrs["href"].endswith("=14"))
    assert masovian.attrs["aria-label"] == "mazowieckie, 1,3"


def test_the_outline_covers_the_sixteen_of_the_register():
    with (FILE.parent / "voivodeships.csv").open(encoding="utf-8", newline="") as file:
        register = {row["teryt"] for row in csv.DictReader(file)}
    assert {shape.teryt for shape in outline().shapes} == register
    data = json.loads(FILE.read_text(encoding="utf-8"))
    assert data["licence"] == "MIT"
    for shape in outline().shapes:
        assert 0 < shape.x < outline().width
        assert 0 < shape.y < outline().height
        assert re.fullmatch(r"M[\d. ]+l[-\d. ]+z", shape.path)


def test_labels_of_the_map_stand_inside_their_voivodeship():
    def corners(path: str) -> list[tuple[float, float]]:
        start, steps = path.removeprefix("M").removesuffix("z").split("l")
        numbers = [float(n) for n in re.findall(r"-?[\d.]+", start + " " + steps)]
        x, y, found = numbers[0], numbers[1], []
        for dx, dy in zip(numbers[2::2], numbers[3::2], strict=True):
            found.append((x, y))
            x, y = x + dx, y + dy
        return [*found, (x, y)]

    def inside(x: float, y: float, ring: list[tuple[float, float]]) -> bool:
        crossings = 0
        for (x1, y1), (x2, y2) in zip(ring, ring[1:] + ring[:1], strict=True):
            if (y1 > y) != (y2 > y) and x < (x2 - x1) * (y - y1) / (y2 - y1) + x1:
                crossings += 1
        return crossings % 2 == 1

    for shape in outline().shapes:
        assert inside(shape.x, shape.y, corners(shape.path)), shape.teryt
