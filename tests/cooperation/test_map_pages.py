"""The map's pages and files as people get them, on each server."""

from __future__ import annotations

import csv
import io
import json
import re
from collections import Counter
from xml.etree import ElementTree

import openpyxl
import pytest

from coordination.permissions import Role
from tests.cooperation import made

pytestmark = pytest.mark.pages

MAP = "/cooperation/map"
DAY = "as_of=2026-01-12"


@pytest.fixture
def ties(reference_store):
    """A made-up network around mazowieckie; the statements written."""
    statements = made.around(made.world(per_institution=3.2), "14")
    made.write(reference_store, statements)
    return statements


@pytest.fixture
def consultant(sign_in, ties):
    return sign_in(Role.CONSULTANT, voivodeship="14")


def pairs(statements) -> set[tuple[str, str]]:
    said = {(each.claimant_id, each.partner_id) for each in statements if each.stance == "cooperates"}
    return {(min(pair), max(pair)) for pair in said}


def text(client, address: str) -> str:
    response = client.get(address)
    assert response.status_code == 200, response.status_code
    return response.get_data(as_text=True)


def test_heading_table_and_every_file_tell_the_same_ties(consultant, ties):
    expected = pairs(ties)
    page = text(consultant, f"{MAP}?{DAY}&view=table")
    lede = re.search(r'class="k-lede">([^<]+)<', page)[1].replace("\xa0", " ")
    assert f"56 instytucji, {len(expected)} powiąza" in lede
    assert "Stan na 12.01.2026" in lede
    rows = set(re.findall(r'<tr role="row" data-line="([^"]+)"', page))
    for number in range(2, 2 + len(expected) // 50):
        rows |= set(re.findall(r'<tr role="row" data-line="([^"]+)"', text(consultant, f"{MAP}?{DAY}&view=table&page={number}")))
    assert rows == {f"{a}|{b}" for a, b in expected}

    in_csv = list(csv.DictReader(io.StringIO(text(consultant, f"{MAP}.csv?{DAY}"))))
    assert {tuple(sorted((row["institution_a_id"], row["institution_b_id"]))) for row in in_csv} == expected
    in_json = json.loads(text(consultant, f"{MAP}.json?{DAY}"))
    assert {(tie["a"], tie["b"]) for tie in in_json["ties"]} == expected
    assert in_json["counts"]["ties"] == len(expected)
    book = openpyxl.load_workbook(io.BytesIO(consultant.get(f"{MAP}.xlsx?{DAY}").data), read_only=True)
    sheet = [*book.worksheets[0].iter_rows(values_only=True)]
    assert {tuple(sorted((row[0], row[2]))) for row in sheet[1:]} == expected
    assert [row[4] for row in sheet[1:]] == [row["state"] for row in in_csv]
    root = ElementTree.fromstring(text(consultant, f"{MAP}.svg?{DAY}"))
    assert {each.get("data-line") for each in root.iter() if each.get("data-line")} == {f"{a}|{b}" for a, b in expected}
    drawing = json.loads(text(consultant, f"{MAP}/drawing?{DAY}"))
    assert {(e["from"], e["to"]) for e in drawing["edges"] if not e["id"].endswith("~")} == expected
    matrix = re.findall(r'<a href="[^"]+" data-line="([^"]+)"', text(consultant, f"{MAP}?{DAY}&view=matrix"))
    assert Counter(matrix) == Counter({f"{a}|{b}": 2 for a, b in expected})


def test_the_address_carries_the_filter_into_every_link(consultant):
    page = text(consultant, f"{MAP}?{DAY}&state=disputed&area=")
    for kind in ("svg", "html", "csv", "xlsx", "json"):
        link = re.search(rf'href="({re.escape(MAP)}\.{kind}[^"]*)"', page)[1]
        assert "as_of=2026-01-12" in link
        assert "state=disputed" in link
    states = {tie["state"] for tie in json.loads(text(consultant, f"{MAP}.json?{DAY}&state=disputed"))["ties"]}
    assert states == {"disputed"}


def test_a_value_that_means_nothing_is_named_and_left_out(consultant):
    page = text(consultant, f"{MAP}?area=gardening&as_of=31.02.2026&known_on=2999-01-01&layout=heap&focus=nobody&sector=%3Cb%3E")
    for value in ("gardening", "31.02.2026", "2999-01-01", "heap", "nobody", "&lt;b&gt;"):
        assert f"„{value}”" in page
    assert page.count("k-notice-warning") == 6
    assert "<b>”" not in page


def test_dates_are_read_as_people_write_them(consultant):
    assert text(consultant, f"{MAP}.csv?as_of=12.01.2026") == text(consultant, f"{MAP}.csv?{DAY}")
    assert "Stan na 14.06.2024" in text(consultant, f"{MAP}?as_of=14.06.2024").replace("\xa0", " ")


def test_an_earlier_day_shows_fewer_ties(consultant):
    now = json.loads(text(consultant, f"{MAP}.json?{DAY}"))["counts"]["ties"]
    earlier = json.loads(text(consultant, f"{MAP}.json?as_of=2025-01-12"))["counts"]["ties"]
    assert 0 < earlier < now
    before = json.loads(text(consultant, f"{MAP}.json?as_of=2015-01-12"))
    assert before["counts"]["ties"] == 0
    page = text(consultant, f"{MAP}?as_of=2015-01-12")
    assert "Brak powiązań w tym widoku" in page
    assert "Usuń filtr: Stan na dzień 12.01.2015" in page


def test_the_panel_tells_of_the_institution_of_the_address(consultant, ties):
    page = text(consultant, f"{MAP}?{DAY}&focus=sg-nadwislanski")
    own = sorted(pair for pair in pairs(ties) if "sg-nadwislanski" in pair)
    side = page[page.index("data-panel=") : page.index("</aside>")]
    assert f"Powiązania ({len(own)})" in side
    assert "Pośrednictwo" in side and "Bez niej" in side
    assert {tuple(sorted(pair)) for pair in re.findall(r"/cooperation/tie/([\w-]+)/([\w-]+)", side)} == set(own)
    fragment = text(consultant, f"{MAP}/panel?{DAY}&focus=sg-nadwislanski")
    assert "<html" not in fragment
    assert f"Powiązania ({len(own)})" in fragment


def test_an_institution_is_found_by_name_without_diacritics(consultant):
    assert 'data-selected="sg-nadwislanski"' in text(consultant, f"{MAP}?find=nadwislanski")


def test_a_consultant_sees_nothing_of_another_voivodeship(consultant, sign_in):
    assert consultant.get(f"{MAP}?voivodeship=30").status_code == 404
    for kind in (".json", ".csv", ".svg", ".html", ".xlsx", "/drawing", "/panel"):
        assert consultant.get(f"{MAP}{kind}?voivodeship=30").status_code == 404
    shown = json.loads(text(consultant, f"{MAP}.json"))
    assert not [each for each in shown["institutions"] if each["id"] == "kwp-poznan"]
    national = json.loads(text(sign_in(Role.NATIONAL), f"{MAP}.json"))
    assert len(national["institutions"]) == 207


def test_an_institution_account_has_no_map(sign_in, ties):
    client = sign_in(Role.INSTITUTION, institution="kcik")
    assert client.get(MAP).status_code == 403
    assert client.get(f"{MAP}.json").status_code == 403


def test_the_drawing_library_is_public_and_kept_for_a_year(client):
    address = "/static/vendor/vis-network-9.1.2.min.js"
    response = client.get(address)
    assert response.status_code == 200
    assert response.mimetype == "text/javascript"
    assert "immutable" in response.headers["Cache-Control"]
    assert b"vis-network" in response.data[:200]
    assert client.get(address, headers={"If-None-Match": response.headers["ETag"]}).status_code == 304
    assert client.get("/static/vendor/vis-network-1.0.0.min.js").status_code == 404


def test_the_map_speaks_english(consultant, ties):
    page = text(consultant, f"{MAP}?{DAY}&lang=en")
    assert f"56 institutions, {len(pairs(ties))} ties:" in page.replace("\xa0", " ")
    assert "Information exchange" in page
    assert "Wymiana informacji" not in page


def test_a_new_statement_is_on_the_map_at_once(consultant, reference_store):
    before = json.loads(text(consultant, f"{MAP}.json"))
    linked = {frozenset((tie["a"], tie["b"])) for tie in before["ties"]}
    ids = [each["id"] for each in before["institutions"]]
    a, b = next((a, b) for a in ids for b in ids if a < b and frozenset((a, b)) not in linked)
    said = made.Statement("new", a, b, "training", made.Stance.COOPERATES, made.TODAY)
    made.write(reference_store, [said])
    after = json.loads(text(consultant, f"{MAP}.json"))
    assert {frozenset((tie["a"], tie["b"])) for tie in after["ties"]} == linked | {frozenset((a, b))}
