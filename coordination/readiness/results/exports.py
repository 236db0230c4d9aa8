"""The answers of a round as files: a row per institution, a row per answer, and the codebook of their columns. No Flask.

Made for R and pandas: a column has one type, an empty cell is missing, and why it is missing stands in a column of
its own. Text that looks like a formula leaves marked in CSV, as all files of ours do, and as plain text elsewhere.
"""

from __future__ import annotations

import json
import tempfile
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import IO, Any

from coordination.clock import now
from coordination.errors import NotFound
from coordination.exchange.writing import csv_chunks, harmless
from coordination.graph import audit, responses, rounds
from coordination.graph.responses import Record
from coordination.graph.rounds import Round
from coordination.graph.store import Store, Tx
from coordination.i18n import N_, translator
from coordination.permissions import Actor, Permission, Role, Scope, scope
from coordination.readiness.results import service as results
from coordination.surveys import codebook
from coordination.surveys.codebook import Cell, Meaning, Row
from coordination.surveys.model import Kind, Questionnaire, Response
from coordination.surveys.scoring import Result

ANSWERS, LONG, CODEBOOK = "answers", "long", "codebook"
FORMATS: dict[str, tuple[str, ...]] = {ANSWERS: ("csv", "xlsx", "json"), LONG: ("csv",), CODEBOOK: ("csv",)}
WRITTEN = frozenset({Kind.LINE, Kind.TEXT, Kind.LINK})  # what somebody wrote in their own words
REMARKS = ("reason", "evidence", "comment")
_BLOCK = 64 * 1024

NAME = N_("Name of the institution")
PLACES = N_("Codes of the voivodeships in which it acts (TERYT), PL for a body of the whole country")


@dataclass(frozen=True, slots=True, kw_only=True)
class Export:
    """What one actor may take away of a round.

    `texts` is whether it may hold what people wrote: those who work with the institution read it, an overview of the
    country is without.
    """

    round: Round
    questionnaire: Questionnaire
    found: tuple[tuple[Response, Result], ...]
    records: Mapping[str, Record]  # by response id
    asked: int
    texts: bool


def collected(store: Store, actor: Actor, round_id: str) -> Export:
    """The last submission of everybody within the actor's scope.

    Raises NotFound for a round that is not theirs to see, and Forbidden for a role that takes nothing away.
    """
    scope(actor, Permission.FILE_EXPORT)
    reach = scope(actor, Permission.SURVEY_READ)
    if reach.institution_id:
        # An institution sees the rounds it was asked in, whosoever they are.
        if not any(each.round_id == round_id for each in responses.of_institution(store, reach, reach.institution_id)):
            raise NotFound(round_id)
        held = rounds.one(store, Scope(everything=True), round_id)
    else:
        held = rounds.one(store, reach, round_id)
    answers = results.of_round(store, reach, held)
    return Export(
        round=held,
        questionnaire=answers.questionnaire,
        found=tuple(answers.responses()),
        records={line.record.id: line.record for line in answers.lines},
        asked=len(answers.lines),
        texts=actor.role in (Role.CONSULTANT, Role.INSTITUTION, Role.OPERATOR),
    )


def note(store: Store, actor: Actor, export: Export, file: str) -> None:
    """Say in the audit log that answers left as a file."""
    store.change(_note, actor, export.round.id, {"file": file, "count": len(export.found)}, now())


def _note(tx: Tx, actor: Actor, round_id: str, after: dict[str, Any], at: datetime) -> None:
    audit.record(tx, actor, "export:answers", round_id, after=after, at=at)


# --- tables


def meanings(export: Export) -> list[Meaning]:
    """The columns of the table with a row per institution, in order."""
    q = export.questionnaire
    hidden = set() if export.texts else {item.id for item in q.items if item.kind in WRITTEN}
    found = [one for one in codebook.codebook(q) if one.column not in hidden]
    ours = [_ours("institution_name", NAME), _ours("voivodeships", PLACES)]
    after = next(at for at, one in enumerate(found, 1) if one.column == "institution")
    return [*found[:after], *ours, *found[after:]]


def _ours(column: str, label: str) -> Meaning:
    pl, en = (translator(lang)._(label) for lang in ("pl", "en"))
    return Meaning(column=column, item="", type="text", label_pl=pl, label_en=en)


def table(export: Export, name: str) -> tuple[list[str], Iterator[Row]]:
    """Columns and rows of one table: answers, long or codebook."""
    if name == CODEBOOK:
        return list(codebook.CODEBOOK_COLUMNS), (one.row() for one in meanings(export))
    if name == LONG:
        columns = [one for one in codebook.LONG_COLUMNS if export.texts or one not in REMARKS]
        at = columns.index("institution") + 1
        columns[at:at] = ["institution_name", "voivodeships"]
        return columns, (_without_words(export, row) for row in _placed(export, codebook.long_rows(export.found)))
    columns = [one.column for one in meanings(export)]
    return columns, _placed(export, codebook.wide_rows(export.questionnaire, export.found))


def _placed(export: Export, rows: Iterator[Row]) -> Iterator[Row]:
    for row in rows:
        record = export.records[str(row["response"])]
        places = "PL" if record.national else "; ".join(record.voivodeships)
        yield {**row, "institution_name": record.name_pl, "voivodeships": places}


def _without_words(export: Export, row: Row) -> Row:
    if not export.texts and row["kind"] in WRITTEN:
        row["value"] = None
    return row


# --- files


def pieces(export: Export, name: str, format: str) -> Iterator[bytes]:
    """A file, piece by piece."""
    columns, rows = table(export, name)
    if format == "csv":
        yield from csv_chunks(columns, rows, _cell)
    elif format == "json":
        yield from _json(columns, rows)
    else:
        with _workbook(export, columns, rows) as file:
            while block := file.read(_BLOCK):
                yield block


def _cell(value: Cell) -> str:
    if value is None:
        return ""
    return harmless(value) if isinstance(value, str) else str(value)


def _json(columns: Sequence[str], rows: Iterable[Row]) -> Iterator[bytes]:
    """An array of objects, one a line; numbers are numbers, what is missing is null."""
    first = True
    for row in rows:
        text = json.dumps({name: row[name] for name in columns}, ensure_ascii=False)
        yield (("[\n" if first else ",\n") + text).encode("utf-8")
        first = False
    yield b"[]\n" if first else b"\n]\n"


def _workbook(export: Export, columns: Sequence[str], rows: Iterable[Row]) -> IO[bytes]:
    """Sheets answers and codebook in a temporary file, at its beginning. No cell is a formula or a link."""
    import xlsxwriter

    file = tempfile.TemporaryFile()  # noqa: SIM115 - the caller closes it
    options = {"constant_memory": True, "strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}
    book = xlsxwriter.Workbook(file, options)
    bold, day = book.add_format({"bold": True}), book.add_format({"num_format": "yyyy-mm-dd"})
    dates = {one.column for one in meanings(export) if one.type == "date"}
    about, described = table(export, CODEBOOK)
    for name, titles, lines in ((ANSWERS, columns, rows), (CODEBOOK, about, described)):
        page = book.add_worksheet(name)
        page.freeze_panes(1, 2 if name == ANSWERS else 1)
        page.set_column(0, len(titles) - 1, 16)
        for at, title in enumerate(titles):
            page.write_string(0, at, title, bold)
        for number, row in enumerate(lines, 1):
            for at, title in enumerate(titles):
                value = row[title]
                if value is None or value == "":
                    continue
                if name == ANSWERS and title in dates:
                    page.write_datetime(number, at, datetime.fromisoformat(str(value)), day)
                elif isinstance(value, str):
                    page.write_string(number, at, value)
                else:
                    page.write_number(number, at, value)
    book.close()
    file.seek(0)
    return file
