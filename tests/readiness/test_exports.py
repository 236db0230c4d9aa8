"""The answers of a round as files: pandas opens 1,000 of them as they are, every value is the source's, and nobody
takes away what is not theirs."""

from __future__ import annotations

import io
import json
from dataclasses import replace
from datetime import date
from types import SimpleNamespace
from typing import Any

import pandas as pd
import pytest

from coordination.exchange.writing import harmless, original
from coordination.graph.responses import Record, State
from coordination.permissions import Role
from coordination.readiness.results import exports
from coordination.readiness.results.exports import Export
from coordination.surveys.model import Answer, Kind, Questionnaire
from coordination.surveys.questionnaire import packaged
from coordination.surveys.scoring import ItemState, Result, score
from tests.graph import surveyed
from tests.graph.surveyed import KCIK, KSP, POZNAN
from tests.surveys.build import item, random_response, small, ypn

Q = packaged()
ROUND = surveyed.a_round()
HOSTILE = "=HYPERLINK(\"http://x\")\nżółć; @cmd, 'q'"


def export_of(questionnaire: Questionnaire, responses, *, texts: bool = True) -> Export:
    records = {
        each.id: Record(
            id=each.id, round_id="r1", institution_id=each.institution_id, institution_type=each.institution_type,
            state=State.SUBMITTED, version=1, name_pl=f"Instytucja „{each.id}”, =oddział", voivodeships=("14", "02"),
            national=each.id == "r7",
        )
        for each in responses
    }  # fmt: skip
    found = tuple((each, score(questionnaire, each)) for each in responses)
    return Export(
        round=ROUND, questionnaire=questionnaire, found=found, records=records, asked=len(found) + 5, texts=texts
    )


@pytest.fixture(scope="module")
def thousand() -> Export:
    """1,000 responses: every 10th wrote in its own words what a spreadsheet would compute."""
    made = [random_response(seed) for seed in range(1000)]
    lines = [one for one in Q.items if one.kind in exports.WRITTEN]
    for at in range(0, 1000, 10):
        answers = dict(made[at].answers)
        for one in lines:
            if one.id in answers:
                answers[one.id] = Answer(item_id=one.id, value=HOSTILE, comment="-1+2", evidence="a\tb")
        made[at] = replace(made[at], answers=answers, completed_on=date(2026, 1, 1 + at % 28))
    return export_of(Q, [each if each.completed_on else replace(each, completed_on=date(2026, 2, 3)) for each in made])


def file(export: Export, table: str, format: str) -> io.BytesIO:
    return io.BytesIO(b"".join(exports.pieces(export, table, format)))


def read(export: Export, format: str, table: str = "answers", sheet: str = "answers") -> Any:
    """As somebody opens a file: no option is set."""
    if format == "csv":
        return pd.read_csv(file(export, table, "csv"))
    if format == "xlsx":
        return pd.read_excel(file(export, table, "xlsx"), sheet_name=sheet, engine="openpyxl")
    return pd.read_json(file(export, table, "json"))


def same(seen: Any, value: object, format: str) -> bool:
    if value is None:
        return bool(pd.isna(seen))
    if isinstance(value, date):
        return pd.Timestamp(seen).date() == value
    if isinstance(value, str) and format == "csv":
        return original(str(seen)) == value
    if isinstance(value, float):
        return abs(float(seen) - value) < 1e-6
    return seen == value


@pytest.mark.parametrize("format", ["csv", "xlsx", "json"])
def test_pandas_opens_a_thousand_responses_with_the_right_types_and_every_value(thousand, format):
    frame = read(thousand, format)
    book = {one.column: one for one in exports.meanings(thousand)}
    assert list(frame.columns) == list(book) and len(frame) == 1000
    for name, meaning in book.items():
        if meaning.type in ("integer", "number") and frame[name].notna().any():
            assert pd.api.types.is_numeric_dtype(frame[name]), name
        if meaning.type == "date" and frame[name].notna().any():
            parsed = pd.to_datetime(frame[name])
            assert parsed.notna().sum() == frame[name].notna().sum(), name
    columns = {name: frame[name].tolist() for name in frame.columns}
    wrong = [
        (response.id, one.id)
        for at, (response, result) in enumerate(thousand.found)
        for one in Q.items
        for name, value in source(one, result).items()
        if not same(columns[name][at], value, format)
    ]
    assert wrong == []
    for at, (response, result) in enumerate(thousand.found):
        assert columns["response"][at] == response.id
        assert same(columns["institution_name"][at], thousand.records[response.id].name_pl, format)
        assert same(columns["completed_on"][at], response.completed_on, format)
        assert same(columns["score"][at], None if result.score is None else float(result.score), format)


def source(one, result: Result) -> dict[str, object]:
    """What the columns of an item must hold, from its answer as it was given."""
    state = result.items[one.id].state if one.id in result.items else ItemState.NOT_SHOWN
    given = result.items[one.id].answer if one.id in result.items and state is not ItemState.NOT_SHOWN else None
    words = {"scored": "answered", "not_scored": "answered", "not_shown": "not_asked"}
    found: dict[str, object] = {f"{one.id}_state": words.get(str(state), str(state))}
    value = given.value if given is not None else None
    if one.kind is Kind.MULTICHOICE:
        for option in one.options:
            name = f"{one.id}_{option.value.replace('+', 'plus').replace('-', '_')}"
            found[name] = None if value is None else int(option.value in value)  # type: ignore[operator]
    else:
        found[one.id] = value
    return found


def test_not_applicable_and_dont_know_are_told_from_missing(thousand):
    frame = read(thousand, "csv")
    empty = frame[frame["KN01"].isna()]
    assert set(empty["KN01_state"]) == {"not_applicable", "unknown", "missing"}
    assert set(frame[frame["KN01"].notna()]["KN01_state"]) == {"answered"}


def test_one_row_per_answer_holds_what_was_written_and_pandas_reads_it(thousand):
    frame = read(thousand, "csv", "long")
    rows = sum(1 for _, result in thousand.found for one in result.items.values() if one.state is not ItemState.NOT_SHOWN)
    assert len(frame) == rows
    assert pd.api.types.is_numeric_dtype(frame["number"]) and pd.api.types.is_numeric_dtype(frame["score"])
    hostile = frame[(frame["comment"].notna())]
    assert len(hostile) and set(hostile["comment"].map(original)) == {"-1+2"}
    assert set(hostile["value"].map(original)) == {HOSTILE}


def test_no_cell_of_a_csv_file_or_a_workbook_is_a_formula(thousand):
    import openpyxl

    for table in ("answers", "long"):
        text = file(thousand, table, "csv").getvalue().decode()
        assert harmless(HOSTILE).replace('"', '""') in text and f'"{HOSTILE}' not in text
    few = replace(thousand, found=thousand.found[:30])
    book = openpyxl.load_workbook(file(few, "answers", "xlsx"))
    assert book.sheetnames == ["answers", "codebook"]
    assert {cell.data_type for sheet in book for row in sheet.iter_rows() for cell in row} <= {"s", "n", "d"}


def test_the_codebook_describes_every_column(thousand):
    frame = read(thousand, "csv", "codebook")
    assert list(frame["column"]) == [one.column for one in exports.meanings(thousand)]
    assert frame["label_pl"].notna().all() and frame["label_en"].notna().all()
    sheet = read(replace(thousand, found=()), "xlsx", sheet="codebook")
    assert list(sheet["column"]) == list(frame["column"])


def test_json_is_plain_and_whole(thousand):
    rows = json.loads(file(thousand, "answers", "json").getvalue())
    assert len(rows) == 1000 and rows[0]["voivodeships"] == "14; 02" and rows[7]["voivodeships"] == "PL"
    assert json.loads(file(replace(thousand, found=()), "answers", "json").getvalue()) == []


def test_dates_open_as_dates_everywhere():
    q = small(ypn("AA01"), item("AA02", "date"), item("AA03", "number", scored=False, min=0, max=9.5))
    made = [
        SimpleNamespace(day=date(2026, 2, 28), number=2.5), SimpleNamespace(day=None, number=None),
        SimpleNamespace(day=date(1999, 12, 31), number=3),
    ]  # fmt: skip
    responses = []
    for at, one in enumerate(made):
        answers = {"AA01": Answer(item_id="AA01", value="yes")}
        if one.day:
            answers |= {"AA02": Answer(item_id="AA02", value=one.day), "AA03": Answer(item_id="AA03", value=one.number)}
        responses.append(replace(random_response(at), answers=answers))
    export = export_of(q, responses)
    for format in ("csv", "xlsx", "json"):
        frame = read(export, format)
        assert [each.date() if pd.notna(each) else None for each in pd.to_datetime(frame["AA02"])] == [
            one.day for one in made
        ], format
        assert frame["AA03"].sum() == 5.5


def test_an_overview_of_the_country_is_without_what_people_wrote(thousand):
    plain = replace(thousand, texts=False)
    written = [one.id for one in Q.items if one.kind in exports.WRITTEN]
    assert written
    for table in ("answers", "long"):
        text = file(plain, table, "csv").getvalue().decode()
        assert "HYPERLINK" not in text and "-1+2" not in text
    frame = read(plain, "csv")
    assert not set(written) & set(frame.columns) and {f"{one}_state" for one in written} <= set(frame.columns)
    assert not set(exports.REMARKS) & set(read(plain, "csv", "long").columns)


# --- whose


@pytest.fixture
def held(reference_store):
    """A round here and one of the country, each with what was handed in."""
    surveyed.opened(reference_store, KSP, "kwp-radom", id="r1", voivodeship="14")
    surveyed.opened(reference_store, KSP, POZNAN, KCIK, id="land", voivodeship="")
    for institution, round_id in ((KSP, "r1"), ("kwp-radom", "r1"), (KSP, "land"), (POZNAN, "land"), (KCIK, "land")):
        surveyed.save(reference_store, institution, round_id, KN01=2, CO06="Co przeszkadza")
        surveyed.submit(reference_store, institution, round_id)
    return reference_store


def taken(client, round_id: str, name: str = "answers.csv") -> set[str] | int:
    answer = client.get(f"/readiness/rounds/{round_id}/export/{name}")
    if answer.status_code != 200:
        return answer.status_code
    frame: Any = pd.read_csv(io.BytesIO(answer.data))
    return set(frame["institution"])


def test_everybody_takes_away_exactly_what_is_theirs(held, sign_in):
    consultant, national = sign_in(Role.CONSULTANT, voivodeship="14"), sign_in(Role.NATIONAL)
    there, own = sign_in(Role.CONSULTANT, voivodeship="30"), sign_in(Role.INSTITUTION, institution=KSP)
    auditor, radom = sign_in(Role.AUDITOR), sign_in(Role.INSTITUTION, institution="kwp-radom")
    assert taken(consultant, "r1") == {KSP, "kwp-radom"} and taken(consultant, "land") == {KSP}
    assert taken(there, "r1") == 404 and taken(there, "land") == {POZNAN}
    assert taken(own, "r1") == {KSP} and taken(own, "land") == {KSP} and taken(radom, "land") == 404
    assert taken(national, "land") == {KSP, POZNAN, KCIK} and taken(national, "r1") == {KSP, "kwp-radom"}
    assert taken(auditor, "r1") == 403 and taken(consultant, "never") == 404
    assert taken(consultant, "r1", "answers.pdf") == 404 and taken(consultant, "r1", "long.json") == 404


def test_a_file_that_left_stands_in_the_audit_log_and_a_page_does_not(held, sign_in):
    client = sign_in(Role.CONSULTANT, voivodeship="14", language="en")
    page = client.get("/readiness/rounds/r1/export").text
    assert "institutions have handed in" in page
    assert client.get("/readiness/rounds/r1/export/codebook.csv").status_code == 200
    assert "export:answers" not in surveyed.told(held, "r1")
    assert client.get("/readiness/rounds/r1/export/long.csv").status_code == 200
    assert surveyed.told(held, "r1").count("export:answers") == 1


def test_who_reads_the_answers_gets_the_texts_and_the_country_does_not(held, sign_in):
    for client, there in ((sign_in(Role.CONSULTANT, voivodeship="14"), True), (sign_in(Role.NATIONAL), False)):
        for name in ("answers.csv", "long.csv", "answers.json"):
            text = client.get(f"/readiness/rounds/r1/export/{name}").text
            assert ("Co przeszkadza" in text) is there, name
