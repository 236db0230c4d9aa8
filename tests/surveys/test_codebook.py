"""Flat rows and the codebook: every column is described, has one type, and reads back as it was."""

import csv
import io
import json
import re

from coordination.surveys.codebook import (
    CODEBOOK_COLUMNS,
    LONG_COLUMNS,
    codebook,
    long_rows,
    wide_columns,
    wide_rows,
)
from coordination.surveys.questionnaire import packaged
from coordination.surveys.scoring import score
from tests.surveys.build import NA, UNKNOWN, random_response, response

Q = packaged()
SAID = [random_response(seed) for seed in range(60)]
ROWS = list(wide_rows(Q, [(one, score(Q, one)) for one in SAID]))
BOOK = {one.column: one for one in codebook(Q)}


def read_back(columns, rows):
    """As a program reads a CSV file: everything is text again."""
    file = io.StringIO()
    writer = csv.DictWriter(file, columns)
    writer.writeheader()
    writer.writerows(rows)
    file.seek(0)
    return list(csv.DictReader(file))


def test_every_row_has_exactly_the_columns_of_the_codebook():
    assert len(BOOK) == len(wide_columns(Q))
    for row in ROWS:
        assert list(row) == wide_columns(Q)


def test_column_names_are_identifiers_in_r_and_python():
    assert all(re.fullmatch(r"[A-Za-z][A-Za-z0-9_]*", name) for name in BOOK)


def test_a_column_holds_one_type_or_nothing():
    read = {"integer": int, "number": float, "text": str, "date": str}
    for row in read_back(wide_columns(Q), ROWS):
        for name, text in row.items():
            if text:
                read[BOOK[name].type](text)


def test_coded_values_are_those_of_the_codebook_and_all_have_words():
    for name, meaning in BOOK.items():
        assert meaning.label_pl and meaning.label_en, name
        assert len(meaning.values) == len(meaning.values_pl) == len(meaning.values_en)
        if meaning.values:
            assert {str(row[name]) for row in ROWS if row[name] is not None} <= set(meaning.values), name
    assert BOOK["KN01"].values == ("0", "1", "2", "3", "4")
    assert BOOK["KN01_state"].values_pl[1] == "nie dotyczy"
    assert list(BOOK["KN01"].row()) == list(CODEBOOK_COLUMNS)


def test_an_empty_cell_says_why_it_is_empty():
    said = response("hospital", KN01=NA, KN02=UNKNOWN, KN04="none", ST04=("labour",), ST02=0)
    (row,) = wide_rows(Q, [(said, score(Q, said))])
    assert (row["KN01"], row["KN01_state"]) == (None, "not_applicable")
    assert (row["KN02"], row["KN02_state"]) == (None, "unknown")
    assert (row["KN03"], row["KN03_state"]) == (None, "missing")
    assert (row["KN05_labour"], row["KN05_state"]) == (None, "not_asked")
    assert (row["ID08"], row["ID08_state"]) == (None, "not_asked")
    assert (row["ST04_labour"], row["ST04_rights"], row["ST04_state"]) == (1, 0, "answered")
    assert (row["ST02"], row["ST02_state"]) == (0, "answered")


def test_long_rows_add_up_to_the_wide_ones():
    for said, wide in zip(SAID, ROWS, strict=True):
        result = score(Q, said)
        rows = list(long_rows([(said, result)]))
        assert all(list(row) == list(LONG_COLUMNS) for row in rows)
        for dimension in result.dimensions:
            mine = [row for row in rows if row["dimension"] == dimension.id and row["score"] is not None]
            if dimension.score is not None:
                mean = sum(row["score"] * row["weight"] for row in mine) / sum(row["weight"] for row in mine)
                assert abs(mean - wide[f"{dimension.id}_score"]) < 1e-4
        asked = {one for one in Q.by_id if wide[f"{one}_state"] != "not_asked"}
        assert {row["item"] for row in rows} == asked


def test_rows_are_plain_data():
    assert json.loads(json.dumps(ROWS)) == ROWS
