"""Results on their pages: the numbers by hand, totals equal to lists, who sees what, and nothing below five."""

from __future__ import annotations

import csv
import io
import re
from html import unescape
from importlib import resources

import pytest
import yaml

from coordination.graph import directory
from coordination.permissions import Role, Scope
from coordination.readiness.results import comparing
from coordination.readiness.results import service as results
from coordination.surveys.model import Answer, Said
from coordination.surveys.questionnaire import packaged
from coordination.web import voivodeships
from tests.oracles import survey_oracle
from tests.readiness.asked import accept, answer, asked, close, fill, give_back, hand_in, record, save
from tests.surveys.build import random_response

ALL = Scope(everything=True)
PLAIN = yaml.safe_load(resources.files("coordination.data").joinpath("readiness_survey.yaml").read_text("utf-8"))
DIMENSIONS = [each["id"] for each in PLAIN["dimensions"]]
# Eight of Mazowieckie, one that acts in several voivodeships among them, and others.
HERE = ("ksp", "kwp-radom", "oip-warszawa", "uw-mazowieckie", "wcpr", "mcps", "sg-nadwislanski", "ko-warszawa")
REGIONAL = tuple(f"kwp-{city}" for city in ("poznan", "lodz", "krakow", "lublin", "gdansk"))


def text(page) -> str:
    return re.sub(r"\s+", " ", unescape(re.sub(r"<[^>]+>", " ", page.get_data(as_text=True)))).replace("\xa0", " ")


def rows(page, table: str) -> list[list[str]]:
    """The cells of the bodies and feet of a table, without the labels that only phones show."""
    html = re.search(rf'<table class="[^"]*{table}.*?</table>', page.get_data(as_text=True), re.S)[0]
    html = re.sub(r'<span class="(k-cell-label|k-cell-word)">.*?</span>', "", html)
    found = []
    for row in re.findall(r"<tr.*?</tr>", html.split("</thead>")[1], re.S):
        cells = re.findall(r"<t[hd][^>]*>(.*?)</t[hd]>", row, re.S)
        found.append([re.sub(r"\s+", " ", unescape(re.sub(r"<[^>]+>", " ", each))).strip() for each in cells])
    return found


def by_hand(kind: str, answers: dict[str, Answer]) -> tuple:
    said = {Said.VALUE: "value", Said.NOT_APPLICABLE: "na", Said.UNKNOWN: "dk"}
    plain = {
        id: (said[each.said], list(each.value) if isinstance(each.value, tuple) else each.value)
        for id, each in answers.items()
    }
    return survey_oracle.result(PLAIN, kind, plain)


@pytest.fixture
def country_round(reference_store):
    """A round of the country: institutions of Mazowieckie and of others, answered in many ways, one silent."""
    there = asked(reference_store, [*HERE, *REGIONAL, "kcik"], voivodeship="")
    kinds = {id: each.type for id, each in directory.entries(reference_store, ALL, list(there)).items()}
    given = {}
    for number, (institution, response_id) in enumerate(there.items()):
        if institution == "mcps":
            continue
        given[institution] = random_response(number, kinds[institution], answered=0.9).answers
        save(reference_store, response_id, given[institution].values())
        hand_in(reference_store, response_id)
    return there, kinds, given


def test_the_numbers_of_the_matrix_are_those_worked_out_by_hand(country_round, sign_in):
    _there, kinds, given = country_round
    page = sign_in(Role.CONSULTANT, voivodeship="14").get("/readiness")
    *lines, means = rows(page, "k-matrix-table")
    assert len(lines) == len(HERE) - 1
    oracle = [by_hand(kinds[each], given[each]) for each in HERE if each != "mcps"]
    failing = [len(failures) for _score, _band, _dimensions, failures in oracle]
    assert [0 if "ż" in line[1] else line[1].count(",") + 1 for line in lines] == sorted(failing, reverse=True)
    shown = sorted([[re.match(r"–|n\.d\.|\d+", cell)[0] for cell in line[2:]] for line in lines])
    expected = sorted(
        [_shown(score), *(_shown(dimensions[id]) for id in DIMENSIONS)]
        for score, _band, dimensions, _failures in oracle
    )
    assert shown == expected
    assert means[0].startswith("Średnia odpowiedziało 7 z 8")
    wholes = [score for score, *_rest in oracle if score is not None]
    if len(wholes) >= 5:
        assert means[2].split()[0] == _shown(sum(wholes) / len(wholes))


def _shown(value) -> str:
    if isinstance(value, str) or value is None:
        return "n.d." if value == "left_out" else "–"
    return str(int(value + 0.5 + 1e-9))


def test_totals_equal_the_lists_they_count(country_round, sign_in):
    reviewer = sign_in(Role.NATIONAL)
    page = reviewer.get("/readiness/country")
    table = rows(page, "k-readiness-country")
    names = {each.name_pl: teryt for teryt, each in voivodeships_of(reviewer).items()}
    assert len(table) == 17 and table[0][0] == "Polska" and table[0][1] == "13 z 14"
    assert [row[0] for row in table[1:]] == list(names)  # in alphabetical order, whatever the numbers
    for teryt in ("14", "30", "04", "02"):
        row = next(row for row in table if names.get(row[0]) == teryt)
        matrix = reviewer.get(f"/readiness?voivodeship={teryt}")
        lines = rows(matrix, "k-matrix-table")[:-1] if "k-matrix-table" in matrix.get_data(as_text=True) else []
        silent = re.search(r'k-silent">(.*?)</ul>', matrix.get_data(as_text=True), re.S)
        unanswered = len(re.findall("<li>", silent[1])) if silent else 0
        assert row[1] == f"{len(lines)} z {len(lines) + unanswered}"
    # The body of the whole country stands apart, and counts in Poland alone.
    assert [line[0].split()[0] for line in rows(reviewer.get("/readiness"), "k-matrix-table")[:-1]] == ["KCIK"]


def voivodeships_of(client) -> dict:
    with client.application.test_request_context():
        return voivodeships()


def test_everybody_sees_as_far_as_they_reach(country_round, sign_in):
    here, there = sign_in(Role.CONSULTANT, voivodeship="14"), sign_in(Role.CONSULTANT, voivodeship="30")
    own = sign_in(Role.INSTITUTION, institution="ksp")
    assert "KWP w Poznaniu" not in text(here.get("/readiness")) and "KWP w Poznaniu" in text(there.get("/readiness"))
    assert there.get("/readiness/institutions/ksp").status_code == 404
    assert here.get("/readiness/institutions/kcik").status_code == 404
    assert here.get("/readiness?voivodeship=30").status_code == 404
    assert here.get("/readiness?round=never").status_code == 404
    assert own.get("/readiness").headers["Location"].endswith("/readiness/institutions/ksp")
    assert own.get("/readiness/institutions/ksp").status_code == 200
    assert own.get("/readiness/institutions/kwp-radom").status_code == 404
    assert here.get("/readiness/country").status_code == own.get("/readiness/country").status_code == 403


def test_answers_that_were_not_handed_in_are_nobodys_result(reference_store, sign_in):
    there = asked(reference_store, ["ksp", "kwp-radom"])
    fill(reference_store, there["ksp"], level=1)
    consultant = sign_in(Role.CONSULTANT, voivodeship="14")
    page = text(consultant.get("/readiness"))
    assert "nikt nie oddał jeszcze samooceny" in page and "KSP" in page
    assert "Jeszcze bez wyniku: KSP" in text(consultant.get("/readiness/institutions/ksp"))
    hand_in(reference_store, there["ksp"])
    give_back(reference_store, there["ksp"])
    fill(reference_store, there["ksp"], level=4)  # being mended: what was handed in still counts
    line = next(
        line for line in results.of_round(reference_store, ALL, _round(reference_store)).lines if line.id == "ksp"
    )
    assert line.result and line.result.items["KN01"].answer.value == 1
    assert "zwrócono potem z uwagami" in text(consultant.get("/readiness/institutions/ksp"))


def _round(store):
    from coordination.graph import rounds

    return rounds.listed(store, ALL)[0]


def test_below_five_nothing_is_shown(reference_store, sign_in):
    four = REGIONAL[:4]
    there = asked(reference_store, [*REGIONAL, "kwp-szczecin"], voivodeship="")
    for number, institution in enumerate(four):
        fill(reference_store, there[institution], level=number, CO06="Brak wspólnych ćwiczeń.")
        hand_in(reference_store, there[institution])
    reviewer = sign_in(Role.NATIONAL)

    def poland() -> dict[str, str]:
        file = reviewer.get("/readiness/country.csv").get_data(as_text=True)
        return next(row for row in csv.DictReader(io.StringIO(file)) if row["teryt"] == "PL")

    row = poland()
    assert (row["answered"], row["asked"]) == ("4", "6")
    shown = {name for name, cell in row.items() if cell} - {"teryt", "voivodeship", "answered", "asked"}
    assert shown == set()
    page = reviewer.get("/readiness/country")
    assert "Brak wspólnych ćwiczeń" not in text(page) and "Za mało odpowiedzi, aby wymienić" in text(page)
    assert set(rows(page, "k-readiness-country")[0][2:]) == {"–"}
    # Means of others: four others are too few, five are enough, and oneself is not among them.
    types = voivodeships_and_types(reviewer)
    fill(reference_store, there[REGIONAL[4]], level=4, CO06="Brak wspólnych ćwiczeń.")
    hand_in(reference_store, there[REGIONAL[4]])
    found = results.of_round(reference_store, ALL, _round(reference_store))
    assert not results.others(found, REGIONAL[0], types).enough
    others = results.others(found, "kwp-szczecin", types)
    assert others.whole and others.whole.count == 5
    row = poland()
    assert row["whole"] and row["whole_count"] == "5" and row["failing_critical"]
    assert "Brak wspólnych ćwiczeń" in text(reviewer.get("/readiness/country"))


def voivodeships_and_types(client) -> dict:
    from coordination.web import institution_types

    with client.application.test_request_context():
        return institution_types()


def test_a_parent_sees_where_its_units_see_it_otherwise(reference_store, sign_in):
    there = asked(reference_store, ["sg-nadwislanski", "sg-psg-lodz", "sg-psg-bydgoszcz"], voivodeship="")
    fill(reference_store, there["sg-nadwislanski"], level=4)
    hand_in(reference_store, there["sg-nadwislanski"])
    fill(reference_store, there["sg-psg-lodz"], level=4, KN01=1, ID01=2, RO01=3)
    hand_in(reference_store, there["sg-psg-lodz"])
    own = results.of_institution(reference_store, ALL, "sg-nadwislanski")[0]
    units = results.units(reference_store, ALL, own)
    assert units and [line.id for line in units.silent] == ["sg-psg-bydgoszcz"]
    assert (units.roll_up.asked, units.roll_up.answered) == (2, 1)
    dissent = {one.item.id: one.dissenting for one in units.roll_up.items if one.dissenting}
    assert dissent == {"KN01": ("sg-psg-lodz",), "ID01": ("sg-psg-lodz",)}  # one level of five is no dissent
    page = text(sign_in(Role.INSTITUTION, institution="sg-nadwislanski").get("/readiness/institutions/sg-nadwislanski"))
    assert "PSG w Łodzi (25)" in page and "Bez odpowiedzi: PSG w Bydgoszczy" in page
    # A consultant of Mazowieckie reads the division, and not its posts elsewhere.
    elsewhere = text(sign_in(Role.CONSULTANT, voivodeship="14").get("/readiness/institutions/sg-nadwislanski"))
    assert "PSG w Łodzi (25)" not in elsewhere


def test_the_change_compares_questions_that_have_a_score_in_both_rounds(reference_store, sign_in):
    before = asked(reference_store, ["ksp"], id="before", title="Samoocena 2025")
    fill(reference_store, before["ksp"], level=2, without=["KN01"])
    hand_in(reference_store, before["ksp"])
    accept(reference_store, before["ksp"])
    close(reference_store, "before")
    now = asked(reference_store, ["ksp"], id="now")
    fill(reference_store, now["ksp"], level=2, KN01=4, KN03=4, RO01=Answer(item_id="RO01", said=Said.UNKNOWN))
    hand_in(reference_store, now["ksp"])
    own = results.of_institution(reference_store, ALL, "ksp")[0]
    compared = results.compared(reference_store, own)
    assert compared and compared.change
    moved = {one.item.id: one.difference for one in compared.change.items if one.difference}
    assert moved == {"KN03": 50}  # KN01 is new, RO01 is not known any more
    assert compared.change.only_after == ("KN01",) and "RO01" in compared.change.only_before
    page = text(sign_in(Role.INSTITUTION, institution="ksp").get("/readiness/institutions/ksp"))
    assert "Porównanie z: Samoocena 2025" in page and "KN03 50 → 100" in page


def test_help_comes_from_the_strong_who_offered_it_and_without_their_score(reference_store, sign_in):
    there = asked(reference_store, ["ksp", "kwp-radom", "wcpr", "kwp-poznan"], voivodeship="")
    fill(reference_store, there["ksp"], level=4, ST01="no")
    for institution, more in (
        ("kwp-radom", {"RS07": "Wzór wyznaczenia koordynatora."}),
        ("wcpr", {"RS07": "Pokój do rozmowy.", "ST01": "no"}),
        ("kwp-poznan", {"RS07": "Z innego województwa."}),
    ):
        fill(reference_store, there[institution], level=4, **more)
    for response in there.values():
        hand_in(reference_store, response)
    page = text(sign_in(Role.INSTITUTION, institution="ksp").get("/readiness/institutions/ksp"))
    assert "Wzór wyznaczenia koordynatora." in page
    assert "Pokój do rozmowy." not in page and "Z innego województwa." not in page


def test_nothing_of_the_arithmetic_is_hidden(reference_store, sign_in):
    there = asked(reference_store, ["ksp"])
    fill(
        reference_store, there["ksp"], level=3,
        KN01=Answer(item_id="KN01", said=Said.NOT_APPLICABLE, reason="Zadanie innej komórki."),
        KN02=Answer(item_id="KN02", said=Said.UNKNOWN),
        ID01=1,
    )  # fmt: skip
    hand_in(reference_store, there["ksp"])
    page = sign_in(Role.CONSULTANT, voivodeship="14").get("/readiness/institutions/ksp")
    found = text(page)
    own = results.of_institution(reference_store, ALL, "ksp")[0]
    for one in own.result.items.values():
        assert f">{one.item.id}" in page.get_data(as_text=True)
    assert "nie dotyczy – nie liczy się nigdzie Powód: Zadanie innej komórki." in found
    assert "nie wiem – bez punktów; poszerza granice" in found
    assert "pozycja krytyczna jest poniżej 50 (ID01)" in found
    assert f"pokazywane jako {_shown(own.result.points / own.result.scored_weight)}." in found


def test_needs_of_few_are_told_without_their_number(reference_store):
    there = asked(reference_store, [*HERE], voivodeship="")
    for number, response in enumerate(there.values()):
        chosen = ("indicators", "interview") if number < 2 else ("indicators",)
        fill(reference_store, response, level=3, ST04=chosen)
        hand_in(reference_store, response)
    found = comparing.country_of(results.of_round(reference_store, ALL, _round(reference_store)), [])
    needs = {need.option.value: need.count for need in found.needs}
    assert needs["indicators"] == len(HERE) and needs["interview"] is None and needs["children"] == 0
    assert record(reference_store, there["ksp"]).handed_in and answer(packaged().by_id["KN01"]).value == 3
